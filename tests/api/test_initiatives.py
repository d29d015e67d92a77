"""The read-only API: the same rows and filters as the page, as JSON."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator, FormatChecker

from tests import factories as make
from tracker.filters import InitiativeFilter
from tracker.models import Initiative, Milestone, Quote

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

LIST = "/api/v1/initiatives/"


def _bridge() -> Initiative:
    bridge = make.make_initiative(
        slug="bridge",
        title_ru="Мост",
        title_en="Bridge",
        title_de="Brücke",
        summary_en="A bridge over the Amur.",
        sector="transport",
        announced_on=make.day(-90),
        measure="One bridge",
    )
    bridge.places.add(make.make_place(slug="krai", name="Krai"))
    make.make_responsibility(bridge, make.make_party(slug="krai", name="The Krai"), "lead")
    source = make.make_source(slug="belta", published_on=make.day(-90))
    quote = make.make_quote(
        initiative=bridge,
        source=source,
        exact="eine Brücke",
        start=11,
        end=22,
        prefix="Wir bauen ",
        suffix=".",
        translation_en="a bridge",
        translation_ru="мост",
    )
    make.set_deadline(bridge, make.day(-31), said_on=make.day(-90), wording="im Oktober", quote=quote)
    make.set_deadline(
        bridge,
        make.day(31),
        said_on=make.day(-9),
        reason="Floods.",
        url="https://example.org/floods",
        wording="",
    )
    make.report(bridge, note="Begun.", happened_on=make.day(-60), confidence="amber")
    Milestone.objects.create(initiative=bridge, title_en="Piers", due_on=make.day(5), due_precision="day")
    return make.publish(bridge)


ITEM: dict[str, Any] = {
    "slug": "bridge",
    "title": "Bridge",
    "summary": "A bridge over the Amur.",
    "firmness": "planned",
    "status": "in_progress",
    "health": ["silent"],
    "confidence": "amber",
    "sector": "transport",
    "places": [{"slug": "krai", "name": "Krai"}],
    "parties": [{"slug": "krai", "name": "The Krai", "role": "lead"}],
    "announced_on": "2026-08-25",
    "announced_precision": "day",
    "due": {
        "on": "2026-12-24",
        "precision": "day",
        "wording": "",
        "baseline_on": "2026-10-23",
        "slipped_days": 62,
    },
    "last_reported_on": "2026-09-24",
    "silent_days": 60,
    "missing_elements": ["money"],
    "url": "http://testserver/en/initiatives/bridge/",
    "updated_at": "2026-11-23T12:00:00+03:00",
}
RECORD: dict[str, Any] = {
    "quotes": [
        {
            "exact": "eine Brücke",
            "translation": "a bridge",
            "prefix": "Wir bauen ",
            "suffix": ".",
            "start": 11,
            "end": 22,
            "relation": "announces",
            "language": "de",
            "source": "belta",
            "publisher": "BelTA",
            "published_on": "2026-08-25",
        }
    ],
    "updates": [
        {
            "old_status": "announced",
            "status": "in_progress",
            "confidence": "amber",
            "note": "Begun.",
            "happened_on": "2026-09-24",
            "happened_precision": "day",
            "url": "https://example.org/evidence",
            "recorded_at": "2026-11-23T12:00:00+03:00",
        }
    ],
    "deadlines": [
        {
            "old_due_on": None,
            "due_on": "2026-10-23",
            "precision": "day",
            "wording": "im Oktober",
            "said_on": "2026-08-25",
            "reason": "",
            "url": "",
            "recorded_at": "2026-11-23T12:00:00+03:00",
        },
        {
            "old_due_on": "2026-10-23",
            "due_on": "2026-12-24",
            "precision": "day",
            "wording": "",
            "said_on": "2026-11-14",
            "reason": "Floods.",
            "url": "https://example.org/floods",
            "recorded_at": "2026-11-23T12:00:00+03:00",
        },
    ],
    "milestones": [{"title": "Piers", "due_on": "2026-11-28", "due_precision": "day", "reached_on": None}],
}


def test_one_initiative_is_told_in_full(client: Client) -> None:
    _bridge()

    answer = client.get(f"{LIST}bridge/?lang=en")

    assert answer.json() == ITEM | RECORD


def test_the_list_tells_the_same_without_the_record(client: Client) -> None:
    _bridge()

    answer = client.get(f"{LIST}?lang=en")

    assert answer.json() == {"count": 1, "next": None, "previous": None, "results": [ITEM]}


def test_the_list_is_as_of_the_day_asked_for(client: Client) -> None:
    _bridge()

    [row] = client.get(f"{LIST}?on=2026-11-13").json()["results"]

    assert (row["status"], row["health"], row["due"]["on"]) == ("in_progress", ["overdue"], "2026-10-23")


@pytest.mark.parametrize(
    ("query", "accepts", "title"),
    [
        ("?lang=ru", "de", "Мост"),
        ("?lang=en", "de", "Bridge"),
        ("?lang=de", "ru", "Brücke"),
        ("", "de", "Brücke"),
        ("", "fr, en;q=0.5", "Bridge"),
        ("", "fr", "Мост"),
    ],
)
@pytest.mark.parametrize("path", [LIST, f"{LIST}bridge/"])
def test_lang_chooses_the_language_else_accept_language(
    path: str, query: str, accepts: str, title: str, client: Client
) -> None:
    _bridge()

    told = client.get(path + query, headers={"accept-language": accepts}).json()

    assert (told["results"][0] if "results" in told else told)["title"] == title


@pytest.mark.parametrize(
    "query",
    [
        "",
        "status=announced,in_progress",
        "q=bridge",
        "health=silent",
        "party=krai&role=lead",
        "ordering=-title",
        "on=2026-09-01",
    ],
)
def test_the_filters_are_those_of_the_page(query: str, client: Client) -> None:
    _bridge()
    make.make_published(slug="dairy")

    rows = client.get(f"{LIST}?{query}").json()["results"]

    page = client.get(f"/en/?{query}").context["page"]
    assert [row["slug"] for row in rows] == [row.slug for row in page]


@pytest.mark.parametrize("path", ["bridge", "nowhere"])
def test_an_unpublished_initiative_is_as_unknown_as_one_that_is_not_there(path: str, client: Client) -> None:
    make.make_initiative(slug="bridge")

    answer = client.get(f"{LIST}{path}/?lang=en")

    assert (answer.status_code, answer.json()) == (404, {"detail": "No Initiative matches the given query."})
    assert client.get(LIST).json()["results"] == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("statsu=announced", "statsu"),
        ("status=unknown", "status"),
        ("health=well", "health"),
        ("party=nobody", "party"),
        ("q=%00", "q"),
        ("party=%00", "party"),
        ("status=%00", "status"),
        ("changed_since=%00", "changed_since"),
        ("%00=a", "\0"),
        ("q=" + "a" * 10_000, "q"),
        ("due_after=2025-02-30", "due_after"),
        ("on=9999-12-31", "on"),
        ("ordering=owner__password", "ordering"),
        ("lang=fr", "lang"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(query: str, name: str, client: Client) -> None:
    make.make_published()

    answer = client.get(f"{LIST}?{query}")

    assert answer.status_code == 400
    assert list(answer.json()) == [name]


@pytest.mark.parametrize(
    ("query", "name"), [("status=announced", "status"), ("lang=fr", "lang"), ("page=1", "page")]
)
def test_one_initiative_knows_no_filter(query: str, name: str, client: Client) -> None:
    make.make_published(slug="bridge")

    answer = client.get(f"{LIST}bridge/?{query}")

    assert (answer.status_code, list(answer.json())) == (400, [name])


@pytest.mark.parametrize("page", ["-1", "0", "2", "1e9", "abc", "9" * 30, "%00"])
def test_a_page_that_does_not_exist_is_not_found(page: str, client: Client) -> None:
    make.make_published()

    assert client.get(f"{LIST}?page={page}").status_code == 404


@pytest.mark.parametrize("slug", ["a%00b", "a%20b", "..%2f..%2fetc", "%F0%9F%8C%89", "a" * 5000])
def test_a_strange_slug_is_not_found(slug: str, client: Client) -> None:
    assert client.get(f"{LIST}{slug}/").status_code == 404


def test_a_page_holds_two_hundred_rows_at_most(client: Client) -> None:
    source = make.make_source(published_at=make.NOW)
    rows = Initiative.objects.bulk_create(make.initiative(published_at=make.NOW) for _ in range(201))
    Quote.objects.bulk_create(make.quote(initiative=row, source=source) for row in rows)

    assert len(client.get(f"{LIST}?page_size=100000").json()["results"]) == 200
    assert len(client.get(LIST).json()["results"]) == 50


@pytest.mark.parametrize("size", ["0", "-1", "abc", "1.5", "٣", ""])
def test_a_page_size_that_is_no_number_is_refused(size: str, client: Client) -> None:
    answer = client.get(LIST, {"page_size": size})

    assert (answer.status_code, list(answer.json())) == (400, ["page_size"])


def test_the_pages_hold_every_initiative_once(client: Client) -> None:
    slugs = {make.make_published(announced_on=day).slug for day in [make.TODAY] * 4 + [None] * 3}

    found, address = [], f"{LIST}?page_size=2&ordering=-announced_on"
    while address:
        page = client.get(address).json()
        found += [row["slug"] for row in page["results"]]
        address = page["next"]

    assert (len(found), set(found)) == (7, slugs)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", [LIST, f"{LIST}bridge/"])
def test_nothing_can_be_written(method: str, path: str, client: Client) -> None:
    make.make_published(slug="bridge")

    answer = getattr(client, method)(path)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")


# --- how many queries -----------------------------------------------------------------------------

LIST_QUERIES = 4
"""The count, the rows, the parties and the places of them all."""
DETAIL_QUERIES = 7
"""The row, and one each for parties, quotes, reports, deadlines, milestones and places."""


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_asks_as_often_for_fifty_rows_as_for_one(
    rows: int, client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    party, place = make.make_party(), make.make_place()
    for _ in range(rows):
        initiative = make.make_initiative()
        initiative.places.add(place)
        make.make_responsibility(initiative, party)
        make.publish(initiative)

    assert count_queries(lambda: client.get(LIST)) == LIST_QUERIES


def test_one_initiative_takes_a_fixed_number_of_queries(
    client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    bridge = _bridge()
    for _ in range(3):
        make.make_quote(initiative=bridge)
        make.report(bridge, quote=bridge.quotes.all()[0])
    make.publish(bridge)

    assert count_queries(lambda: client.get(f"{LIST}bridge/")) == DETAIL_QUERIES


# --- what the schema says -------------------------------------------------------------------------


@pytest.fixture
def schema(client: Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/api/schema/?format=json").json()
    return answer


def _parameters(schema: dict[str, Any], path: str) -> dict[str, dict[str, Any]]:
    return {parameter["name"]: parameter for parameter in schema["paths"][path]["get"]["parameters"]}


def test_the_schema_is_a_valid_one(schema: dict[str, Any]) -> None:
    validate_schema(schema)  # type: ignore[no-untyped-call]

    assert sorted(schema["paths"]) == [LIST, f"{LIST}{{slug}}/"]


def test_every_filter_is_in_the_schema(schema: dict[str, Any]) -> None:
    described = _parameters(schema, LIST)

    assert set(described) == {*InitiativeFilter.base_filters, "lang", "page", "page_size"}
    assert described["status"]["schema"]["items"]["enum"] == [
        "announced",
        "completed",
        "dropped",
        "in_progress",
        "on_hold",
        "partly_done",
    ]


@pytest.mark.parametrize("path", [LIST, f"{LIST}bridge/"])
def test_what_is_answered_fits_the_schema(path: str, schema: dict[str, Any], client: Client) -> None:
    _bridge()
    make.make_published(announced_on=None)
    operation = schema["paths"][path.replace("bridge", "{slug}")]["get"]
    answered = operation["responses"]["200"]["content"]["application/json"]["schema"]

    formats = FormatChecker()
    formats.checks("uri")(lambda value: str(value).startswith("http"))

    validator = Draft202012Validator({**answered, "components": schema["components"]}, format_checker=formats)
    problems = validator.iter_errors(client.get(path).json())

    assert [
        (list(problem.path), problem.message) for problem in problems if "nullable" not in str(problem.schema)
    ] == []


@pytest.mark.parametrize("path", [reverse("schema"), reverse("api-docs")])
def test_schema_and_documentation_are_there(path: str, client: Client) -> None:
    assert client.get(path).status_code == 200
