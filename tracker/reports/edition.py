"""An edition in words of the active language: what mail, page and PDF set, each in its own way."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from tracker.models import Health, Status
from tracker.models.initiative import CLOSED, SILENT_AFTER_DAYS
from tracker.reports import charts
from tracker.reports.content import Content, Number
from tracker.reports.sections import Section, sections
from tracker.wording import day, days

NAMED = 3
"""So many findings stand in the headline; the sections tell the rest."""


@dataclass(frozen=True)
class Figure:
    """A headline number, and how it has changed since the last report; a first report knows no change."""

    name: str
    label: str
    now: int
    before: int | None

    @property
    def change(self) -> str:
        """Say the change in words: "3 more"."""
        if self.before is None:
            return ""
        more = self.now - self.before
        if more > 0:
            return ngettext("%(n)d more", "%(n)d more", more) % {"n": more}
        if more < 0:
            return ngettext("%(n)d fewer", "%(n)d fewer", -more) % {"n": -more}
        return _("unchanged")

    @property
    def sign(self) -> str:
        """Say the change as a signed number: "+3", "−2", "±0"."""
        if self.before is None:
            return ""
        more = self.now - self.before
        return f"+{more}" if more > 0 else f"−{-more}" if more < 0 else "±0"

    @property
    def arrow(self) -> str:
        if self.before is None or self.now == self.before:
            return ""
        return "▲" if self.now > self.before else "▼"


@dataclass(frozen=True)
class Edition:
    """One report as it is told. Read it in the language of its content."""

    content: Content

    @property
    def name(self) -> str:
        return self.content.series

    @cached_property
    def period(self) -> str:
        return days(self.content.start, self.content.last_day)

    @property
    def title(self) -> str:
        return f"{self.name}, {self.period}"

    @property
    def state_day(self) -> str:
        return day(self.content.last_day)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return sections(self.content)

    @property
    def filled(self) -> list[Section]:
        return [section for section in self.sections if section.total]

    @property
    def _nothing_in(self) -> str:
        """Name the sections that have nothing to tell."""
        return ", ".join(section.heading for section in self.sections if not section.total)

    @property
    def nothing(self) -> str:
        """Say in one quiet line which sections are empty; where nothing changed, the summary says so."""
        if self.is_quiet or not self._nothing_in:
            return ""
        return _("Nothing this time under: %(names)s.") % {"names": self._nothing_in}

    @property
    def comparison(self) -> str:
        """Say what the changes are counted from; nothing in a first report."""
        return "" if self.content.is_first else _("Changes are against the report before this one.")

    @property
    def is_quiet(self) -> bool:
        """Answer that nothing changed in the period."""
        content = self.content
        changes = (content.newly_overdue, content.moved, content.changed, content.closed, content.new)
        return not any(part.total for part in changes)

    @cached_property
    def finding(self) -> str:
        """Say in a few words what the reader must know: "3 newly overdue, 2 moved"."""
        if self.content.is_first:
            total, overdue = self._numbers["total"].now, self._numbers["overdue"].now
            return _("first report, %(overdue)d of %(total)d overdue") % {"total": total, "overdue": overdue}
        if self.is_quiet:
            return _("nothing changed")
        return ", ".join(list(self._changes())[:NAMED])

    @property
    def headline(self) -> str:
        return capfirst(self.finding)

    @cached_property
    def summary(self) -> str:
        """Say the state at the end of the period in a sentence, and what it can be compared with."""
        if self.content.is_first:
            first = _("This is the first report; there is none before it to compare with.")
            return f"{self.state} {first}"
        if self.is_quiet:
            quiet = _(
                "No deadline was missed or moved, no status changed, nothing was closed or added "
                "since the last report."
            )
            return f"{quiet} {self.state}"
        return self.state

    @cached_property
    def figures(self) -> list[Figure]:
        """Give the numbers that lead the report."""
        labels = {
            "total": pgettext("number of initiatives", "in all"),
            "overdue": Health.OVERDUE.label,
            "silent": Health.SILENT.label,
            "no_deadline": Health.NO_DEADLINE.label,
            "completed": Status.COMPLETED.label,
            "in_progress": Status.IN_PROGRESS.label,
        }
        return [self._figure(name, str(label)) for name, label in labels.items()]

    @cached_property
    def statuses(self) -> list[Figure]:
        return [self._figure(value, str(label)) for value, label in Status.choices]

    @cached_property
    def history(self) -> tuple[charts.Bar, ...]:
        return charts.statuses_over_time(self.content.snapshots)

    @property
    def history_rows(self) -> list[tuple[str, list[int], int]]:
        """Give the same numbers as a table: the day, the count of each status in their order, the sum."""
        counts = ([row.counts.get(value, 0) for value in Status] for row in self.content.snapshots)
        return [(bar.label, row, bar.count) for bar, row in zip(self.history, counts, strict=True)]

    @cached_property
    def due_dates(self) -> tuple[charts.Bar, ...]:
        return charts.due_dates(self.content.overdue_before, self.content.months)

    @cached_property
    def history_finding(self) -> str:
        """Say what the bars of the statuses show."""
        if len(self.history) < 2:
            return _("Where the initiatives stand")
        first, last = self.content.snapshots[0], self.content.snapshots[-1]
        done = (first.counts.get(Status.COMPLETED, 0), last.counts.get(Status.COMPLETED, 0))
        words = ngettext(
            "%(n)d completed now, %(before)d on %(day)s",
            "%(n)d completed now, %(before)d on %(day)s",
            done[1],
        )
        return words % {"n": done[1], "before": done[0], "day": day(first.on)}

    @cached_property
    def due_finding(self) -> str:
        """Say what the bars of the due dates show."""
        ahead = sum(row.due for row in self.content.months)
        if not ahead:
            return _("Nothing falls due in the next 12 months")
        text = ngettext(
            "%(n)d falls due in the next 12 months", "%(n)d fall due in the next 12 months", ahead
        )
        return text % {"n": ahead}

    def _figure(self, name: str, label: str) -> Figure:
        number = self._numbers[name]
        return Figure(name=name, label=label, now=number.now, before=number.before)

    @cached_property
    def _numbers(self) -> dict[str, Number]:
        return {number.name: number for number in self.content.numbers}

    @property
    def state(self) -> str:
        now = {name: number.now for name, number in self._numbers.items()}
        open_ = now["total"] - sum(now[status] for status in CLOSED)
        text = ngettext(
            "On %(day)s, %(overdue)d of %(open)d open initiative is overdue; %(silent)d is silent: nothing "
            "has been reported of it for %(days)d days or longer.",
            "On %(day)s, %(overdue)d of %(open)d open initiatives are overdue; %(silent)d are silent: "
            "nothing has been reported of them for %(days)d days or longer.",
            open_,
        )
        return text % {**now, "day": self.state_day, "open": open_, "days": SILENT_AFTER_DAYS}

    def _changes(self) -> Iterator[str]:
        content = self.content
        if n := content.newly_overdue.total:
            yield ngettext("%(n)d newly overdue", "%(n)d newly overdue", n) % {"n": n}
        if n := content.moved.total:
            yield ngettext("%(n)d moved", "%(n)d moved", n) % {"n": n}
        if n := content.closed.total:
            yield ngettext("%(n)d closed", "%(n)d closed", n) % {"n": n}
        if n := content.new.total:
            yield ngettext("%(n)d new", "%(n)d new", n) % {"n": n}
        if n := content.changed.total:
            yield ngettext("%(n)d changed status", "%(n)d changed status", n) % {"n": n}
