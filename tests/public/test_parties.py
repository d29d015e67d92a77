"""Who answers for what was announced: the index, and the page of each party."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import factories as make
from tracker import progress
from tracker.models import Party

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

LIST = "/en/parties/"


def shown(client: Client, query: str = "") -> list[tuple[str, int, int]]:
    rows = client.get(f"{LIST}{query}").context["rows"]
    return [(party.slug, party.leads, party.supports) for party, _led, _bar in rows]


def leading(slug: str, count: int = 1, **values: Any) -> Party:
    party = make.make_party(slug=slug, published_at=make.NOW, **values)
    for _ in range(count):
        make.make_responsibility(make.make_published(announced_on=make.day(-90)), party)
    return party


def test_the_index_names_who_leads_most_first_and_no_draft(client: Client) -> None:
    leading("few")
    many = leading("many", 3)
    make.make_responsibility(make.make_published(), many, "support")
    make.make_responsibility(make.make_initiative(), many)
    make.make_party(slug="hidden")
    make.make_party(slug="none", published_at=make.NOW)

    assert shown(client) == [("many", 3, 1), ("few", 1, 0), ("none", 0, 0)]


def test_the_index_counts_what_is_late_and_silent_and_leads_to_it(client: Client) -> None:
    krai = leading("krai", 2)
    make.set_deadline(krai.initiatives.all()[0], make.day(-2), said_on=make.day(-90))

    page = client.get(LIST)

    [(_party, led, _bar)] = page.context["rows"]
    assert (led.health["overdue"], led.health["silent"]) == (1, 2)
    for condition in ("overdue", "silent"):
        address = f"/en/?party=krai&role=lead&health={condition}"
        assert f'href="{address.replace("&", "&amp;")}"' in page.content.decode()
        assert client.get(address).context["tallies"]["total"] == led.health[condition]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=краев", ["krai"]),
        ("?q=КРАЕВОЕ", ["krai"]),
        ("?q=regional", ["krai"]),
        ("?q=regierung", ["krai"]),
        ("?q=nobody", []),
        ("?kind=company", ["plant"]),
        ("?q=krai&kind=company", []),
        ("?q=", ["krai", "plant"]),
        ("?q=%25", []),
    ],
)
def test_a_party_is_found_by_a_part_of_its_name_in_any_language(
    query: str, expected: list[str], client: Client
) -> None:
    names: dict[str, Any] = {
        "name_ru": "Краевое правительство",
        "name_en": "Regional government",
        "name_de": "Regierung",
    }
    leading("krai", kind="government", **names)
    leading("plant", name="Plant", kind="company")

    assert sorted(slug for slug, _leads, _supports in shown(client, query)) == expected


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("kind=nonsense", 400),
        ("q=%00", 400),
        ("q=" + "a" * 10_000, 400),
        ("qq=x", 400),
        ("page=2", 404),
        ("page=x", 404),
    ],
)
@pytest.mark.parametrize("path", ["parties", "sources"])
def test_a_question_that_cannot_be_read_is_refused(
    path: str, query: str, status: int, client: Client
) -> None:
    assert client.get(f"/en/{path}/?{query}").status_code == status


@pytest.mark.parametrize("path", ["parties", "sources"])
def test_an_empty_index_says_why(path: str, client: Client) -> None:
    page = client.get(f"/en/{path}/").content.decode()

    assert "has been published yet" in page


def test_a_long_index_has_pages(client: Client) -> None:
    for number in range(51):
        make.make_party(slug=f"p{number}", published_at=make.NOW)

    assert [len(shown(client, query)) for query in ("", "?page=2")] == [50, 1]


@pytest.mark.parametrize(("path", "expected"), [("parties", 3), ("sources", 3)])
@pytest.mark.parametrize("rows", [1, 50])
def test_an_index_asks_as_often_for_fifty_rows_as_for_one(
    path: str, expected: int, rows: int, client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    for number in range(rows):
        bridge = make.make_initiative()
        make.make_responsibility(bridge, make.make_party(slug=f"p{number}"))
        make.make_quote(initiative=bridge)
        make.publish(bridge)

    assert count_queries(lambda: client.get(f"/en/{path}/")) == expected  # how many, the rows, their tallies


@pytest.mark.parametrize("language", ["en", "ru", "de"])
@pytest.mark.parametrize("path", ["parties/", "parties/krai/"])
def test_a_page_answers_in_each_language(path: str, language: str, client: Client) -> None:
    leading("krai", name_ru="Край", name_en="Region", name_de="Gebiet")

    page = client.get(f"/{language}/{path}").content.decode()

    assert {"ru": "Край", "en": "Region", "de": "Gebiet"}[language] in page


# --- the page of a party --------------------------------------------------------------------------


def test_a_party_page_says_how_what_it_leads_stands(client: Client) -> None:
    krai = leading("krai", 2)
    make.set_deadline(krai.initiatives.all()[0], make.day(-2), said_on=make.day(-90))

    page = " ".join(client.get(f"{LIST}krai/").content.decode().split())

    assert "It leads 2 initiatives, all of them open. 1 is overdue." in page
    assert "Nothing has been reported of any; the oldest was announced 90 days ago." in page
    assert "/en/?party=krai&amp;role=lead&amp;status=announced" in page


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        (["announced"], "It leads 1 initiative, which is open. Nothing is overdue."),
        (["completed"], "It leads 1 initiative, which is closed."),
        (["completed", "dropped"], "It leads 2 initiatives, all of them closed."),
        (["completed", "announced"], "It leads 2 initiatives; open: 1. Nothing is overdue."),
        (["in_progress"], "The last report is of 20 November 2026, 3 days ago."),
    ],
)
def test_the_sentence_fits_what_there_is(statuses: list[str], sentence: str, client: Client) -> None:
    krai = leading("krai", len(statuses))
    for bridge, status in zip(krai.initiatives.all(), statuses, strict=True):
        if status != "announced":
            make.report(bridge, status, happened_on=make.day(-3))

    assert sentence in " ".join(client.get(f"{LIST}krai/").content.decode().split())


def test_late_ones_stand_first_and_closed_ones_last(client: Client) -> None:
    krai = leading("krai", 4)
    undated, soon, late, closed = krai.initiatives.order_by("pk")
    for bridge, days in ((soon, 9), (late, -9), (closed, -99)):
        make.set_deadline(bridge, make.day(days), said_on=make.day(-90))
    make.report(closed, "completed")

    [part] = client.get(f"{LIST}krai/").context["parts"]

    assert [row.pk for row in part.rows] == [late.pk, soon.pk, undated.pk, closed.pk]


def test_the_last_reports_are_its_own_and_those_of_what_it_leads_newest_first(client: Client) -> None:
    krai = leading("krai", 1)
    led, other, foreign = krai.initiatives.get(), make.make_published(), make.make_published()
    make.report(led, happened_on=make.day(-9), note="led")
    make.report(other, happened_on=make.day(-5), note="told", told_by=krai)
    make.report(foreign, happened_on=make.day(-1), note="foreign")
    make.report(make.make_initiative(), told_by=krai, note="draft")
    progress.withdraw(record=make.report(led, note="withdrawn"), reason="A slip.", now=make.NOW)

    reports = client.get(f"{LIST}krai/").context["reports"]

    assert [row.note for row in reports] == ["told", "led"]


def test_a_party_of_many_shows_the_first_and_leads_to_the_others(client: Client) -> None:
    krai = leading("krai", 51)

    page = client.get(f"{LIST}{krai.slug}/")

    [part] = page.context["parts"]
    assert (part.total, len(part.rows)) == (51, 50)
    assert "See all 51 in the list" in page.content.decode()


def test_a_party_without_any_initiative_says_so(client: Client) -> None:
    make.make_party(slug="none", published_at=make.NOW)

    assert "No published initiative names this party yet." in client.get(f"{LIST}none/").content.decode()
