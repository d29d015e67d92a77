"""A schema that is newer than the code, and migrations that meet somebody at work."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tests.faults import rows
from tests.faults.case import catalogue
from tests.faults.work import QuickClock, send_for_ever, use_copy
from tests.faults.world import DATABASE, World
from tests.starting import wait_until
from tracker import mail
from tracker.mail import watching
from tracker.models import Mail, ReminderRule
from tracker.reminders import planning

UNKNOWN = "paused"
"""A state that no code knows yet."""
CONSTRAINT = "mail_state_is_known"
QUEUE_SECONDS = 3.0
"""How long a migration may keep others waiting."""


@catalogue.add("F34", "two senders of today live on while the schema becomes tomorrow’s")
def newer_schema(world: World) -> None:
    rows.decide(world, world.size(1_000, 2_000))  # more than the senders take at once
    world.sink.behave(takes_seconds=0.005)
    with world.herd(2, send_for_ever, QuickClock(speed=100)):
        wait_until(lambda: rows.states()["sent"] > 0, seconds=10)
        _say("ALTER TABLE tracker_mail ADD COLUMN weight integer NOT NULL DEFAULT 0")
        paused = _pause(10)
        world.inject("rows in a state to come", len(paused))
        world.let_go()
        world.run(planning.plan, now=timezone.now())
        world.run(_look_and_hold)
        world.settle()
    assert _paused() == paused, "a row in an unknown state was touched"
    _say("ALTER TABLE tracker_mail DROP COLUMN weight")
    if world.postgres:
        known = ", ".join(f"'{state}'" for state in Mail.State.values)
        _say(f"ALTER TABLE tracker_mail ADD CONSTRAINT {CONSTRAINT} CHECK (state IN ({known})) NOT VALID")


def _pause(number: int) -> list[tuple[object, ...]]:
    """Put waiting mails into the unknown state, some with a lease that has ended, as a newer sender may."""
    if connection.vendor == "postgresql":
        _say(f"ALTER TABLE tracker_mail DROP CONSTRAINT {CONSTRAINT}")
    else:
        _say("PRAGMA ignore_check_constraints = ON")  # of this connection, which the case lets go
    last = Mail.objects.order_by("-next_attempt_at", "-pk").values_list("pk", flat=True)[:number]
    waiting = Mail.objects.filter(pk__in=list(last), state="queued")
    waiting.update(state=UNKNOWN, lease_until=timezone.now())
    paused = _paused()
    assert paused, "no mail waited any more"
    return paused


def _paused() -> list[tuple[object, ...]]:
    return list(Mail.objects.filter(state=UNKNOWN).order_by("pk").values_list())


def _look_and_hold() -> None:
    """What else the code of today does with mails of every state."""
    watching.work(now=timezone.now())
    nobodys = Mail.objects.filter(state=UNKNOWN)
    touched = (
        mail.hold(nobodys, reason=Mail.Reason.RESTORED)
        + mail.cancel(nobodys, reason=Mail.Reason.BY_HAND)
        + mail.release(nobodys, now=timezone.now())
    )
    assert not touched, f"{touched} rows in an unknown state were moved"


def _say(words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(words)


@catalogue.add("F34", "a migration gives up behind a long transaction", on=("postgresql",))
def long_transaction(world: World) -> None:
    """Somebody reads in a transaction that does not end; others come after the migration, and get through."""
    name, longest = _copy(world, "waiting"), 0.0
    tables = [table for table in connection.introspection.table_names() if table.startswith("tracker_")]
    read = f"SELECT {' + '.join(f'(SELECT count(*) FROM {table})' for table in tables)}"
    world.let_go()
    url = world.postgres.url(name) if world.postgres else ""
    with psycopg.connect(url) as reader, ThreadPoolExecutor(1) as pool:
        reader.execute(read)
        migrating = pool.submit(world.tried, "migrate", "tracker", "zero", DATABASE_URL=url)
        while not migrating.done():
            began = time.monotonic()
            with psycopg.connect(url) as another:
                another.execute(read)
            longest = max(longest, time.monotonic() - began)
            time.sleep(0.05)
    ran = migrating.result()
    world.inject("long transactions")
    assert ran.returncode != 0, "the migration did not give up"
    assert "lock timeout" in ran.stderr, ran.stderr[-1000:]
    assert 0.5 < longest < QUEUE_SECONDS + 1, f"a reader waited {longest:.1f} s behind the migration"


@catalogue.add("F34", "migrated back to nothing and forward again")
def back_and_forward(world: World) -> None:
    """In a copy, so that what fails here fails here alone."""
    world.run(_migrate_back_and_forward, _copy(world, "migrated"))
    world.inject("migrations", 2)


def _copy(world: World, name: str) -> str:
    world.let_go()
    if world.postgres:
        world.postgres.say(f"CREATE DATABASE {name} TEMPLATE {DATABASE}")
        return name
    return str(shutil.copytree(settings.DATA_DIR, world.folder / name))


def _migrate_back_and_forward(name: str) -> None:
    use_copy(name)
    before = _schema()
    _migrate("zero")
    left = [table for table in _schema() if table.startswith("tracker_")]
    assert not left, f"{left} are left"
    _migrate()
    differing = [table for table, found in _schema().items() if found != before.get(table)]
    assert not differing, f"{differing} came back as others"


def _migrate(*where: str) -> None:
    call_command("migrate", "tracker", *where, verbosity=0, interactive=False)


def _schema() -> dict[str, Any]:
    """Every table with its columns and constraints, and how many rules came with the product."""
    looked = connection.introspection
    with connection.cursor() as cursor:
        tables = looked.table_names(cursor)
        found: dict[str, Any] = {
            table: (
                sorted(map(str, looked.get_table_description(cursor, table))),
                sorted(map(str, looked.get_constraints(cursor, table).items())),
            )
            for table in tables
        }
    if ReminderRule._meta.db_table in tables:
        found["rules"] = ReminderRule.objects.count()
    return found
