"""Builds the content of an edition: what differs between two days, and the state at the end.

Two states are compared: at the end of the last day, as known at `known_at`; and at the end of the day before
the period, as the edition before told it. So whatever is recorded appears in one edition, also when it tells
of earlier days. A first edition has nothing to be compared with; there the calendar alone decides what
belongs to the period, and what tells of no day lies before it. Of an initiative that changed twice in
between, the whole difference is told once.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

from tracker.models import Deadline, Health, Status, StatusUpdate
from tracker.reports import periods
from tracker.reports.content import Content, Month, Number, Part, Row, Snapshot
from tracker.reports.knowledge import Evidence, Knowledge, Said, State, View
from tracker.reports.periods import ONE_DAY, Period
from tracker.reports.telling import Telling, shift

KEPT = 200
"""So many rows of a section are kept; the others are counted."""
SNAPSHOTS = 8
LONG_AGO = dt.date.min
MONTHS = 12
GRAVEST_FIRST = [
    Status.DROPPED,
    Status.ON_HOLD,
    Status.ANNOUNCED,
    Status.IN_PROGRESS,
    Status.PARTLY_DONE,
    Status.COMPLETED,
]

T = TypeVar("T")
S = TypeVar("S")
States = dict[int, State]
Scope = tuple[int, ...] | None


@dataclass(frozen=True)
class Coverage:
    """What an edition covers.

    `before_at` is the `known_at` of the edition before, None for a first one. Where both days are looked at
    from one moment, the two are the same. `told` are the snapshots that the edition before showed; where
    there are none, or they had another scope, the state is counted anew for each of `recounted`, the last
    days of earlier periods.
    """

    name: str
    scope: str
    start: dt.date
    end: dt.date
    known_at: dt.datetime
    before_at: dt.datetime | None = None
    in_scope: Scope = None
    was_in_scope: Scope = None
    told: tuple[Snapshot, ...] = ()
    recounted: tuple[dt.date, ...] = ()

    @property
    def last_day(self) -> dt.date:
        return self.end - ONE_DAY

    @property
    def day_before(self) -> dt.date:
        return self.start - ONE_DAY


class Pair(NamedTuple):
    """An initiative at the end of the period and before it; `why`, if what changed it was said since."""

    state: State
    before: State
    why: Evidence | None


class Comparison:
    """Reads everything once, in however many languages it is told."""

    def __init__(self, coverage: Coverage) -> None:
        self.coverage = coverage
        self._known = Knowledge(coverage.known_at)
        every = self._known.states(View(coverage.last_day, coverage.known_at))
        self._view_before = (
            View(coverage.day_before, coverage.before_at)
            if coverage.before_at
            else View(coverage.day_before, coverage.known_at, undated_on=LONG_AGO)
        )
        self._before = self._known.states(self._view_before)
        self._now = _within(every, coverage.in_scope)
        self._were = _within(self._before, coverage.was_in_scope)
        # What has left the scope in the period is compared, too: leaving it is a change to be told.
        self._followed = {pk: state for pk, state in every.items() if pk in self._now or pk in self._were}
        self._leads = self._known.leads

    def content(self, language: str) -> Content:
        """Tell the edition in a language."""
        covers, tell = self.coverage, self._telling(language)
        return Content(
            series=covers.name,
            scope=covers.scope,
            language=language,
            start=covers.start,
            last_day=covers.last_day,
            is_first=covers.before_at is None,
            numbers=self._numbers,
            newly_overdue=_part(self._newly_overdue, tell.line),
            moved=_part(self._moved, lambda pair: tell.move(*pair)),
            changed=_part(self._changed, lambda pair: tell.change(*pair)),
            silent_owners=tell.silent_owners(self._now.values(), kept=KEPT),
            due_next=_part(self._due_next, tell.line),
            closed=_part(self._closed, tell.line),
            new=_part(self._new, tell.line),
            snapshots=self._snapshots,
            overdue_before=sum(state.days_overdue(covers.last_day) > 0 for state in self._now.values()),
            months=self._months,
            in_scope=covers.in_scope,
            was_in_scope=covers.was_in_scope,
        )

    def rows(self, language: str) -> list[Row]:
        """Tell of every initiative in scope at the end, in the order in which they are due."""
        tell = self._telling(language)
        return [tell.row(state) for state in sorted(self._now.values(), key=_due)]

    def _telling(self, language: str) -> Telling:
        return Telling(language, self.coverage.last_day, self._leads)

    @cached_property
    def _numbers(self) -> tuple[Number, ...]:
        now = _counts(self._now.values(), self.coverage.last_day)
        before = _counts(self._were.values(), self.coverage.day_before)
        is_first = self.coverage.before_at is None
        return tuple(Number(name, count, None if is_first else before[name]) for name, count in now.items())

    @cached_property
    def _newly_overdue(self) -> list[State]:
        last_day, day_before = self.coverage.last_day, self.coverage.day_before
        were = {pk for pk, before in self._before.items() if before.days_overdue(day_before)}
        late = [s for s in self._now.values() if s.days_overdue(last_day) and s.pk not in were]
        return sorted(late, key=_due)

    @cached_property
    def _moved(self) -> list[Pair]:
        """A first promise of time moves nothing; one that is withdrawn leads back to the one before."""
        pairs = [pair for pair in self._pairs() if pair[1].promise and pair[0].due_on != pair[1].due_on]
        pairs.sort(key=lambda pair: (_most_first(shift(*pair)), pair[0].slug))
        return self._explained(pairs, Deadline)

    @cached_property
    def _changed(self) -> list[Pair]:
        pairs = [pair for pair in self._pairs() if pair[0].status != pair[1].status]
        pairs.sort(key=lambda pair: _gravity(pair[0]))
        return self._explained(pairs, StatusUpdate)

    @cached_property
    def _due_next(self) -> list[State]:
        end = periods.next_end(Period(self.coverage.start, self.coverage.end))
        return sorted(
            (
                state
                for state in self._now.values()
                if not state.is_closed and state.due_on and self.coverage.end <= state.due_on < end
            ),
            key=_due,
        )

    @cached_property
    def _closed(self) -> list[State]:
        were = {pk for pk, before in self._before.items() if before.is_closed}
        found = [s for s in self._followed.values() if s.is_closed and s.pk not in were]
        return sorted(found, key=_gravity)

    @cached_property
    def _new(self) -> list[State]:
        """What was hidden for a while, and is shown again, is not new.

        Two days that are looked at from one moment differ by what was announced between them.
        """
        before_at, known_at = self.coverage.before_at, self.coverage.known_at
        earlier = before_at if before_at and before_at < known_at else None
        known = self._before.keys() | (self._known.once_public(earlier) if earlier else set())
        return sorted((state for state in self._now.values() if state.pk not in known), key=_due)

    @cached_property
    def _snapshots(self) -> tuple[Snapshot, ...]:
        earlier = self.coverage.told or self._recounted()
        return *earlier[1 - SNAPSHOTS :], _snapshot(self._now, self.coverage.last_day)

    def _recounted(self) -> tuple[Snapshot, ...]:
        """Count earlier days, leaving out those on which there was nothing yet."""
        views = [View(day, self.coverage.known_at, undated_on=LONG_AGO) for day in self.coverage.recounted]
        scope = self.coverage.in_scope
        counted = [_snapshot(_within(self._known.states(view), scope), view.on) for view in views]
        return tuple(row for row in counted if any(row.counts.values()))

    @cached_property
    def _months(self) -> tuple[Month, ...]:
        last_day = self.coverage.last_day
        due = Counter(
            state.due_on.replace(day=1)
            for state in self._now.values()
            if not state.is_closed and state.due_on and state.due_on >= last_day
        )
        return tuple(Month(month, due[month]) for month in periods.months_from(last_day, MONTHS))

    def _pairs(self) -> list[tuple[State, State]]:
        return [(state, self._before[pk]) for pk, state in self._followed.items() if pk in self._before]

    def _explained(
        self, pairs: list[tuple[State, State]], model: type[StatusUpdate] | type[Deadline]
    ) -> list[Pair]:
        """Add why, where it was said since; of those that are cut nobody asks."""
        said = [state.report if model is StatusUpdate else state.promise for state, _before in pairs]
        new = {row.pk for row in said[:KEPT] if row and not self._held_before(row)}
        why = self._known.evidence(model, new)
        return [
            Pair(state, before, why.get(row.pk) if row else None)
            for (state, before), row in zip(pairs, said, strict=True)
        ]

    def _held_before(self, row: Said) -> bool:
        return row.holds(self._view_before)


def _within(states: States, scope: Scope) -> States:
    return states if scope is None else {pk: states[pk] for pk in scope if pk in states}


def _part(rows: Sequence[S], tell: Callable[[S], T]) -> Part[T]:
    return Part(tuple(tell(row) for row in rows[:KEPT]), len(rows))


def _counts(states: Iterable[State], on: dt.date) -> dict[str, int]:
    listed = list(states)
    statuses = Counter(state.status for state in listed)
    health = Counter(name for state in listed for name in state.health(on))
    return {
        "total": len(listed),
        **{status.value: statuses[status] for status in Status},
        **{name.value: health[name] for name in (Health.OVERDUE, Health.SILENT, Health.NO_DEADLINE)},
    }


def _snapshot(states: States, on: dt.date) -> Snapshot:
    statuses = Counter(state.status for state in states.values())
    return Snapshot(on, {status.value: statuses[status] for status in Status})


def _due(state: State) -> tuple[bool, dt.date, str]:
    """What is due first comes first, what has no day last."""
    return state.due_on is None, state.due_on or dt.date.max, state.slug


def _gravity(state: State) -> tuple[int, str]:
    return GRAVEST_FIRST.index(Status(state.status)), state.slug


def _most_first(days: int | None) -> tuple[bool, int]:
    """What was moved to no known day comes first, then what was moved furthest."""
    return days is not None, -(days or 0)
