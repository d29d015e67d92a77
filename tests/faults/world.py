"""Where a case happens: the programs, the database, and the hands that break them."""

import contextlib
import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.faults.programs import ROOT, Postgres, Redis, Sink, end_with_parent, fork, kill
from tests.starting import plain_environment, wait_until

DATABASE = "tracker"


class World:
    """One database with everything around it. `short` is the form that CI runs."""

    def __init__(self, folder: Path, *, on: str, short: bool) -> None:
        self.folder = folder
        self.on = on
        self.short = short
        self.sink = Sink(folder / "sink")
        self.redis = Redis(folder)
        self.postgres = Postgres(folder) if on == "postgresql" else None
        self.injected: Counter[str] = Counter()
        self._children: list[BaseProcess] = []

    @contextmanager
    def open(self) -> Iterator[None]:
        """Start everything, and make Django's settings those of this world; end everything at the end."""
        with ExitStack() as stack:
            if self.postgres:
                stack.callback(self.postgres.stop, signal.SIGQUIT)
                self.postgres.start()
                self.postgres.say(f"CREATE DATABASE {DATABASE}")
            stack.callback(self.redis.stop, signal.SIGKILL)
            self.redis.start()
            stack.callback(self.sink.stop)
            self.sink.start()
            os.environ.update(self.settings())
            self._set_up_django()
            stack.callback(self.let_go)
            yield

    def settings(self) -> dict[str, str]:
        """What the product reads from the environment."""
        settings = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "TRACKER_DATA": str(self.folder / "data"),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "REDIS_URL": self.redis.url,
            "SITE_URL": "http://tracker.example.org",
            "TRACKER_TIME_ZONE": _zone_where_it_is_noon(),
            "RESENT_WHEN_IN_DOUBT": "reminder,attention_digest,resent_note",
            "RESENT_AFTER_MINUTES": "0",  # a case is over before that
        }
        if self.postgres:
            settings["DATABASE_URL"] = self.postgres.url(DATABASE)
        return settings

    def _set_up_django(self) -> None:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)

    def begin(self) -> None:
        """Make everything as new."""
        from tests.faults import rows
        from tests.faults.invariants import Expected

        self.injected.clear()
        self.expected = Expected()
        self.sink.begin()
        rows.empty()

    def size(self, short: int, long: int) -> int:
        return short if self.short else long

    def inject(self, what: str, number: int = 1, *, interrupts: bool = False) -> None:
        """Count a fault. One that interrupts a connection may leave a mail in doubt."""
        self.injected[what] += number
        self.expected.interruptions += number if interrupts else 0

    # --- children -------------------------------------------------------------------------------------

    def let_go(self) -> None:
        """Close our own connections: none may be open when a process is forked."""
        from django.db import connection, connections

        connections.close_all()
        if self.postgres:
            connection.close_pool()

    def start(self, work: Callable[..., Any], *arguments: Any, **said: Any) -> BaseProcess:
        self.let_go()
        child = fork(partial(work, *arguments, **said), log=self.log)
        self._children.append(child)
        return child

    def end_children(self) -> None:
        """Kill what a case has left, as one does that breaks off."""
        for child in self._children:
            kill(child)
        self._children.clear()

    def together(self, number: int, work: Callable[..., Any], *arguments: Any, **said: Any) -> None:
        """Let so many children do this at one moment, and see that each of them could."""
        from tests.faults.work import at_one_moment

        moment = time.time() + 0.15 + 0.05 * number
        bound = partial(work, *arguments, **said)
        children = [self.start(at_one_moment, moment, bound) for _ in range(number)]
        for child in children:
            child.join()
        failed = sum(child.exitcode != 0 for child in children)
        assert not failed, f"{failed} of {number} children failed:\n{self.last_words()}"

    def run(self, work: Callable[..., Any], *arguments: Any, **said: Any) -> None:
        """Do this in a child, and see that it could."""
        child = self.start(work, *arguments, **said)
        child.join()
        assert child.exitcode == 0, f"A child failed:\n{self.last_words()}"

    @contextmanager
    def herd(self, number: int, work: Callable[..., Any], *arguments: Any) -> Iterator["Herd"]:
        """Keep so many children at this work, until the end of the context."""
        herd = Herd(self, number, partial(self.start, work, *arguments))
        try:
            yield herd
        finally:
            herd.end()

    def manage(self, *arguments: str, **said: str) -> str:
        """Run a command as a person does, in settings that may differ; return what it says."""
        ran = self.tried(*arguments, **said)
        assert ran.returncode == 0, f"manage.py {' '.join(arguments)}: {ran.stderr[-2000:]}"
        return ran.stdout

    def tried(self, *arguments: str, **said: str) -> subprocess.CompletedProcess[str]:
        """Run a command that may fail."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=plain_environment(**self.settings() | said),
            capture_output=True,
            text=True,
            timeout=120,
        )

    @contextmanager
    def celery(self, *commands: Sequence[str], app: str = "every_second") -> Iterator["Services"]:
        """Run programs of Celery's, such as `worker` and `beat`, until the end of the context."""
        services = Services(
            self, [[sys.executable, "-m", "celery", "-A", f"tests.faults.{app}", *c] for c in commands]
        )
        try:
            yield services
        finally:
            services.end()

    # --- waiting --------------------------------------------------------------------------------------

    def settle(self, *, seconds: float | None = None) -> None:
        """Return when no mail waits or is on its way any more."""
        from tests.faults import rows

        seconds = seconds or self.size(60, 300)
        try:
            wait_until(rows.nothing_waits, seconds=seconds)
        except AssertionError:
            raise AssertionError(
                f"After {seconds:.0f} s mails still wait: {dict(rows.states())}\n{self.last_words()}"
            ) from None

    @property
    def log(self) -> Path:
        return self.folder / "children.log"

    def last_words(self) -> str:
        return self.log.read_text()[-1500:] if self.log.exists() else ""


