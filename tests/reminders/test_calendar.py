"""Calendar entries, as a library that is not ours reads them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from tests import factories as make
from tracker.reminders import calendar

LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
WORDS = st.text(st.one_of(LETTERS, st.sampled_from('\\;,:"\n')), min_size=1, max_size=200)


@given(title=WORDS, wording=WORDS)
def test_any_words_are_read_back_as_they_were(title: str, wording: str) -> None:
    initiative = make.initiative(pk=1, title_en=title, due_on=make.TODAY, due_wording=wording)

    content = calendar.entries([initiative], decided_at=make.NOW)

    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == (title, wording)
    assert max(map(len, content.split(b"\r\n"))) <= calendar.LINE


def test_each_due_day_is_an_entry_and_what_has_none_is_left_out() -> None:
    rows = [
        make.initiative(pk=1, due_on=dt.date(2026, 12, 1)),
        make.initiative(pk=2, due_on=None),
        make.initiative(pk=3, due_on=dt.date(2027, 1, 31)),
    ]

    events = Calendar.from_ical(calendar.entries(rows, decided_at=make.NOW)).walk("VEVENT")

    assert [event.decoded("DTSTART") for event in events] == [dt.date(2026, 12, 1), dt.date(2027, 1, 31)]
    assert {event["TRANSP"] for event in events} == {"TRANSPARENT"}


@pytest.mark.parametrize("letters", [74, 75, 76, 150])
def test_a_line_is_folded_where_it_has_no_more_room(letters: int) -> None:
    folded = calendar._folded("x" * letters)

    assert b"".join(folded.split(b"\r\n ")) == b"x" * letters + b"\r\n"
    assert max(map(len, folded.split(b"\r\n"))) <= calendar.LINE
