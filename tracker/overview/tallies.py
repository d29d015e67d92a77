"""How many of some initiatives stand where."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Count, Max, Min, Model, Q
from django.db.models.functions import Coalesce, TruncDate

from tracker.models import Health, Status
from tracker.models.initiative import InitiativeQuerySet
from tracker.reports.charts import Bar, bar

_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True)
class Tally:
    """Counts by status and by health.

    `heard_of_on` is the oldest last word about an open one; None if none is open.

    `last_reported_on` is the newest report of any.
    """

    statuses: Mapping[str, int]
    health: Mapping[str, int]
    heard_of_on: dt.date | None = None
    last_reported_on: dt.date | None = None

    @property
    def total(self) -> int:
        return sum(self.statuses.values())

    @property
    def open(self) -> int:
        return self.total - self.health[Health.CLOSED]

    @property
    def by_status(self) -> list[tuple[str, str, int]]:
        """Name each status that occurs, with its label and count, in the order of the scale."""
        return [(value, str(label), n) for value, label in Status.choices if (n := self.statuses[value])]

    @property
    def by_health(self) -> list[tuple[str, str, int]]:
        """Name each condition that occurs, with its label and count; the statuses tell what is closed."""
        named = ((value, str(label), self.health[value]) for value, label in Health.choices)
        return [(value, label, n) for value, label, n in named if n and value != Health.CLOSED]

    @property
    def bar(self) -> Bar:
        """Draw the statuses as one bar that fills its room."""
        return bar("", self.by_status, of=self.total)


NOTHING = Tally(dict.fromkeys(Status.values, 0), dict.fromkeys(Health.values, 0))


def with_bars(rows: Iterable[_Row], tallies: Mapping[int, Tally]) -> list[tuple[_Row, Tally, Bar]]:
    """Pair rows with their tallies and bars; the longest bar fills its room."""
    counted = [(row, tallies.get(row.pk, NOTHING)) for row in rows]
    longest = max((tally.total for _row, tally in counted), default=0)
    return [(row, tally, bar("", tally.by_status, of=longest)) for row, tally in counted]


def of_all(rows: InitiativeQuerySet, on: dt.date) -> Tally:
    """Count these initiatives, in one query."""
    ready, columns = _counted(rows, on, repeated=False)
    return _tally(ready.aggregate(**columns))


def by(rows: InitiativeQuerySet, key: str, on: dt.date, *, repeated: bool = False) -> dict[Any, Tally]:
    """Count these initiatives for each value of a key, in one query.

    Where one may occur several times with the same value, say that they are `repeated`: each counts once.
    """
    ready, columns = _counted(rows, on, repeated)
    found = ready.order_by().values(key).annotate(**columns)
    return {row[key]: _tally(row) for row in found}


def _counted(
    rows: InitiativeQuerySet, on: dt.date, repeated: bool
) -> tuple[InitiativeQuerySet, dict[str, Any]]:
    ready, conditions = rows.conditions(on)
    holding = {f"status_{status}": Q(**{rows.column("status"): status}) for status in Status.values}
    holding |= {f"health_{health.value}": condition for health, condition in conditions.items()}
    columns: dict[str, Any] = {
        name: Count("pk", filter=condition, distinct=repeated) for name, condition in holding.items()
    }
    columns["oldest_word"] = Min(heard_of(rows), filter=~conditions[Health.CLOSED])
    columns["reported"] = Max(rows.column("last_reported_on"))
    return ready, columns


def heard_of(rows: InitiativeQuerySet) -> Coalesce:
    """Stand for `Initiative.heard_of_on` in a query; the alias of that name cannot be aggregated."""
    return Coalesce(rows.column("last_reported_on"), "announced_on", TruncDate("created_at"))


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(
        statuses={status: row[f"status_{status}"] for status in Status.values},
        health={health: row[f"health_{health}"] for health in Health.values},
        heard_of_on=row["oldest_word"],
        last_reported_on=row["reported"],
    )
