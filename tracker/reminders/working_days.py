"""Working days by country. Where its holidays are not known, or no country is said, weekends alone rest."""

import datetime as dt
from functools import cache, lru_cache

import holidays

COUNTRIES = ("RU", "BY", "DE")
"""Those whose holidays are heeded. In Russia and Belarus a Saturday may be declared a working day."""

ONE_DAY = dt.timedelta(days=1)


@cache
def _calendar(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)


@lru_cache(maxsize=20_000)
def is_working_day(day: dt.date, country: str) -> bool:
    if country in COUNTRIES:
        return _calendar(country).is_working_day(day)
    return day.weekday() < 5


@lru_cache(maxsize=20_000)
def on_or_before(day: dt.date, country: str) -> dt.date:
    """Give the day itself if people work on it, else the last working day before it."""
    while not is_working_day(day, country):
        day -= ONE_DAY
    return day


@lru_cache(maxsize=20_000)
def on_or_after(day: dt.date, country: str) -> dt.date:
    """Give the day itself if people work on it, else the first working day after it."""
    while not is_working_day(day, country):
        day += ONE_DAY
    return day
