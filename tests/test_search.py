"""Words are found in three languages, in any of their forms, on both databases."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests import factories as make
from tracker import search
from tracker.models import Initiative, Party

pytestmark = pytest.mark.django_db


def _found(query: str) -> list[str]:
    return list(
        Initiative.objects.filter(search.matching(query)).order_by("slug").values_list("slug", flat=True)
    )


@pytest.fixture(autouse=True)
def _two_initiatives() -> None:
    centre = make.make_initiative(
        slug="centre",
        title_ru="Сервисные центры для ёлочных машин",
        title_en="Service centres for machines",
        title_de="Servicezentrum an der Hauptstraße",
    )
    make.make_quote(initiative=centre, exact="Мы откроем мастерские в Хабаровске.")
    make.make_responsibility(
        centre, make.make_party(name_ru="Гомсельмаш", name_en="Gomselmash", name_de="Gomselmasch")
    )
    make.make_initiative(
        slug="fish", title_ru="Поставки рыбы", title_en="Fish exports", title_de="Fischausfuhren"
    )


def test_two_requests_at_once_do_not_mix_up_their_words() -> None:
    words = ["Beschleunigungen", "nationalities", "кооперациями", "я", "сельскохозяйственными"] * 400
    alone = [search.stems(word) for word in words]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # let threads take turns within a word

    try:
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(search.stems.__wrapped__, words))  # not what is kept of them
    finally:
        sys.setswitchinterval(interval)

    assert together == alone


@pytest.mark.parametrize(
    "query",
    [
        "центров",  # another case of the word
        "ЦЕНТРЫ",
        "Сервисных центрах",
        "елочный",  # written without ё
        "ЁЛОЧНЫЕ",
        "хабаровск",  # in the quote
        "гомсельмаш",  # a party
        "machine",
        "SERVICE Centre",
        "gomsel",  # how a word begins
        "Hauptstraßen",
        "hauptstrasse",
        "Servicezentren",
    ],
)
def test_a_word_is_found_in_any_form(query: str) -> None:
    assert _found(query) == ["centre"]


@pytest.mark.parametrize("query", ["центров рыбы", "fish machine", "tunnel", "омсельмаш"])
def test_every_word_must_stand_there_from_its_beginning(query: str) -> None:
    assert _found(query) == []


@pytest.mark.parametrize("query", ["f%sh", "f_sh"])
def test_wildcards_of_the_database_are_no_wildcards_here(query: str) -> None:
    assert _found(query) == []


@pytest.mark.parametrize("query", ["", "  ", "?!", "%", "«»", "🌉", ":*!"])
def test_a_query_without_letters_or_digits_asks_for_nothing(query: str) -> None:
    assert _found(query) == ["centre", "fish"]


@pytest.mark.parametrize("query", ["'", '"', "--", "'; DROP TABLE", "\u202efish", "центр" * 60])
def test_no_query_is_an_error(query: str) -> None:
    assert isinstance(_found(query), list)


def test_an_initiative_is_found_by_its_words_of_now() -> None:
    fish = Initiative.objects.get(slug="fish")
    fish.title_en = "Caviar exports"
    fish.save()

    assert _found("caviar") == ["fish"]
    assert _found("fish") == []


def test_a_deleted_quote_is_found_no_more() -> None:
    Initiative.objects.get(slug="centre").quotes.get().delete()

    assert _found("мастерские") == []


def test_a_renamed_party_is_found_by_its_new_name() -> None:
    party = Party.objects.get()
    party.name_ru = "Амкодор"
    party.save()

    assert _found("амкодор") == ["centre"]
    assert _found("гомсельмаш") == []


def test_a_party_that_left_is_found_no_more() -> None:
    Initiative.objects.get(slug="centre").responsibilities.get().delete()

    assert _found("gomselmash") == []


@pytest.mark.parametrize(
    ("words", "is_found"),
    [("СЕРВИСНЫЕ", True), ("сервисные Ц", True), ("ЁЛОЧ", True), ("%", False), ("_", False), ("\\", False)],
)
def test_the_database_compares_cyrillic_without_case(words: str, is_found: bool) -> None:
    assert Initiative.objects.filter(title_ru__icontains=words).exists() == is_found


@pytest.mark.parametrize(("pattern", "text"), [(None, "a"), ("a", None)])
def test_nothing_is_like_nothing(pattern: str | None, text: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(%s AS text) LIKE CAST(%s AS text) ESCAPE '\\'", [text, pattern])

        assert cursor.fetchone() == (None,)
