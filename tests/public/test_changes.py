"""What changed between two days is told from what is known now."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from tests import factories as make

pytestmark = pytest.mark.django_db

QUERIES = 6
"""The ends of two days are read at once, however many initiatives there are."""


@pytest.fixture(autouse=True)
def _clock_goes() -> Iterator[None]:
    """What is asked is asked later than it was recorded."""
    with time_machine.travel(make.NOW, tick=True):
        yield


def _section(client: Client, query: str = "") -> dict[str, list[str]]:
    told = client.get(f"/en/changes/?{query}").context["sections"]
    return {section.name: [item.title for item in section.items] for section in told}


def test_what_happened_between_the_days_is_told_and_nothing_else() -> None:
    early, late = (make.make_initiative(title=title, announced_on=make.day(-90)) for title in ("A", "B"))
    new = make.make_initiative(title="New", announced_on=make.day(-5))
    for row in (early, late, new):
        make.publish(row)
    make.report(early, "in_progress", happened_on=make.day(-60))
    make.report(late, "in_progress", happened_on=make.day(-10))

    told = _section(Client(), f"since={make.day(-30)}&until={make.day(0)}")

    assert (told["changed"], told["new"]) == (["B"], ["New"])


def test_a_deadline_that_passed_between_the_days_is_newly_overdue() -> None:
    row = make.make_initiative(title="Late", announced_on=make.day(-90))
    make.publish(row)
    make.set_deadline(row, make.day(-10), said_on=make.day(-90))

    assert _section(Client(), f"since={make.day(-30)}")["newly_overdue"] == ["Late"]
    assert "newly_overdue" not in _section(Client(), f"since={make.day(-9)}")
    assert "newly_overdue" not in _section(Client(), f"since={make.day(-30)}&until={make.day(-10)}")


def test_the_numbers_are_those_at_the_two_ends() -> None:
    row = make.make_initiative(announced_on=make.day(-90))
    make.publish(row)
    make.report(row, "completed", happened_on=make.day(-3))

    figures = {row.name: row for row in Client().get("/en/changes/").context["it"].figures}

    assert (figures["completed"].before, figures["completed"].now) == (0, 1)
    assert (figures["total"].before, figures["total"].now) == (1, 1)


def test_the_filters_of_the_list_choose_what_is_compared() -> None:
    for sector in ("agriculture", "transport"):
        make.publish(make.make_initiative(title=sector, sector=sector, announced_on=make.day(-3)))

    assert _section(Client(), "sector=agriculture")["new"] == ["agriculture"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2026-11-24&until=2026-11-23", "since"),
        ("since=2026-11-23&until=2026-11-23", "since"),
        ("until=2026-11-24", "until"),
        ("since=yesterday", "since"),
        ("until=0001-01-01", "until"),
        ("sector=nonsense", "sector"),
        ("on=2026-11-01", "on"),
        ("nonsense=1", "nonsense"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(client: Client, query: str, field: str) -> None:
    answer = client.get(f"/en/changes/?{query}")

    assert answer.status_code == 400
    assert [*answer.context["problems"]] == [field]


def test_nothing_changed_is_said(client: Client) -> None:
    page = client.get("/en/changes/").content.decode()

    assert "Nothing changed between these two days." in page


@pytest.mark.parametrize("number", [1, 20])
def test_the_number_of_queries_does_not_grow(
    client: Client, number: int, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    for _ in range(number):
        row = make.make_initiative(announced_on=make.day(-90))
        make.publish(row)
        make.report(row, "in_progress", happened_on=make.day(-3))
        make.set_deadline(row, make.day(-2), said_on=make.day(-90))

    with django_assert_num_queries(QUERIES):  # type: ignore[operator]
        client.get("/en/changes/")
