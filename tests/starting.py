"""Starts the tracker as a person does: a real process, with the data folder of the test's choice."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 180.0
STOP_SECONDS = 12.0
OF_THE_EMBEDDED_DEFAULT = re.compile(
    r"(DATABASE_URL|REDIS_URL|EMAIL_URL|SITE_URL|ALLOWED_HOSTS|SECRET_KEY|STATIC_ROOT|TRACKER_.*|DJANGO_.*)$"
)


def plain_environment(**said: str) -> dict[str, str]:
    """Ours without what would choose another database, broker or mode."""
    return {
        name: value for name, value in os.environ.items() if not OF_THE_EMBEDDED_DEFAULT.match(name)
    } | said


def run_up(*arguments: str, **said: str) -> subprocess.CompletedProcess[str]:
    """Run `up` where it is expected to refuse."""
    return subprocess.run(
        [sys.executable, "manage.py", "up", *arguments],
        cwd=ROOT,
        env=plain_environment(**said),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
    )


def assert_one_clear_line(run: subprocess.CompletedProcess[str], *words: str) -> None:
    assert run.returncode == 1
    lines = run.stderr.strip().splitlines()
    assert len(lines) == 1, run.stderr
    assert all(word in lines[0] for word in words), lines[0]


def wait_until(holds: Callable[[], bool], *, seconds: float) -> None:
    last_moment = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < last_moment, "it did not come true in time"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def processes_on(folder: Path) -> dict[int, str]:
    """Each process that was started with this data folder, with its command line."""
    said = f"TRACKER_DATA={folder}".encode()
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            started_with = (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        # Redis writes its title over its environment; what has ended and waits for its parent has none.
        if command and (said in started_with or f"{folder}/redis.sock" in command):
            found[int(process.name)] = command
    return found


@dataclass
class Running:
    """One start of the tracker, its output kept in a file."""

    folder: Path
    port: int = field(default_factory=free_port)
    arguments: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        self.output_file = self.folder.with_suffix(".output")
        with self.output_file.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port), *self.arguments],
                cwd=ROOT,
                env=plain_environment(TRACKER_DATA=str(self.folder)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self

    def __exit__(self, *error: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        finally:
            self.process.kill()
            for left_behind in processes_on(self.folder):
                os.kill(left_behind, signal.SIGKILL)

    @property
    def output(self) -> str:
        return self.output_file.read_text()

    def wait_until_it_runs(self) -> None:
        def told() -> bool:
            assert self.process.poll() is None, self.output
            return "Stop with Ctrl-C" in self.output

        wait_until(told, seconds=START_SECONDS)

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def stop(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)
