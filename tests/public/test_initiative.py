"""The page of an initiative: what was promised in which words, what became of it, how to cite it."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.conf import settings
from django.test import Client

from tests import factories as make
from tests.public.bridge import PAGE, make_bridge, text_of
from tracker.models import Initiative

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]


@pytest.fixture
def bridge() -> Initiative:
    return make_bridge()


# --- the words ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize(
    ("language", "shown"), [("en", "“We build a bridge”"), ("ru", "«Мы строим мост»"), ("de", None)]
)
def test_the_reader_sees_the_words_and_our_translation_where_one_is_needed(
    language: str, shown: str | None, client: Client
) -> None:
    page = client.get(f"/{language}/{PAGE}").content.decode()

    translations = re.findall(r'class="translation-words">(.*?)<', page)
    assert "„Wir bauen eine Brücke“" in page
    assert translations == ([shown] * 2 if shown else [])  # under the hero, and in the list of quotes


def test_no_third_language_passes_for_a_translation(bridge: Initiative, client: Client) -> None:
    quote = bridge.quotes.get()
    quote.translation_en = ""
    quote.save()

    page = client.get(f"/en/{PAGE}").content.decode()

    assert "translation-words" not in page
    assert "Мы строим мост" not in page


# --- where it stands ------------------------------------------------------------------------------


def test_the_status_says_on_what_it_rests(bridge: Initiative, client: Client) -> None:
    before = text_of(client, PAGE)
    krai = bridge.responsibilities.get().party
    report = make.report(bridge, happened_on=make.day(-9), told_by=krai)
    after = " ".join(client.get(f"/en/{PAGE}").content.decode().split())

    assert "The status rests on the announcement; no step has been reported since (BelTA)" in before
    assert f'href="#reported-{report.pk}"> The status rests on the report of 14 November 2026 </a>' in after
    assert f'id="reported-{report.pk}"' in after


def test_a_deadline_keeps_its_first_words_and_each_move_with_its_reason(
    bridge: Initiative, client: Client
) -> None:
    quote = bridge.quotes.get()
    make.set_deadline(bridge, make.day(0), wording="etwa ein Jahr", said_on=make.day(-300), quote=quote)
    make.set_deadline(bridge, make.day(100), wording="", said_on=make.day(-60), reason="Floods.")
    make.set_deadline(bridge, make.day(80), wording="", said_on=make.day(-10), reason="Dry again.")

    page = text_of(client, PAGE)

    assert "Moved 2 times, +80 days" in page
    assert "First named: 23 November 2026 „etwa ein Jahr“ BelTA, 27 January 2026" in page
    assert "23 November 2026 → to 3 March 2027, +100 days Floods. Said on 24 September 2026." in page
    assert "3 March 2027 → to 11 February 2027, −20 days Dry again." in page


def test_a_deadline_that_never_moved_has_no_record(bridge: Initiative, client: Client) -> None:
    make.set_deadline(bridge, make.day(9), wording="bald", quote=bridge.quotes.get())

    assert 'id="deadline"' not in client.get(f"/en/{PAGE}").content.decode()


def test_the_timeline_tells_words_actions_and_promises_apart(bridge: Initiative, client: Client) -> None:
    bridge.milestones.create(title_en="Pillars", due_on=make.day(-20), reached_on=make.day(-10))
    bridge.milestones.create(title_en="Road", due_on=make.day(-5))
    bridge.milestones.create(title_en="Opening", due_on=make.day(60))
    make.report(bridge, happened_on=make.day(-9))

    page = client.get(f"/en/{PAGE}").content.decode()

    kinds = re.findall(r'<li class="event event-(\w+)', page)
    assert kinds == ["announced", "reached", "reported", "step", "today", "step"]
    assert re.findall(r"Milestone (?:missed so far|due|reached)", page) == [
        "Milestone reached",
        "Milestone missed so far",
        "Milestone due",
    ]


# --- as it stood ----------------------------------------------------------------------------------


def test_a_day_shows_the_state_of_that_day_and_says_so(bridge: Initiative, client: Client) -> None:
    late = make.make_source(published_on=make.day(-5), published_at=make.NOW)
    make.make_quote(initiative=bridge, source=late, exact="Said later")
    make.report(bridge, "in_progress", happened_on=make.day(-50), note="Begun.")
    make.report(bridge, "partly_done", happened_on=make.day(-5), note="Half of it.")
    bridge.milestones.create(title_en="Pillars", due_on=make.day(-20), reached_on=make.day(-5))

    then = text_of(client, f"{PAGE}?on={make.day(-20)}")

    assert "This is how it stood at the end of 3 November 2026." in then
    assert "The status rests on the report of 4 October 2026" in then
    assert "Pillars 3 November 2026 not yet" in then
    assert [words for words in ("Half of it.", "Said later", "Milestone reached") if words in then] == []


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize("query", ["", "?on=", "?on=2026-11-23", "?utm_source=news"])
def test_today_is_no_other_day_and_foreign_parameters_do_no_harm(query: str, client: Client) -> None:
    answer = client.get(f"/en/{PAGE}{query}")

    assert answer.status_code == 200
    assert "how it stood" not in text_of(client, PAGE + query)


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize("language", ["en", "ru", "de"])
@pytest.mark.parametrize(
    ("day", "status"), [("2026-11-24", 400), ("yesterday", 400), ("0001-01-01", 400), ("2020-01-01", 404)]
)
def test_a_day_that_cannot_be_shown_is_refused_with_a_reason(
    day: str, status: int, language: str, client: Client
) -> None:
    answer = client.get(f"/{language}/{PAGE}?on={day}")

    page = answer.content.decode()
    assert answer.status_code == status
    assert 'name="robots" content="noindex"' in page
    assert f'href="/{language}/initiatives/bridge/"' in page


# --- citing, following, sharing -------------------------------------------------------------------


@pytest.mark.usefixtures("bridge")
def test_a_citation_names_title_tracker_day_and_address(client: Client) -> None:
    page = client.get(f"/en/{PAGE}").content.decode()
    [citation] = re.findall(r'<p class="citation".*?>(.*?)</p>', page, re.DOTALL)

    assert " ".join(citation.split()) == (
        f"“Bridge”, Commitment tracker, state of 23 November 2026: {settings.SITE_URL}/en/initiatives/bridge/"
    )


@pytest.mark.usefixtures("bridge")
def test_a_citation_of_a_past_state_leads_back_to_it(client: Client) -> None:
    page = text_of(client, f"{PAGE}?on=2026-10-01")

    assert f"state of 1 October 2026: {settings.SITE_URL}/en/initiatives/bridge/?on=2026-10-01" in page


@pytest.mark.usefixtures("bridge")
def test_the_page_leads_to_all_that_one_can_do_with_it(client: Client) -> None:
    page = unescape(client.get(f"/de/{PAGE}").content.decode())

    wanted = [
        "/de/subscribe/?initiative=bridge",
        "/de/initiatives/bridge/history/",
        "/de/initiatives/bridge/correct/",
        "/feeds/changes.atom?initiative=bridge&lang=de",
        "/calendar.ics?initiative=bridge&lang=de",
        "/api/v1/initiatives/bridge/?lang=de",
        "/badge/bridge.svg?lang=de",
        "#cite",
    ]
    assert [address for address in wanted if f'href="{address}"' not in page] == []
    assert [client.get(address).status_code for address in wanted if address.startswith("/")] == [200] * 7


def test_a_shared_link_shows_title_summary_and_card(bridge: Initiative, client: Client) -> None:
    bridge.summary_ru = "Мост <через> Амур"
    bridge.save()

    page = client.get(f"/ru/{PAGE}").content.decode()

    shown = {name: unescape(said) for name, said in re.findall(r'property="(.*?)"\s+content="(.*?)"', page)}
    assert shown["og:title"] == "Мост"
    assert shown["og:description"] == "Мост <через> Амур"
    assert shown["og:image"] == f"{settings.SITE_URL}/cards/ru/bridge.png"
    assert shown["og:url"] == f"{settings.SITE_URL}/ru/initiatives/bridge/"


# --- how many queries -----------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "expected"), [("", 8), ("?on=2026-11-20", 8), ("history/", 11)])
@pytest.mark.parametrize("rows", [1, 50])
def test_the_pages_take_a_fixed_number_of_queries(
    path: str, expected: int, rows: int, bridge: Initiative, client: Client, count_queries: Callable[..., int]
) -> None:
    for number in range(rows):
        bridge.places.add(make.make_place())
        make.make_responsibility(bridge, make.make_party(published_at=make.NOW), "support")
        source = make.make_source(published_at=make.NOW, published_on=make.day(-10))
        quote = make.make_quote(initiative=bridge, source=source)
        bridge.milestones.create(title_en=f"Step {number}", due_on=make.day(number))
        make.report(bridge, quote=quote, told_by=make.make_party(), happened_on=make.day(-9))
        make.set_deadline(bridge, make.day(number), reason="Floods.", said_on=make.day(-9), quote=quote)

    assert count_queries(lambda: client.get(f"/en/{PAGE}{path}")) == expected
