"""When a rule speaks. Pure: days and rules in, steps out; nothing here asks the database or the clock.

A step is the number of days from the anchor, negative before it: -7 is a week before a deadline, +1 the day
after it. A step speaks on its own day, or, where people do not work on it, on the working day before (of a
deadline or milestone to come) or after (of anything else). Whoever plans a day takes the newest step that has
spoken by then, so a day on which nobody planned is made up for by the next, once.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from tracker.models import Reminder, ReminderKind, ReminderRule
from tracker.reminders import working_days

Role = Reminder.Role

BEFORE = (ReminderKind.DUE, ReminderKind.MILESTONE)
"""Kinds that count the days before their anchor; the others count those after it."""

WEIGHT = {role: weight for weight, role in enumerate(reversed(Role))}
"""Who is several of these in one initiative is told as the heaviest: the lead first, leadership last."""

FARTHEST = 32_000
"""No step is farther from its anchor, whatever year a slip of the pen put there: the column ends soon."""


@dataclass(frozen=True)
class Schedule:
    """The days of one rule. `offsets` rise; `then_every` repeats the last of them."""

    before: bool
    offsets: tuple[int, ...]
    then_every: int | None = None
    on_working_days: bool = True

    @classmethod
    def of(cls, rule: ReminderRule) -> "Schedule":
        return cls(
            before=rule.kind in BEFORE,
            offsets=tuple(offset for offset in rule.offsets if offset <= FARTHEST),
            then_every=rule.then_every,
            on_working_days=rule.on_working_days,
        )

    def fires_on(self, anchor: dt.date, step: int, country: str) -> dt.date:
        """Give the day on which a step speaks to somebody in this country."""
        day = anchor + dt.timedelta(days=step)
        if not self.on_working_days:
            return day
        return (working_days.on_or_before if self.before else working_days.on_or_after)(day, country)

    def steps_down(self, days: int) -> Iterator[int]:
        """Give the steps, latest first, that lie at most so many days from the anchor."""
        if self.before:
            yield from (-offset for offset in self.offsets)
            return
        days = min(days, FARTHEST)
        if self.then_every and self.offsets:
            last = self.offsets[-1]
            yield from range(
                last + (days - last) // self.then_every * self.then_every, last, -self.then_every
            )
        yield from (offset for offset in reversed(self.offsets) if offset <= days)


@lru_cache(maxsize=50_000)
def newest(schedule: Schedule, anchor: dt.date, day: dt.date, country: str) -> int | None:
    """Find the newest step that has spoken by the end of `day`; None before the first."""
    steps = schedule.steps_down((day - anchor).days)
    return next((step for step in steps if schedule.fires_on(anchor, step, country) <= day), None)


def skipped(schedule: Schedule, *, last: int | None, step: int, least: int | None) -> tuple[int, ...]:
    """List the steps between the last one that was told and this one; none where nothing was told yet.

    `least` is the first step that concerns the recipient.
    """
    if last is None:
        return ()
    between = (earlier for earlier in schedule.steps_down(step) if last < earlier < step)
    return tuple(sorted(earlier for earlier in between if least is None or earlier >= least))


def anchors(
    *,
    day: dt.date,
    due_on: dt.date | None,
    announced_on: dt.date,
    heard_of_on: dt.date,
    milestones: Sequence[dt.date],
) -> Iterator[tuple[ReminderKind, dt.date]]:
    """Say what holds of an open initiative on a day, and from which day each counts.

    `milestones` are the due days of those not yet reached. A deadline is before it until its day is over.
    """
    if due_on is None:
        yield ReminderKind.NO_DEADLINE, announced_on
    else:
        yield (ReminderKind.DUE if day <= due_on else ReminderKind.OVERDUE), due_on
    yield ReminderKind.SILENT, heard_of_on
    for milestone in milestones:
        yield ReminderKind.MILESTONE, milestone


def least_steps(rule: ReminderRule) -> Iterator[tuple[Role, int | None]]:
    """Name whom a rule tells, and from which step on; None is from the first."""
    if rule.to_lead:
        yield Role.LEAD, None
    if rule.to_support:
        yield Role.SUPPORT, None
    if rule.to_controller:
        yield Role.CONTROLLER, None
    if rule.head_after is not None:
        yield Role.HEAD, rule.head_after
    if rule.leadership_after is not None:
        yield Role.LEADERSHIP, rule.leadership_after


def day_to_plan(*, now: dt.datetime, zone: ZoneInfo, hour: int) -> dt.date | None:
    """Give the local day whose reminders may go out, once the wall clock shows the hour; None before it.

    An hour that the clocks leap over counts as reached by the next one.
    """
    local = now.astimezone(zone)
    return local.date() if local.hour >= hour else None


def zone_of(name: str) -> ZoneInfo:
    """Look a zone up; one that this machine's time zone database does not know is taken as the site's."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)
