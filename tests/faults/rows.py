"""Rows for the cases, many at once, and what becomes of them."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.color import no_style
from django.db import connection
from django.utils import timezone

from tests.faults.world import World
from tracker import mail
from tracker.models import (
    Contact,
    Firmness,
    Initiative,
    Mail,
    Party,
    Precision,
    ReminderRule,
    Responsibility,
    Sector,
)

RESENT_KIND = "resent_note"
"""A kind that the rig names in RESENT_WHEN_IN_DOUBT; "note" is held when in doubt."""
WAITING = [Mail.State.QUEUED, Mail.State.LEASED, Mail.State.SENDING]


def empty() -> None:
    """Empty every table that a case fills; the rules that come with the product stay."""
    models = [model for model in apps.get_models() if model._meta.app_label in ("tracker", "auth")]
    kept = {ReminderRule, *(model for model in models if model._meta.model_name in ("permission", "group"))}
    tables = [model._meta.db_table for model in models if model not in kept]
    through = [table for table in connection.introspection.table_names() if table.startswith("tracker_")]
    tables = sorted({*tables, *through} - {model._meta.db_table for model in kept})
    with connection.constraint_checks_disabled():
        connection.ops.execute_sql_flush(
            connection.ops.sql_flush(no_style(), tables, reset_sequences=False, allow_cascade=True)
        )


def notes(number: int, *, kind: str = "note") -> None:
    """Decide so many mails that say their own key, each to its own reader."""
    now = timezone.now()
    rows = [
        mail.new(
            kind=kind,
            key=f"{kind}:{index}",
            address=f"{kind}-{index}@example.org",
            language="en",
            about={},
            now=now,
        )
        for index in range(number)
    ]
    for row in rows:
        row.subject = row.text = row.html = row.key
    Mail.objects.bulk_create(rows, batch_size=500)


def decide(world: World, number: int, *, kind: str = "note") -> None:
    """Decide notes, and have the world remember them."""
    notes(number, kind=kind)
    world.inject("mails due", number)
    world.expected.remember()


def staff(number: int) -> None:
    User.objects.bulk_create(
        User(username=f"staff-{index}", email=f"staff-{index}@example.org", is_staff=True)
        for index in range(number)
    )


def nothing_waits() -> bool:
    return not Mail.objects.filter(state__in=WAITING).exists()


def states() -> Counter[str]:
    return Counter(Mail.objects.values_list("state", flat=True))


def overdue() -> Initiative:
    """Something that needs the staff's attention."""
    [row] = initiatives(1, due_on=timezone.localdate() - dt.timedelta(days=3))
    return row


def initiatives(number: int, *, due_on: dt.date, name: str = "initiative") -> list[Initiative]:
    """Make so many published initiatives that are due on a day."""
    announced_on = due_on - dt.timedelta(days=40)
    return Initiative.objects.bulk_create(
        Initiative(
            slug=f"{name}-{index}",
            **{f"title_{code}": f"{name} {index}" for code in ("ru", "en", "de")},
            **{f"summary_{code}": "A summary." for code in ("ru", "en", "de")},
            firmness=Firmness.PLANNED,
            sector=Sector.INDUSTRY,
            announced_on=announced_on,
            announced_precision=Precision.DAY,
            due_on=due_on,
            due_precision=Precision.DAY,
            published_at=timezone.now(),
        )
        for index in range(number)
    )


def owners(
    number: int, *, due_on: Sequence[dt.date], zone: str = settings.TIME_ZONE, name: str = "owner"
) -> None:
    """Make so many people, each of whom leads one initiative for each of these days."""
    parties = Party.objects.bulk_create(
        Party(slug=f"{name}-{index}", name_ru=f"{name} {index}", kind=Party.Kind.COMPANY, country="RU")
        for index in range(number)
    )
    Contact.objects.bulk_create(
        Contact(
            party=party, name=party.slug, email=f"{party.slug}@example.org", language="en", time_zone=zone
        )
        for party in parties
    )
    for batch, day in enumerate(due_on):
        led = initiatives(number, due_on=day, name=f"{name}-{batch}")
        Responsibility.objects.bulk_create(
            Responsibility(initiative=initiative, party=party, role="lead")
            for initiative, party in zip(led, parties, strict=True)
        )
