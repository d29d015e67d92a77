"""How fast are 10,000 reminders handed over, against a bare smtplib loop in the same run?

    python -m tests.benchmarks.send [NUMBER]                                          # on SQLite
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/bench python -m tests.benchmarks.send

It makes a database of its own (on PostgreSQL `test_` and the name given) and drops it at the end. The
reminders are real ones, planned and worded by the product; the mail server is a process that takes everything
and keeps nothing. Printed are mails per second: of a loop that says ready-made bytes over one connection, of
one sender, and of two, each as nice as a worker is; their memory; and how long the public list takes
meanwhile, against an idle machine.
The bars: one sender 0.35 of the loop, two 0.5, the list's p99 at most twice the idle one.
"""

import asyncio
import contextlib
import datetime as dt
import gc
import http.client
import multiprocessing
import os
import smtplib
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from aiosmtpd.smtp import SMTP

from tests.benchmarks.database import own_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
BAR_ONE, BAR_TWO, BAR_PAGE = 0.35, 0.5, 2.0
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
DAY = NOW.date()
MADE = 500
"""So many messages are made for the bare loop, which says them again and again."""
PAGES_PER_SECOND = 20
IDLE_SECONDS = 15.0

forking = multiprocessing.get_context("fork")


# --- the mail server ------------------------------------------------------------------------------


class Nowhere:
    async def handle_DATA(self, *_asked: Any) -> str:  # noqa: N802  # aiosmtpd asks for this name
        return "250 OK"


def serve(port: int) -> None:
    async def for_ever() -> None:
        loop = asyncio.get_running_loop()
        async with await loop.create_server(
            lambda: SMTP(Nowhere(), hostname="sink"), "127.0.0.1", port
        ) as server:
            await server.serve_forever()

    asyncio.run(for_ever())


# --- what is sent ---------------------------------------------------------------------------------


def fill(number: int) -> None:
    """Initiatives that are due today, each led by another person, each promised in a quoted sentence."""
    from tests import factories as make
    from tracker.models import Contact, Initiative, Party, Quote, Responsibility, Source
    from tracker.reminders import planning

    title = "Строительство совместного предприятия по сборке тракторов, очередь {}"
    rows = [
        make.initiative(
            title=title.format(n), due_on=DAY, published_at=NOW, announced_on=DAY - dt.timedelta(days=300)
        )
        for n in range(number)
    ]
    initiatives = Initiative.objects.bulk_create(rows, batch_size=1000)
    parties = Party.objects.bulk_create(
        make.party(name=f"Министерство промышленности {n}") for n in range(number)
    )
    source = Source.objects.create(**_values(make.source(published_at=NOW)))
    Quote.objects.bulk_create(
        make.quote(
            initiative=initiative, source=source, exact=f"{initiative.title_ru} завершится в срок. " * 3
        )
        for initiative in initiatives
    )
    Contact.objects.bulk_create(
        Contact(party=party, name=f"Анна Петрова {n}", email=f"person{n}@example.org", language="ru")
        for n, party in enumerate(parties)
    )
    Responsibility.objects.bulk_create(
        Responsibility(initiative=initiative, party=party, role="lead")
        for initiative, party in zip(initiatives, parties, strict=True)
    )
    planning.plan(now=NOW)


def _values(row: Any) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname != "id"
    }


def queue_again() -> None:
    from tracker.models import Mail

    Mail.objects.update(
        state="queued",
        reason="",
        attempts=0,
        sent_at=None,
        lease_until=None,
        next_attempt_at=NOW,
        server_reply="",
    )


def messages(number: int) -> list[bytes]:
    """Word and build the first few, as the sender does."""
    from tracker.mail.drafting import drafts
    from tracker.mail.message import content, word
    from tracker.models import Mail

    rows = list(Mail.objects.order_by("pk")[:number])
    made = []
    for row, draft in zip(rows, drafts(rows, NOW).values(), strict=True):
        word(row, draft)  # type: ignore[arg-type]
        made.append(content(row, draft))  # type: ignore[arg-type]
    return made


# --- who sends ------------------------------------------------------------------------------------


def bare_loop(port: int, made: list[bytes], number: int) -> float:
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for n in range(number):
            server.sendmail("tracker@example.org", f"person{n}@example.org", made[n % len(made)])
    return number / (time.perf_counter() - began)


