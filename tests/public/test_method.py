"""The method page says what the rules do: its numbers and examples come from them."""

import re

import pytest
from django.conf import settings
from django.test import Client

from tracker.models import Firmness, Health, Status
from tracker.models.initiative import DUE_SOON_DAYS, SILENT_AFTER_DAYS
from tracker.public import method

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]


def text(client: Client, language: str = "en") -> str:
    page = client.get(f"/{language}/method/").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_every_status_firmness_and_condition_is_explained(client: Client) -> None:
    assert set(method.STATUSES) == set(Status)
    assert set(method.FIRMNESSES) == set(Firmness)
    context = client.get("/en/method/").context
    assert [health for health, _label in context["healths"]] == list(Health)


def test_examples_are_read_as_the_tracker_reads_them(client: Client) -> None:
    readings = client.get("/en/method/").context["readings"]

    assert [(row.shown, row.last.isoformat(), row.overdue_from.isoformat()) for row in readings] == [
        ("1 July 2026", "2026-07-01", "2026-07-02"),
        ("the week to 12 July 2026", "2026-07-12", "2026-07-13"),
        ("June 2026", "2026-06-30", "2026-07-01"),
        ("quarter 3 of 2026", "2026-09-30", "2026-10-01"),
        ("half-year 1 of 2026", "2026-06-30", "2026-07-01"),
        ("season to May 2026", "2026-05-31", "2026-06-01"),
        ("2026", "2026-12-31", "2027-01-01"),
        ("about February 2026", "2026-02-28", "2026-03-01"),
    ]


def test_days_are_those_of_the_rules(client: Client) -> None:
    page = text(client)

    assert f"at most {DUE_SOON_DAYS} days ahead" in page
    assert f"Nothing was reported for {SILENT_AFTER_DAYS} days or longer" in page
    assert "Staff read it within 7 days." in page
    assert "erased 90 days after the decision" in page


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_the_page_asks_the_database_nothing_and_gives_no_cookie(
    language: str, client: Client, count_queries: object
) -> None:
    answer = client.get(f"/{language}/method/")

    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert count_queries(lambda: client.get(f"/{language}/method/")) == 0  # type: ignore[operator]


def test_each_entry_of_the_contents_leads_somewhere(client: Client) -> None:
    page = client.get("/en/method/").content.decode()

    named = re.findall(r'href="#([a-z]+)"', page.split('class="method-contents"')[1])
    assert len(named) == 12
    assert [name for name in named if f'<h2 id="{name}"' not in page] == []


def test_the_method_says_how_to_cite_an_address_of_this_site(client: Client) -> None:
    assert f"state of 23 November 2026, {settings.SITE_URL}/en/initiatives/example/" in text(client)
