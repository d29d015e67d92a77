"""Each choice of a filter says how many initiatives it would leave under all the others, exactly."""

from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests import factories as make
from tracker import stamp
from tracker.facets import FIXED, LINKED, OFFERED, Facets, facets, linked
from tracker.filters import InitiativeFilter
from tracker.models import Initiative, Party, Place, Source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> None:
    """Twelve initiatives of every kind, and drafts, hidden parties and hidden sources among them."""
    places = [make.make_place(slug=slug) for slug in ("krai", "brest")]
    parties = [make.make_party(slug=slug) for slug in ("ministry", "plant", "bureau")]
    sources = [make.make_source(slug=slug) for slug in ("belta", "press")]
    statuses = ["announced", "in_progress", "completed", "on_hold"]
    for number in range(12):
        row = make.make_initiative(
            slug=f"row-{number}",
            title=f"{'Bridge' if number % 3 else 'Dairy'} {number}",
            sector=["transport", "agriculture", "trade"][number % 3],
            firmness=["planned", "agreed"][number % 2],
            announced_on=make.day(-100 + 9 * number) if number else None,
        )
        row.places.add(*places[: number % 3])
        for role, party in zip(("lead", "support"), parties[number % 2 :], strict=False):
            make.make_responsibility(row, party, role)
        make.make_quote(initiative=row, source=sources[number % 2])
        make.make_quote(initiative=row, source=sources[number % 2])
        if number % 4:
            make.set_deadline(row, make.day(number * 20 - 100), said_on=make.day(-90))
            make.report(row, statuses[number % 4], happened_on=make.day(-5 * number))
        if number != 11:
            make.publish(row)
    hidden = Initiative.objects.get(slug="row-1")
    make.make_responsibility(hidden, make.make_party(slug="hidden"), "controller")
    make.make_quote(initiative=hidden, source=make.make_source(slug="hidden"))


def _filter(query: str | QueryDict) -> InitiativeFilter:
    data = QueryDict(query) if isinstance(query, str) else query
    asked = InitiativeFilter(data, Initiative.objects.published(), today=make.TODAY)
    assert asked.problems == {}
    return asked


def _facets(query: str) -> Facets:
    return facets(_filter(query), stamp=stamp.current())


def _left(query: str, **changed: Any) -> int:
    """Count what the list would show with some parameters exchanged; None takes one away."""
    data = QueryDict(query, mutable=True)
    for name, value in changed.items():
        data.setlist(name, [] if value is None else [value])
    count: int = _filter(data).qs.count()
    return count


QUERIES = [
    "",
    "status=announced",
    "status=in_progress,completed&sector=trade",
    "health=overdue,closed",
    "health=silent&firmness=planned",
    "q=bridge",
    "place=krai,brest&health=silent",
    "party=plant",
    "party=plant&role=support",
    "role=lead&source=press",
    "source=belta&status=in_progress",
    "announced_after=2026-09-01&due_before=2026-12-31",
    "on=2026-10-01",
    "on=2026-11-01&status=in_progress&party=ministry&health=overdue,silent",
    "sector=tourism&q=bridge",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_count_is_the_number_of_rows_that_its_choice_would_leave(query: str) -> None:
    told = _facets(query)

    assert told.total == _left(query)
    for name, choices in FIXED.items():
        counted = {value: told.counts[name].get(value, 0) for value in choices.values}
        assert counted == {value: _left(query, **{name: value}) for value in choices.values}, name
    slugs = {"party": Party.objects.published(), "place": Place.objects, "source": Source.objects.published()}
    for name, rows in slugs.items():
        expected = {slug: _left(query, **{name: slug}) for slug in rows.values_list("slug", flat=True)}
        chosen = _filter(query).narrowing.get(name, [])
        assert {choice.value: choice.count for choice in linked(_filter(query), name)} == {
            slug: n for slug, n in expected.items() if n or slug in chosen
        }
        assert {choice.value: choice.count for choice in told.offered[name]} == {
            slug: n for slug, n in expected.items() if n or slug in chosen
        }


def test_the_rows_with_the_most_are_offered_and_what_is_chosen_always() -> None:
    initiative = Initiative.objects.get(slug="row-2")
    for number in range(OFFERED + 5):
        party = make.make_party(slug=f"small-{number}", published_at=make.NOW)
        make.make_responsibility(initiative, party, "counterpart")

    offered = _facets("party=small-12").offered["party"]

    assert len(offered) == OFFERED + 1
    assert [choice.count for choice in offered] == sorted((c.count for c in offered), reverse=True)
    assert "small-12" in {choice.value for choice in offered}
    assert _facets("party=small-12").many["party"] == OFFERED + 5 + 3


def test_choices_are_named_in_the_reader_s_language_else_in_another() -> None:
    Party.objects.filter(slug="plant").update(name_ru="Завод", name_en="Plant", name_de="")

    names = []
    for language in ("ru", "en", "de"):
        with translation.override(language):
            names += [c.label for c in _facets("").offered["party"] if c.value == "plant"]

    assert names == ["Завод", "Plant", "Завод"]


def test_where_nothing_is_left_each_filter_says_what_would_be_without_it() -> None:
    query = "status=completed&sector=tourism&q=bridge"

    told = _facets(query)

    assert told.total == 0
    assert told.without == {"sector": _left(query, sector=None)}
    assert told.alone == {}


def test_where_no_filter_helps_by_going_each_says_what_it_would_leave_alone() -> None:
    told = _facets("q=nowhere&sector=tourism&status=completed")

    assert told.without == {}
    assert told.alone == {"status": _left("status=completed")}


def test_something_left_needs_no_advice() -> None:
    told = _facets("status=announced")

    assert (told.without, told.alone) == ({}, {})


def test_counts_are_kept_until_the_public_can_see_something_else() -> None:
    first = _facets("status=announced")
    with CaptureQueriesContext(connection) as queries:
        again = _facets("status=announced")
    Initiative.objects.filter(slug="row-0").update(published_at=None)

    assert again == first
    assert len(queries) == 1  # for the stamp
    assert _facets("status=announced").total == first.total - 1


def test_counts_of_one_day_are_not_those_of_another() -> None:
    later = InitiativeFilter(QueryDict(), Initiative.objects.published(), today=make.day(400))
    seen = stamp.current()

    assert later.problems == {}
    assert facets(later, stamp=seen).counts["health"] != facets(_filter(""), stamp=seen).counts["health"]


def test_the_linked_filters_are_those_whose_choices_are_rows() -> None:
    assert {*LINKED} | {*FIXED} == {
        "status",
        "health",
        "sector",
        "firmness",
        "role",
        "party",
        "place",
        "source",
    }
