"""Calendar entries, as a library that is not ours reads them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from tests import factories as make
from tracker import calendar
from tracker.models import Initiative, Milestone

LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
WORDS = st.text(st.one_of(LETTERS, st.sampled_from('\\;,:"\n')), min_size=1, max_size=200)


def written(initiative: Initiative) -> bytes:
    day = calendar.due_day(initiative, stamped_at=make.NOW)
    assert day
    return b"".join(calendar.written([day]))


@given(title=WORDS, wording=WORDS)
def test_any_words_are_read_back_as_they_were(title: str, wording: str) -> None:
    content = written(make.initiative(pk=1, title_en=title, due_on=make.TODAY, due_wording=wording))

    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == (title, wording)
    assert max(map(len, content.split(b"\r\n"))) <= calendar.LINE


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        ("etwa ein Jahr", "etwa ein Jahr\nNot an exact day: 2026. The last day that this allows is shown."),
        ("", "Not an exact day: 2026. The last day that this allows is shown."),
    ],
)
def test_a_vague_day_says_how_it_follows_from_the_words(wording: str, expected: str) -> None:
    row = make.initiative(pk=1, due_on=dt.date(2026, 12, 31), due_precision="year", due_wording=wording)

    (event,) = Calendar.from_ical(written(row)).walk("VEVENT")

    assert str(event["DESCRIPTION"]) == expected


def test_an_exact_day_without_words_is_not_described() -> None:
    (event,) = Calendar.from_ical(written(make.initiative(pk=1, due_on=make.TODAY))).walk("VEVENT")

    assert "DESCRIPTION" not in event


def test_what_has_no_day_has_no_entry() -> None:
    row = make.initiative(pk=1)

    assert calendar.due_day(row, stamped_at=make.NOW) is None
    assert calendar.milestone_day(Milestone(pk=1), row, stamped_at=make.NOW) is None


@pytest.mark.parametrize("letters", [74, 75, 76, 150])
def test_a_line_is_folded_where_it_has_no_more_room(letters: int) -> None:
    folded = calendar._folded("x" * letters)

    assert b"".join(folded.split(b"\r\n ")) == b"x" * letters + b"\r\n"
    assert max(map(len, folded.split(b"\r\n"))) <= calendar.LINE
