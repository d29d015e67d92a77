"""The list in a frame: anybody may show it, it leaves nothing behind, and nothing else may be framed."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]


def publish(rows: int) -> None:
    source, party = make.make_source(), make.make_party(name="The Krai")
    for number in range(rows):
        row = make.make_initiative(slug=f"row-{number}", title=f"Row {number}")
        make.make_quote(initiative=row, source=source)
        make.make_responsibility(row, party)
        make.publish(row)


def test_the_frame_and_it_alone_may_stand_in_any_page(client: Client) -> None:
    publish(1)

    framed, page = client.get("/embed/"), client.get("/en/")

    assert "frame-ancestors *" in framed["Content-Security-Policy"]
    assert "default-src 'none'" in framed["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed
    for other in (
        page,
        client.get("/en/data/"),
        client.get("/badge/row-0.svg"),
        client.get("/feeds/changes.atom"),
    ):
        assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
        assert other["X-Frame-Options"] == "DENY"


def test_the_frame_leaves_no_cookie(client: Client) -> None:
    answer = client.get("/embed/")

    assert not answer.cookies
    assert "Cookie" not in answer["Vary"]


def test_each_link_opens_the_tracker_beside_the_page(client: Client) -> None:
    publish(2)

    links = re.findall(r"<a\s[^>]*>", client.get("/embed/?lang=de&sector=industry").content.decode())

    assert len(links) == 4
    for link in links:
        assert f'href="{settings.SITE_URL}/de/' in link
        assert 'target="_blank"' in link
        assert 'rel="noopener"' in link
    assert links[-1].count("?sector=industry") == 1


def test_the_frame_shows_twenty_rows_and_tells_of_the_rest(client: Client) -> None:
    publish(23)

    page = client.get("/embed/?lang=en").content.decode()

    assert page.count('class="embed-row') == 20
    assert "See all 23 initiatives on the tracker" in page


def test_an_empty_frame_says_why(client: Client) -> None:
    assert "meets all of these filters" in client.get("/embed/?lang=en").content.decode()


def test_what_is_not_known_is_refused_by_name(client: Client) -> None:
    assert client.get("/embed/?statsu=announced").content.decode().startswith("statsu: ")


@pytest.mark.parametrize("rows", [1, 20])
def test_the_frame_takes_a_fixed_number_of_queries(
    rows: int, client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    publish(rows)

    # How many; the rows and their parties.
    assert count_queries(lambda: client.get("/embed/")) == 3
