"""The page that tells each public change of an initiative: in words, and without the names of staff."""

import pytest
import time_machine
from django.test import Client

from tests import factories as make
from tests.public.bridge import PAGE, make_bridge, text_of
from tracker.models import Initiative

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]


@pytest.fixture
def bridge() -> Initiative:
    return make_bridge()


def test_the_history_says_each_change_in_words_and_names_no_staff(bridge: Initiative, client: Client) -> None:
    staff = make.make_user(username="clerk")
    with time_machine.travel(make.moment(1), tick=False):
        bridge._history_user = staff
        bridge.title_en, bridge.title_de, bridge.firmness = "Two bridges", "Zwei Brücken", "agreed"
        bridge.save()
        make.make_responsibility(
            bridge, make.make_party(name="The Ministry", published_at=make.NOW), "support"
        )
        quote = bridge.quotes.get()
        quote.translation_en = "We are building a bridge"
        quote.save()
        make.make_quote(initiative=bridge, source=quote.source, exact="Und eine Straße")
        bridge.milestones.create(title_en="Pillars", due_on=make.day(30))
        make.report(bridge, note="Begun.", now=make.moment(1), by=staff)
        make.set_deadline(bridge, make.day(9), wording="bald", now=make.moment(1), by=staff, quote=quote)

        page = text_of(client, f"{PAGE}history/")

    told = [
        "24 November 2026",
        "Title Before Bridge After Two bridges",
        "Title (German) Before Brücke After Zwei Brücken",
        "How firmly it was said Before planned After agreed",
        "Takes part: The Ministry Before nothing After support",
        "Quote added „Und eine Straße“ BelTA",
        "Our translation Before We build a bridge After We are building a bridge",
        "Milestone Before nothing After Pillars, due: 23 December 2026",
        "Report: in progress Begun.",
        "Deadline recorded: 2 December 2026 „bald“",
        "Status Before announced After in progress",
        "Deadline Before no date After 2 December 2026",
        "First shown to the public",
    ]
    assert [words for words in told if words not in page] == []
    assert sorted(told, key=page.index) == told
    assert "clerk" not in page


def test_of_what_was_withdrawn_no_words_are_repeated(bridge: Initiative, client: Client) -> None:
    report = make.report(bridge, "on_hold", note="Slander.", now=make.moment(1))
    deadline = make.set_deadline(bridge, make.day(9), wording="Lies.", now=make.moment(2))
    for row in (report, deadline):
        make.progress.withdraw(record=row, reason="A lawyer wrote.", now=make.moment(3))

    page = text_of(client, f"{PAGE}history/")

    assert "Report, withdrawn since: on hold" in page
    assert "Report withdrawn: on hold" in page
    assert "Deadline withdrawn: 2 December 2026" in page
    assert [words for words in ("Slander", "Lies", "lawyer") if words in page] == []


def test_a_long_history_has_pages(bridge: Initiative, client: Client) -> None:
    for number in range(60):
        bridge.money = f"{number} roubles"
        bridge.save()

    first, second = (client.get(f"/en/{PAGE}history/?page={number}") for number in (1, 2))

    assert (len(first.context["page"]), len(second.context["page"])) == (50, 11)
    assert client.get(f"/en/{PAGE}history/?page=3").status_code == 404


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_the_history_answers_in_its_language_and_gives_no_cookie(language: str, client: Client) -> None:
    answer = client.get(f"/{language}/{PAGE}history/")

    assert (answer.status_code, answer["Content-Language"], dict(answer.cookies)) == (200, language, {})


@pytest.mark.parametrize("path", ["initiatives/draft/history/", "initiatives/draft/?on=2020-01-01"])
def test_a_draft_has_neither_history_nor_past(path: str, client: Client) -> None:
    make.make_initiative(slug="draft")

    assert client.get(f"/en/{path}").status_code == 404
