"""Decides who is told what. Every planner, schedule or hand, does the same; a second one adds nothing."""

import datetime as dt
import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from tracker import mail
from tracker.mail import restoring
from tracker.models import Contact, Mail, PlannedDay, Reminder
from tracker.reminders import inserting, rules
from tracker.reminders.deciding import Known, Telling
from tracker.reminders.reading import known
from tracker.reminders.rules import Role

ESCALATION = (Role.HEAD, Role.LEADERSHIP)
USUAL_DAYS = 30
USUAL_TIMES = 5
"""A plan is unusual from more than so many times the middle one of the last `USUAL_DAYS` planned days."""


class Expected(NamedTuple):
    """That somebody is told something on a day."""

    day: dt.date
    telling: Telling


def plan(*, now: dt.datetime) -> int:
    """Decide the day's reminders in each time zone where `REMINDER_HOUR` has come; return how many mails.

    Days on which nobody planned are made up for by this one: a person gets one mail about them all.
    """
    return sum(plan_zone(zone=zone, day=day, now=now) for zone, day in _reached(now))


def plan_day(*, day: dt.date, now: dt.datetime) -> int:
    """Decide one local day in every time zone, as if its hour had come; return how many mails."""
    return sum(plan_zone(zone=zone, day=day, now=now) for zone in _zones())


def plan_today(*, now: dt.datetime) -> int:
    """Decide the local day of `now` in each time zone, also where its hour is to come; return how many mails.

    After a restore this keeps the days before it from being made up for by a later one, whose mail may go.
    """
    return sum(
        plan_zone(zone=zone, day=now.astimezone(rules.zone_of(zone)).date(), now=now) for zone in _zones()
    )


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Let the garbage collector wait: rows by the ten thousand make it walk through all, time and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_collecting_later()
@transaction.atomic
def plan_zone(*, zone: str, day: dt.date, now: dt.datetime) -> int:
    """Decide one local day for everybody in one time zone, all of it or nothing; return how many mails.

    The inserted `PlannedDay` is the lock: a second planner waits for it, and then finds the day planned.
    """
    planned, is_first = PlannedDay.objects.get_or_create(
        time_zone=zone, day=day, defaults={"planned_at": now}
    )
    if not is_first:
        return 0
    state = known()
    persons = state.living_in({zone}) - _written_to(state, [day])[day]
    told = list(state.tellings(day=day, persons=persons))
    planned.mails = _write(state, told, zone=zone, day=day, now=now)
    planned.reminders = len(told)
    planned.save(update_fields=["mails", "reminders"])
    return planned.mails


def expected(
    *, first: dt.date, last: dt.date, initiative: int | None = None, contact: int | None = None
) -> list[Expected]:
    """Foresee what is decided from `first` to `last`, both included, if nothing changes until then.

    A day that is planned already brings nothing more. `contact` asks for the person with its address.
    """
    state = known(initiative=initiative)
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    asked = None if contact is None else {state.by_contact.get(contact, contact)}
    zones = {person.time_zone for person in state.persons.values()}
    return _foreseen(state, dict.fromkeys(days, zones), asked=asked)


def due_now(*, now: dt.datetime) -> list[Expected]:
    """Foresee what `plan` decides at this moment."""
    zones: dict[dt.date, set[str]] = defaultdict(set)
    for zone, day in _reached(now):
        zones[day].add(zone)
    return _foreseen(known(), dict(sorted(zones.items())), asked=None)


def _foreseen(state: Known, zones: Mapping[dt.date, set[str]], *, asked: set[int] | None) -> list[Expected]:
    """Think the days through in turn, each after the ones before it."""
    planned = set(PlannedDay.objects.filter(day__in=zones).values_list("day", "time_zone"))
    written = _written_to(state, zones)
    found = []
    for day, names in zones.items():
        persons = state.living_in({name for name in names if (day, name) not in planned}) - written[day]
        if asked is not None:
            persons &= asked
        told = list(state.tellings(day=day, persons=persons))
        state.remember(told)
        found += [Expected(day, telling) for telling in told]
    return found


