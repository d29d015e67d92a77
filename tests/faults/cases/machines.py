"""Databases and brokers that are killed, restarted, locked, restored or never there."""

import datetime as dt
import random
import signal
import subprocess
import time
from functools import partial

from django.conf import settings
from django.db import connection
from django.utils import timezone

from tests.faults import rows
from tests.faults.case import catalogue
from tests.faults.programs import Postgres
from tests.faults.work import (
    QuickClock,
    plan_and_send_restored,
    plan_everything,
    read_for,
    send_for_ever,
    write_for,
)
from tests.faults.world import DATABASE, World
from tests.starting import wait_until
from tracker.models import Mail, Series

BOUND = 30.0
"""Seconds within which a mail goes after Redis is back; the schedule comes every second here."""
WORKER = ("worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING")
ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def worker(name: str) -> tuple[str, ...]:
    return (*WORKER, *ALONE, "--hostname", f"{name}@faults")


def beat(world: World, name: str) -> tuple[str, ...]:
    return ("beat", "--loglevel", "WARNING", "--schedule", str(world.folder / f"beat-{name}"))


# --- PostgreSQL -----------------------------------------------------------------------------------


@catalogue.add("F30", "PostgreSQL crashes and starts again under load", on=("postgresql",))
def postgres_crashes(world: World) -> None:
    assert world.postgres
    rows.decide(world, world.size(500, 3_000))
    world.sink.behave(takes_seconds=0.003)
    with world.herd(2, send_for_ever, QuickClock(speed=100)):
        world.let_go()
        for _ in range(world.size(2, 10)):
            time.sleep(random.uniform(0.4, 0.8))
            world.postgres.crash()
            world.inject("crashes")
            world.expected.interruptions += 2 * settings.MAIL_CONNECTIONS  # of both senders
            world.postgres.start()
        world.settle()


@catalogue.add("F30", "connections to PostgreSQL are ended at random", on=("postgresql",))
def postgres_hangs_up(world: World) -> None:
    assert world.postgres
    rows.decide(world, world.size(500, 3_000), kind=rows.RESENT_KIND)
    world.sink.behave(takes_seconds=0.003)
    with world.herd(2, send_for_ever, QuickClock(speed=100)):
        world.let_go()
        for _ in range(world.size(10, 60)):
            time.sleep(random.uniform(0.1, 0.3))
            ended = world.postgres.say(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                " ORDER BY random() LIMIT 1",
                DATABASE,
            )
            world.inject("connections ended", len(ended), interrupts=True)
        world.settle()


# --- Redis ----------------------------------------------------------------------------------------


@catalogue.add("F9 F10", "Redis killed and restarted empty; a worker and a beat", on=("postgresql",))
def redis_killed(world: World) -> None:
    rows.decide(world, world.size(150, 1_000))
    world.sink.behave(takes_seconds=0.005)
    with world.celery(worker("one"), beat(world, "one")):
        wait_until(lambda: rows.states()["sent"] > 0, seconds=BOUND)
        for number in range(world.size(2, 10)):
            world.redis.stop(signal.SIGKILL)
            world.inject("Redis kills")
            rows.notes(20, kind=f"note_{number}")
            time.sleep(0.5)
            world.redis.start()
            world.settle(seconds=BOUND)
    world.expected.remember()


@catalogue.add("F4 F9", "two beats and two workers")
def two_of_each(world: World) -> None:
    readers = 10
    rows.decide(world, world.size(100, 1_000))
    rows.staff(readers)
    rows.overdue()
    programs = [worker("one"), worker("two"), beat(world, "one"), beat(world, "two")]
    with world.celery(*programs):
        world.inject("beats and workers", len(programs))
        wait_until(lambda: Mail.objects.filter(kind="attention_digest").count() == readers, seconds=BOUND)
        world.settle(seconds=BOUND)
        time.sleep(world.size(2, 20))
    copies = sum(line.to.startswith("staff") for line in world.sink.lines())
    assert copies == readers, f"{copies} digests for {readers} readers"


