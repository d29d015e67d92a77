"""Badge and card: what they say, how they are kept, and what happens when too many ask."""

import json
import struct
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from tests import factories as make
from tracker.exports import badge, card
from tracker.models import Initiative, Source
from tracker.public import badges

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    badges._cards.clear()


@pytest.fixture
def bridge() -> Initiative:
    row = make.make_initiative(
        slug="bridge",
        title_en="Bridge <over> & under",
        title_ru="Мост",
        title_de="Brücke",
        announced_on=make.day(-90),
    )
    make.make_quote(
        initiative=row, exact="Wir bauen eine Brücke.", source=make.make_source(publisher="BelTA")
    )
    make.set_deadline(row, make.day(-12), said_on=make.day(-90))
    make.report(row, "in_progress", happened_on=make.day(-20))
    return make.publish(row)


# --- the badge ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["In progress", "12 days late"]),
        ("ru", ["Выполняется", "просрочено на 12 дней"]),
        ("de", ["In Arbeit", "seit 12 Tagen überfällig"]),
    ],
)
def test_a_badge_says_status_and_condition_in_the_language_asked_for(
    language: str, words: list[str], bridge: Initiative, client: Client
) -> None:
    answer = client.get(f"/badge/bridge.svg?lang={language}")

    drawn = ElementTree.fromstring(answer.content)
    assert [text.text for text in drawn.iter(f"{SVG}text")] == words
    assert answer["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert not answer.cookies


def test_a_badge_says_to_a_screen_reader_what_it_shows(bridge: Initiative, client: Client) -> None:
    drawn = ElementTree.fromstring(client.get("/badge/bridge.svg?lang=en").content)

    assert drawn.get("role") == "img"
    title = drawn.find(f"{SVG}title")
    assert title is not None
    assert title.text == "Bridge <over> & under: In progress, 12 days late (Commitment tracker)"
    assert drawn.get("aria-labelledby") == title.get("id")


def test_every_text_has_room_between_its_edges(bridge: Initiative, client: Client) -> None:
    for language, _name in settings.LANGUAGES:
        drawn = ElementTree.fromstring(client.get(f"/badge/bridge.svg?lang={language}").content)
        ends = [
            float(text.get("x", 0)) + float(text.get("textLength", 0)) for text in drawn.iter(f"{SVG}text")
        ]

        assert ends[-1] + badge.PADDING == float(drawn.get("width", 0))


def test_the_badge_of_what_is_closed_says_its_status_alone(bridge: Initiative, client: Client) -> None:
    make.report(bridge, "completed")

    drawn = ElementTree.fromstring(client.get("/badge/bridge.svg?lang=en").content)

    assert [text.text for text in drawn.iter(f"{SVG}text")] == ["Completed"]


@pytest.mark.parametrize(
    "path", ["/badge/draft.svg", "/badge/nowhere.svg", "/cards/en/draft.png", "/cards/fr/bridge.png"]
)
def test_what_is_not_public_has_neither(path: str, bridge: Initiative, client: Client) -> None:
    make.make_initiative(slug="draft")

    assert client.get(path).status_code == 404


def test_a_badge_knows_no_other_question_than_its_language(bridge: Initiative, client: Client) -> None:
    assert client.get("/badge/bridge.svg?lang=fr").status_code == 400
    assert client.get("/badge/bridge.svg?style=flat").status_code == 400


# --- the card -------------------------------------------------------------------------------------


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_a_card_has_the_size_that_shared_links_have(
    language: str, bridge: Initiative, client: Client
) -> None:
    answer = client.get(f"/cards/{language}/bridge.png")

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert size(answer.content) == (1200, 630)
    assert not answer.cookies


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was drawn, each time that it was."""
    drawn: list[str] = []
    draw = card.drawn

    def counted(said: str, *, patience: float) -> bytes:
        drawn.append(said)
        return draw(said, patience=patience)

    monkeypatch.setattr(card, "drawn", counted)
    return drawn


def test_a_card_is_drawn_once_until_what_it_says_changes(
    bridge: Initiative, client: Client, drawings: list[str]
) -> None:
    first, second = client.get("/cards/en/bridge.png"), client.get("/cards/en/bridge.png")
    assert first.content == second.content
    assert len(drawings) == 1

    make.report(bridge, "partly_done")
    third = client.get("/cards/en/bridge.png", headers={"if-none-match": first["ETag"]})
    assert (third.status_code, len(drawings)) == (200, 2)
    assert client.get("/cards/en/bridge.png", headers={"if-none-match": third["ETag"]}).status_code == 304


def test_who_waits_too_long_for_a_card_is_told_to_come_again(
    bridge: Initiative, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(badges, "PATIENCE", 0.01)
    with card._turn:
        answer = client.get("/cards/en/bridge.png")

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert client.get("/cards/en/bridge.png").status_code == 200


@pytest.mark.parametrize("path", ["/badge/bridge.svg", "/cards/en/bridge.png"])
@pytest.mark.parametrize("quotes", [1, 9])
def test_each_takes_a_fixed_number_of_queries(
    quotes: int,
    path: str,
    bridge: Initiative,
    client: Client,
    count_queries: Callable[[Callable[[], object]], int],
) -> None:
    for _ in range(quotes):
        make.make_quote(initiative=bridge, source=make.make_source(published_at=make.NOW))

    # Both: the initiative. The badge: the stamp; the card: the quotes.
    assert count_queries(lambda: client.get(path)) == 2


def test_a_hidden_source_gives_no_words_to_a_card(
    bridge: Initiative, client: Client, drawings: list[str]
) -> None:
    Source.objects.update(published_at=None)

    client.get("/cards/en/bridge.png")

    assert [json.loads(said)["quote"] for said in drawings] == [""]
