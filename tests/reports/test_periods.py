"""Which days an edition covers, and from when it is due."""

import datetime as dt
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories as make
from tracker.models import Series
from tracker.reports import periods
from tracker.reports.periods import Period

ZONES = st.sampled_from(sorted(available_timezones()))
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2037, 12, 1))


def series(**values: Any) -> Series:
    return make.series(**{"time_zone": "Europe/Berlin", "starts_on": dt.date(1980, 1, 1), **values})


@st.composite
def any_series(draw: st.DrawFn) -> Series:
    frequency = draw(st.sampled_from(["weekly", "monthly", "quarterly"]))
    return series(
        frequency=frequency,
        day=draw(st.integers(1, 7 if frequency == "weekly" else 28)),
        hour=draw(st.integers(0, 23)),
        time_zone=draw(ZONES),
    )


def local(row: Series, text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(row.time_zone))


def period(start: str, end: str) -> Period:
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))


@pytest.mark.parametrize(
    ("row", "now", "expected"),
    [
        # 23 November 2026 is a Monday.
        (series(day=1, hour=8), "2026-11-23 08:00", period("2026-11-16", "2026-11-23")),
        (series(day=1, hour=8), "2026-11-23 07:59", period("2026-11-09", "2026-11-16")),
        (series(day=1, hour=8), "2026-11-29 23:59", period("2026-11-16", "2026-11-23")),
        (series(day=5, hour=0), "2026-11-20 00:00", period("2026-11-13", "2026-11-20")),
        (series(frequency="monthly", day=3), "2026-03-03 08:00", period("2026-02-01", "2026-03-01")),
        (series(frequency="monthly", day=3), "2026-03-03 07:59", period("2026-01-01", "2026-02-01")),
        (series(frequency="monthly", day=28), "2026-01-15 12:00", period("2025-11-01", "2025-12-01")),
        (series(frequency="quarterly", day=10), "2026-04-10 08:00", period("2026-01-01", "2026-04-01")),
        (series(frequency="quarterly", day=10), "2026-04-10 07:00", period("2025-10-01", "2026-01-01")),
        (series(frequency="quarterly", day=10), "2026-06-30 12:00", period("2026-01-01", "2026-04-01")),
    ],
)
def test_the_newest_whole_period_is_due(row: Series, now: str, expected: Period) -> None:
    assert periods.newest_due(series=row, last_end=None, now=local(row, now)) == expected


def test_it_starts_where_the_one_before_ended_also_after_weeks_without_any() -> None:
    row = series(day=1)

    found = periods.newest_due(series=row, last_end=dt.date(2026, 11, 2), now=local(row, "2026-11-23 12:00"))

    assert found == period("2026-11-02", "2026-11-23")


@pytest.mark.parametrize("last_end", ["2026-11-23", "2026-11-24"])
def test_what_has_been_told_is_not_due_again(last_end: str) -> None:
    row = series(day=1)

    found = periods.newest_due(
        series=row, last_end=dt.date.fromisoformat(last_end), now=local(row, "2026-11-23 12:00")
    )

    assert found is None


def test_nothing_is_due_before_the_first_day_of_the_series() -> None:
    now = "2026-11-23 12:00"
    later, today = (series(starts_on=dt.date(2026, 11, day)) for day in (24, 23))

    assert periods.newest_due(series=later, last_end=None, now=local(later, now)) is None
    assert periods.newest_due(series=today, last_end=None, now=local(today, now)) is not None


@pytest.mark.parametrize(
    ("zone", "day", "hour", "expected"),
    [
        ("Europe/Berlin", "2026-03-29", 2, "2026-03-29T01:00+00:00"),  # skipped: three o'clock
        ("Europe/Berlin", "2026-10-25", 2, "2026-10-25T00:00+00:00"),  # shown twice: the first time
        ("America/Santiago", "2026-09-06", 0, "2026-09-06T04:00+00:00"),  # the day begins at one
        ("Pacific/Apia", "2011-12-30", 8, "2011-12-30T10:00+00:00"),  # there was no such day
        ("America/Toronto", "1919-03-31", 0, "1919-03-31T04:30+00:00"),  # the day began half past
        ("Asia/Vladivostok", "2026-11-23", 8, "2026-11-22T22:00+00:00"),
    ],
)
def test_an_hour_is_reached_when_the_clock_first_shows_it_or_more(
    zone: str, day: str, hour: int, expected: str
) -> None:
    assert periods.reached(dt.date.fromisoformat(day), hour, zone).isoformat(timespec="minutes") == expected


