"""A vague day is held as the last one that its words allow."""

import datetime as dt

import pytest

from tracker.models import Precision
from tracker.models.dating import last_day


@pytest.mark.parametrize(
    ("within", "precision", "expected"),
    [
        ("2026-07-01", Precision.DAY, "2026-07-01"),
        ("2026-07-06", Precision.WEEK, "2026-07-12"),
        ("2026-07-12", Precision.WEEK, "2026-07-12"),
        ("2024-02-01", Precision.MONTH, "2024-02-29"),
        ("2026-12-31", Precision.MONTH, "2026-12-31"),
        ("2026-07-01", Precision.QUARTER, "2026-09-30"),
        ("2026-12-01", Precision.QUARTER, "2026-12-31"),
        ("2026-06-30", Precision.HALF_YEAR, "2026-06-30"),
        ("2026-07-01", Precision.HALF_YEAR, "2026-12-31"),
        ("2026-03-01", Precision.SEASON, "2026-05-31"),
        ("2026-08-31", Precision.SEASON, "2026-08-31"),
        ("2026-12-01", Precision.SEASON, "2027-02-28"),
        ("2027-01-15", Precision.SEASON, "2027-02-28"),
        ("2026-02-03", Precision.YEAR, "2026-12-31"),
        ("2026-02-03", Precision.APPROXIMATE, "2026-02-28"),
        ("2026-02-03", Precision.UNDATED, "2026-02-03"),
    ],
)
def test_the_last_day_of_what_is_named(within: str, precision: Precision, expected: str) -> None:
    assert last_day(dt.date.fromisoformat(within), precision).isoformat() == expected
