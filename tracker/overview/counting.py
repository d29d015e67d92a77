"""What the overview counts, each in one query of the database, whatever the number of initiatives."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Case, Count, Max, Value, When
from django.db.models.functions import TruncQuarter

from tracker.models import Health, Initiative, Party, Quote, Responsibility
from tracker.models.initiative import CLOSED
from tracker.overview.tallies import heard_of

OWNERS_SHOWN = 15
PUBLISHERS_SHOWN = 20


class Quarter(NamedTuple):
    """What is due in the quarter that begins on a day, by what became of it."""

    start: dt.date
    overdue: int
    ahead: int
    closed: int

    @property
    def total(self) -> int:
        return self.overdue + self.ahead + self.closed


class Owner(NamedTuple):
    """Whoever leads open initiatives: how many, and the day of the last word about any of them."""

    party: Party
    open: int
    heard_of_on: dt.date


class Row(NamedTuple):
    """Initiatives of one name, by status."""

    name: str
    statuses: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.statuses.values())


def due_by_quarter(on: dt.date) -> list[Quarter]:
    """Count what is due in each quarter in which anything is, oldest first."""
    rows, health = Initiative.objects.published().conditions(on)
    fate = Case(
        When(status__in=CLOSED, then=Value("closed")),
        When(health[Health.OVERDUE], then=Value("overdue")),
        default=Value("ahead"),
    )
    counted = rows.filter(due_on__isnull=False).order_by()
    found: dict[dt.date, Counter[str]] = {}
    for start, name, count in counted.values_list(TruncQuarter("due_on"), fate).annotate(Count("pk")):
        found.setdefault(start, Counter())[name] += count
    return [
        Quarter(start, fates["overdue"], fates["ahead"], fates["closed"])
        for start, fates in sorted(found.items())
    ]


def sectors() -> list[Row]:
    """Count the statuses of each sector in which anything was announced, the largest first."""
    rows = Initiative.objects.published().order_by().values_list("sector", "status")
    return _rows(rows.annotate(Count("pk")))


def publishers() -> list[Row]:
    """Count the statuses of what each publisher announced, whoever announced most first; "" names none.

    What two of them announced counts for both.
    """
    quotes = Quote.objects.published().filter(
        initiative__published_at__isnull=False, relation=Quote.Relation.ANNOUNCES
    )
    rows = quotes.order_by().values_list("source__publisher", "initiative__status")
    return _rows(rows.annotate(Count("initiative", distinct=True)))[:PUBLISHERS_SHOWN]


def silent_owners(on: dt.date) -> list[Owner]:
    """Give those who lead something open, the longest silent first: nothing was heard of any of it."""
    rows, health = Initiative.objects.published().conditions(on)
    led = rows.filter(
        ~health[Health.CLOSED],
        responsibilities__role=Responsibility.Role.LEAD,
        responsibilities__party__published_at__isnull=False,
    )
    counted = (
        led.order_by()
        .values("responsibilities__party")
        .annotate(newest=Max(heard_of(rows)), open=Count("pk"))
        .order_by("newest", "responsibilities__party")[:OWNERS_SHOWN]
    )
    found = list(counted)
    parties = Party.objects.in_bulk([row["responsibilities__party"] for row in found])
    return [Owner(parties[row["responsibilities__party"]], row["open"], row["newest"]) for row in found]


def _rows(counted: Iterable[tuple[str, str, int]]) -> list[Row]:
    found: dict[str, dict[str, int]] = {}
    for name, status, count in counted:
        found.setdefault(name, {})[status] = count
    return sorted((Row(*item) for item in found.items()), key=lambda row: (-row.total, row.name))
