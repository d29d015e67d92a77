"""The words of a notice as plain values, in the active language. Templates only set them.

Everything is said from loaded rows; nothing asks the database. What the public may not see is not named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.models import Deadline, Initiative, Notice, Party, Quote, Status, StatusUpdate
from tracker.models.initiative import CLOSED
from tracker.wording import day, leading_quote

NOTE_LENGTH = 600
QUOTE_LENGTH = 400
LISTED = 25
"""So many initiatives are told at length: Gmail cuts a mail of more than 102 kB."""

Row = StatusUpdate | Deadline | None


@dataclass(frozen=True)
class Told:
    """One change: what it is, old and new, in whose words, and where that stands. `mark` is a colour."""

    what: str
    fact: str = ""
    mark: str = ""
    detail: str = ""
    note: str = ""
    source: str = ""
    url: str = ""


@dataclass(frozen=True)
class Item:
    """One initiative with what has changed in it. `quote` are the words of a new one, in `quote_language`."""

    title: str
    url: str
    told: tuple[Told, ...]
    quote: str = ""
    quote_language: str = ""


@dataclass(frozen=True)
class Letter:
    """`more` counts what is told of no further."""

    subject: str
    heading: str
    items: tuple[Item, ...]
    more: int = 0

    @property
    def preview(self) -> str:
        return "; ".join(f"{item.title}: {item.told[0].fact or item.told[0].what}" for item in self.items[:3])


def letter(found: Sequence[tuple[Notice, Initiative, Row]], *, more: int) -> Letter:
    """Word what has changed, by initiative in the order in which it became public. There is something."""
    by_initiative: dict[int, list[tuple[Notice, Initiative, Row]]] = {}
    for notice, initiative, row in sorted(found, key=lambda entry: (entry[0].changed_at, entry[0].pk)):
        by_initiative.setdefault(initiative.pk, []).append((notice, initiative, row))
    items = [_item(rows) for rows in by_initiative.values()]
    heading = _heading(items, more)
    subject = _subject(items, heading, more)
    left_out = more + sum(len(item.told) for item in items[LISTED:])
    return Letter(subject, heading, tuple(items[:LISTED]), left_out)


def _heading(items: Sequence[Item], more: int) -> str:
    if len(items) == 1 and not more:
        return items[0].title
    number = sum(len(item.told) for item in items) + more
    return ngettext("%(n)d change in what you follow", "%(n)d changes in what you follow", number) % {
        "n": number
    }


def _subject(items: Sequence[Item], heading: str, more: int) -> str:
    title = Truncator(items[0].title).chars(120)
    if len(items) > 1 or more:
        return f"{heading}: {title}, …"
    told = items[0].told
    if len(told) == 1:
        return f"{title}: {told[0].fact or told[0].what}"
    return f"{title}: " + ngettext("%(n)d change", "%(n)d changes", len(told)) % {"n": len(told)}


def _item(rows: Iterable[tuple[Notice, Initiative, Row]]) -> Item:
    told, quote, initiative = [], None, None
    for notice, initiative, row in rows:
        told.append(_told(notice, initiative, row))
        if notice.kind == Notice.Kind.PUBLISHED:
            quote = leading_quote(initiative.quotes.all())
    assert initiative is not None  # noqa: S101  # there is a row
    return Item(
        title=initiative.title,
        url=settings.SITE_URL + initiative.get_absolute_url(),
        told=tuple(told),
        quote=Truncator(quote.exact).chars(QUOTE_LENGTH) if quote else "",
        quote_language=quote.source.language if quote else "",
    )


def _told(notice: Notice, initiative: Initiative, row: Row) -> Told:
    match row:
        case None:
            return _published(initiative)
        case StatusUpdate() if notice.kind == Notice.Kind.REPORTED:
            return _reported(row)
        case StatusUpdate():
            return Told(
                what=_("A report was taken back"),
                fact=_("Status now: %(status)s") % {"status": initiative.get_status_display()},
                mark=initiative.status,
                detail=_("It had said: %(status)s") % {"status": row.get_status_display()},
            )
        case Deadline() if notice.kind == Notice.Kind.DEADLINE:
            return _deadline(initiative, row)
    due = day(initiative.due_on, initiative.due_precision)
    return Told(
        what=_("A deadline was taken back"),
        fact=_("Deadline now: %(day)s") % {"day": due},
        detail=_("It had been: %(day)s") % {"day": day(row.due_on, row.precision)},
    )


def _published(initiative: Initiative) -> Told:
    quote, lead = leading_quote(initiative.quotes.all()), initiative.lead
    who = _("Lead: %(name)s") % {"name": lead.party.name} if lead else _("Nobody is named as lead")
    due = day(initiative.due_on, initiative.due_precision)
    when = _("Due: %(due_day)s") % {"due_day": due} if initiative.due_on else _("No deadline")
    return Told(
        what=_("New in the tracker"),
        fact=capfirst(initiative.get_status_display()),
        mark=initiative.status,
        detail=f"{who} · {when}",
        source=_where(quote) if quote else "",
        url=_address(quote) if quote else "",
    )


def _reported(row: StatusUpdate) -> Told:
    old, new = Status(row.old_status), Status(row.status)
    is_news = old != new
    what = _("Status changed") if is_news else _("New report, status as before")
    if is_news and new in CLOSED:
        what = _("Closed")
    return Told(
        what=what,
        fact=capfirst(f"{old.label} → {new.label}" if is_news else str(new.label)),
        mark=new.value,
        detail=capfirst(day(row.happened_on, row.happened_precision)) if row.happened_on else "",
        note=Truncator(row.note).chars(NOTE_LENGTH),
        **_evidence(row, row.told_by, _("Told by: %(name)s")),
    )


def _deadline(initiative: Initiative, row: Deadline) -> Told:
    new = day(row.due_on, row.precision)
    moved = (row.due_on - row.old_due_on).days if row.due_on and row.old_due_on else 0
    detail = ""
    if moved > 0:
        detail = ngettext("moved %(days)d day later", "moved %(days)d days later", moved) % {"days": moved}
    elif moved < 0:
        text = ngettext("brought forward %(days)d day", "brought forward %(days)d days", -moved)
        detail = text % {"days": -moved}
    return Told(
        what=_("Deadline moved") if row.old_due_on else _("Deadline named"),
        fact=f"{_old_day(initiative, row)} → {new}" if row.old_due_on else capfirst(new),
        detail=capfirst(detail),
        note=Truncator(row.reason or row.wording).chars(NOTE_LENGTH),
        **_evidence(row, row.moved_by, _("Moved by: %(name)s")),
    )


def _old_day(initiative: Initiative, row: Deadline) -> str:
    """Say the day before no more exactly than it was known."""
    earlier = [
        other for other in initiative.deadlines.all() if other.due_on == row.old_due_on and other != row
    ]
    return day(row.old_due_on, earlier[-1].precision) if earlier else day(row.old_due_on)


def _evidence(row: StatusUpdate | Deadline, teller: Party | None, told_by: str) -> dict[str, str]:
    if row.quote and row.quote.source.is_published:
        return {"source": _where(row.quote), "url": row.quote.source.url or row.url or _address(row.quote)}
    if teller and teller.is_published:
        return {"source": told_by % {"name": teller.name}, "url": row.url}
    return {"source": _("Evidence") if row.url else "", "url": row.url}


def _where(quote: Quote) -> str:
    source = quote.source
    named = source.publisher or source.title
    said_on = day(source.published_on, source.published_precision) if source.published_on else ""
    return ", ".join(filter(None, [named, said_on]))


def _address(quote: Quote) -> str:
    return f"{settings.SITE_URL}{quote.source.get_absolute_url()}"
