"""Initiatives with somebody to remind."""

import datetime as dt
from typing import Any

from tests import factories as make
from tracker.models import Contact, Initiative, Mail, Reminder


def led_by(contact: Contact, *, role: str = "lead", **values: Any) -> Initiative:
    """A published initiative in which the contact's party has this role."""
    initiative = make.make_initiative(**{"announced_on": make.day(-10), **values})
    make.make_responsibility(initiative, contact.party, role)
    return make.publish(initiative)


def at(day: dt.date, hour: int = 9, minute: int = 0) -> dt.datetime:
    """A moment of Moscow's day: nine o'clock is when its reminders are planned."""
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=dt.timezone(dt.timedelta(hours=3)))


def told() -> list[tuple[str, str, int, bool]]:
    """Every decision: initiative, kind, step, and whether it has a mail."""
    return [
        (row.initiative.title, row.kind, row.step, row.mail_id is not None)
        for row in Reminder.objects.select_related("initiative").order_by("initiative", "anchor_on", "step")
    ]


def addresses() -> list[str]:
    return sorted(Mail.objects.values_list("address", flat=True))
