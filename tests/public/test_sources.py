"""Where it was said, in which words, and what became of it."""

from typing import Any

import pytest
from django.test import Client

from tests import factories as make
from tracker.models import Initiative, Precision, Source

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

LIST = "/en/sources/"


def saying(count: int = 1, **values: Any) -> Source:
    source = make.make_source(published_at=make.NOW, **values)
    for _ in range(count):
        bridge = make.make_initiative()
        make.make_quote(source=source, initiative=bridge)
        make.publish(bridge)
    return source


def test_the_index_names_the_newest_first_with_what_each_announced(client: Client) -> None:
    saying(2, slug="old", published_on=make.day(-9))
    saying(slug="new")
    saying(0, slug="undated", published_on=None)
    make.make_source(slug="hidden")

    rows = client.get(LIST).context["rows"]

    assert [(source.slug, tally.total) for source, tally, _bar in rows] == [
        ("new", 1),
        ("old", 2),
        ("undated", 0),
    ]


@pytest.mark.parametrize(
    ("query", "expected"), [("белта", ["news"]), ("ОБЗОР", ["news"]), ("survey", ["news"]), ("tass", [])]
)
def test_a_source_is_found_by_title_or_publisher(query: str, expected: list[str], client: Client) -> None:
    saying(slug="news", publisher="БелТА", title_ru="Обзор", title_en="Survey")
    saying(slug="other", publisher="Other", title="Other")

    rows = client.get(LIST, {"q": query}).context["rows"]

    assert [source.slug for source, _tally, _bar in rows] == expected


@pytest.mark.parametrize(
    ("published", "said"),
    [
        ({"published_on": make.day(0)}, "23 November 2026"),
        ({"published_on": make.day(7), "published_precision": Precision.MONTH}, "November 2026"),
        ({"published_on": None}, "day not known"),
    ],
)
@pytest.mark.parametrize("path", ["", "news/"])
def test_its_day_is_said_as_exactly_as_it_is_known(
    path: str, published: dict[str, Any], said: str, client: Client
) -> None:
    saying(slug="news", **published)

    assert said in client.get(f"{LIST}{path}").content.decode()


def test_a_source_page_says_what_became_of_what_it_announced(client: Client) -> None:
    source = saying(3, slug="news")
    bridges = Initiative.objects.filter(quotes__source=source)
    make.report(bridges[0], "completed")
    make.report(bridges[1], "in_progress")

    page = " ".join(client.get(f"{LIST}news/").content.decode().split())

    assert "It announced 3 initiatives. Of 1 of them no step has been shown. 1 is completed." in page
    assert "/en/?source=news&amp;status=completed" in page


def test_a_source_page_has_its_links_its_language_and_its_checksum(client: Client) -> None:
    saying(
        slug="news",
        url="https://example.org/news",
        archived_url="https://archive.example.org/news",
        language="de",
        sha256="a" * 64,
    )

    page = client.get(f"{LIST}news/").content.decode()

    for address in ("https://example.org/news", "https://archive.example.org/news"):
        assert f'<a href="{address}" rel="noopener nofollow">' in page
    assert "German" in page
    assert "a" * 64 in page


def test_words_stand_in_the_order_of_the_text_and_in_pages(client: Client) -> None:
    source = make.make_source(slug="news")
    for start in reversed(range(0, 510, 10)):
        bridge = make.make_initiative()
        make.make_quote(source=source, initiative=bridge, exact="We build!", start=start, end=start + 9)
        make.publish(bridge)

    first, second = (client.get(f"{LIST}news/{query}").context["page"] for query in ("", "?page=2"))

    assert [quote.start for quote in first] == list(range(0, 500, 10))
    assert [quote.start for quote in second] == [500]
    assert client.get(f"{LIST}news/?page=3").status_code == 404
    assert client.get(f"{LIST}news/?x=1").status_code == 400


def test_each_quote_with_figures_is_told_once_with_all_of_them(client: Client) -> None:
    source = saying(slug="news")
    quote = make.make_quote(source=source, initiative=None, relation="gives_figure", exact="12 and 14")
    make.make_figure(quote=quote, what="Trade")
    make.make_figure(quote=quote, what="Debt")
    make.make_figure(quote=make.make_quote(source=source), what="of a draft")

    page = client.get(f"{LIST}news/").content.decode()

    assert [page.count(word) for word in ("Trade", "Debt", "of a draft")] == [1, 1, 0]


def test_a_quote_in_a_language_that_the_reader_may_not_know_stands_with_our_translation(
    client: Client,
) -> None:
    source = make.make_source(published_at=make.NOW, slug="news", language="ru")
    bridge = make.make_initiative()
    make.make_quote(
        source=source, initiative=bridge, exact="Мост откроют в мае.", translation_en="It opens in May."
    )
    make.publish(bridge)

    english, russian = (client.get(f"/{language}/sources/news/").text for language in ("en", "ru"))

    assert "Мост откроют в мае." in english
    assert "“It opens in May.”" in english
    assert "translation-words" not in russian
