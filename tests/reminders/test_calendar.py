"""The calendar file of a mail, as a library that is not ours reads it."""

import datetime as dt

from icalendar import Calendar

from tests import factories as make
from tracker.reminders import calendar


def test_each_due_day_is_an_entry_and_what_has_none_is_left_out() -> None:
    rows = [
        make.initiative(pk=1, due_on=dt.date(2026, 12, 1)),
        make.initiative(pk=2, due_on=None),
        make.initiative(pk=3, due_on=dt.date(2027, 1, 31)),
    ]

    events = Calendar.from_ical(calendar.entries(rows, decided_at=make.NOW)).walk("VEVENT")

    assert [event.decoded("DTSTART") for event in events] == [dt.date(2026, 12, 1), dt.date(2027, 1, 31)]
    assert {event["TRANSP"] for event in events} == {"TRANSPARENT"}


def test_without_any_due_day_there_is_no_file() -> None:
    assert calendar.entries([make.initiative(pk=1)], decided_at=make.NOW) == b""