class Herd:
    """Children that do the same work; one that is killed is replaced."""

    def __init__(self, world: World, number: int, start: Callable[[], BaseProcess]) -> None:
        self._world = world
        self._start = start
        self._children = [start() for _ in range(number)]

    def kill_one(self) -> None:
        index = random.randrange(len(self._children))
        kill(self._children[index])
        self._world.inject("kills")
        self._world.expected.interruptions += settings.MAIL_CONNECTIONS
        self._children[index] = self._start()

    def kill_at_random(self, *, most: int, between: tuple[float, float] = (0.25, 0.6)) -> None:
        """Kill now and then while there is work, at most so often."""
        from tests.faults import rows

        for _ in range(most):
            time.sleep(random.uniform(*between))
            if rows.nothing_waits():
                return
            self.kill_one()

    def end(self) -> None:
        for child in self._children:
            kill(child)


class Services:
    """Programs that run; one that ends by itself is started again, as a service manager does.

    A worker may: where Redis goes while one holds tasks that it has not begun, kombu (5.7) asks a connection
    that is gone already for its address, and Celery ends for good at what it does not know.
    """

    def __init__(self, world: World, commands: Sequence[Sequence[str]]) -> None:
        self._world = world
        self._commands = commands
        self._programs = [self._start(command) for command in commands]
        self._is_over = threading.Event()
        self._manager = threading.Thread(target=self._start_again)
        self._manager.start()
        self.ended: list[str] = []
        """The last word of the command of each that has ended by itself."""

    def _start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self._world.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=plain_environment(**self._world.settings()),
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    def _start_again(self) -> None:
        while not self._is_over.wait(0.5):
            for number, program in enumerate(self._programs):
                if program.poll() is not None:
                    self.ended.append(self._commands[number][-1])
                    self._world.inject("started again")
                    self._programs[number] = self._start(self._commands[number])

    def end(self) -> None:
        self._is_over.set()
        self._manager.join()
        for program in self._programs:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()


def _zone_where_it_is_noon() -> str:
    """Name a zone in which every hour of sending has come and midnight is far, whenever the rig runs."""
    behind = (dt.datetime.now(dt.UTC).hour - 12) % 24
    return f"Etc/GMT+{behind}" if behind <= 12 else f"Etc/GMT-{24 - behind}"
