"""A disk without room for one more row."""

import signal
import time
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from tests.faults import disk, rows
from tests.faults.case import catalogue
from tests.faults.work import QuickClock, send_for_ever, send_once, write_until_it_fails
from tests.faults.world import World
from tests.starting import wait_until
from tracker.models import Mail, PlannedDay, Reminder
from tracker.reminders import planning

PERSONS = 200
ROOM = 400_000
"""Bytes that are left when the disk begins to be full."""
FULL = ("No space left on device", "database or disk is full", "disk I/O error")
"""How PostgreSQL and SQLite say it, and SQLite of a file that may not grow."""


@catalogue.add("F33", "the disk is full while two senders and a writer are at work")
def full(world: World) -> None:
    world.let_go()
    if world.postgres:
        world.postgres.stop(signal.SIGINT)
    try:
        with disk.instead_of(world.postgres.data if world.postgres else settings.DATA_DIR) as small:
            if world.postgres:
                world.postgres.start()
            _fill_and_clear(world, small)
            world.let_go()
            if world.postgres:
                world.postgres.stop(signal.SIGINT)
    except disk.NoDiskError as why:
        print(f"F33 {world.on}: no disk of our own ({why}).", flush=True)
        if not world.postgres:
            _fill_and_clear(world, disk.Limit(settings.DATA_DIR))
    if world.postgres:
        world.postgres.start()


def _fill_and_clear(world: World, small: disk.Disk | disk.Limit) -> None:
    committed = world.folder / "committed"
    rows.decide(world, world.size(300, 2_000))
    world.sink.behave(takes_seconds=0.005)
    rows.owners(PERSONS, due_on=[timezone.localdate()])
    with world.herd(2, send_for_ever, QuickClock(speed=100)):
        wait_until(lambda: rows.states()["sent"] > 20, seconds=10)
        world.let_go()
        writer = world.start(write_until_it_fails, committed)
        wait_until(lambda: committed.exists() and bool(committed.read_text()), seconds=10)
        small.leave(ROOM)
        writer.join()
        assert writer.exitcode == 0, world.last_words()
        world.inject("full disks")
        said = world.tried("plan_reminders")
        time.sleep(world.size(1, 10))
        small.grow()
        if world.postgres:
            world.postgres.go_on()
        world.settle()
    _see_what_was_kept(world, committed)
    assert any(words in _told(world) for words in FULL), "nobody said that the disk is full"
    made = PlannedDay.objects.count(), Reminder.objects.count()
    assert made in ((0, 0), (1, PERSONS)), f"a day was decided by halves: {made}"
    assert made[0] == (said.returncode == 0), said.stderr[-1000:]
    world.run(planning.plan, now=timezone.now())
    world.run(send_once)
    assert Mail.objects.filter(kind="reminder", state="sent").count() == PERSONS, dict(rows.states())


def _see_what_was_kept(world: World, committed: Path) -> None:
    keys = set(committed.read_text().split())
    lost = keys - set(Mail.objects.values_list("key", flat=True))
    assert not lost, f"{len(lost)} of {len(keys)} committed rows are gone"
    world.inject("rows until then", len(keys))
    world.expected.remember()


def _told(world: World) -> str:
    server = world.folder / "postgres.log"
    return world.log.read_text() + (server.read_text() if server.exists() else "")
