"""The log of corrections: what stood there, what stands there now, and why; newest first."""

from collections.abc import Callable

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests import factories as make
from tracker.models import Correction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

LOG = "/en/corrections/"


def test_an_empty_log_says_what_to_do(client: Client) -> None:
    page = client.get(LOG)

    assert (page.status_code, "Nothing has been corrected yet." in page.content.decode()) == (200, True)


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_a_correction_tells_before_now_and_why_with_its_initiative(language: str, client: Client) -> None:
    bridge = make.make_published(slug="bridge")
    make.make_correction(bridge, why="<b>The order</b> says so.")

    page = client.get(f"/{language}/corrections/").content.decode()

    assert f'href="/{language}/initiatives/bridge/"' in page
    assert "<del>Due in May.</del>" in page
    assert "<ins>Due in June.</ins>" in page
    assert "&lt;b&gt;The order" in page


def test_what_was_missing_or_taken_out_is_said_in_words(client: Client) -> None:
    make.make_correction(make.make_published(), before="")
    make.make_correction(make.make_published(), after="")

    page = client.get(LOG).content.decode()

    assert ("nothing; it was missing" in page, "nothing; it was taken out" in page) == (True, True)


def test_the_newest_stands_first_and_none_of_a_draft_at_all(client: Client) -> None:
    for days in (-9, -2, -5):
        make.make_correction(make.make_published(), corrected_on=make.day(days))
    make.make_correction(make.make_initiative())

    shown = client.get(LOG).context["page"].object_list

    assert [row.corrected_on for row in shown] == [make.day(-2), make.day(-5), make.day(-9)]


@pytest.mark.parametrize(
    ("query", "status"), [("page=2", 404), ("page=x", 404), ("pgae=1", 400), ("%00=1", 400)]
)
def test_a_page_that_is_not_there_is_not_found(query: str, status: int, client: Client) -> None:
    assert client.get(f"{LOG}?{query}").status_code == status


@pytest.mark.parametrize("rows", [1, 50])
def test_the_log_asks_as_often_for_fifty_rows_as_for_one(
    rows: int, client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    for _ in range(rows):
        make.make_correction(make.make_published())

    assert count_queries(lambda: client.get(LOG)) == 2


@pytest.mark.parametrize("rows", [0, 1, 50])
def test_an_initiative_shows_its_corrections_in_one_query(
    rows: int, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    bridge = make.make_published(slug="bridge")
    for number in range(rows):
        make.make_correction(bridge, before=f"Number {number}.", corrected_on=make.day(number - 60))

    def page() -> str:
        row = Correction.initiative.field.related_model.objects.get(pk=bridge.pk)
        return render_to_string("public/initiative_corrections.html", {"initiative": row})

    assert count_queries(page) == 2  # the initiative itself, and its corrections
    assert page().count("<del>") == rows
    assert "/initiatives/bridge/correct/" in page()
