"""The first page: the day's work, each line with the one step that it needs."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

HOME = "/admin/"
INITIATIVES = "/admin/tracker/initiative/"


def enter(client: Client, *permissions: str) -> User:
    user = make.make_user(*permissions, is_staff=True)
    client.force_login(user)
    return user


EVERYTHING = (
    "view_initiative",
    "change_initiative",
    "add_statusupdate",
    "view_proposal",
    "change_proposal",
    "view_mail",
    "release_mail",
    "view_report",
    "release_report",
)


@pytest.fixture
def editor(client: Client) -> User:
    return enter(client, *EVERYTHING)


def lists(client: Client) -> dict[str, list[tuple[str, str, str]]]:
    """What each list says: words, detail and step of its lines."""
    return {
        str(section.title): [(line.words, line.detail, str(line.step)) for line in section.lines]
        for section in client.get(HOME).context["sections"]
    }


def test_an_empty_home_says_that_nothing_waits(client: Client, editor: User) -> None:
    page = client.get(HOME)

    assert page.context["sections"] == []
    assert "Nothing waits for you today." in page.content.decode()


def test_deadlines_are_listed_for_a_week_back_and_a_week_ahead(client: Client, editor: User) -> None:
    for days in (-8, -7, -1, 0, 6, 7):
        make.make_published(title=f"In {days} days", due_on=make.day(days))
    make.make_published(title="Done", due_on=make.day(-1), status="completed")

    shown = lists(client)

    assert shown == {
        "Overdue since last week": [
            ("In -1 days", "1 day late", "Record update"),
            ("In -7 days", "7 days late", "Record update"),
        ],
        "Due this week": [
            ("In 0 days", "23 November 2026", "Record update"),
            ("In 6 days", "29 November 2026", "Record update"),
        ],
    }


def test_the_longest_silence_comes_first(client: Client, editor: User) -> None:
    make.make_published(title="Sixty", announced_on=make.day(-60))
    make.make_published(title="Ninety", announced_on=make.day(-90))
    make.make_published(title="Fresh", announced_on=make.day(-59))

    assert lists(client)["Silent"] == [
        ("Ninety", "nothing reported for 90 days", "Record update"),
        ("Sixty", "nothing reported for 60 days", "Record update"),
    ]


def test_a_draft_waits_until_it_has_a_source(client: Client, editor: User) -> None:
    make.make_initiative(title="Bare")
    make.make_quote(initiative=make.make_initiative(title="Quoted"))

    assert [line[0] for line in lists(client)["Drafts without a source"]] == ["Bare"]


def test_proposals_mails_and_reports_wait_for_their_decision(client: Client, editor: User) -> None:
    proposal = make.make_correction_proposal()
    held, _sent = make.make_mail(subject="Held", state="held"), make.make_mail()
    report = make.report_edition(series=make.make_series(), period_start=make.day(-7), period_end=make.day(0))
    report.save()

    links = {
        str(section.title): [line.address for line in section.lines]
        for section in client.get(HOME).context["sections"]
    }

    assert links == {
        "Proposals to review": [step("tracker_proposal_change", proposal.pk)],
        "Mail that did not go out": [step("tracker_mail_change", held.pk)],
        "Reports to release": [step("tracker_report_release", report.pk)],
    }


def step(page: str, pk: int) -> str:
    return reverse(f"admin:{page}", args=[pk]) + "?back=home"


def test_an_answer_from_a_mail_is_one_click_from_its_acceptance(client: Client, editor: User) -> None:
    proposal = make.make_proposal()

    section = client.get(HOME).context["sections"][0]

    assert section.lines[0].address == step("tracker_proposal_accept", proposal.pk)
    assert (
        step("tracker_proposal_change", proposal.pk) in client.get(section.lines[0].address).content.decode()
    )
    assert client.post(section.lines[0].address).url == HOME


def test_a_mail_and_a_report_that_are_let_go_lead_back_to_the_first_page(
    client: Client, editor: User
) -> None:
    held = make.make_mail(state="held")
    report = make.report_edition(series=make.make_series(), period_start=make.day(-7), period_end=make.day(0))
    report.save()

    mail_page = client.get(step("tracker_mail_change", held.pk))
    (release,) = [address for _label, address in mail_page.context["deeds"] if "/release/" in address]
    elsewhere = client.post(reverse("admin:tracker_mail_release", args=[held.pk])).url

    assert client.post(release).url == HOME
    assert client.post(step("tracker_report_release", report.pk)).url == HOME
    assert elsewhere == reverse("admin:tracker_mail_change", args=[held.pk])


def test_a_report_from_the_first_page_leads_back_to_it(client: Client, editor: User) -> None:
    make.make_published(due_on=make.day(-1))
    line = client.get(HOME).context["sections"][0].lines[0]
    said = {
        "status": "in_progress",
        "happened_on": "2026-11-22",
        "happened_precision": "day",
        "url": "https://example.org/news",
    }

    assert client.post(line.address, said).url == HOME


def test_a_long_list_is_cut_counted_and_linked(client: Client, editor: User) -> None:
    for number in range(10):
        make.make_published(title=f"Row {number}", due_on=make.day(-1))

    section = client.get(HOME).context["sections"][0]

    assert (len(section.lines), section.total) == (8, 10)
    assert "all 10" in client.get(HOME).content.decode()


def test_every_link_to_all_shows_as_many_as_the_list_counts(client: Client, editor: User) -> None:
    fill()
    sections = client.get(HOME).context["sections"]

    counted = {str(section.title): section.total for section in sections}
    listed = {
        str(section.title): client.get(section.address).context["cl"].result_count for section in sections
    }

    assert len(counted) == 7
    assert listed == counted


def test_without_a_right_its_list_is_not_there_and_a_step_is_only_a_look(client: Client) -> None:
    enter(client, "view_initiative")
    fill()

    shown = lists(client)

    assert list(shown) == ["Overdue since last week", "Due this week", "Silent", "Drafts without a source"]
    assert {line[2] for lines in shown.values() for line in lines} == {"Look"}
    for section in client.get(HOME).context["sections"]:
        assert client.get(section.lines[0].address).status_code == 200


def test_who_acts_for_a_party_sees_its_initiatives_alone(client: Client) -> None:
    user = enter(client, "change_own_initiative", "add_statusupdate")
    mine, _other = make.make_published(due_on=make.day(-1)), make.make_published(due_on=make.day(-1))
    make.make_responsibility(mine, make.make_contact(user=user).party)

    section = client.get(HOME).context["sections"][0]

    assert (section.total, [line.words for line in section.lines]) == (1, [mine.title])
    assert list(client.get(section.address).context["cl"].queryset) == [mine]


def test_every_line_leads_to_a_page_that_answers(client: Client, editor: User) -> None:
    fill()

    for section in client.get(HOME).context["sections"]:
        assert client.get(section.lines[0].address).status_code == 200, section.title


def test_it_asks_the_same_few_questions_however_much_waits(
    client: Client, editor: User, count_queries: Callable[..., int]
) -> None:
    fill(1)
    few = count_queries(lambda: client.get(HOME))
    fill(12)

    assert count_queries(lambda: client.get(HOME)) == few
    assert few <= MOST_QUERIES


MOST_QUERIES = 15


def fill(times: int = 2) -> None:
    """Let something wait in every list."""
    for _number in range(times):
        make.make_published(due_on=make.day(-1))
        make.make_published(due_on=make.day(1))
        make.make_published(announced_on=make.day(-70))
        make.make_initiative()
        make.make_correction_proposal()
        make.make_mail(state="in_doubt")
        make.report_edition(
            series=make.make_series(), period_start=make.day(-7), period_end=make.day(0)
        ).save()
