"""Reads what decides, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db.models import Max
from django.utils import timezone

from tracker import mail
from tracker.models import Contact, Initiative, Milestone, Reminder, ReminderRule, Responsibility
from tracker.models.initiative import CLOSED, InitiativeQuerySet
from tracker.reminders.deciding import Case, Fact, Known, Person, Recipient, Voice
from tracker.reminders.rules import WEIGHT, Role, Schedule, least_steps


class _Contact(NamedTuple):
    """The columns that are read; ten thousand model instances would take as long as all the rest."""

    pk: int
    party: int
    email: str
    language: str
    time_zone: str
    is_head: bool
    is_leadership: bool
    party__country: str


TOLD_BY_ROLE = {
    Responsibility.Role.LEAD.value: Role.LEAD,
    Responsibility.Role.SUPPORT.value: Role.SUPPORT,
    Responsibility.Role.CONTROLLER.value: Role.CONTROLLER,
}


def known(*, initiative: int | None = None) -> Known:
    """Read what decides about every open initiative that the public may see, or about one of them."""
    rows = Initiative.objects.published().exclude(status__in=CLOSED)
    if initiative is not None:
        rows = rows.filter(pk=initiative)
    rules = list(ReminderRule.objects.filter(is_on=True))
    contacts = [_Contact(*row) for row in Contact.objects.order_by("pk").values_list(*_Contact._fields)]
    persons, by_contact = _persons(contacts)
    cases = _cases(rows)
    _add_milestones(cases, rows)
    _add_muted(cases, rules)
    _add_audience(cases, rows, contacts, by_contact)
    return Known(
        cases=list(cases.values()),
        voices=_voices(rules),
        persons=persons,
        by_contact=by_contact,
        told=_told(rows, by_contact),
    )


def _persons(contacts: Iterable[_Contact]) -> tuple[dict[int, Person], dict[int, int]]:
    """Take contacts with one address as one person, named by the first of them; and say who is whom."""
    first: dict[str, int] = {}
    persons: dict[int, Person] = {}
    by_contact: dict[int, int] = {}
    for contact in contacts:
        person = first.setdefault(mail.normalised(contact.email), contact.pk)
        by_contact[contact.pk] = person
        if person == contact.pk:
            persons[person] = Person(person, contact.email, contact.language, contact.time_zone)
    return persons, by_contact


def _cases(rows: InitiativeQuerySet) -> dict[int, Case]:
    cases = {}
    columns = rows.order_by("pk").values_list(
        "pk", "due_on", "last_reported_on", "announced_on", "created_at"
    )
    for pk, due_on, reported_on, announced_on, created_at in columns:
        announced = announced_on or timezone.localdate(created_at)
        cases[pk] = Case(pk, due_on, announced, reported_on or announced)
    return cases


def _add_milestones(cases: Mapping[int, Case], rows: InitiativeQuerySet) -> None:
    unreached = Milestone.objects.filter(initiative__in=rows, reached_on=None, due_on__isnull=False)
    for pk, due_on in unreached.order_by("due_on").values_list("initiative_id", "due_on").distinct():
        if pk in cases and due_on is not None:
            cases[pk].milestones.append(due_on)


def _add_muted(cases: Mapping[int, Case], rules: Iterable[ReminderRule]) -> None:
    muted = Initiative.muted_rules.through._default_manager.filter(
        reminderrule__in=[rule.pk for rule in rules]
    )
    for pk, rule in muted.values_list("initiative_id", "reminderrule_id"):
        if pk in cases:
            cases[pk].muted.add(rule)


def _add_audience(
    cases: Mapping[int, Case],
    rows: InitiativeQuerySet,
    contacts: Iterable[_Contact],
    by_contact: Mapping[int, int],
) -> None:
    """Say who acts for whom: a party's contacts that are not its head, or the head where nobody else is."""
    heads: dict[int, list[Recipient]] = defaultdict(list)
    others: dict[int, list[Recipient]] = defaultdict(list)
    leadership = []
    for contact in contacts:
        recipient = Recipient(contact.pk, by_contact[contact.pk], contact.party__country)
        (heads if contact.is_head else others)[contact.party].append(recipient)
        if contact.is_leadership:
            leadership.append(recipient)
    for case in cases.values():
        case.audience[Role.LEADERSHIP] = leadership
    parts = Responsibility.objects.filter(initiative__in=rows, role__in=TOLD_BY_ROLE).order_by("pk")
    for pk, party, role in parts.values_list("initiative_id", "party_id", "role"):
        if pk not in cases:
            continue
        told = others.get(party) or heads.get(party, [])
        audience = cases[pk].audience
        audience[TOLD_BY_ROLE[role]] = [*audience.get(TOLD_BY_ROLE[role], ()), *told]
        if role == Responsibility.Role.LEAD:
            audience[Role.HEAD] = heads.get(party, [])


def _voices(rules: Iterable[ReminderRule]) -> dict[str, list[Voice]]:
    voices: dict[str, list[Voice]] = defaultdict(list)
    for rule in rules:
        schedule = Schedule.of(rule)
        for role, least in least_steps(rule):
            voices[rule.kind].append(Voice(rule.pk, schedule, role, least, WEIGHT[role]))
    return voices


def _told(rows: InitiativeQuerySet, by_contact: Mapping[int, int]) -> dict[Fact, int]:
    told: dict[Fact, int] = {}
    newest = (
        Reminder.objects.filter(initiative__in=rows)
        .order_by()
        .values_list("initiative_id", "contact_id", "kind", "anchor_on")
        .annotate(newest=Max("step"))
    )
    for initiative, contact, kind, anchor_on, step in newest:
        fact = (initiative, by_contact.get(contact, contact), kind, anchor_on)
        told[fact] = max(step, told.get(fact, step))
    return told
