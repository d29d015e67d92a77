"""When a rule speaks: which step, on which day."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, strategies
from hypothesis import settings as hypothesis_settings

from tests import factories as make
from tracker.reminders.rules import FARTHEST, Schedule, anchors, day_to_plan, newest, skipped, zone_of

MONDAY = dt.date(2026, 11, 23)
SUNDAY = dt.date(2026, 11, 22)
FRIDAY = dt.date(2026, 11, 20)

DUE = Schedule(before=True, offsets=(0, 1, 7, 30))
OVERDUE = Schedule(before=False, offsets=(1, 7), then_every=14)


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


@pytest.mark.parametrize(
    ("left", "step"), [(31, None), (30, -30), (8, -30), (7, -7), (2, -7), (1, -1), (0, 0)]
)
def test_before_a_deadline_the_step_is_the_newest_whose_day_has_come(left: int, step: int | None) -> None:
    any_day = Schedule(before=True, offsets=(0, 1, 7, 30), on_working_days=False)

    assert newest(any_day, MONDAY, MONDAY - days(left), "") == step


@pytest.mark.parametrize(
    ("late", "step"), [(0, None), (1, 1), (6, 1), (7, 7), (20, 7), (21, 21), (34, 21), (35, 35), (707, 707)]
)
def test_after_a_deadline_the_last_offset_repeats_for_ever(late: int, step: int | None) -> None:
    any_day = Schedule(before=False, offsets=(1, 7), then_every=14, on_working_days=False)

    assert newest(any_day, MONDAY, MONDAY + days(late), "") == step


def test_without_a_repeat_the_last_offset_stays_the_newest() -> None:
    assert newest(Schedule(before=False, offsets=(1, 7)), MONDAY, MONDAY + days(900), "") == 7


def test_a_deadline_on_a_sunday_reminds_on_the_friday_before() -> None:
    assert DUE.fires_on(SUNDAY, 0, "") == FRIDAY
    assert newest(DUE, SUNDAY, FRIDAY, "") == 0


def test_what_is_overdue_since_a_weekend_reminds_on_the_monday_after() -> None:
    assert OVERDUE.fires_on(FRIDAY, 1, "") == MONDAY
    assert newest(OVERDUE, FRIDAY, SUNDAY, "") is None
    assert newest(OVERDUE, FRIDAY, MONDAY, "") == 1


@pytest.mark.parametrize(
    ("country", "before", "after"),
    [
        ("RU", dt.date(2026, 5, 8), dt.date(2026, 5, 12)),  # Victory Day is a Saturday; Monday rests for it
        ("BY", dt.date(2026, 5, 8), dt.date(2026, 5, 11)),
        ("DE", dt.date(2026, 5, 8), dt.date(2026, 5, 11)),
        ("KZ", dt.date(2026, 5, 8), dt.date(2026, 5, 11)),
        ("", dt.date(2026, 5, 8), dt.date(2026, 5, 11)),
    ],
)
def test_victory_day_in_each_country(country: str, before: dt.date, after: dt.date) -> None:
    victory_day = dt.date(2026, 5, 9)

    assert DUE.fires_on(victory_day, 0, country) == before
    assert OVERDUE.fires_on(victory_day - days(1), 1, country) == after


@pytest.mark.parametrize(("country", "fires_on"), [("DE", 2), ("RU", 3), ("", 3)])
def test_a_holiday_counts_where_it_is_kept(country: str, fires_on: int) -> None:
    german_unity = dt.date(2025, 10, 3)  # a Friday

    assert DUE.fires_on(german_unity, 0, country) == dt.date(2025, 10, fires_on)


def test_a_saturday_declared_a_working_day_is_one() -> None:
    moved = dt.date(2025, 11, 1)  # a Saturday that Russia worked, for 3 November

    assert DUE.fires_on(moved, 0, "RU") == moved
    assert DUE.fires_on(moved, 0, "DE") == dt.date(2025, 10, 31)


def test_a_rule_may_ignore_working_days() -> None:
    rule = make.rule(on_working_days=False)

    assert Schedule.of(rule).fires_on(SUNDAY, 0, "RU") == SUNDAY


def test_steps_between_the_last_told_and_the_present_one_are_skipped() -> None:
    assert skipped(OVERDUE, last=1, step=35, least=None) == (7, 21)
    assert skipped(DUE, last=-30, step=0, least=None) == (-7, -1)


def test_whoever_was_told_nothing_yet_has_skipped_nothing() -> None:
    assert skipped(OVERDUE, last=None, step=35, least=None) == ()


def test_steps_that_do_not_concern_a_head_are_not_skipped() -> None:
    assert skipped(OVERDUE, last=1, step=49, least=21) == (21, 35)


def test_an_anchor_ages_ago_stays_within_the_column() -> None:
    step = newest(OVERDUE, dt.date(1, 1, 1), MONDAY, "RU")

    assert step is not None
    assert step <= FARTHEST


@pytest.mark.parametrize(("due_on", "kind"), [(MONDAY, "due"), (SUNDAY, "overdue"), (None, "no_deadline")])
def test_a_deadline_is_before_it_until_its_day_is_over(due_on: dt.date | None, kind: str) -> None:
    held = list(
        anchors(day=MONDAY, due_on=due_on, announced_on=FRIDAY, heard_of_on=SUNDAY, milestones=[MONDAY])
    )

    assert held == [(kind, due_on or FRIDAY), ("silent", SUNDAY), ("milestone", MONDAY)]


@given(
    offsets=strategies.sets(strategies.integers(0, 400), min_size=1, max_size=5),
    every=strategies.none() | strategies.integers(1, 60),
    before=strategies.booleans(),
    country=strategies.sampled_from(["RU", "BY", "DE", ""]),
    anchor=strategies.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    passed=strategies.integers(-420, 800),
)
def test_the_newest_step_is_the_last_of_all_that_have_fired(
    offsets: set[int], every: int | None, before: bool, country: str, anchor: dt.date, passed: int
) -> None:
    schedule = Schedule(before, tuple(sorted(offsets)), None if before else every)
    day = anchor + days(passed)
    steps = [-offset for offset in offsets] if before else list(offsets)
    if every and not before:
        steps += range(max(offsets), 900, every)

    fired = [step for step in steps if schedule.fires_on(anchor, step, country) <= day]

    assert newest(schedule, anchor, day, country) == max(fired, default=None)


@pytest.mark.parametrize(
    ("now", "zone", "day"),
    [
        ("2026-11-23T06:00", "Europe/Moscow", MONDAY),
        ("2026-11-23T05:59", "Europe/Moscow", None),
        ("2026-11-22T19:00", "Pacific/Kiritimati", MONDAY),
        ("2026-11-23T12:29", "America/St_Johns", None),
        ("2026-11-23T12:30", "America/St_Johns", MONDAY),
        ("2026-11-23T03:15", "Asia/Kathmandu", MONDAY),
        ("2026-11-23T23:30", "UTC", MONDAY),
        ("2026-11-24T00:30", "UTC", None),
    ],
)
def test_the_hour_is_the_wall_clock_of_the_zone(now: str, zone: str, day: dt.date | None) -> None:
    moment = dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC)

    assert day_to_plan(now=moment, zone=ZoneInfo(zone), hour=9) == day


def test_an_unknown_zone_is_taken_as_the_site_s() -> None:
    assert zone_of("Mars/Olympus") == ZoneInfo("Europe/Moscow")


def _transitions(zone: ZoneInfo, first: dt.date, last: dt.date) -> list[dt.datetime]:
    """The days, as moments at noon UTC, on which the zone's offset changes."""
    noons = [
        dt.datetime.combine(first + days(n), dt.time(12), tzinfo=dt.UTC) for n in range((last - first).days)
    ]
    return [
        later
        for earlier, later in itertools.pairwise(noons)
        if earlier.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset()
    ]