def _zones() -> list[str]:
    return list(Contact.objects.order_by("time_zone").values_list("time_zone", flat=True).distinct())


def _reached(now: dt.datetime) -> list[tuple[str, dt.date]]:
    """List the local days whose hour has come and that nobody has planned."""
    days = {
        (name, day)
        for name in _zones()
        if (day := rules.day_to_plan(now=now, zone=rules.zone_of(name), hour=settings.REMINDER_HOUR))
    }
    newest = {day for _name, day in days}
    return sorted(days - set(PlannedDay.objects.filter(day__in=newest).values_list("time_zone", "day")))


def _written_to(state: Known, days: Iterable[dt.date]) -> dict[dt.date, set[int]]:
    """Say who has a day's mail already: in another time zone, as another contact, at a former address."""
    found: dict[dt.date, set[int]] = {day: set() for day in days}
    first = {mail.normalised(person.address): person.contact for person in state.persons.values()}
    of_days = Q(pk__in=[])
    for day in found:
        of_days |= Q(key__startswith=_key(day, ""))
    for key, address in Mail.objects.filter(of_days).values_list("key", "address"):
        _word, written_on, contact = key.split(":")
        pk = int(contact.removeprefix("contact-"))
        person = state.by_contact.get(pk, pk)
        found[dt.date.fromisoformat(written_on)] |= {person, first.get(mail.normalised(address), person)}
    return found


def _key(day: dt.date, contact: int | str) -> str:
    return f"reminders:{day.isoformat()}:contact-{contact}"


def _write(state: Known, told: list[Telling], *, zone: str, day: dt.date, now: dt.datetime) -> int:
    """Write decisions and mails; return how many mails."""
    by_person: dict[int, list[Telling]] = defaultdict(list)
    for telling in told:
        by_person[telling.person].append(telling)
    held = restoring.why_held(day=day, zone=rules.zone_of(zone))
    if held is None and _is_unusual(len(by_person), zone=zone, day=day):
        held = Mail.Reason.BRAKE
    mails = (
        mail.new(
            kind=_kind(tellings),
            key=_key(day, pk),
            address=state.persons[pk].address,
            language=state.persons[pk].language,
            about={"day": day.isoformat(), "contact": pk},
            now=now,
            held=held,
        )
        for pk, tellings in by_person.items()
    )
    inserting.insert(Mail, map(inserting.values, mails))
    letters = dict(Mail.objects.filter(key__startswith=_key(day, "")).values_list("key", "pk"))
    inserting.insert(
        Reminder, (row for telling in told for row in _rows(telling, letters[_key(day, telling.person)], now))
    )
    return len(by_person)


def _kind(tellings: Iterable[Telling]) -> str:
    return "escalation" if any(telling.role in ESCALATION for telling in tellings) else "reminder"


def _rows(telling: Telling, letter: int, now: dt.datetime) -> Iterator[dict[str, Any]]:
    """Write down the step that is told, and before it those that were skipped, which have no mail."""
    for step in (*telling.skipped, telling.step):
        yield {
            "initiative_id": telling.initiative,
            "contact_id": telling.contact,
            "role": telling.role,
            "kind": telling.kind,
            "anchor_on": telling.anchor_on,
            "step": step,
            "rule_id": telling.rule,
            "decided_at": now,
            "mail_id": letter if step == telling.step else None,
        }


def _is_unusual(mails: int, *, zone: str, day: dt.date) -> bool:
    """Answer whether a plan is so much larger than the usual that a person should look at it first."""
    if mails <= settings.BRAKE_MAILS:
        return False
    before = PlannedDay.objects.filter(time_zone=zone).exclude(day=day).order_by("-day")
    return mails > USUAL_TIMES * median(before.values_list("mails", flat=True)[:USUAL_DAYS] or [0])
