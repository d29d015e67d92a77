"""The overview as it is told: for each chart what it shows in a sentence, its drawing, and its numbers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.models import Health, Initiative, Sector, Status
from tracker.models.initiative import SILENT_AFTER_DAYS
from tracker.overview import columns, counting, due, tallies
from tracker.overview.counting import Owner, Row
from tracker.overview.history import Month, statuses_by_month
from tracker.reports.charts import Bar, bar
from tracker.wording import day

YEAR = 12
"""Months."""


@dataclass(frozen=True)
class Line:
    """One name with its statuses: a bar, and the counts in their order. `name` is a filter's value."""

    name: str
    label: str
    bar: Bar
    cells: list[int]


@dataclass(frozen=True)
class Silence:
    owner: Owner
    days: int
    bar: Bar


class Story:
    """Everything that the page tells, as of today: `on`. Each part is counted when it is first asked for."""

    def __init__(self, on: dt.date) -> None:
        self.on = on

    @cached_property
    def tally(self) -> tallies.Tally:
        return tallies.of_all(Initiative.objects.published(), self.on)

    @property
    def statuses(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Status.choices]

    # --- statuses over time ---------------------------------------------------------------------------

    @cached_property
    def months(self) -> list[Month]:
        return statuses_by_month(self.on)

    @property
    def segments(self) -> list[columns.Segment]:
        return columns.segments(self.months)

    @property
    def names(self) -> list[columns.Name]:
        return columns.names(self.months[-1]) if self.months else []

    @property
    def month_rows(self) -> list[tuple[str, list[int], int]]:
        """Give the same numbers as a table: the day, each status in the order of the scale, the sum."""
        return [(day(month.on), _cells(month.counts), month.total) for month in self.months]

    @property
    def time_finding(self) -> str:
        """Say of how many no step has been shown, now and a year ago."""
        now = self.months[-1]
        text = ngettext(
            "Only announced, with no step shown: %(still)d of %(total)d initiative.",
            "Only announced, with no step shown: %(still)d of %(total)d initiatives.",
            now.total,
        ) % {"still": now.counts[Status.ANNOUNCED], "total": now.total}
        before = self.months[-1 - YEAR] if len(self.months) > YEAR else None
        if before is None or not before.total:
            return text
        was = _("A year before: %(still)d of %(total)d.")
        return f"{text} {was % {'still': before.counts[Status.ANNOUNCED], 'total': before.total}}"

    # --- due dates ------------------------------------------------------------------------------------

    @cached_property
    def due_lines(self) -> list[due.DueLine]:
        return due.lines(counting.due_by_quarter(self.on), self.on)

    @property
    def due_finding(self) -> str:
        """Say how many name no day, and how many of the others are late."""
        undated = self.tally.health[Health.NO_DEADLINE]
        dated, late = self.tally.open - undated, self.tally.health[Health.OVERDUE]
        text = ngettext(
            "Without a deadline: %(n)d of %(open)d open initiative.",
            "Without a deadline: %(n)d of %(open)d open initiatives.",
            self.tally.open,
        ) % {"n": undated, "open": self.tally.open}
        overdue = _("Overdue: %(late)d of the other %(dated)d.") % {"late": late, "dated": dated}
        return f"{text} {overdue}" if dated else text

    # --- sectors --------------------------------------------------------------------------------------

    @cached_property
    def sectors(self) -> list[Line]:
        labels = dict(Sector.choices)
        return _lines(counting.sectors(), {name: capfirst(str(label)) for name, label in labels.items()})

    @property
    def sector_finding(self) -> str:
        """Say where most was announced, and how much of it is completed."""
        return _most(self.sectors[0])

    # --- silence --------------------------------------------------------------------------------------

    @cached_property
    def silences(self) -> list[Silence]:
        """Give those who were heard of before today, the longest silent first."""
        owners = [owner for owner in counting.silent_owners(self.on) if owner.heard_of_on < self.on]
        days = [(self.on - owner.heard_of_on).days for owner in owners]
        return [
            Silence(owner, count, bar("", [("silent", "", count)], of=days[0]))
            for owner, count in zip(owners, days, strict=True)
        ]

    @property
    def silence_finding(self) -> str:
        """Say how many are silent, and how long the longest silence of anybody is."""
        text = ngettext(
            "Nothing reported for %(days)d days or longer: %(silent)d of %(open)d open initiative.",
            "Nothing reported for %(days)d days or longer: %(silent)d of %(open)d open initiatives.",
            self.tally.open,
        ) % {"silent": self.tally.health[Health.SILENT], "open": self.tally.open, "days": SILENT_AFTER_DAYS}
        longest = ngettext(
            "The longest silence of a lead is %(n)d day.",
            "The longest silence of a lead is %(n)d days.",
            self.silences[0].days,
        )
        return f"{text} {longest % {'n': self.silences[0].days}}"

    # --- who said it ----------------------------------------------------------------------------------

    @cached_property
    def publishers(self) -> list[Line]:
        return _lines(counting.publishers(), {"": _("Publisher not named")})

    @property
    def publisher_finding(self) -> str:
        """Say who announced most, and how much of it is completed."""
        return _most(self.publishers[0])


def _most(line: Line) -> str:
    """Say of the first of some lines how much was announced there, and how much of it is completed."""
    total, done = sum(line.cells), line.cells[Status.values.index(Status.COMPLETED)]
    text = ngettext(
        "Most was announced here: %(name)s, %(total)d initiative. Completed of these: %(done)d.",
        "Most was announced here: %(name)s, %(total)d initiatives. Completed of these: %(done)d.",
        total,
    )
    return text % {"name": line.label, "total": total, "done": done}


def _lines(rows: Sequence[Row], labels: dict[str, str]) -> list[Line]:
    longest = max((row.total for row in rows), default=0)
    named = Status.choices
    return [
        Line(
            name=row.name,
            label=labels.get(row.name, row.name),
            bar=bar(
                "", [(value, str(label), row.statuses.get(value, 0)) for value, label in named], of=longest
            ),
            cells=_cells(row.statuses),
        )
        for row in rows
    ]


def _cells(counts: dict[str, int]) -> list[int]:
    return [counts.get(status, 0) for status in Status.values]
