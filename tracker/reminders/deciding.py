"""Who is told what on a day. Pure: `reading` reads what decides, `planning` writes down what is decided."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tracker.reminders import rules
from tracker.reminders.rules import Schedule

Fact = tuple[int, int, str, dt.date]
"""An initiative, a person, a kind of reminder, and the day from which it counts."""


class Recipient(NamedTuple):
    """A contact as somebody to be told. `person` is the first contact with the same address."""

    contact: int
    person: int
    country: str


class Person(NamedTuple):
    """Who reads one mailbox, as the first of the contacts with its address."""

    contact: int
    address: str
    language: str
    time_zone: str


class Voice(NamedTuple):
    """What one rule says to one role, from its step `least` on."""

    rule: int
    schedule: Schedule
    role: str
    least: int | None
    weight: int


class Telling(NamedTuple):
    """That one person is told one fact now, as this contact; earlier steps are skipped."""

    initiative: int
    contact: int
    person: int
    role: str
    kind: str
    anchor_on: dt.date
    step: int
    rule: int
    skipped: tuple[int, ...]


@dataclass(slots=True)
class Case:
    """An open initiative that the public may see."""

    pk: int
    due_on: dt.date | None
    announced_on: dt.date
    heard_of_on: dt.date
    milestones: list[dt.date] = field(default_factory=list)
    muted: set[int] = field(default_factory=set)
    audience: dict[str, list[Recipient]] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """All that decides. `persons` is by their first contact; `told` holds the newest step told of a fact."""

    cases: list[Case]
    voices: dict[str, list[Voice]]
    persons: dict[int, Person]
    by_contact: dict[int, int]
    told: dict[Fact, int]

    def tellings(self, *, day: dt.date, persons: Collection[int]) -> Iterator[Telling]:
        """Decide what these persons have to be told on a day, and have not been told yet."""
        for case in self.cases:
            held = rules.anchors(
                day=day,
                due_on=case.due_on,
                announced_on=case.announced_on,
                heard_of_on=case.heard_of_on,
                milestones=case.milestones,
            )
            for kind, anchor in held:
                yield from self._of_fact(case, kind, anchor, day, persons)

    def _of_fact(
        self, case: Case, kind: str, anchor: dt.date, day: dt.date, persons: Collection[int]
    ) -> Iterator[Telling]:
        """Tell each person the newest step alone, and as the heaviest of the roles that it concerns."""
        found: dict[int, tuple[int, int, Voice, Recipient]] = {}
        for voice in self.voices[kind]:
            if voice.rule in case.muted:
                continue
            for recipient in case.audience.get(voice.role, ()):
                if recipient.person not in persons:
                    continue
                step = rules.newest(voice.schedule, anchor, day, recipient.country)
                if step is None or (voice.least is not None and step < voice.least):
                    continue
                best = found.get(recipient.person)
                if best is None or (step, voice.weight) > best[:2]:
                    found[recipient.person] = (step, voice.weight, voice, recipient)
        for person, (step, _weight, voice, recipient) in found.items():
            last = self.told.get((case.pk, person, kind, anchor))
            if last is None or step > last:
                skipped = rules.skipped(voice.schedule, last=last, step=step, least=voice.least)
                yield Telling(
                    case.pk, recipient.contact, person, voice.role, kind, anchor, step, voice.rule, skipped
                )

    def remember(self, told: Iterable[Telling]) -> None:
        """Take this as told, where days are only thought through."""
        for telling in told:
            fact = (telling.initiative, telling.person, telling.kind, telling.anchor_on)
            self.told[fact] = telling.step

    def living_in(self, zones: Collection[str]) -> set[int]:
        return {person.contact for person in self.persons.values() if person.time_zone in zones}
