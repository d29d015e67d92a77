"""Who is told what is decided once, whatever runs twice, stops or is late."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as hypothesis_settings

from tests import factories as make
from tests.reminders.arranging import addresses, at, led_by, told
from tracker.mail import restoring
from tracker.models import Contact, Mail, PlannedDay, Reminder, ReminderRule, Suppression
from tracker.reminders import planning

pytestmark = pytest.mark.django_db

TODAY = make.TODAY  # a Monday
NOW = at(TODAY)
LONG_AGO = make.day(-90)


@pytest.fixture(autouse=True)
def _no_rules_but_those_of_the_test(db: None) -> None:
    ReminderRule.objects.all().delete()


def _days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


def test_a_lead_is_told_a_week_before_the_deadline() -> None:
    make.make_rule(days="7")
    contact = make.make_contact(email="Lead@example.org", language="de")
    initiative = led_by(contact, due_on=make.day(7))

    mails = planning.plan(now=NOW)

    assert mails == 1
    row = Reminder.objects.get()
    assert (row.initiative, row.contact, row.role, row.kind, row.anchor_on, row.step, row.decided_at) == (
        initiative,
        contact,
        "lead",
        "due",
        make.day(7),
        -7,
        NOW,
    )
    letter = Mail.objects.get()
    assert row.mail == letter
    assert (letter.key, letter.kind, letter.address, letter.language, letter.state, letter.about) == (
        f"reminders:2026-11-23:contact-{contact.pk}",
        "reminder",
        "Lead@example.org",
        "de",
        "queued",
        {"day": "2026-11-23", "contact": contact.pk},
    )
    assert (letter.decided_at, letter.next_attempt_at) == (NOW, NOW)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"due_on": make.day(7), "status": "completed"}, {}),
        ({"due_on": make.day(7), "status": "dropped"}, {}),
        ({"due_on": make.day(7), "published_at": None}, {}),
        ({"due_on": make.day(8)}, {}),
        ({"due_on": make.day(-1)}, {}),
        ({"due_on": None}, {}),
        ({"due_on": make.day(7)}, {"is_on": False}),
        ({"due_on": make.day(7)}, {"to_lead": False}),
        ({"due_on": make.day(7)}, {"kind": "silent", "days": "60"}),
        ({"due_on": make.day(7)}, {"kind": "overdue", "days": "1"}),
        ({"due_on": make.day(7)}, {"kind": "no_deadline", "days": "1"}),
    ],
)
def test_nobody_is_told_what_does_not_hold(values: dict[str, Any], rule: dict[str, Any]) -> None:
    make.make_rule(**rule)
    initiative = led_by(make.make_contact())
    type(initiative).objects.filter(pk=initiative.pk).update(
        **{"due_precision": "day" if values.get("due_on") else "undated", **values}
    )

    assert planning.plan(now=NOW) == 0
    assert (Reminder.objects.count(), Mail.objects.count()) == (0, 0)


def test_a_rule_is_switched_off_for_one_initiative_alone() -> None:
    rule = make.make_rule()
    contact = make.make_contact()
    muted, other = led_by(contact, due_on=make.day(7)), led_by(contact, due_on=make.day(7))
    muted.muted_rules.add(rule)

    planning.plan(now=NOW)

    assert list(Reminder.objects.values_list("initiative", flat=True)) == [other.pk]


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        ({"kind": "due", "days": "7,0"}, {"due_on": make.day(3)}, ("due", make.day(3), -7)),
        ({"kind": "due", "days": "7,0"}, {"due_on": TODAY}, ("due", TODAY, 0)),
        ({"kind": "overdue", "days": "7", "then_every": 14}, {"due_on": LONG_AGO}, ("overdue", LONG_AGO, 77)),
        ({"kind": "silent", "days": "60"}, {"announced_on": LONG_AGO}, ("silent", LONG_AGO, 60)),
        ({"kind": "no_deadline", "days": "80"}, {"announced_on": LONG_AGO}, ("no_deadline", LONG_AGO, 80)),
    ],
)
def test_each_kind_counts_from_its_anchor(
    rule: dict[str, Any], values: dict[str, Any], expected: tuple[str, dt.date, int]
) -> None:
    make.make_rule(**rule)
    led_by(make.make_contact(), **values)

    planning.plan(now=NOW)

    row = Reminder.objects.get()
    assert (row.kind, row.anchor_on, row.step) == expected


def test_silence_counts_from_the_last_report() -> None:
    make.make_rule(kind="silent", days="60")
    initiative = led_by(make.make_contact(), announced_on=make.day(-200))
    make.report(initiative, happened_on=make.day(-59))

    assert planning.plan(now=NOW) == 0
    assert planning.plan(now=NOW + _days(1)) == 1
    assert Reminder.objects.get().anchor_on == make.day(-59)


def test_a_milestone_is_told_until_it_is_reached() -> None:
    make.make_rule(kind="milestone", days="7,0")
    initiative = led_by(make.make_contact())
    initiative.milestones.create(title_en="Open", due_on=make.day(7), due_precision="day")
    initiative.milestones.create(title_en="Same day", due_on=make.day(7), due_precision="day")
    initiative.milestones.create(
        title_en="Reached", due_on=make.day(3), due_precision="day", reached_on=TODAY
    )

    planning.plan(now=NOW)

    row = Reminder.objects.get()
    assert (row.kind, row.anchor_on, row.step) == ("milestone", make.day(7), -7)


def test_each_role_is_told_when_its_turn_comes() -> None:
    make.make_rule(
        kind="overdue",
        days="1",
        then_every=1,
        to_support=True,
        to_controller=True,
        head_after=14,
        leadership_after=30,
        on_working_days=False,
    )
    lead, support, controller = (make.make_contact() for _ in range(3))
    head = make.make_contact(party=lead.party, is_head=True)
    leadership = make.make_contact(is_leadership=True)
    initiative = led_by(lead, due_on=make.day(-1))
    make.make_responsibility(initiative, support.party, "support")
    make.make_responsibility(initiative, controller.party, "controller")
    make.make_responsibility(initiative, make.make_contact().party, "counterpart")
    roles = {lead: "lead", support: "support", controller: "controller"}

    for later, joined in (
        (0, {}),
        (12, {}),
        (13, {head: "head"}),
        (28, {}),
        (29, {leadership: "leadership"}),
    ):
        roles |= joined
        moment = NOW + _days(later)
        planning.plan(now=moment)

        rows = Reminder.objects.filter(decided_at=moment, mail__isnull=False).select_related("contact")
        assert {row.contact: row.role for row in rows} == roles
        kinds = set(Mail.objects.filter(decided_at=moment).values_list("address", "kind"))
        assert kinds == {
            (contact.email, "escalation" if role in ("head", "leadership") else "reminder")
            for contact, role in roles.items()
        }


def test_a_head_is_no_lead_unless_nobody_else_is() -> None:
    make.make_rule()
    ministry, office = make.make_party(), make.make_party()
    make.make_contact(party=ministry, is_head=True)
    clerk = make.make_contact(party=ministry)
    alone = make.make_contact(party=office, is_head=True)
    led_by(clerk, due_on=make.day(7))
    led_by(alone, due_on=make.day(7))

    planning.plan(now=NOW)

    assert addresses() == sorted([clerk.email, alone.email])
    assert set(Reminder.objects.values_list("role", flat=True)) == {"lead"}


def test_several_reminders_of_one_person_are_one_mail() -> None:
    make.make_rule()
    make.make_rule(kind="silent", days="5")
    contact = make.make_contact()
    for _ in range(3):
        led_by(contact, due_on=make.day(7))

    assert planning.plan(now=NOW) == 1
    assert set(Reminder.objects.values_list("mail", flat=True)) == {Mail.objects.get().pk}
    assert Reminder.objects.count() == 6


def test_one_address_is_one_person_and_hears_of_an_initiative_once_in_the_weightier_role() -> None:
    """F28: the same person is the contact of two parties."""
    make.make_rule(to_support=True)
    first = make.make_contact(email="A@example.org", language="en", time_zone="Europe/Minsk")
    second = make.make_contact(email="a@EXAMPLE.org", language="de", time_zone="Asia/Vladivostok")
    initiative = led_by(second, due_on=make.day(7))
    make.make_responsibility(initiative, first.party, "support")

    mails = planning.plan(now=NOW)

    letter = Mail.objects.get()
    assert (mails, letter.address, letter.language) == (1, "A@example.org", "en")
    assert letter.key == f"reminders:2026-11-23:contact-{first.pk}"
    row = Reminder.objects.get()
    assert (row.contact, row.role) == (second, "lead")


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=strategies.lists(
        strategies.tuples(
            strategies.sampled_from(["a", "A", "b", " b", "c"]),
            strategies.sampled_from(["lead", "support", "controller", None]),
            strategies.booleans(),
            strategies.booleans(),
        ),
        max_size=7,
    )
)
def test_whoever_the_owners_are_nobody_gets_two_mails(
    people: list[tuple[str, str | None, bool, bool]],
) -> None:
    """F28: owners in every mixture of addresses, roles, heads and leadership."""
    with transaction.atomic():
        make.make_rule(
            kind="overdue", days="1", to_support=True, to_controller=True, head_after=0, leadership_after=0
        )
        initiative = make.make_published(due_on=make.day(-4))
        given_roles: set[str] = set()
        expected = set()
        for name, role, is_head, is_leadership in people:
            contact = make.make_contact(
                email=f"{name.strip()}@example.org", is_head=is_head, is_leadership=is_leadership
            )
            if role and not (role == "lead" and "lead" in given_roles):
                given_roles.add(role)
                make.make_responsibility(initiative, contact.party, role)
                expected.add(name.strip().lower())
            if is_leadership:
                expected.add(name.strip().lower())

        planning.plan(now=NOW)

        written = [address.lower().split("@")[0] for address in addresses()]
        assert sorted(written) == sorted(expected)
        assert Reminder.objects.count() == len(expected)
        transaction.set_rollback(True)


def test_a_person_is_told_at_nine_of_the_own_clock() -> None:
    """F23: the day is the recipient's, at UTC's midnight or not."""
    make.make_rule(days="0", on_working_days=False)
    for zone in ("Pacific/Kiritimati", "Asia/Kathmandu", "UTC", "America/St_Johns"):
        led_by(
            make.make_contact(time_zone=zone, email=f"{zone.split('/')[-1]}@example.org".lower()),
            due_on=TODAY,
        )
    moments = {
        "2026-11-22T18:59": [],
        "2026-11-22T19:00": ["kiritimati"],
        "2026-11-22T23:30": ["kiritimati"],
        "2026-11-23T00:30": ["kiritimati"],
        "2026-11-23T03:15": ["kathmandu", "kiritimati"],
        "2026-11-23T09:00": ["kathmandu", "kiritimati", "utc"],
        "2026-11-23T12:30": ["kathmandu", "kiritimati", "st_johns", "utc"],
    }

    for moment, expected in moments.items():
        planning.plan(now=dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC))

        assert [address.removesuffix("@example.org") for address in addresses()] == expected, moment


def test_what_is_due_today_is_overdue_from_tomorrow() -> None:
    make.make_rule(days="0", on_working_days=False)
    make.make_rule(kind="overdue", days="1", on_working_days=False)
    led_by(make.make_contact(), due_on=TODAY)

    planning.plan(now=at(TODAY, 23, 59))
    planning.plan(now=at(make.day(1)))

    assert [(kind, step) for _title, kind, step, _mail in told()] == [("due", 0), ("overdue", 1)]


def test_ten_plans_of_a_day_decide_once() -> None:
    """F8: by hand, by cron and by beat."""
    make.make_rule()
    led_by(make.make_contact(), due_on=make.day(7))

    written = [planning.plan(now=NOW + dt.timedelta(minutes=minute)) for minute in range(10)]

    assert written == [1, *[0] * 9]
    assert (Reminder.objects.count(), Mail.objects.count(), PlannedDay.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_planners_that_run_at_once_decide_once() -> None:
    """F4: four at the same moment, five days in a row."""
    make.make_rule(kind="overdue", days="1", then_every=1, on_working_days=False)
    for _ in range(20):
        led_by(make.make_contact(), due_on=make.day(-1))

    for number in range(5):
        written = _at_once(4, NOW + _days(number))

        assert sorted(written) == [0, 0, 0, 20]
        assert (Mail.objects.count(), Reminder.objects.count()) == (20 * (number + 1), 20 * (number + 1))


def _at_once(planners: int, now: dt.datetime) -> list[int]:
    start, written = threading.Barrier(planners), []

    def run() -> None:
        start.wait()
        written.append(planning.plan(now=now))
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(planners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return written


def test_a_clock_set_back_decides_nothing_twice() -> None:
    """F26."""
    make.make_rule(days="8,7", on_working_days=False)
    led_by(make.make_contact(), due_on=make.day(7))
    planning.plan(now=NOW)

    again = [
        planning.plan(now=NOW - step)
        for step in (dt.timedelta(hours=-1), dt.timedelta(seconds=3600), _days(1))
    ]

    assert again == [0, 0, 0]
    assert Mail.objects.count() == 1


def test_whoever_moves_to_another_zone_gets_one_mail_that_day() -> None:
    """F25: back and forth at noon."""
    make.make_rule()
    contact = make.make_contact(time_zone="Europe/Moscow")
    led_by(contact, due_on=make.day(7))
    planning.plan(now=NOW)
    led_by(contact, due_on=make.day(7))

    for zone in ("Europe/Berlin", "Europe/Moscow", "America/New_York"):
        Contact.objects.filter(pk=contact.pk).update(time_zone=zone)
        planning.plan(now=NOW + dt.timedelta(hours=12))

    assert Mail.objects.count() == 1
    planning.plan(now=NOW + dt.timedelta(hours=36))
    assert (Mail.objects.count(), Reminder.objects.count()) == (2, 2)


def test_after_an_outage_a_person_gets_one_mail_and_what_was_missed_is_recorded_as_skipped() -> None:
    """F7: two weeks without a planner."""
    make.make_rule(kind="overdue", days="1,7", then_every=3)
    contact = make.make_contact()
    late = led_by(contact, due_on=make.day(-3))
    planning.plan(now=NOW)
    for number in range(20):
        led_by(contact, title=f"Missed {number}", due_on=make.day(number))

    mails = planning.plan(now=NOW + _days(14))

    assert mails == 1
    assert Mail.objects.count() == 2
    assert [row[1:] for row in told() if row[0] == late.title] == [
        ("overdue", 1, True),
        ("overdue", 7, False),
        ("overdue", 10, False),
        ("overdue", 13, False),
        ("overdue", 16, True),
    ]


def test_a_deadline_that_passed_during_an_outage_is_never_told_as_to_come() -> None:
    make.make_rule(days="7,0")
    led_by(make.make_contact(), due_on=make.day(2))

    assert planning.plan(now=NOW + _days(3)) == 0


def test_days_on_which_nobody_planned_are_made_up_for_by_the_next_that_is() -> None:
    """F6: three days without a schedule."""
    make.make_rule(days="9,8,7")
    led_by(make.make_contact(), due_on=make.day(9))
    planning.plan(now=NOW)

    planning.plan(now=NOW + _days(3))

    assert [(step, mail) for _title, _kind, step, mail in told()] == [(-9, True), (-8, False), (-7, True)]


def test_a_moved_deadline_is_another_fact() -> None:
    """F27."""
    make.make_rule(days="7")
    initiative = led_by(make.make_contact())
    make.set_deadline(initiative, make.day(7))
    planning.plan(now=NOW)
    make.set_deadline(initiative, make.day(8), reason="Later")

    planning.plan(now=NOW + _days(1))

    assert list(Reminder.objects.order_by("pk").values_list("anchor_on", "step")) == [
        (make.day(7), -7),
        (make.day(8), -7),
    ]


@contextmanager
def _dying() -> Iterator[None]:
    """Stop the process, as it were, when the reminders are being written; the mails are there already."""

    def die(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "tracker_reminder"'):
            raise KeyboardInterrupt
        return execute(sql, *rest)

    with connection.execute_wrapper(die):
        yield


def test_a_planner_that_dies_midway_leaves_nothing_and_the_next_one_does_it_all() -> None:
    """F5: what was written before the end is rolled back, and with it the day."""
    make.make_rule()
    led_by(make.make_contact(), due_on=make.day(7))

    with pytest.raises(KeyboardInterrupt), _dying():
        planning.plan_zone(zone="Europe/Moscow", day=TODAY, now=NOW)

    assert (Reminder.objects.count(), Mail.objects.count(), PlannedDay.objects.count()) == (0, 0, 0)
    assert planning.plan(now=NOW) == 1


def test_an_address_that_takes_no_mail_is_decided_all_the_same() -> None:
    make.make_rule()
    contact = make.make_contact()
    led_by(contact, due_on=make.day(7))
    Suppression.objects.create(address=contact.email, since=NOW)

    assert planning.plan(now=NOW) == 1


def _planned_before(mails: int, days: int = 30) -> None:
    PlannedDay.objects.bulk_create(
        PlannedDay(time_zone="Europe/Moscow", day=make.day(-1 - number), planned_at=NOW, mails=mails)
        for number in range(days)
    )


@pytest.mark.parametrize(
    ("usual", "mails", "state"),
    [(0, 2, "queued"), (0, 3, "held"), (1, 5, "queued"), (1, 6, "held"), (5, 6, "queued")],
)
def test_a_plan_far_above_the_usual_waits_for_a_person(usual: int, mails: int, state: str) -> None:
    make.make_rule()
    _planned_before(usual)
    for _ in range(mails):
        led_by(make.make_contact(), due_on=make.day(7))

    with override_settings(BRAKE_MAILS=2):
        planning.plan(now=NOW)

    found = set(Mail.objects.values_list("state", "reason"))
    assert found == {(state, "brake" if state == "held" else "")}


class TestAfterARestore:
    @pytest.fixture(autouse=True)
    def _at_half_past_midnight_in_moscow(self) -> None:
        restoring.remember(now=at(TODAY, 0, 30))

    @pytest.mark.parametrize(
        ("zone", "day", "state"),
        [
            ("Europe/Moscow", -1, "held"),
            ("Europe/Moscow", 0, "held"),
            ("Europe/Moscow", 1, "queued"),
            ("America/New_York", -1, "held"),
            ("America/New_York", 0, "queued"),
            ("Nowhere/Unknown", 0, "held"),
        ],
    )
    def test_the_day_of_restoring_and_earlier_ones_wait_for_a_person(
        self, zone: str, day: int, state: str
    ) -> None:
        make.make_rule(days="9")
        led_by(make.make_contact(time_zone=zone), due_on=make.day(8))

        planning.plan_zone(zone=zone, day=make.day(day), now=NOW)

        assert Mail.objects.values_list("state", "reason").get() == (
            state,
            "restored" if state == "held" else "",
        )

    def test_the_brake_holds_on_later_days_as_ever(self) -> None:
        make.make_rule()
        led_by(make.make_contact(), due_on=make.day(7))

        with override_settings(BRAKE_MAILS=0):
            planning.plan_day(day=make.day(1), now=NOW)

        assert Mail.objects.values_list("state", "reason").get() == ("held", "brake")

    def test_it_is_held_as_restored_however_many_there_are(self) -> None:
        make.make_rule()
        led_by(make.make_contact(), due_on=make.day(7))

        with override_settings(BRAKE_MAILS=0):
            planning.plan_day(day=TODAY, now=NOW)

        assert Mail.objects.get().reason == "restored"


def test_today_is_planned_in_each_zone_though_its_hour_is_to_come() -> None:
    make.make_rule()
    for zone in ("Europe/Moscow", "America/New_York"):
        led_by(make.make_contact(time_zone=zone), due_on=make.day(7))
    midnight = at(TODAY, 0)

    planned = [planning.plan(now=midnight), planning.plan_today(now=midnight)]

    assert planned == [0, 1]  # the deadline is eight days from New York's day
    assert set(PlannedDay.objects.values_list("time_zone", "day")) == {
        ("Europe/Moscow", TODAY),
        ("America/New_York", make.day(-1)),
    }


def test_planning_takes_the_same_queries_for_one_and_for_three(count_queries: Callable[..., int]) -> None:
    make.make_rule(days="7", to_support=True)

    def plan_next() -> None:
        with transaction.atomic():
            planning.plan(now=NOW)
            transaction.set_rollback(True)

    led_by(make.make_contact(), due_on=make.day(7))
    for_one = count_queries(plan_next)
    led_by(make.make_contact(), due_on=make.day(7))
    led_by(make.make_contact(), due_on=make.day(7))

    assert count_queries(plan_next) == for_one


def test_what_is_foreseen_is_what_is_planned() -> None:
    """The preview of six weeks, kind by kind and role by role, against planning each of its days."""
    make.make_rule(days="30,7,1,0", to_support=True)
    make.make_rule(
        kind="overdue", days="1,7", then_every=14, to_controller=True, head_after=14, leadership_after=20
    )
    make.make_rule(kind="silent", days="3,10", then_every=5)
    make.make_rule(kind="no_deadline", days="20", then_every=7, to_support=True)
    make.make_rule(kind="milestone", days="7,0")
    countries = ["RU", "BY", "DE", ""]
    zones = ["Europe/Moscow", "Asia/Vladivostok", "America/New_York"]
    contacts = [
        make.make_contact(
            party=make.make_party(country=countries[number % 4]),
            time_zone=zones[number % 3],
            email=f"{'Ab'[number % 2]}{number % 4}@example.org",
            is_head=number == 4,
            is_leadership=number == 5,
        )
        for number in range(6)
    ]
    for number in range(9):
        due_on = None if number % 4 == 3 else make.day(number * 5 - 9)
        initiative = led_by(contacts[number % 6], due_on=due_on)
        make.make_responsibility(
            initiative, contacts[(number + 1) % 6].party, ["support", "controller"][number % 2]
        )
        initiative.milestones.create(title_en="Step", due_on=make.day(number * 3), due_precision="day")
    planning.plan_day(day=make.day(-1), now=NOW)

    foreseen = planning.expected(first=TODAY, last=make.day(45))

    planned = []
    for number in range(46):
        moment = at(make.day(number), 23)
        planning.plan_day(day=make.day(number), now=moment)
        rows = Reminder.objects.filter(decided_at=moment, mail__isnull=False)
        planned += [
            (
                make.day(number),
                row.initiative_id,
                row.contact_id,
                row.role,
                row.kind,
                row.anchor_on,
                row.step,
                row.rule_id,
            )
            for row in rows
        ]
    assert len(planned) > 60
    assert sorted(planned) == sorted(
        (day, t.initiative, t.contact, t.role, t.kind, t.anchor_on, t.step, t.rule) for day, t in foreseen
    )


def test_a_preview_may_be_asked_for_one_initiative_or_one_person() -> None:
    make.make_rule()
    anna, boris = make.make_contact(), make.make_contact()
    hers, his = led_by(anna, due_on=make.day(7)), led_by(boris, due_on=make.day(7))

    def asked(**values: int) -> list[int]:
        return [telling.initiative for _day, telling in planning.expected(first=TODAY, last=TODAY, **values)]

    assert asked() == [hers.pk, his.pk]
    assert (asked(contact=boris.pk), asked(initiative=hers.pk)) == ([his.pk], [hers.pk])


def test_a_day_that_is_planned_brings_nothing_more() -> None:
    make.make_rule()
    led_by(make.make_contact(), due_on=make.day(7))
    planning.plan(now=NOW)

    assert planning.due_now(now=NOW) == []
    assert [day for day, _telling in planning.expected(first=TODAY, last=make.day(30))] == [make.day(7)]


@time_machine.travel(NOW, tick=False)
def test_a_dry_run_tells_who_and_why_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    make.make_rule(days="7")
    contact = make.make_contact(party=make.make_party(name="Ministry"), email="lead@example.org")
    led_by(contact, title="Tractor plant", due_on=make.day(7))

    call_command("plan_reminders", dry_run=True)

    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "2026-11-23 lead@example.org: Tractor plant",
        "    Ministry leads this initiative. Rule “before the deadline: 7”: 7 days before the deadline.",
        "1 mails; nothing was written",
    ]
    assert (Reminder.objects.count(), Mail.objects.count(), PlannedDay.objects.count()) == (0, 0, 0)


@time_machine.travel(NOW, tick=False)
def test_by_hand_it_does_what_the_schedule_does(capsys: pytest.CaptureFixture[str]) -> None:
    make.make_rule(days="7")
    led_by(make.make_contact(), due_on=make.day(7))

    call_command("plan_reminders")
    call_command("plan_reminders")

    assert capsys.readouterr().out == "1 mails written to the outbox\n0 mails written to the outbox\n"


@time_machine.travel(NOW, tick=False)
def test_a_named_day_is_planned_as_if_its_hour_had_come(capsys: pytest.CaptureFixture[str]) -> None:
    make.make_rule(days="7")
    led_by(make.make_contact(time_zone="America/New_York"), due_on=make.day(10))

    call_command("plan_reminders", on="2026-11-26")

    assert capsys.readouterr().out == "1 mails written to the outbox\n"
    assert PlannedDay.objects.get().day == make.day(3)


@pytest.mark.parametrize("given_day", ["tomorrow", "2026-02-30", "23.11.2026"])
def test_what_is_no_day_is_said_clearly(given_day: str) -> None:
    with pytest.raises(CommandError, match=f"“{given_day}” is no day. Write it as 2026-11-23."):
        call_command("plan_reminders", on=given_day)
