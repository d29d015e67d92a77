"""What stands on a card, and that it has room there."""

import json
import shutil
import subprocess
from typing import Any

import pytest
import typst
from django.utils import translation

from tests import factories as make
from tests.exports.examples import titled
from tracker.exports import card
from tracker.exports.marks import COLOURS
from tracker.models import Health, Initiative, Status

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"
PDFTOTEXT = shutil.which("pdftotext")


def quoted(initiative: Initiative, words: str, **source: Any) -> Initiative:
    quote = make.quote(
        pk=1, initiative=initiative, exact=words, source=make.source(**{"publisher": "BelTA", **source})
    )
    initiative._prefetched_objects_cache["quotes"] = [quote]
    return initiative


def told(initiative: Initiative, language: str = "en") -> dict[str, Any]:
    with translation.override(language):
        said: dict[str, Any] = json.loads(card.told(initiative, language=language, on=make.TODAY))
    return said


def read(initiative: Initiative, language: str = "en") -> str:
    """Set the card as PDF instead, and read its words."""
    with translation.override(language):
        said = card.told(initiative, language=language, on=make.TODAY)
    pdf = typst.compile(
        card.TEMPLATES / "card.typ",
        root=card.TEMPLATES,
        sys_inputs={"card": said},
        font_paths=card._fonts(),
        ignore_system_fonts=True,
    )
    assert PDFTOTEXT
    text = subprocess.run([PDFTOTEXT, "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    assert text.count(b"\f") == 1  # one page
    return " ".join(text.decode().split())


def bridge(**values: Any) -> Initiative:
    defaults: dict[str, Any] = {
        "status": "in_progress",
        "announced_on": make.day(-90),
        "due_on": make.day(-12),
    }
    return quoted(titled("Bridge over the Amur", **{**defaults, **values}), "Wir bauen eine Brücke.")


def test_a_card_says_what_was_announced_in_which_words_and_where_it_stands() -> None:
    said = told(bridge())

    assert {name: said[name] for name in ("site", "state", "title", "quote", "attribution", "due")} == {
        "site": "Commitment tracker",
        "state": "State of 23 November 2026",
        "title": "Bridge over the Amur",
        "quote": "„Wir bauen eine Brücke.“",
        "attribution": "BelTA, 23 November 2026",
        "due": "Due: 11 November 2026",
    }
    assert [(mark["words"], mark["colour"]) for mark in said["marks"]] == [
        ("In progress", COLOURS["in_progress"]),
        ("12 days late", COLOURS["overdue"]),
    ]


@pytest.mark.parametrize(
    ("values", "due"),
    [
        ({"due_precision": "approximate", "due_on": make.TODAY}, "Due: about November 2026"),
        ({"due_on": None, "due_wording": "скоро"}, "Due: „скоро“"),
        ({"due_on": None}, "No date was named"),
        ({"due_on": None, "status": "dropped"}, ""),
    ],
)
def test_a_card_says_the_deadline_no_more_exactly_than_it_is_known(values: dict[str, Any], due: str) -> None:
    assert told(bridge(**values))["due"] == due


@pytest.mark.skipif(PDFTOTEXT is None, reason="No reader of PDF: apt install poppler-utils.")
def test_cyrillic_letters_and_german_ones_stand_on_the_card() -> None:
    words = read(quoted(titled("", title_ru="Мост через реку Ўжица №5"), "Wir bauen für die Straße."), "ru")

    assert "Мост через реку Ўжица №5" in words
    assert "„Wir bauen für die Straße.“" in words
    assert "Объявлено" in words


@pytest.mark.skipif(PDFTOTEXT is None, reason="No reader of PDF: apt install poppler-utils.")
@pytest.mark.parametrize("letters", [card.LONGEST_TITLE, 1000])
def test_long_words_leave_room_for_all_else(letters: int) -> None:
    title, words = (LONG[:20] + " ") * 99, ("Ж" * 19 + " ") * 99
    row = quoted(titled(title[:letters], due_on=make.day(-12)), words[:letters], publisher="П" * 200)

    set_ = read(row)

    assert "BelTA" not in set_
    assert "ППП" in set_
    assert "12 days late" in set_
    assert "…" in set_


def test_words_are_cut_at_a_word_and_lose_what_dangles() -> None:
    title = told(titled("word, " * 60))["title"]

    assert title.endswith("word…")
    assert len(title) <= card.LONGEST_TITLE + 1


def test_a_word_that_fills_a_line_may_break() -> None:
    title = told(titled(LONG))["title"]

    assert title.replace(card.SOFT_HYPHEN, "") == LONG
    assert max(map(len, title.split(card.SOFT_HYPHEN))) <= card.LONGEST_WORD


def test_no_words_are_read_as_markup() -> None:
    row = quoted(titled('#panic("x") *bold* $x$ \\ ] [ `raw`'), "= heading <label> @ref")

    assert card.drawn(json.dumps(told(row)), patience=1).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", [*Status.values, *Health.values])
def test_every_status_and_condition_has_its_shape_and_colour(name: str) -> None:
    said = {
        **told(bridge()),
        "marks": [{"shape": card.picture(name), "colour": COLOURS[name], "words": name}],
    }

    assert card.drawn(json.dumps(said), patience=1).startswith(b"\x89PNG")


def test_other_words_have_another_key_and_the_same_words_the_same() -> None:
    assert card.key("a") == card.key("a") != card.key("b")
