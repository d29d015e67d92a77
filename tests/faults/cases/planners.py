"""Planners that race, die, sleep for weeks, or live through a change of the clocks."""

import datetime as dt
import itertools
import signal
import time
from collections import Counter
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from tests import factories as make
from tests.faults import rows
from tests.faults.case import catalogue
from tests.faults.work import (
    QuickClock,
    die_after_inserts,
    plan_minute_by_minute,
    send_for_ever,
    send_once,
)
from tests.faults.world import World
from tests.starting import wait_until
from tracker import mail, progress, publishing
from tracker.models import Contact, Initiative, Mail, PlannedDay, Reminder, Suppression
from tracker.reminders import planning
from tracker.reports import attention

DAY = dt.timedelta(days=1)
STALE_SECONDS = 2.5
"""A sender believes for two seconds what it has read."""
ZONES = ("Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "Asia/Kathmandu", "Australia/Lord_Howe")


PERSONS = 20


def _remind(world: World, now: dt.datetime) -> None:
    """Have something to tell each of the persons: two initiatives of theirs are due soon."""
    rows.owners(PERSONS, due_on=[now.date() + days * DAY for days in (7, 6)])
    world.inject("reminders due", 2 * PERSONS)


def _see_that_all_is_decided_once() -> None:
    made = Mail.objects.count(), Reminder.objects.filter(mail__isnull=False).count()
    assert made == (PERSONS, 2 * PERSONS), f"{made} mails and reminders for {PERSONS} people"


def _send(world: World) -> None:
    """Hand over what was decided, whatever the day was on which it was."""
    world.expected.remember()
    world.run(send_once)
    kinds = Mail.objects.values_list("state", "kind")
    assert {state for state, _kind in kinds} <= {"sent"}, dict(Counter(kinds))


@catalogue.add("F4", "two planners of reminders at once, then eight")
def planners_race(world: World) -> None:
    now = timezone.now()
    _remind(world, now)
    for number in range(world.size(4, 50)):
        for model in (Mail, Reminder, PlannedDay):
            model.objects.all().delete()
        planners = (2, 8)[number % 2]
        world.together(planners, planning.plan, now=now)
        world.inject("planners", planners)
        _see_that_all_is_decided_once()
    _send(world)


@catalogue.add("F4", "eight planners of the staff's digest at once")
def digest_planners_race(world: World) -> None:
    readers = 20
    rows.staff(readers)
    rows.overdue()
    for _ in range(world.size(2, 25)):
        Mail.objects.all().delete()
        world.together(8, attention.plan_digests, now=timezone.now())
        world.inject("planners", 8)
        assert Mail.objects.count() == readers, f"{Mail.objects.count()} digests for {readers} readers"
    _send(world)


@catalogue.add("F5", "a planner killed after each of its inserts, then run again")
def planner_killed(world: World) -> None:
    now = timezone.now()
    _remind(world, now)
    plan = partial(planning.plan, now=now)
    for number in itertools.count(1):
        child = world.start(die_after_inserts, number, plan)
        child.join()
        if child.exitcode != -signal.SIGKILL:
            break
        assert Mail.objects.count() in (0, PERSONS), "a day was decided by halves"
        world.inject("kills")
    assert world.injected["kills"] >= 3, "the planner makes fewer inserts than there is to decide"
    world.run(plan)
    _see_that_all_is_decided_once()
    _send(world)


@catalogue.add("F8", "the planner is called ten times, by hand and by schedule")
def planned_ten_times(world: World) -> None:
    _remind(world, timezone.now())
    world.let_go()
    world.manage("plan_reminders")
    for _ in range(9):
        world.run(planning.plan, now=timezone.now())
    world.inject("plans", 10)
    _see_that_all_is_decided_once()
    _send(world)


@catalogue.add("F7", "14 days without a planner: one mail for each person")
def outage(world: World) -> None:
    """Of each person's initiatives one is due long ago, others meanwhile, today, and soon."""
    now, persons = timezone.now(), world.size(50, 500)
    due = [now.date() + days * DAY for days in (-40, -13, -6, -1, 0, 3, 16)]
    rows.owners(persons, due_on=due)
    planning.plan(now=now - 14 * DAY)
    Mail.objects.all().delete()  # gone long ago
    world.inject("days asleep", 14)
    world.inject("initiatives", persons * len(due))
    world.run(planning.plan, now=now)
    _send(world)
    by_person = Counter(line.to for line in world.sink.lines())
    assert sorted(by_person.values()) == persons * [1], f"{by_person.most_common(1)} for {persons} people"


@catalogue.add("F22 F23", "spring and autumn, five zones, a clock that jumps back an hour")
def changing_clocks(world: World) -> None:
    """Every local day is planned once, in the hour of sending of its own wall clock."""
    for zone in ZONES:
        rows.owners(1, due_on=[dt.date(2026, 4, 1)], zone=zone, name=zone.lower().replace("/", "-"))
    changes = (dt.datetime(2026, 3, 28, tzinfo=dt.UTC), dt.datetime(2026, 10, 24, tzinfo=dt.UTC))
    days = world.size(2, 9)
    for first in changes:
        world.run(plan_minute_by_minute, first, first + days * DAY, step=dt.timedelta(minutes=20))
    world.inject("plans", 2 * days * 72 * 7 // 6)
    for row in PlannedDay.objects.exclude(planned_at__in=changes):
        local = row.planned_at.astimezone(ZoneInfo(row.time_zone))
        told = f"{row.day} of {row.time_zone} was planned at {local}"
        assert (local.date(), local.hour) == (row.day, settings.REMINDER_HOUR), told
    planned = Counter(PlannedDay.objects.values_list("time_zone", flat=True))
    assert all(planned[zone] in (2 * days, 2 * days + 1, 2 * days + 2) for zone in ZONES), dict(planned)
    mail.cancel(Mail.objects.all(), reason=Mail.Reason.BY_HAND)  # their day is over


# --- what changes between the decision and the hand-over ------------------------------------------


@catalogue.add("F27 F29", "closed, hidden, moved, gone, suppressed before the hand-over")
def no_longer_wanted(world: World) -> None:
    """Of every six decided mails five lose their reason, each in another way."""
    now = timezone.now()
    changes = (_close, _hide, _move_deadline, _leave, _suppress)
    rows.owners(4 * (len(changes) + 1), due_on=[now.date() + 7 * DAY])
    planning.plan(now=now)
    world.expected.remember()
    for number, contact in enumerate(Contact.objects.order_by("pk")):
        kind = number % (len(changes) + 1)
        if kind < len(changes):
            initiative = Initiative.objects.get(responsibilities__party=contact.party_id)
            changes[kind](initiative, contact=contact)
            world.expected.unwanted[contact.email] = 0.0
            world.inject("changes")
    world.run(send_once)
    assert rows.states() == {"cancelled": 4 * len(changes), "sent": 4}, dict(rows.states())


@catalogue.add("F29", "addresses die while two senders are busy with their mails")
def dead_while_sending(world: World) -> None:
    """All mails are in words already when it happens; the server is so slow that most go much later."""
    now = timezone.now()
    rows.owners(PERSONS, due_on=[now.date() + 7 * DAY])
    planning.plan(now=now)
    world.expected.remember()
    world.sink.behave(takes_seconds=0.5)
    with world.herd(2, send_for_ever, QuickClock()):
        wait_until(lambda: bool(world.sink.lines()), seconds=10)
        for contact in Contact.objects.all():
            _suppress(contact=contact)
            world.expected.unwanted[contact.email] = time.time() + STALE_SECONDS
        world.inject("addresses dead", PERSONS)
        world.settle()
    assert rows.states()["cancelled"] >= PERSONS // 2, dict(rows.states())


def _close(initiative: Initiative, *, contact: Contact) -> None:
    update = make.status_update(initiative, "dropped", happened_on=timezone.localdate())
    progress.report(update=update, now=timezone.now())


def _hide(initiative: Initiative, *, contact: Contact) -> None:
    publishing.hide(initiative=initiative)


def _move_deadline(initiative: Initiative, *, contact: Contact) -> None:
    today = timezone.localdate()
    later = make.deadline(initiative, today + 90 * DAY, said_on=today)
    progress.set_deadline(deadline=later, now=timezone.now())


def _leave(initiative: Initiative, *, contact: Contact) -> None:
    contact.delete()


def _suppress(initiative: Initiative | None = None, *, contact: Contact) -> None:
    Suppression.objects.create(address=contact.email, since=timezone.now())
