"""The same filters are the same scope, and a scope is said in words."""

import datetime as dt

import pytest
from django.http import QueryDict
from django.utils import translation

from tests import factories as make
from tests.factories import TODAY
from tests.following.arranging import published
from tracker.filters import InitiativeFilter
from tracker.models import Series
from tracker.reports import naming, scope

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ""),
        ("page=2&ordering=title&on=2026-01-01&changed_since=2026-01-01T00:00:00Z", ""),
        ("status=announced&sector=trade", "sector=trade&status=announced"),
        ("sector=trade&status=announced", "sector=trade&status=announced"),
        ("sector=trade&sector=fisheries,trade", "sector=fisheries,trade"),
        ("sector=&q=", ""),
        ("q=Мост,+bridge", "q=%D0%9C%D0%BE%D1%81%D1%82%2C+bridge"),
        ("q=a%26status=completed", "q=a%26status%3Dcompleted"),
        ("nonsense=1", "nonsense=1"),
    ],
)
def test_an_address_of_the_list_is_a_scope(query: str, expected: str) -> None:
    assert scope.of_list(QueryDict(query)) == expected
    assert scope.of_list(QueryDict(expected)) == expected


def test_every_filter_of_the_list_is_said_or_left_out() -> None:
    assert {*naming.NAMES} | {"ordering", "on", "changed_since"} == {*InitiativeFilter.base_filters}
    assert not {*naming.NAMES} & {*scope.LEFT_OUT}


def test_each_filter_is_said_in_the_readers_language() -> None:
    make.publishing.publish(initiative=(row := published(title="A bridge")), now=make.NOW)
    make.make_responsibility(
        row, party := make.make_party(slug="krai", name="The Krai", published_at=make.NOW)
    )
    text = f"party={party.slug}&sector=trade,fisheries&due_before=2026-12-31&q=bridge"

    assert naming.parts(text, today=TODAY) == [
        ("Search", "Bridge"),
        ("Sector", "trade, fisheries"),
        ("Party", "The Krai"),
        ("Due up to", "31 December 2026"),
    ]
    with translation.override("ru"):
        assert naming.name("sector=trade", today=TODAY) == "Сфера: торговля"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "All initiatives"),
        ("initiative=bridge", "A bridge"),
        ("initiative=bridge&status=announced", "Initiative: A bridge · Status: announced"),
        ("initiative=nowhere", "Initiatives that are not public at present"),
    ],
)
def test_a_scope_has_a_name(text: str, expected: str) -> None:
    published(slug="bridge", title="A bridge")

    assert naming.name(text, today=TODAY) == expected


def test_a_name_leaves_room_for_the_finding() -> None:
    name = naming.name("q=" + "a" * 250, today=TODAY)

    assert len(name) == naming.LONGEST


def test_the_name_of_a_series_of_the_staff_is_theirs() -> None:
    assert naming.of_series(Series(name="Weekly", scope="sector=trade"), today=TODAY) == "Weekly"


def test_what_the_list_refuses_holds_nothing() -> None:
    row = published()

    assert scope.within("nonsense=1", [row.pk], on=TODAY) == frozenset()
    assert scope.within("", [row.pk], on=TODAY) == {row.pk}
    assert scope.within("sector=industry", [row.pk], on=TODAY - dt.timedelta(days=90)) == frozenset()
