"""A quote stands in its source."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from tests import factories as make
from tracker.models import Quote, Source

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


def _in_german(**values: str) -> Quote:
    return Quote(source=Source(language="de"), exact="Wir bauen", **values)


@pytest.mark.parametrize(("language", "ours"), [("en", "We build"), ("ru", ""), ("de", "")])
def test_our_translation_is_into_the_reader_s_language_or_there_is_none(language: str, ours: str) -> None:
    quote = _in_german(translation_en="We build", translation_de="Wir bauen")

    assert quote.translation_into(language) == ours


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_no_language_lends_its_translation_to_another(language: str) -> None:
    quote = _in_german(translation_ru="Строим")

    with translation.override(language):
        assert (quote.translation or "") == ("Строим" if language == "ru" else "")


@pytest.mark.django_db
def test_what_was_said_by_a_day_leaves_out_what_was_published_later() -> None:
    early, undated, late = (
        make.make_quote(source=make.make_source(published_on=day))
        for day in (make.day(-1), None, make.day(1))
    )

    assert set(Quote.objects.said_by(make.TODAY)) == {early, undated}
    assert set(Quote.objects.said_by(make.TODAY.max)) == {early, undated, late}
