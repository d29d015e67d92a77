"""The list as a file, over HTTP: the same filters, every row, flat memory, and the page that explains it."""

import csv
import io
import json
import resource
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas
import pytest
from django.conf import settings
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from tests import factories as make
from tracker.exports.columns import columns
from tracker.models import Initiative, Quote, Responsibility
from tracker.public import asking, exporting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

ENDINGS = ["csv", "xlsx", "json"]


def content(client: Client, ending: str, query: str = "") -> bytes:
    answer = client.get(f"/export.{ending}{query}")
    assert answer.status_code == 200
    return b"".join(answer)


def slugs(client: Client, ending: str, query: str = "") -> list[str]:
    file = content(client, ending, query)
    if ending == "json":
        return [row["slug"] for row in json.loads(file)]
    read = pandas.read_csv if ending == "csv" else pandas.read_excel
    return [str(slug) for slug in read(io.BytesIO(file))["slug"]]


@pytest.fixture
def _three() -> None:
    source = make.make_source()
    for number, slug in enumerate(["bridge", "dairy", "parks"]):
        row = make.make_initiative(
            slug=slug,
            title=slug.title(),
            announced_on=make.day(-number),
            sector="transport" if number else "trade",
        )
        make.make_quote(initiative=row, source=source)
        make.publish(row)
    make.report(Initiative.objects.get(slug="parks"), "completed")


@pytest.mark.usefixtures("_three")
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["bridge", "dairy", "parks"]),
        ("?ordering=-title", ["parks", "dairy", "bridge"]),
        ("?sector=transport", ["dairy", "parks"]),
        ("?status=completed", ["parks"]),
        ("?health=silent", []),
        ("?q=dair&page=7&view=table", ["dairy"]),
    ],
)
def test_an_export_has_the_rows_of_the_list_in_their_order(
    query: str, expected: list[str], ending: str, client: Client
) -> None:
    assert slugs(client, ending, query) == expected


@pytest.mark.usefixtures("_three")
def test_with_on_an_export_tells_the_state_of_that_day(client: Client) -> None:
    make.report(Initiative.objects.get(slug="bridge"), "in_progress", happened_on=make.TODAY)
    Initiative.objects.update(announced_on=make.day(-90))

    rows = {row["slug"]: row for row in json.loads(content(client, "json", f"?on={make.day(-5)}"))}

    assert {slug: row["status"] for slug, row in rows.items()} == dict.fromkeys(rows, "announced")
    assert {row["silent_days"] for row in rows.values()} == {85}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    "query", ["statsu=announced", "status=nonsense", "lang=en", "due_after=2025-02-30", "q=%00"]
)
def test_what_is_not_known_is_refused_by_name(query: str, ending: str, client: Client) -> None:
    answer = client.get(f"/export.{ending}?{query}")

    name = query.split("=")[0]
    assert answer.status_code == 400
    if ending == "json":
        assert list(answer.json()) == [name]
    else:
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.content.decode().startswith(f"{name}: ")


@pytest.mark.usefixtures("_three")
def test_every_row_of_the_json_is_as_its_schema_says(client: Client) -> None:
    schema = client.get("/export.schema.json?lang=en").json()
    parks = Initiative.objects.get(slug="parks")
    make.set_deadline(parks, make.day(-9))
    parks.places.add(make.make_place())
    make.make_responsibility(parks, make.make_party(published_at=make.NOW))

    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    assert list(validator.iter_errors(json.loads(content(client, "json")))) == []
    assert schema["$id"] == f"{settings.SITE_URL}/export.schema.json"
    assert list(validator.iter_errors([{"slug": "bridge"}])) != []


def test_the_schema_speaks_the_language_that_is_asked_for_and_no_other(client: Client) -> None:
    assert client.get("/export.schema.json?lang=ru").status_code == 200
    assert client.get("/export.schema.json?lang=fr").status_code == 400
    assert client.get("/export.schema.json?status=announced").status_code == 400


def test_an_empty_list_is_still_a_table(client: Client) -> None:
    names = [column.name for column in columns()]

    assert json.loads(content(client, "json")) == []
    assert list(pandas.read_excel(io.BytesIO(content(client, "xlsx"))).columns) == names
    assert list(csv.reader(io.StringIO(content(client, "csv").decode("utf-8-sig")))) == [names]


def test_nothing_that_is_not_public_is_in_the_packed_sheet(client: Client) -> None:
    row = make.make_published()
    make.make_responsibility(row, make.make_party(name="canary", slug="canary"), "support")
    make.make_quote(
        initiative=row, source=make.make_source(publisher="canary", slug="canary"), exact="canary"
    )
    make.make_initiative(title="canary", slug="canary")

    archive = zipfile.ZipFile(io.BytesIO(content(client, "xlsx")))

    assert [name for name in archive.namelist() if b"canary" in archive.read(name)] == []


@pytest.mark.parametrize(
    ("ending", "media_type", "shown"),
    [
        ("csv", "text/csv; charset=utf-8", "attachment"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "attachment"),
        ("json", "application/json", "inline"),
    ],
)
def test_a_file_says_what_it_is_and_may_be_read_by_other_sites(
    ending: str, media_type: str, shown: str, client: Client
) -> None:
    answer = client.get(f"/export.{ending}")
    list(answer)

    assert answer["Content-Type"] == media_type
    assert answer["Content-Disposition"] == f'{shown}; filename="initiatives-2026-11-23.{ending}"'
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies


