"""The sections of a report in words of the active language; mail, page and PDF set the same ones."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from tracker.models import Precision, Status
from tracker.models.addresses import address_of
from tracker.models.initiative import CLOSED
from tracker.reports.content import Change, Content, Line, Move, Owner, Part
from tracker.reports.periods import ONE_DAY, Period, next_end
from tracker.wording import day

T = TypeVar("T")
NAMED_IN_MAIL = 10
OPEN = ",".join(value for value in Status if value not in CLOSED)


@dataclass(frozen=True)
class Item:
    """One entry. `fact` is what its section is about, `tone` the status or condition whose mark it bears.

    `words` is what somebody wrote about it, `source` names where it was said, and `url` leads there.
    """

    title: str
    path: str
    fact: str
    tone: str = ""
    details: tuple[str, ...] = ()
    words: str = ""
    source: str = ""
    url: str = ""


@dataclass(frozen=True)
class Section:
    """Entries of one kind; `total` counts also those that were cut.

    `all_path` leads to the list, filtered as closely as a filter can say it; `more` says what is shown there.
    """

    name: str
    heading: str
    items: tuple[Item, ...]
    total: int
    all_path: str
    more: str

    @property
    def named(self) -> tuple[Item, ...]:
        """Give those that a mail names."""
        return self.items[:NAMED_IN_MAIL]

    @property
    def is_cut_in_mail(self) -> bool:
        return self.total > NAMED_IN_MAIL

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.items)


def sections(content: Content) -> tuple[Section, ...]:
    """Give every section, the empty ones too, in the order in which they are read."""
    listed = _Listed(content)
    return (
        _section("newly_overdue", _("Newly overdue"), content.newly_overdue, _late, listed.newly_overdue()),
        _section("moved", _("Moved deadlines"), content.moved, _moved, listed.changed()),
        _section("changed", _("Changed status"), content.changed, _changed, listed.changed()),
        _section(
            "silent_owners", _("Silent owners"), content.silent_owners, listed.silent_owner, listed.silent()
        ),
        _section("due_next", _("Due in the next period"), content.due_next, _due, listed.due_next()),
        _section("closed", _("Closed"), content.closed, _closed, listed.closed()),
        _section("new", pgettext("initiatives", "New"), content.new, _new, listed.changed()),
    )


def _section(name: str, heading: str, part: Part[T], item: Callable[[T], Item], all_path: str) -> Section:
    return Section(
        name=name,
        heading=heading,
        items=tuple(item(row) for row in part.rows),
        total=part.total,
        all_path=all_path,
        more=_more(name, part.total),
    )


def _more(name: str, total: int) -> str:
    if name in ("newly_overdue", "due_next"):
        return _("See all %(n)d") % {"n": total}
    return _("See all that are silent") if name == "silent_owners" else _("See all that changed")


@dataclass(frozen=True)
class _Listed:
    """Addresses of the public list, within the scope of the series, as it stood when the period ended."""

    content: Content

    def newly_overdue(self) -> str:
        """What was due within the period but on its last day: lateness starts on the day after."""
        first, last = self.content.start - ONE_DAY, self.content.last_day - ONE_DAY
        return self._as_of_the_end(health="overdue", due_after=first, due_before=last)

    def silent(self, **filters: Any) -> str:
        return self._as_of_the_end(health="silent", **filters)

    def silent_owner(self, owner: Owner) -> Item:
        silence = ngettext(
            "silent for up to %(days)d day", "silent for up to %(days)d days", owner.silent_days
        )
        count = ngettext("%(n)d initiative", "%(n)d initiatives", owner.initiatives)
        led_by = {"party": owner.slug, "role": "lead"} if owner.slug else {}
        return Item(
            title=owner.name or _("Nobody is named as lead"),
            path=self.silent(**led_by),
            fact=capfirst(silence % {"days": owner.silent_days}),
            tone="silent",
            details=(count % {"n": owner.initiatives},),
        )

    def due_next(self) -> str:
        first = self.content.last_day + ONE_DAY
        last = next_end(Period(self.content.start, first)) - ONE_DAY
        is_narrower = "status" in QueryDict(self.content.scope)
        statuses = {} if is_narrower else {"status": OPEN}
        return self._as_of_the_end(**statuses, due_after=first, due_before=last)

    def closed(self) -> str:
        return self._path(status=",".join(CLOSED), changed_since=f"{self.content.start}T00:00:00Z")

    def changed(self) -> str:
        return self._path(changed_since=f"{self.content.start}T00:00:00Z")

    def _as_of_the_end(self, **filters: Any) -> str:
        return self._path(**filters, on=self.content.last_day)

    def _path(self, **filters: Any) -> str:
        query = QueryDict(self.content.scope, mutable=True)
        for name, value in filters.items():
            query[name] = str(value)
        return f"{reverse('initiatives')}?{query.urlencode(safe=',:')}"


def _late(row: Line) -> Item:
    fact = ngettext("%(days)d day late", "%(days)d days late", row.days_overdue) % {"days": row.days_overdue}
    return _item(row, fact=capfirst(fact), tone="overdue", details=[_due_words(row), _lead(row)])


def _due(row: Line) -> Item:
    return _item(row, fact=_due_words(row), tone="due_soon", details=[_lead(row), _silence(row)])


def _closed(row: Line) -> Item:
    return _item(row, fact=capfirst(_status(row.status)), tone=row.status, details=[_lead(row)])


def _new(row: Line) -> Item:
    return _item(
        row, fact=capfirst(_status(row.status)), tone=row.status, details=[_due_words(row), _lead(row)]
    )


def _moved(move: Move) -> Item:
    is_current = move.new_due_on == move.line.due_on
    new = day(move.new_due_on, move.line.due_precision if is_current else Precision.DAY)
    return _item(
        move.line,
        fact=f"{day(move.old_due_on)} → {new}",
        details=[_shift(move), _lead(move.line)],
        words=_reason(move.reason),
        source=move.source,
        url=move.url,
    )


def _changed(change: Change) -> Item:
    return _item(
        change.line,
        fact=capfirst(f"{_status(change.old_status)} → {_status(change.new_status)}"),
        tone=change.new_status,
        details=[_happened(change), _lead(change.line)],
        words=change.note,
        source=change.source,
        url=change.url,
    )


def _happened(change: Change) -> str:
    """Say the day; where an earlier status stands again, because a report was withdrawn, there is none."""
    if change.happened_on is None:
        return ""
    return capfirst(day(change.happened_on, change.happened_precision))


def _item(row: Line, *, details: Iterable[str], **more: str) -> Item:
    path = address_of("initiative", row.slug)
    return Item(title=row.title, path=path, details=tuple(filter(None, details)), **more)


def _due_words(row: Line) -> str:
    if row.due_on is None:
        return _("No deadline")
    return _("Due: %(due_day)s") % {"due_day": day(row.due_on, row.due_precision)}


def _lead(row: Line) -> str:
    return _("Lead: %(name)s") % {"name": row.lead} if row.lead else _("Nobody is named as lead")


def _silence(row: Line) -> str:
    if not row.silent_days:
        return ""
    text = ngettext(
        "Nothing reported for %(days)d day", "Nothing reported for %(days)d days", row.silent_days
    )
    return text % {"days": row.silent_days}


def _shift(move: Move) -> str:
    days = move.days or 0
    if days > 0:
        return capfirst(
            ngettext("moved %(days)d day later", "moved %(days)d days later", days) % {"days": days}
        )
    if days < 0:
        text = ngettext("brought forward %(days)d day", "brought forward %(days)d days", -days)
        return capfirst(text % {"days": -days})
    return ""


def _reason(words: str) -> str:
    return _("Reason: %(words)s") % {"words": words} if words else ""


def _status(value: str) -> str:
    return str(Status(value).label)
