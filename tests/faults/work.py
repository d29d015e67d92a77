"""What the forked children do. Each calls the product as its tasks and commands do."""

import datetime as dt
import itertools
import logging
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, close_old_connections, connection, transaction
from django.db.backends.signals import connection_created
from django.utils import timezone

from tracker import mail
from tracker.models import Initiative, Mail
from tracker.reminders import planning
from tracker.reports import attention, editions

PAUSE = 0.02


class QuickClock:
    """Runs so many times as fast as the real one from a moment on; the same for every process."""

    def __init__(self, *, speed: float = 1.0, since: float | None = None) -> None:
        self.speed = speed
        self.since = time.time() if since is None else since

    def __call__(self) -> dt.datetime:
        seconds = self.since + (time.time() - self.since) * self.speed
        return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)


def send_for_ever(clock: QuickClock) -> None:
    """Do what the schedule does each minute, without the minute between.

    An error of the database ends one round, as it ends one task; the next round begins with what Celery and
    the web server do before each piece of work.
    """
    while True:
        close_old_connections()
        try:
            mail.send_due(clock=clock)
        except Error:
            logging.exception("This round ends.")
        time.sleep(PAUSE)


def send_once(*, after: dt.timedelta = dt.timedelta(), timeout: float | None = None) -> None:
    """Hand over what is due so much later than now."""
    if timeout:
        settings.EMAIL_TIMEOUT = timeout
    mail.send_due(clock=lambda: timezone.now() + after)


def send_slowly(clock: QuickClock, seconds: float) -> None:
    """Need so long between the lease and the first word: the list of dead addresses answers slowly."""

    def slow(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "tracker_suppression" in sql:
            time.sleep(seconds)
        return execute(sql, *rest)

    def slow_down(connection: Any, **_said: Any) -> None:
        if slow not in connection.execute_wrappers:
            connection.execute_wrappers.append(slow)

    connection_created.connect(slow_down, weak=False)  # each thread has a connection of its own
    send_for_ever(clock)


def cannot_be_written(mails: Sequence[Mail], now: dt.datetime) -> dict[int, mail.Draft]:
    """An occasion with a bug: its template is not there."""
    return {row.pk: mail.Draft(template="there_is_none", context={}) for row in mails}


def send_with_a_broken_template() -> None:
    mail.occasions["broken"] = cannot_be_written
    send_once()


def die_after_inserts(number: int, work: Callable[[], Any]) -> None:
    """Work until so many INSERTs were said, then die in the middle of the transaction."""
    said = 0

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal said
        result = execute(sql, *rest)
        said += sql.startswith("INSERT")
        if said >= number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    with connection.execute_wrapper(count):
        work()


def at_one_moment(moment: float, work: Callable[[], Any]) -> None:
    """Work when the moment comes, so that several begin together."""
    connection.ensure_connection()
    time.sleep(max(0.0, moment - time.time()))
    work()


def plan_everything(*, now: dt.datetime) -> None:
    """Decide what is due: reminders, reports and the staff's digest."""
    planning.plan(now=now)
    editions.plan(now=now)
    attention.plan_digests(now=now)


def use_copy(name: str) -> None:
    """Work in another database: on PostgreSQL its name, on SQLite the folder in which it lies."""
    is_file = connection.vendor == "sqlite"
    connection.settings_dict["NAME"] = f"{name}/tracker.sqlite3" if is_file else name


def plan_and_send_restored(name: str) -> None:
    """Decide and hand over in the restored copy, reminders also tomorrow, when every lease has ended."""
    use_copy(name)
    tomorrow = dt.timedelta(days=1)
    plan_everything(now=timezone.now())
    send_once()
    planning.plan(now=timezone.now() + tomorrow)
    send_once(after=tomorrow)


def write_for(seconds: float, name: str) -> None:
    """Decide mails as planners do, reading before writing in one transaction. An error ends it."""
    last_moment = time.monotonic() + seconds
    number = 0
    while time.monotonic() < last_moment:
        with transaction.atomic():
            number += 1 + Mail.objects.filter(kind="nothing").count()
            mail.queue(
                kind="note",
                key=f"{name}:{number}",
                address=f"{name}-{number}@example.org",
                language="en",
                about={},
                now=timezone.now(),
            )
        time.sleep(0.01)


def write_until_it_fails(committed: Path) -> None:
    """Decide long mails one after the other; write down the key of each that was committed."""
    with committed.open("w") as kept:
        for number in itertools.count():
            key = f"long:{number}"
            row = mail.new(
                kind="note",
                key=key,
                address=f"{number}@example.org",
                language="en",
                about={},
                now=timezone.now(),
            )
            row.subject, row.text, row.html = key, os.urandom(5_000).hex(), key
            try:
                row.save()
            except Error:
                logging.exception("No more can be written.")
                return
            print(key, file=kept, flush=True)


def read_for(seconds: float) -> None:
    last_moment = time.monotonic() + seconds
    while time.monotonic() < last_moment:
        list(Mail.objects.order_by("-decided_at")[:50])
        Initiative.objects.published().count()
        time.sleep(0.005)


def plan_minute_by_minute(first: dt.datetime, last: dt.datetime, *, step: dt.timedelta) -> None:
    """Plan as the schedule does from one moment to another; every sixth time the clock jumps back an hour."""
    now, number = first, 0
    while now <= last:
        planning.plan(now=now)
        number += 1
        if number % 6 == 0:
            planning.plan(now=now - dt.timedelta(hours=1))
        now += step