@pytest.mark.parametrize("ending", ENDINGS)
def test_only_reading_is_possible(ending: str, client: Client) -> None:
    assert client.post(f"/export.{ending}").status_code == 405
    assert client.head(f"/export.{ending}").status_code == 200


# --- size -----------------------------------------------------------------------------------------

MANY = 20_000
MOST_GROWTH = 64 * 1024 * 1024
"""Bytes by which the process may grow. All the rows, with what hangs on them, would take a gigabyte."""
STATM = Path("/proc/self/statm")


@pytest.fixture
def _many() -> None:
    """Rows with a party, a place and a quote each, written past the histories and the search."""
    party, place = make.make_party(published_at=make.NOW), make.make_place()
    source = make.make_source(published_at=make.NOW)
    in_place = Initiative.places.through
    rows = Initiative.objects.bulk_create(
        [make.initiative(summary="Words. " * 20, published_at=make.NOW) for _ in range(MANY)]
    )
    Responsibility.objects.bulk_create(
        [Responsibility(initiative=row, party=party, role="lead") for row in rows]
    )
    Quote.objects.bulk_create([Quote(initiative=row, source=source, exact="Said. " * 20) for row in rows])
    in_place.objects.bulk_create([in_place(initiative=row, place=place) for row in rows])


def _resident() -> int:
    """Tell the memory that the process holds, in bytes."""
    return int(STATM.read_text().split()[1]) * resource.getpagesize()


@pytest.mark.skipif(not STATM.exists(), reason="Only Linux tells how much memory a process holds.")
@pytest.mark.usefixtures("_many")
def test_twenty_thousand_rows_are_read_with_flat_memory_and_the_first_bytes_leave_first(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    before = _resident()
    pieces = iter(client.get("/export.csv"))
    with django_assert_max_num_queries(0):
        next(pieces)  # the names of the columns

    size = most = 0
    for piece in pieces:
        size, most = size + len(piece), max(most, _resident())

    assert most - before < MOST_GROWTH
    assert size > MANY * 300


@pytest.mark.parametrize("rows", [1, 50])
def test_an_export_takes_a_fixed_number_of_queries(
    rows: int, client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    party, place, source = make.make_party(), make.make_place(), make.make_source()
    for _ in range(rows):
        row = make.make_initiative()
        row.places.add(place)
        make.make_responsibility(row, party)
        make.make_quote(initiative=row, source=source)
        make.publish(row)

    # The stamp; the rows; their parties, quotes and places, for each 250 rows.
    assert count_queries(lambda: content(client, "csv")) == 5


@pytest.fixture
def held(client: Client) -> Iterator[list[Any]]:
    answers = [client.get("/export.csv") for _ in range(asking.AT_ONCE)]
    yield answers
    for answer in answers:
        list(answer)


def test_whoever_comes_when_too_many_are_served_is_told_when_to_ask_again(
    client: Client, held: list[Any]
) -> None:
    refused = client.get("/export.json")

    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert "ETag" not in refused
    list(held.pop())
    assert len(slugs(client, "json")) == 0


# --- the page that explains them ------------------------------------------------------------------


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_page_explains_every_column(language: str, client: Client) -> None:
    page = client.get(f"/{language}/data/").content.decode()

    assert [column.name for column in columns() if f'id="column-{column.name}"' not in page] == []


def test_the_page_tells_search_engines_what_the_data_set_is(client: Client) -> None:
    page = client.get("/en/data/").content.decode()

    told = json.loads(page.split('<script type="application/ld+json">')[1].split("</script>")[0])
    assert (told["@type"], told["license"]) == ("Dataset", "https://creativecommons.org/licenses/by/4.0/")
    assert [file["contentUrl"] for file in told["distribution"]] == [
        f"{settings.SITE_URL}/export.{ending}" for ending in ("csv", "xlsx", "json")
    ]
    assert len(told["variableMeasured"]) == len(columns())


def test_no_word_ends_the_script_that_holds_the_description() -> None:
    words = "</script><b>&amp;"

    written = exporting._in_script({"name": words})

    assert not {"<", ">", "&"} & {*written}
    assert json.loads(written) == {"name": words}


def test_the_page_leads_to_everything_that_programs_read(client: Client) -> None:
    make.make_published(slug="bridge", title="</script><b>")

    page = client.get("/en/data/").content.decode()

    for address in (
        "/export.csv",
        "/export.xlsx",
        "/export.json",
        "/export.schema.json?lang=en",
        "/api/docs/",
    ):
        assert f'href="{address}"' in page
    assert 'href="/feeds/changes.atom?lang=en"' in page
    assert 'href="/calendar.ics?lang=en"' in page
    assert f"{settings.SITE_URL}/embed/?health=overdue" in page
    assert f"{settings.SITE_URL}/badge/bridge.svg?lang=en" in page
    assert "</script><b>" not in page


def test_the_page_takes_a_fixed_number_of_queries(
    client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    make.make_published()

    assert count_queries(lambda: client.get("/en/data/")) == 1
