"""The overview: each chart has a sentence that says what it shows, and its numbers as a table."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

CHARTS = ["time", "due", "sectors", "silence", "publishers"]


def _bridge(**values: object) -> None:
    bridge = make.make_initiative(**{"announced_on": make.day(-400), **values})
    make.make_responsibility(bridge, make.make_party(name="Krai"))
    make.publish(bridge)


def text(client: Client, language: str = "en") -> str:
    page = client.get(f"/{language}/overview/").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_without_any_initiative_it_says_why_there_is_no_chart(client: Client) -> None:
    page = client.get("/en/overview/").content.decode()

    assert "No initiative has been published yet." in page
    assert "<svg" not in page.split('id="content"')[1]


@pytest.mark.parametrize("language", ["en", "ru", "de"])
@pytest.mark.parametrize("rows", [1, 54])
def test_every_chart_has_a_finding_and_a_table(rows: int, language: str, client: Client) -> None:
    for _ in range(rows):
        _bridge()

    page = client.get(f"/{language}/overview/").content.decode()

    sections = re.findall(r'<section class="chart" aria-labelledby="(\w+)">(.*?)</section>', page, re.DOTALL)
    assert [name for name, _body in sections] == CHARTS
    for name, body in sections:
        assert re.search(r'<p class="finding">\s*\S', body), name
        assert ("<table>" in body) == (name != "due"), name  # nothing is due, so there is nothing to draw


def test_the_findings_are_of_the_numbers(client: Client) -> None:
    for days in (-400, -400, -10):
        _bridge(announced_on=make.day(days))
    late = make.make_published(announced_on=make.day(-400), sector="trade")
    make.set_deadline(late, make.day(-2), said_on=make.day(-400))
    make.report(make.make_published(sector="trade", announced_on=make.day(-400)), "completed")

    said = text(client)

    for finding in (
        "Only announced, with no step shown: 4 of 5 initiatives. A year before: 4 of 4.",
        "Without a deadline: 3 of 4 open initiatives. Overdue: 1 of the other 1.",
        "Most was announced here: Industry, 3 initiatives. Completed of these: 0.",
        "Nothing reported for 60 days or longer: 3 of 4 open initiatives.",
        "The longest silence of a lead is 400 days.",
        "Most was announced here: BelTA, 5 initiatives. Completed of these: 1.",
    ):
        assert finding in said


def test_numbers_in_drawings_are_written_for_machines_in_every_language(client: Client) -> None:
    for days in (-400, -40, -10):
        _bridge(announced_on=make.day(days))

    page = client.get("/ru/overview/").content.decode()

    numbers = re.findall(r'<rect[^>]* (?:x|y|width|height)="([^"]+)"', page)
    assert numbers
    assert [number for number in numbers if not re.fullmatch(r"[\d.]+%?", number)] == []


def test_a_question_is_not_understood(client: Client) -> None:
    assert client.get("/en/overview/?status=announced").status_code == 400


def test_nothing_of_a_draft_is_counted(client: Client) -> None:
    _bridge()
    before = text(client)
    draft = make.make_initiative(sector="culture", announced_on=make.day(-900))
    make.make_responsibility(draft, make.make_party(published_at=make.NOW))
    make.report(draft, "completed")
    make.set_deadline(draft, make.day(-2))
    make.make_quote(initiative=draft, source=make.make_source(published_at=make.NOW, publisher="Other"))

    assert text(client) == before


OVERVIEW_QUERIES = 8
"""All conditions; announcements and moves by month; quarters; sectors; owners, their names; publishers."""


@pytest.mark.parametrize("rows", [1, 50])
def test_the_overview_asks_as_often_for_fifty_as_for_one(
    rows: int, client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    for _ in range(rows):
        _bridge()

    assert count_queries(lambda: client.get("/en/overview/")) == OVERVIEW_QUERIES