@given(DAYS, st.integers(0, 23), ZONES)
def test_no_hour_is_reached_early_or_late_in_any_zone(day: dt.date, hour: int, zone: str) -> None:
    moment, wanted = periods.reached(day, hour, zone), dt.datetime.combine(day, dt.time(hour))

    def shown(at: dt.datetime) -> dt.datetime:
        return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    assert shown(moment) >= wanted
    assert shown(moment - dt.timedelta(seconds=1)) < wanted


@given(any_series(), DAYS, st.integers(1, 60))
def test_each_day_is_told_once_and_none_falls_between(row: Series, first: dt.date, count: int) -> None:
    told: list[Period] = []
    for number in range(count * 12):
        now = dt.datetime.combine(first, dt.time(), dt.UTC) + dt.timedelta(hours=17 * number)
        last_end = told[-1].end if told else None
        found = periods.newest_due(series=row, last_end=last_end, now=now)
        told += [found] if found else []

    assert all(before.end == after.start for before, after in pairwise(told))
    assert all(start < end for start, end in told)


@given(st.lists(st.tuples(any_series(), st.integers(0, 40)), min_size=2, max_size=30), DAYS)
def test_a_schedule_that_is_changed_all_the_time_tells_no_day_twice(
    changes: list[tuple[Series, int]], first: dt.date
) -> None:
    now, told = dt.datetime.combine(first, dt.time(), dt.UTC), list[Period]()
    for row, hours in changes:
        now += dt.timedelta(hours=hours)
        found = periods.newest_due(series=row, last_end=told[-1].end if told else None, now=now)
        told += [found] if found else []

    assert all(before.end == after.start for before, after in pairwise(told))


@given(any_series(), DAYS, st.integers(0, 23))
def test_what_is_due_next_is_due_then_and_not_a_second_before(row: Series, day: dt.date, hour: int) -> None:
    now = dt.datetime.combine(day, dt.time(hour), dt.UTC)
    moment = periods.next_due_at(series=row, now=now)
    last = periods.newest_due(series=row, last_end=None, now=now)
    assert last is not None

    def due(at: dt.datetime) -> Period | None:
        return periods.newest_due(series=row, last_end=last.end, now=at)

    assert due(moment) is not None
    assert due(moment - dt.timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("told", "end"),
    [
        (period("2026-11-16", "2026-11-23"), "2026-11-30"),
        (period("2026-02-01", "2026-03-01"), "2026-04-01"),
        (period("2026-10-01", "2027-01-01"), "2027-04-01"),
        (period("2026-11-01", "2026-11-26"), "2026-12-21"),
    ],
)
def test_the_next_period_is_as_long(told: Period, end: str) -> None:
    assert periods.next_end(told) == dt.date.fromisoformat(end)


@pytest.mark.parametrize(
    ("frequency", "end", "expected"),
    [
        ("weekly", "2026-11-23", ["2026-11-09", "2026-11-16"]),
        ("monthly", "2026-03-01", ["2026-01-01", "2026-02-01"]),
        ("monthly", "2026-03-31", ["2026-01-28", "2026-02-28"]),
        ("quarterly", "2026-04-01", ["2025-10-01", "2026-01-01"]),
    ],
)
def test_earlier_periods_lie_one_regular_step_apart(frequency: str, end: str, expected: list[str]) -> None:
    ends = periods.ends_before(frequency, dt.date.fromisoformat(end), count=2)

    assert [day.isoformat() for day in ends] == expected
