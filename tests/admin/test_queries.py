"""What each page of staff weighs when much is recorded: few queries, and nothing long to choose from."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.admin.matrix import addresses, expected, person, rows
from tracker.models import Initiative, Milestone
from tracker.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

BAR = 15
MORE = {
    "tracker_proposal_change": 50,  # accepted, looked at and taken back: that is the preview
    "tracker_proposal_accept": 50,
    "tracker_initiative_delete": 25,  # Django asks each table what goes with it, and names it
}
"""Pages that take more, of one row each, and why."""


def _questions(client: Client, address: str) -> list[str]:
    client.get(address)  # fills what is kept for the next
    with CaptureQueriesContext(connection) as asked:
        answer: Any = client.get(address)
        if answer.streaming:
            b"".join(answer)
    return [query["sql"] for query in asked.captured_queries]


def _more_below(initiative: Initiative) -> None:
    for role in ("support", "counterpart", "controller", "support"):
        make.make_responsibility(initiative, make.make_party(), role)
    for number in range(4):
        make.make_quote(initiative=initiative)
        make.report(initiative, by=make.make_user())
        make.set_deadline(initiative, make.day(40 + number), reason="Later.")
        Milestone.objects.create(initiative=initiative, title="Begun", due_on=make.day(number))
    initiative.places.add(make.make_place(), make.make_place())


def test_every_page_takes_few_questions_and_no_more_when_much_is_recorded(client: Client) -> None:
    party = make.make_party()
    made = rows(party)
    where = addresses(made)
    client.force_login(person(Role.ADMINISTRATOR, party))
    made["tracker_initiative"].places.add(make.make_place())
    few = {name: _questions(client, where[name]) for name in expected()}

    for _ in range(3):
        rows(party)
    _more_below(made["tracker_initiative"])
    many = {name: _questions(client, where[name]) for name in expected()}
    over = {
        name: (len(few[name]), len(questions))
        for name, questions in many.items()
        if len(questions) > MORE.get(name, BAR)
    }
    growing = [name for name in few if len(many[name]) > len(few[name]) and name not in MORE]

    assert over == {}
    assert growing == []


MANY = 40


def _offered(client: Client, address: str) -> int:
    """Count what a page offers to choose from: options, and the links of filters."""
    answer: Any = client.get(address)
    page = "" if answer.streaming else answer.content.decode(errors="replace")
    filters = page.partition('id="changelist-filter"')[2].partition("</nav>")[0]
    return page.count("<option") + filters.count("<a ")


def test_no_page_offers_all_rows_of_a_table_to_choose_from(client: Client) -> None:
    party = make.make_party()
    where = addresses(rows(party))
    client.force_login(person(Role.ADMINISTRATOR, party))
    few = {name: _offered(client, where[name]) for name in expected()}

    for number in range(MANY):
        place, source = make.make_place(), make.make_source(publisher=f"Paper {number}")
        initiative = make.make_initiative()
        initiative.places.add(place)
        make.make_quote(initiative=initiative, source=source)
        make.make_responsibility(initiative, make.make_party(), "lead")
        make.make_contact(party=make.make_party(), user=make.make_user())
        make.make_series(name=f"Series {number}")
        make.make_mail(state="held")
    many = {name: _offered(client, where[name]) for name in expected()}

    assert {name: many[name] - few[name] for name in few if many[name] - few[name] >= MANY // 2} == {}