@hypothesis_settings(max_examples=60)
@given(
    name=strategies.sampled_from(sorted(available_timezones())),
    hour=strategies.sampled_from([0, 1, 2, 3, 9, 23]),
    offset=strategies.integers(0, 1_000),
)
def test_around_a_change_of_clocks_each_local_day_is_planned_once_and_not_before_its_hour(
    name: str, hour: int, offset: int
) -> None:
    """Minute by minute over two days of each change within three years, or of any day where there is none."""
    zone = ZoneInfo(name)
    changes = _transitions(zone, dt.date(2024, 1, 1), dt.date(2027, 1, 1))
    any_day = dt.datetime(2024, 1, 2, 12, tzinfo=dt.UTC) + days(offset)
    change = changes[offset % len(changes)] if changes else any_day
    minutes = [change - days(1) + dt.timedelta(minutes=minute) for minute in range(2 * 24 * 60)]

    planned = [(now, day) for now in minutes if (day := day_to_plan(now=now, zone=zone, hour=hour))]

    local = {now.astimezone(zone).date() for now in minutes}
    reached = {now.astimezone(zone).date() for now in minutes if now.astimezone(zone).hour >= hour}
    assert {day for _now, day in planned} == reached <= local
    assert all(now.astimezone(zone).date() == day for now, day in planned)
