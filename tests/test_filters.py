"""One FilterSet for people and programs: every filter filters, and nothing unknown is passed over."""

import datetime as dt

import pytest
from django.http import QueryDict

from tests import factories as make
from tracker.filters import ORDERINGS, InitiativeFilter
from tracker.models import Initiative
from tracker.models.initiative import InitiativeQuerySet

pytestmark = pytest.mark.django_db

WORLD = ["bridge", "dairy", "parks"]


@pytest.fixture(autouse=True)
def _world() -> None:
    """Three initiatives that differ in everything that can be asked for."""
    krai, brest = make.make_place(slug="krai"), make.make_place(slug="brest")
    demeshin, belarus = make.make_party(slug="demeshin"), make.make_party(slug="belarus")
    belta, press = make.make_source(slug="belta"), make.make_source(slug="press")

    bridge = make.make_initiative(
        slug="bridge", title="A bridge", sector="transport", firmness="ordered", announced_on=make.day(-100)
    )
    bridge.places.add(krai)
    make.make_responsibility(bridge, demeshin, "lead")
    make.make_responsibility(bridge, belarus, "support")
    make.make_quote(initiative=bridge, source=belta)
    make.set_deadline(bridge, make.day(-1), said_on=make.day(-100))
    make.report(bridge, "in_progress", happened_on=make.day(-2))

    dairy = make.make_initiative(
        slug="dairy", title="B dairy", sector="agriculture", firmness="agreed", announced_on=make.day(-90)
    )
    dairy.places.add(brest, krai)
    make.make_responsibility(dairy, demeshin, "controller")
    make.make_quote(initiative=dairy, source=belta)
    make.make_quote(initiative=dairy, source=press)
    make.report(dairy, "completed", happened_on=make.day(-10))

    parks = make.make_initiative(
        slug="parks", title="C parks", sector="industry", firmness="proposed", announced_on=None
    )
    make.make_quote(initiative=parks, source=press)
    make.set_deadline(parks, make.day(40))

    for number, row in enumerate((bridge, dairy, parks)):
        make.publish(row)
        times = {"created_at": make.moment(-80), "updated_at": make.moment(number)}
        Initiative.objects.filter(pk=row.pk).update(**times)


def _filter(query: str, rows: InitiativeQuerySet | None = None) -> InitiativeFilter:
    return InitiativeFilter(
        QueryDict(query),
        Initiative.objects.published() if rows is None else rows,
        today=make.TODAY,
        also=["page"],
    )


def _slugs(query: str) -> list[str]:
    asked = _filter(query)
    assert asked.problems == {}
    return sorted(asked.qs.values_list("slug", flat=True))


CASES: dict[str, list[tuple[str, list[str]]]] = {
    "q": [("q=bridge", ["bridge"]), ("q=BRIDGES", ["bridge"]), ("q=tunnel", []), ("q=", WORLD)],
    "status": [("status=in_progress", ["bridge"]), ("status=announced", ["parks"]), ("status=dropped", [])],
    "health": [
        ("health=overdue", ["bridge"]),
        ("health=closed", ["dairy"]),
        ("health=silent", ["parks"]),
        ("health=no_deadline", []),
    ],
    "sector": [("sector=industry", ["parks"]), ("sector=tourism", [])],
    "firmness": [("firmness=ordered", ["bridge"]), ("firmness=planned", [])],
    "place": [("place=krai", ["bridge", "dairy"]), ("place=brest", ["dairy"])],
    "party": [("party=demeshin", ["bridge", "dairy"]), ("party=belarus", ["bridge"])],
    "role": [
        ("role=lead", ["bridge"]),
        ("role=controller", ["dairy"]),
        ("party=demeshin&role=support", []),  # the party and the role of one and the same responsibility
        ("party=belarus&role=support", ["bridge"]),
    ],
    "initiative": [("initiative=dairy", ["dairy"]), ("initiative=dairy,bridge", ["bridge", "dairy"])],
    "source": [("source=belta", ["bridge", "dairy"]), ("source=press", ["dairy", "parks"])],
    "announced_after": [
        ("announced_after=2026-08-25", ["dairy"]),
        ("announced_after=2026-08-15", ["bridge", "dairy"]),
        ("announced_after=2026-08-26", []),
    ],
    "announced_before": [
        ("announced_before=2026-08-25", ["bridge", "dairy"]),
        ("announced_before=2026-08-15", ["bridge"]),
        ("announced_before=2026-08-14", []),
    ],
    "due_after": [("due_after=2026-11-22", ["bridge", "parks"]), ("due_after=2026-11-23", ["parks"])],
    "due_before": [("due_before=2026-11-22", ["bridge"]), ("due_before=2026-11-21", [])],
    "changed_since": [
        ("changed_since=2026-11-24T09:00:00Z", ["dairy", "parks"]),
        ("changed_since=2026-11-24T12:00:01%2B03:00", ["parks"]),
    ],
    "ordering": [("ordering=title", WORLD)],
    "on": [
        ("on=2026-08-14", []),
        ("on=2026-08-15", ["bridge"]),
        ("on=2026-11-12&status=announced", ["bridge", "dairy", "parks"]),
        ("on=2026-11-13&status=announced", ["bridge", "parks"]),
        ("on=2026-11-13&status=completed", ["dairy"]),
        ("on=2026-11-22&health=due_soon", ["bridge"]),
        ("on=2026-11-22&due_after=2026-12-01", []),  # the parks' deadline came a day later
    ],
}


def test_every_filter_has_a_case() -> None:
    assert set(CASES) == set(InitiativeFilter.base_filters)


