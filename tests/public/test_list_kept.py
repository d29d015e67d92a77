"""A page of the list is kept as long as nobody has written anything, and not a moment longer."""

import gzip
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client, override_settings

from tests import factories as make
from tracker.models import Initiative, Party
from tracker.public import keeping

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]


@pytest.fixture(autouse=True)
def _keeping() -> Iterator[None]:
    keeping._kept.clear()
    with override_settings(KEEPS_PAGES=True):
        yield
    keeping._kept.clear()


def _titles(client: Client, path: str = "/en/") -> list[str]:
    page = client.get(path).content.decode()
    return [name for name in ("Bridge", "Tunnel", "Брод") if name in page]


def test_a_kept_page_costs_one_query(
    client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    make.make_published()

    assert count_queries(lambda: client.get("/en/")) == 1


def test_a_write_is_seen_at_once(client: Client) -> None:
    bridge = make.make_published(slug="bridge", title="Bridge")
    assert _titles(client) == ["Bridge"]

    Initiative.objects.filter(pk=bridge.pk).update(title_en="Tunnel")

    assert _titles(client) == ["Tunnel"]


def test_a_name_and_a_count_that_change_are_seen_at_once(client: Client) -> None:
    party = make.make_party(slug="krai", name="Bridge")
    make.make_responsibility(make.make_published(), party)
    assert _titles(client) == []

    Party.objects.filter(pk=party.pk).update(published_at=make.NOW)

    assert _titles(client) == ["Bridge"]


def test_each_language_and_address_has_its_own(client: Client) -> None:
    make.make_published(title_ru="Брод", title_en="Bridge", title_de="Tunnel")

    assert [_titles(client, f"/{code}/") for code in ("en", "ru", "de")] == [["Bridge"], ["Брод"], ["Tunnel"]]
    assert _titles(client, "/en/?status=dropped") == []
    assert b"http://other.example/en/" not in client.get("/en/").content
    with override_settings(ALLOWED_HOSTS=["*"]):
        assert b"http://other.example/en/" in client.get("/en/", headers={"host": "other.example"}).content


def test_another_day_is_another_page(client: Client) -> None:
    make.set_deadline(make.make_published(), make.TODAY)
    assert b"State of 23 November 2026" in client.get("/en/").content

    with time_machine.travel(make.moment(1), tick=False):
        page = client.get("/en/").content

    assert b"State of 24 November 2026" in page
    assert b"1 day late" in page


def test_who_has_the_page_already_is_told_so(client: Client) -> None:
    bridge = make.make_published(title="Bridge")
    first = client.get("/en/")
    again = client.get("/en/", headers={"if-none-match": first["ETag"]})
    Initiative.objects.filter(pk=bridge.pk).update(title_en="Tunnel")
    changed = client.get("/en/", headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert changed.status_code == 200
    assert first["Cache-Control"] == "public, no-cache"
    assert dict(first.cookies) == {}


def test_a_write_that_changes_nothing_on_the_page_leaves_it_the_reader_s(client: Client) -> None:
    make.make_published()
    first = client.get("/en/")

    make.make_initiative(title="A draft")

    assert client.get("/en/", headers={"if-none-match": first["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("accepts", "is_packed"),
    [
        ("gzip, br", True),
        ("br;q=1.0, gzip;q=0.8", True),
        ("gzip;q=0", False),
        ("identity", False),
        ("", False),
    ],
)
def test_a_page_is_sent_packed_to_who_can_unpack_it(accepts: str, is_packed: bool, client: Client) -> None:
    make.make_published(title="Bridge")
    plain = client.get("/en/")

    answer = client.get("/en/", headers={"accept-encoding": accepts})

    assert answer.get("Content-Encoding") == ("gzip" if is_packed else None)
    content = gzip.decompress(answer.content) if is_packed else answer.content
    assert content == plain.content
    assert answer["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/en/?view=nonsense", "/en/?page=9", "/en/?status="])
def test_only_pages_are_kept(path: str, client: Client) -> None:
    statuses = {client.get(path).status_code for _ in range(2)}

    assert len(statuses) == 1
    assert statuses <= {302, 400, 404}
    assert len(keeping._kept._made) == 0


@pytest.mark.django_db(transaction=True)
def test_a_page_that_was_read_before_a_write_is_not_kept_after_it(client: Client) -> None:
    """Another connection writes while the page is being made."""
    bridge = make.make_published(title="Bridge")
    original = keeping._answer

    def slow(response: object) -> keeping.Answer:
        made = original(response)  # type: ignore[arg-type]
        Initiative.objects.filter(pk=bridge.pk).update(title_en="Tunnel")
        return made

    keeping._answer = slow
    try:
        client.get("/en/")
    finally:
        keeping._answer = original

    assert _titles(client) == ["Tunnel"]
    connection.close()
