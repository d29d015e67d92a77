"""How the outbox and the schedule are, for whoever watches over them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Min, Q
from django.utils.translation import gettext_lazy

from tracker.models import Heartbeat, Mail

State = Mail.State
UNFINISHED = (State.HELD, State.QUEUED, State.LEASED, State.SENDING, State.FAILED, State.IN_DOUBT)
"""States that still ask for something; the index by state leads to them past all that was sent."""
PATIENCE = dt.timedelta(minutes=15)
"""A mail that is due for so long says that nobody sends."""
PERIODS = 2
"""A part of the schedule that has not been seen for so many of its periods is dead."""
PARTS = {
    "sender": "tracker.send_outbox",
    "reminders": "tracker.plan_reminders",
    "reports": "tracker.plan_reports",
    "digests": "tracker.plan_attention_digests",
    "notices": "tracker.plan_notices",
}
"""The parts of the schedule by the name of their heartbeat, with the task that beats."""


LABELS = {
    "sender": gettext_lazy("sending mail"),
    "reminders": gettext_lazy("reminders"),
    "reports": gettext_lazy("status reports"),
    "digests": gettext_lazy("digests of the day"),
    "notices": gettext_lazy("notices to followers"),
}


@dataclass(frozen=True)
class Part:
    """A part of the schedule. `age` is None where it has never been seen; `silence` then counts from the
    installation."""

    name: str
    age: dt.timedelta | None
    silence: dt.timedelta
    period: dt.timedelta

    @property
    def label(self) -> str:
        return str(LABELS[self.name])

    @property
    def is_dead(self) -> bool:
        return self.silence > PERIODS * self.period


@dataclass(frozen=True)
class Work:
    """`oldest_due` is how long the mail waits that is due for longest; None if none waits."""

    oldest_due: dt.timedelta | None
    leased_too_long: int
    held: int
    in_doubt: int
    failed_today: int
    parts: tuple[Part, ...]

    @property
    def dead_parts(self) -> list[Part]:
        return [part for part in self.parts if part.is_dead]

    @property
    def is_late(self) -> bool:
        return self.oldest_due is not None and self.oldest_due > PATIENCE

    @property
    def is_well(self) -> bool:
        return not self.is_late and not self.dead_parts


def work(*, now: dt.datetime) -> Work:
    found = Mail.objects.filter(state__in=UNFINISHED).aggregate(
        first=Min("next_attempt_at", filter=Q(state=State.QUEUED, next_attempt_at__lte=now)),
        leased_too_long=_number(state__in=[State.LEASED, State.SENDING], lease_until__lt=now),
        held=_number(state=State.HELD),
        in_doubt=_number(state=State.IN_DOUBT),
        failed_today=_number(state=State.FAILED, next_attempt_at__gt=now - dt.timedelta(days=1)),
    )
    first = found.pop("first")
    return Work(oldest_due=now - first if first else None, parts=_parts(now), **found)


def _number(**which: Any) -> Count:
    return Count("pk", filter=Q(**which))


def _parts(now: dt.datetime) -> tuple[Part, ...]:
    seen = dict(Heartbeat.objects.values_list("name", "beat_at"))
    periods = {
        entry["task"]: dt.timedelta(seconds=float(str(entry["schedule"])))
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
    }
    installed_at = MigrationRecorder.Migration.objects.filter(app="tracker").earliest("applied").applied
    return tuple(
        Part(
            name,
            age=now - seen[name] if name in seen else None,
            silence=now - seen.get(name, installed_at),
            period=periods[task],
        )
        for name, task in PARTS.items()
        if task in periods
    )


def begin(*, now: dt.datetime) -> None:
    """Remember that the whole schedule has been started: each part has its periods from now on."""
    for name in PARTS:
        beat(name, now=now)


def beat(name: str, *, now: dt.datetime) -> None:
    """Remember that a part of the schedule did its work, whether or not there was any."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": now})