@pytest.mark.parametrize(("query", "expected"), [case for cases in CASES.values() for case in cases])
def test_a_filter_keeps_what_was_asked_for(query: str, expected: list[str]) -> None:
    assert _slugs(query) == expected


@pytest.mark.parametrize(
    "query",
    [
        "status=announced,in_progress",
        "status=announced&status=in_progress",
        "status=announced,&status=in_progress,",
        "health=overdue,silent",
        "health=overdue&health=silent",
        "sector=industry,transport",
        "firmness=ordered&firmness=proposed",
    ],
)
def test_repeated_and_comma_separated_values_mean_any_of(query: str) -> None:
    assert _slugs(query) == ["bridge", "parks"]


@pytest.mark.parametrize(
    "query", ["place=krai,brest", "party=demeshin&party=belarus", "role=lead,controller,support"]
)
def test_any_of_several_names_no_row_twice(query: str) -> None:
    assert _slugs(query) == ["bridge", "dairy"]


def test_no_filter_is_the_whole_list() -> None:
    assert _slugs("") == WORLD


@pytest.mark.parametrize(
    "name", ["status", "health", "sector", "firmness", "place", "party", "role", "source", "ordering"]
)
def test_a_value_that_is_unknown_is_named(name: str) -> None:
    problems = _filter(f"{name}=nonsense").problems

    assert list(problems) == [name]
    assert "nonsense" in problems[name][0]


@pytest.mark.parametrize("name", sorted(InitiativeFilter.base_filters))
def test_a_nul_byte_is_refused_by_name(name: str) -> None:
    assert list(_filter(f"{name}=%00").problems) == [name]


@pytest.mark.parametrize("name", ["announced_after", "announced_before", "due_after", "due_before", "on"])
@pytest.mark.parametrize("value", ["2025-02-30", "yesterday", "20250101x"])
def test_a_day_that_does_not_exist_is_refused_by_name(name: str, value: str) -> None:
    assert list(_filter(f"{name}={value}").problems) == [name]


@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("name", ["announced_after", "announced_before", "due_after", "due_before", "on"])
def test_a_day_near_the_ends_of_the_calendar_is_refused_by_name(name: str, value: str) -> None:
    asked = _filter(f"{name}={value}")

    assert asked.problems.keys() == {name}


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-12:00", "9999-12-31"])
def test_a_moment_near_the_ends_of_the_calendar_is_refused(value: str) -> None:
    asked = _filter(f"changed_since={value}")

    assert asked.problems.keys() == {"changed_since"}


def test_a_name_that_is_unknown_is_named_with_those_that_are_known() -> None:
    problems = _filter("statsu=announced&page=2&utm=x").problems

    known = ", ".join(sorted([*InitiativeFilter.base_filters, "page"]))
    assert problems == {name: [f"Unknown parameter. Known are: {known}."] for name in ("statsu", "utm")}


def test_a_query_of_three_hundred_characters_is_long_enough() -> None:
    assert _filter("q=" + "a" * 300).problems == {}
    assert list(_filter("q=" + "a" * 301).problems) == ["q"]


def test_a_party_or_source_that_the_public_may_not_see_is_unknown() -> None:
    make.make_party(slug="secret")
    make.make_source(slug="secret")

    assert list(_filter("party=secret").problems) == ["party"]
    assert list(_filter("source=secret").problems) == ["source"]


def test_a_role_of_an_unpublished_party_finds_nothing() -> None:
    parks = Initiative.objects.get(slug="parks")
    make.make_responsibility(parks, make.make_party(), "lead")

    assert _slugs("role=lead") == ["bridge"]


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("announced_on", ["bridge", "dairy", "parks"]),  # an unknown day comes last either way
        ("-announced_on", ["dairy", "bridge", "parks"]),
        ("due_on", ["bridge", "parks", "dairy"]),
        ("-due_on", ["parks", "bridge", "dairy"]),
        ("updated_at", ["bridge", "dairy", "parks"]),
        ("-updated_at", ["parks", "dairy", "bridge"]),
        ("title", ["bridge", "dairy", "parks"]),
        ("-title", ["parks", "dairy", "bridge"]),
        ("due_on&on=2026-11-22", ["bridge", "dairy", "parks"]),
    ],
)
def test_the_list_is_ordered_as_asked(ordering: str, expected: list[str]) -> None:
    asked = _filter(f"ordering={ordering}")

    assert asked.problems == {}
    assert [row.slug for row in asked.qs] == expected


def test_every_ordering_is_tested() -> None:
    [mark] = test_the_list_is_ordered_as_asked.pytestmark

    assert {ordering for ordering, _expected in mark.args[1]} >= set(ORDERINGS)


def test_what_narrows_the_list_is_told_the_same_way_however_it_was_asked() -> None:
    asked = _filter("status=in_progress&status=announced,in_progress&q=a+b&ordering=title&page=2")

    assert asked.narrowing == {"q": ["a b"], "status": ["announced", "in_progress"]}


def test_a_query_string_that_says_nothing_shares_no_answer_with_one_that_does() -> None:
    blank, asked = _filter("page=2"), _filter("status=announced")

    assert (blank.problems, blank.narrowing) == ({}, {})
    assert (asked.problems, asked.narrowing) == ({}, {"status": ["announced"]})
    assert _filter("").narrowing == {}


def test_rows_as_of_a_day_carry_the_state_of_that_day() -> None:
    [bridge] = _filter("on=2026-09-01&party=belarus").qs

    assert (bridge.status, bridge.last_reported_on, bridge.due_on) == (
        "announced",
        None,
        dt.date(2026, 11, 22),
    )
