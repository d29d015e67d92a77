"""A quote stands in its source."""

import pytest
from django.core.exceptions import ValidationError

from tests import factories as make
from tracker.models import Quote

TEXT = "Heute wird gebaut. Die Brücke 🌉 wird ein Jahr dauern. Die Brücke wird schön."


def _located(exact: str, start: int | None = None) -> Quote:
    quote = Quote(exact=exact, start=start)
    quote.locate(TEXT)
    return quote


def test_the_first_occurrence_is_found_with_the_words_around_it() -> None:
    quote = _located("Die Brücke")

    assert (quote.start, quote.end, quote.prefix, quote.suffix) == (
        19,
        29,
        "Heute wird gebaut. ",
        " 🌉 wird ein Jahr dauern. Die Brü",
    )


def test_given_offsets_stay_where_the_words_stand_there() -> None:
    assert _located("Die Brücke", start=54).start == 54


def test_given_offsets_of_other_words_are_replaced() -> None:
    assert _located("Die Brücke", start=3).start == 19


def test_offsets_count_code_points() -> None:
    quote = _located("ein Jahr")

    assert (quote.start, quote.end) == (37, 45)
    assert TEXT[37:45] == "ein Jahr"


def test_words_that_do_not_stand_in_the_text_are_refused() -> None:
    with pytest.raises(ValidationError) as refusal:
        _located("Der Tunnel")

    assert list(refusal.value.message_dict) == ["exact"]


@pytest.mark.django_db
def test_a_quote_is_checked_where_staff_pasted_the_text() -> None:
    source = make.make_source(text=TEXT)

    with pytest.raises(ValidationError):
        make.quote(source=source, exact="Der Tunnel").full_clean()


@pytest.mark.django_db
def test_a_quote_without_a_text_at_hand_keeps_no_offsets() -> None:
    quote = make.quote(exact="Der Tunnel")

    quote.full_clean()

    assert (quote.start, quote.end) == (None, None)