@catalogue.add("F12", "no Redis at all: the commands do it", on=("sqlite",))
def no_redis(world: World) -> None:
    world.redis.stop(signal.SIGKILL)
    world.inject("Redis gone")
    try:
        rows.decide(world, 10)
        rows.staff(3)
        rows.overdue()
        world.let_go()
        world.manage("plan_digests")
        world.manage("plan_reminders")
        world.manage("send_outbox")
    finally:
        world.redis.start()
    assert rows.states()["sent"] == 13, dict(rows.states())


# --- SQLite ---------------------------------------------------------------------------------------


@catalogue.add("F32", "four writers, a reader and a sender: never “locked”", on=("sqlite",))
def sqlite_is_never_locked(world: World) -> None:
    seconds = world.size(4, 30)
    rows.decide(world, 50)
    with world.herd(1, send_for_ever, QuickClock()):
        work = [
            *(partial(write_for, seconds, f"writer-{number}") for number in range(4)),
            partial(read_for, seconds),
        ]
        children = [world.start(one) for one in work]
        world.inject("writers", 4)
        for child in children:
            child.join()
        world.settle()
    failed = sum(child.exitcode != 0 for child in children)
    assert not failed, f"{failed} of 5 failed:\n{world.last_words()}"


# --- backup and restore ---------------------------------------------------------------------------


@catalogue.add("F35", "a backup of the middle of sending, restored and started")
def restored(world: World) -> None:
    """Notes wait when the backup is made; reminders, a report and digests are decided and sent after it."""
    notes, owners, staff, readers = world.size(300, 3_000), 20, 5, 10
    _something_to_tell(owners, staff, readers)
    rows.decide(world, notes)
    world.sink.behave(takes_seconds=0.003)
    with world.herd(2, send_for_ever, QuickClock()):
        wait_until(lambda: rows.states()["sent"] > 40, seconds=BOUND)
        name = _backup(world)
        world.run(plan_everything, now=timezone.now())
        world.expected.remember()
        world.settle()
    taken = len(world.sink.lines())
    assert taken == notes + owners + staff + readers, f"{taken} mails before the restore"
    world.let_go()
    said = {"DATABASE_URL": world.postgres.url(name)} if world.postgres else {"TRACKER_DATA": name}
    told = world.manage("hold_outbox", "--all", **said)
    assert f"{owners} mails decided and held" in told, told
    world.inject("restore")
    world.run(plan_and_send_restored, name)
    again = len(world.sink.lines()) - taken
    assert not again, f"{again} mails went a second time"


def _something_to_tell(owners: int, staff: int, readers: int) -> None:
    """Let so many people be due a reminder, a digest and a report today."""
    today = timezone.localdate()
    rows.owners(owners, due_on=[today + dt.timedelta(days=7)])
    rows.staff(staff)
    rows.overdue()
    series = Series.objects.create(
        name="Weekly report", frequency="weekly", day=today.isoweekday(), starts_on=today, with_pdf=False
    )
    for number in range(readers):
        series.subscriptions.create(
            address=f"reader-{number}@example.org", language="en", confirmed_at=timezone.now()
        )


def _backup(world: World) -> str:
    """Copy the database while it is used; return what the copy is called."""
    if world.postgres:
        dump = world.folder / "backup.dump"
        program, url = Postgres.program, world.postgres.url
        subprocess.run([program("pg_dump"), "-Fc", "-f", dump, url(DATABASE)], check=True)
        world.postgres.say("DROP DATABASE IF EXISTS restored")
        world.postgres.say("CREATE DATABASE restored")
        subprocess.run([program("pg_restore"), "-d", url("restored"), dump], check=True)
        return "restored"
    folder = world.folder / "restored"
    folder.mkdir()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(folder / "tracker.sqlite3")])
    return str(folder)