def send(ready: Any, told: Any) -> None:
    """One sender, in a process of its own; it tells how many it sent, and its memory before and after."""
    from config.celery import settle_in
    from tracker import mail

    settle_in()
    ready.wait()
    before = _megabytes()
    sent = mail.send_due(clock=lambda: dt.datetime.now(dt.UTC) - LATE)
    told.put((sent, before, _megabytes()))


LATE = dt.datetime.now(dt.UTC) - NOW


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def senders(count: int, number: int) -> tuple[float, list[tuple[int, float, float]]]:
    """Let so many senders begin at one moment; return mails per second, and what each tells."""
    queue_again()
    let_go()
    ready, told = forking.Barrier(count + 1), forking.Queue()
    processes = [forking.Process(target=send, args=(ready, told)) for _ in range(count)]
    for process in processes:
        process.start()
    ready.wait()
    began = time.perf_counter()
    tales = [told.get() for _ in processes]
    seconds = time.perf_counter() - began
    for process in processes:
        process.join()
    assert sum(sent for sent, _before, _after in tales) == number, tales
    return number / seconds, tales


def let_go() -> None:
    """Keep no connection that a forked process would share."""
    from django.db import connection

    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()


# --- who reads ------------------------------------------------------------------------------------


@contextlib.contextmanager
def site(port: int, environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--preload", "--workers", "2"]
    command += [
        "--worker-class",
        "gthread",
        "--threads",
        "4",
        "--bind",
        f"127.0.0.1:{port}",
        "--no-control-socket",
    ]
    with subprocess.Popen([*command, "--log-level", "warning"], env=os.environ | environment) as process:
        for _ in range(300):
            with contextlib.suppress(OSError):
                page(port)
                break
            time.sleep(0.1)
        yield
        process.terminate()


def page(port: int) -> float:
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/en/")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200, answer.status
    return time.perf_counter() - began


class Reader(threading.Thread):
    """Asks for the list at even steps until told to stop."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port, self._is_over = port, threading.Event()
        self.seconds: list[float] = []

    def run(self) -> None:
        while not self._is_over.wait(1 / PAGES_PER_SECOND):
            self.seconds.append(page(self._port))

    def p99(self) -> float:
        self._is_over.set()
        self.join()
        return statistics.quantiles(self.seconds, n=100)[98] * 1000


# --- all of it ------------------------------------------------------------------------------------


def measure(number: int, port: int) -> bool:
    made = messages(min(MADE, number))
    gc.collect()
    gc.freeze()  # the senders are forked from here, and are not to go through what filling has left
    html = statistics.mean(map(len, made)) / 1000
    floor = bare_loop(port, made, number)
    print(f"messages of {html:.1f} kB; bare smtplib loop {floor:.0f} mails/s")
    held = True
    for count, bar in ((1, BAR_ONE), (2, BAR_TWO)):
        speed, tales = senders(count, number)
        held &= speed / floor >= bar
        memory = ", ".join(f"{before:.0f} to {after:.0f} MB" for _sent, before, after in tales)
        print(
            f"{count} sender(s) {speed:.0f} mails/s, {speed / floor:.2f} of it (bar {bar}); memory {memory}"
        )
    return held


def measure_page(number: int, environment: dict[str, str]) -> bool:
    from tests.smtp import free_port

    port = free_port()
    with site(port, environment):
        for _ in range(20):
            page(port)
        idle = Reader(port)
        idle.start()
        time.sleep(IDLE_SECONDS)
        idle_p99 = idle.p99()
        busy = Reader(port)
        busy.start()
        speed, _tales = senders(1, number)
        busy_p99 = busy.p99()
    print(
        f"public list p99 {idle_p99:.0f} ms idle, {busy_p99:.0f} ms while {speed:.0f} mails/s go, "
        f"{busy_p99 / idle_p99:.1f} times (bar {BAR_PAGE})"
    )
    return busy_p99 / idle_p99 <= BAR_PAGE


def main(number: int) -> int:
    from django.conf import settings
    from django.db import connection

    from tests.smtp import free_port

    port = free_port()
    sink = forking.Process(target=serve, args=(port,), daemon=True)
    sink.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.BOUNCE_ADDRESS = "bounces@example.org"
    with own_database() as environment:
        fill(number)
        print(f"{connection.vendor}, {number} mails")
        held = measure(number, port)
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"],
            env=os.environ | environment,
            check=True,
        )
        held &= measure_page(number, environment)
    return int(not held)


if __name__ == "__main__":
    django.setup()
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
