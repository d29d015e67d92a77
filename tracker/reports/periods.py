"""Which days an edition covers, and from when it is due. Pure; days are local days of the series' zone.

A period is half-open: its `start` belongs to it, its `end` does not.
"""

import calendar
import datetime as dt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tracker.models import Series

ONE_DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)
MONTHS = {Series.Frequency.MONTHLY: 1, Series.Frequency.QUARTERLY: 3}


class Period(NamedTuple):
    start: dt.date
    end: dt.date


def newest_due(*, series: Series, last_end: dt.date | None, now: dt.datetime) -> Period | None:
    """Give the period whose edition is due at `now` and not made yet; None when there is none.

    `last_end` is where the newest edition ended; this one starts there, however long ago that is, so that no
    day falls between two editions or into both. Without one it covers one regular period. After an outage of
    several periods there is one edition about them all.
    """
    due_on = _newest_due_day(series, now)
    end = regular_end(series, due_on)
    start = last_end or one_before(series.frequency, end)
    return Period(start, end) if due_on >= series.starts_on and start < end else None


def may_have_been_told(*, series: Series, period: Period, by: dt.datetime) -> bool:
    """Answer whether an edition that nobody remembers may have told of these days, or the first of them.

    It may, by hand, from the moment at which they are over; and one that starts with them, from its hour on.
    """
    is_over = midnight(series, period.end) <= by
    return is_over or newest_due(series=series, last_end=period.start, now=by) is not None


def next_due_at(*, series: Series, now: dt.datetime) -> dt.datetime:
    """Give the moment after `now` from which the next regular edition is due."""
    today = max(_local_day(series, now), series.starts_on)
    ahead = (today + ONE_DAY * number for number in range(100))  # longer than a quarter
    moments = (due_at(series, day) for day in ahead if _last_due_day(series, day) == day)
    return next(moment for moment in moments if moment > now)


def due_at(series: Series, due_on: dt.date) -> dt.datetime:
    """Give the moment from which the edition of a due day goes out."""
    return reached(due_on, series.hour, series.time_zone)


def midnight(series: Series, day: dt.date) -> dt.datetime:
    """Give the moment at which a local day begins."""
    return reached(day, 0, series.time_zone)


def reached(day: dt.date, hour: int, zone: str) -> dt.datetime:
    """Give the first moment, in UTC, at which a wall clock shows this hour or, where it is skipped, more."""
    wanted = dt.datetime.combine(day, dt.time(hour), tzinfo=ZoneInfo(zone))
    first, last = (wanted.replace(fold=fold).astimezone(dt.UTC) for fold in (1, 0))
    if first >= last:
        return last  # shown once, or twice: then the first time
    while last - first > dt.timedelta(seconds=1):  # skipped: the clock jumps somewhere between the two
        middle = first + dt.timedelta(seconds=(last - first) // dt.timedelta(seconds=2))
        is_before = middle.astimezone(wanted.tzinfo).replace(tzinfo=None) < wanted.replace(tzinfo=None)
        first, last = (middle, last) if is_before else (first, middle)
    return last


def regular_end(series: Series, due_on: dt.date) -> dt.date:
    """Give the end of what is told on a due day: that day itself, or the first of its month."""
    return due_on if series.frequency == Series.Frequency.WEEKLY else due_on.replace(day=1)


def one_before(frequency: str, day: dt.date) -> dt.date:
    """Go back by one regular period; of a longer month than the one before, its last day."""
    if frequency == Series.Frequency.WEEKLY:
        return day - WEEK
    return _months_later(day, -MONTHS[Series.Frequency(frequency)])


def ends_before(frequency: str, end: dt.date, *, count: int) -> list[dt.date]:
    """List the ends of so many regular periods before the one that ends on `end`, oldest first."""
    ends = [end]
    while len(ends) <= count:
        ends.insert(0, one_before(frequency, ends[0]))
    return ends[:-1]


def next_end(period: Period) -> dt.date:
    """Give the end of the period that follows and is as long: whole months follow whole months."""
    start, end = period
    if start.day == end.day == 1:
        return _months_later(end, (end.year - start.year) * 12 + end.month - start.month)
    return end + (end - start)


def months_from(day: dt.date, count: int) -> list[dt.date]:
    """List the first days of so many months, the month of `day` being the first."""
    return [_months_later(day.replace(day=1), number) for number in range(count)]


def _newest_due_day(series: Series, now: dt.datetime) -> dt.date:
    latest = _last_due_day(series, _local_day(series, now))
    while due_at(series, latest) > now:
        latest = _last_due_day(series, latest - ONE_DAY)
    return latest


def _local_day(series: Series, now: dt.datetime) -> dt.date:
    return now.astimezone(ZoneInfo(series.time_zone)).date()


def _last_due_day(series: Series, day: dt.date) -> dt.date:
    """Give the due day that is `day` or the last one before it."""
    if series.frequency == Series.Frequency.WEEKLY:
        return day - dt.timedelta(days=(day.isoweekday() - series.day) % 7)
    step = MONTHS[Series.Frequency(series.frequency)]
    of_this = dt.date(day.year, day.month - (day.month - 1) % step, series.day)
    return of_this if of_this <= day else _months_later(of_this, -step)


def _months_later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
