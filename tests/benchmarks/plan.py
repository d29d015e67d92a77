"""How long does it take to plan a day on which 10,000 initiatives are due, each led by another person?

    python -m tests.benchmarks.plan [NUMBER]                                          # on SQLite
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/bench python -m tests.benchmarks.plan

It makes a database of its own (on PostgreSQL `test_` and the name given) and drops it at the end. Printed are
the seconds of the whole plan: reading, deciding, and writing a reminder and a mail for each. The bar is 2 s.
"""

import datetime as dt
import os
import sys
import time

import django

from tests.benchmarks.database import own_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
BAR = 2.0
ROUNDS = 3
DAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


def fill(number: int) -> None:
    from tests import factories as make
    from tracker.models import Contact, Initiative, Party, Responsibility

    rows = [make.initiative(due_on=DAY, published_at=NOW, announced_on=DAY) for _ in range(number)]
    initiatives = Initiative.objects.bulk_create(rows)
    parties = Party.objects.bulk_create(make.party() for _ in range(number))
    Contact.objects.bulk_create(
        Contact(party=party, name=f"Person {n}", email=f"person{n}@example.org")
        for n, party in enumerate(parties)
    )
    Responsibility.objects.bulk_create(
        Responsibility(initiative=initiative, party=party, role="lead")
        for initiative, party in zip(initiatives, parties, strict=True)
    )


def timed() -> tuple[float, float]:
    """Plan the day anew; return the seconds that passed, and those in which this process worked."""
    from tracker.models import Mail, PlannedDay, Reminder
    from tracker.reminders import planning

    for model in (Reminder, Mail, PlannedDay):
        model._default_manager.all().delete()
    began, worked = time.perf_counter(), time.process_time()
    mails = planning.plan(now=NOW)
    seconds = time.perf_counter() - began, time.process_time() - worked
    assert mails == Reminder.objects.count() == Mail.objects.count()
    return seconds


def main(number: int) -> int:
    from django.db import connection

    with own_database():
        fill(number)
        seconds = [timed() for _ in range(ROUNDS)]
    passed, worked = min(seconds)
    print(
        f"{connection.vendor}: {number} reminders planned in {passed:.2f} s, of which this process worked"
        f" {worked:.2f} s (best of {ROUNDS} rounds; bar {BAR} s)"
    )
    return int(passed > BAR)


if __name__ == "__main__":
    django.setup()
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
