"""Stretches of days are said as each language writes them."""

import datetime as dt

import pytest
from django.utils import translation

from tracker.wording import days, month


@pytest.mark.parametrize(
    ("language", "first", "last", "said"),
    [
        ("en", "2026-11-16", "2026-11-22", "16–22 November 2026"),
        ("de", "2026-11-16", "2026-11-22", "16.–22. November 2026"),
        ("ru", "2026-11-16", "2026-11-22", "16–22 ноября 2026 года"),
        ("en", "2026-09-28", "2026-10-04", "28 September – 4 October 2026"),
        ("de", "2026-09-28", "2026-10-04", "28. September – 4. Oktober 2026"),
        ("ru", "2026-09-28", "2026-10-04", "28 сентября – 4 октября 2026 года"),
        ("en", "2026-12-28", "2027-01-03", "28 December 2026 – 3 January 2027"),
        ("de", "2026-12-28", "2027-01-03", "28. Dezember 2026 – 3. Januar 2027"),
        ("ru", "2026-12-28", "2027-01-03", "28 декабря 2026 года – 3 января 2027 года"),
        ("en", "2026-11-01", "2026-11-30", "November 2026"),
        ("de", "2026-11-01", "2026-11-30", "November 2026"),
        ("ru", "2026-11-01", "2026-11-30", "ноябрь 2026 года"),
        ("en", "2026-10-01", "2026-12-31", "quarter 4 of 2026"),
        ("en", "2026-01-01", "2026-12-31", "2026"),
        ("en", "2026-11-01", "2026-12-31", "1 November – 31 December 2026"),
        ("en", "2026-11-16", "2026-11-16", "16 November 2026"),
    ],
)
def test_a_stretch_of_days_is_said_as_its_language_writes_it(
    language: str, first: str, last: str, said: str
) -> None:
    with translation.override(language):
        assert days(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) == said


@pytest.mark.parametrize(("language", "said"), [("en", "March"), ("de", "März"), ("ru", "Март")])
def test_a_month_alone_begins_a_line(language: str, said: str) -> None:
    with translation.override(language):
        assert month(dt.date(2027, 3, 1)) == said
