"""The admin shows the rules, what they have made, and who will get what and why."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.reminders.arranging import at, led_by
from tracker.models import Contact, Initiative, ReminderRule
from tracker.reminders import planning

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

PREVIEW = "/admin/tracker/reminderrule/preview/"


@pytest.fixture(autouse=True)
def _no_rules_but_those_of_the_test(db: None) -> None:
    ReminderRule.objects.all().delete()


@pytest.fixture
def staff() -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(
        make.make_user(
            "view_reminderrule",
            "change_reminderrule",
            "view_reminder",
            "change_initiative",
            "view_initiative",
            is_staff=True,
        )
    )
    return client


def _two_people() -> tuple[Contact, Contact]:
    make.make_rule(days="7,0")
    anna = make.make_contact(name="Anna", email="anna@example.org", party=make.make_party(name="Ministry"))
    boris = make.make_contact(name="Boris", email="boris@example.org")
    led_by(anna, title="Tractor plant", due_on=make.day(8))
    led_by(boris, title="Cheese fair", due_on=make.day(20))
    return anna, boris


def _page(staff: Client, query: str = "") -> str:
    answer = staff.get(PREVIEW + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_preview_says_who_gets_what_on_which_day_and_why(staff: Client) -> None:
    _two_people()

    page = _page(staff)

    assert ("4 mails" in page, "with 4 reminders" in page) == (True, True)
    assert page.index("24 November 2026") < page.index("1 December 2026") < page.index("11 December 2026")
    assert (
        "Ministry leads this initiative. Rule “before the deadline: 7, 0”: 7 days before the deadline."
        in page
    )
    assert "anna@example.org, Europe/Moscow" in page


def test_the_preview_is_narrowed_to_a_person_an_initiative_or_words(staff: Client) -> None:
    anna, boris = _two_people()
    cheese = Initiative.objects.get(title_en="Cheese fair")

    pages = [
        _page(staff, f"?contact={boris.pk}"),
        _page(staff, f"?initiative={cheese.pk}"),
        _page(staff, "?q=CHEESE"),
    ]

    for page in pages:
        assert ("Cheese fair" in page, "Tractor plant" in page) == (True, False)
    assert "Tractor plant" in _page(staff, f"?contact={anna.pk}")


@pytest.mark.parametrize(
    "query", ["?contact=x", "?initiative=-1", "?contact=99999999999999999999", "?contact=²"]
)
def test_a_filter_that_names_nobody_shows_everybody(staff: Client, query: str) -> None:
    _two_people()

    assert "4 mails" in _page(staff, query)


def test_an_empty_preview_says_why(staff: Client) -> None:
    assert "No rule is on" in _page(staff)

    make.make_rule()
    assert "No party has a contact" in _page(staff)

    make.make_contact()
    assert "Nothing is due in these days" in _page(staff)
    assert "Nobody is reminded of what you asked for" in _page(staff, "?q=nothing")


def test_what_is_planned_already_is_not_foreseen_again(staff: Client) -> None:
    make.make_rule(days="7,0")
    led_by(make.make_contact(), due_on=make.day(7))
    planning.plan(now=at(make.TODAY))

    assert "1 mail\n" in _page(staff).replace("\r", "")


def test_the_preview_takes_the_same_queries_for_two_people_and_for_six(
    staff: Client, count_queries: Callable[..., int]
) -> None:
    """4 for the person at work and the rights, 10 that decide, 3 for names."""
    _two_people()
    for_two = count_queries(lambda: _page(staff))
    for _ in range(4):
        led_by(make.make_contact(), due_on=make.day(8))

    assert count_queries(lambda: _page(staff)) == for_two <= 17


def test_staff_without_the_permission_see_no_preview() -> None:
    client = Client()
    client.force_login(make.make_user(is_staff=True))

    assert client.get(PREVIEW).status_code == 403


def test_the_list_of_rules_says_each_in_words_and_leads_to_the_preview(staff: Client) -> None:
    make.make_rule(
        kind="overdue", days="7,1", then_every=14, to_controller=True, head_after=14, leadership_after=30
    )

    page = staff.get(reverse("admin:tracker_reminderrule_changelist")).content.decode()

    assert "1 day after the deadline; 7 days after the deadline; then every 14 days" in page
    assert "lead, controller, head from day 14, leadership from day 30" in page
    assert PREVIEW in page


def test_staff_edit_a_rule(staff: Client) -> None:
    rule = make.make_rule(days="7")
    address = reverse("admin:tracker_reminderrule_change", args=[rule.pk])

    answer = staff.post(address, {"kind": "due", "days": "30,7,1,0", "to_lead": "on", "is_on": "on"})

    assert answer.status_code == 302
    rule.refresh_from_db()
    assert rule.offsets == [0, 1, 7, 30]


@pytest.mark.parametrize("days", ["", "a week", "7;1", "-7", "7,,1"])
def test_days_that_are_no_numbers_are_refused(staff: Client, days: str) -> None:
    rule = make.make_rule(days="7")
    address = reverse("admin:tracker_reminderrule_change", args=[rule.pk])

    answer = staff.post(address, {"kind": "due", "days": days, "to_lead": "on"})

    assert "days" in answer.context["adminform"].form.errors


def test_the_list_of_reminders_shows_the_state_of_each_mail_and_cannot_be_edited(staff: Client) -> None:
    make.make_rule(kind="overdue", days="1,2", on_working_days=False)
    led_by(make.make_contact(), due_on=make.day(-1))
    planning.plan(now=at(make.TODAY))
    planning.plan(now=at(make.day(3)))

    answer = staff.get(reverse("admin:tracker_reminder_changelist"))

    page = answer.content.decode()
    assert ("1 day after the deadline" in page, "2 days after the deadline" in page) == (True, True)
    assert "queued</a>" in page
    assert staff.get(reverse("admin:tracker_reminder_add")).status_code == 403


def test_a_rule_is_muted_on_the_page_of_an_initiative(staff: Client) -> None:
    make.make_rule()
    initiative = led_by(make.make_contact(), due_on=make.day(7))

    page = staff.get(reverse("admin:tracker_initiative_change", args=[initiative.pk])).content.decode()

    assert 'type="checkbox" name="muted_rules"' in page
