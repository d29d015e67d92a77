"""Runs a few child processes as one program: they start together, and end together.

Each child has its own session, so that Ctrl-C in a terminal reaches us alone and we end them in order,
and its own log file. On Linux a child also ends when we are killed without a chance to end it.
"""

import contextlib
import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE_SECONDS = 4.0
"""How long children may take to end by themselves before they are killed; the first one has it once more."""
PR_SET_PDEATHSIG = 1


class AskedToStop(BaseException):
    """Ctrl-C, or its like from a program: no error, so nothing that handles errors may catch it."""


class ChildError(Exception):
    """A child ended that should run, or is not ready in time. The message is for the person."""


class Supervisor:
    """Children by name. The context's end is theirs; the first one serves the others, so it ends last."""

    def __init__(self, *, logs: Path, environment: dict[str, str]) -> None:
        self.logs = logs
        self.environment = environment
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.asked_to_stop = False

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        # A signal writes a byte here, so that waiting for it, for a child's end and for time is one wait.
        self.wakes, waker = socket.socketpair()
        self.wakes.setblocking(False)
        waker.setblocking(False)
        self.waker = waker
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in STOPPING_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self._ask_to_stop)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        names = list(self.children)
        self._end(names[1:])
        self._end(names[:1])

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True

    def start(self, name: str, command: list[str | Path]) -> None:
        """Start a child with an empty log. It may be called only inside the context."""
        with self.log_of(name).open("wb") as log:
            self.children[name] = subprocess.Popen(  # noqa: S603  # our own commands
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=END_WITH_PARENT,
            )

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name.replace(' ', '-')}.log"

    def check(self) -> None:
        """Raise if somebody asked to stop, or a child has ended."""
        if self.asked_to_stop:
            raise AskedToStop
        for name, child in self.children.items():
            if child.poll() is not None:
                raise ChildError(f"The {name} ended unexpectedly. Its log is {self.log_of(name)}")

    def wait_until(self, ready: Callable[[], bool], *, name: str, seconds: float) -> None:
        """Ask again and again whether the named child is ready."""
        last_moment = time.monotonic() + seconds
        while True:
            self.check()
            if ready():
                return
            if time.monotonic() > last_moment:
                raise ChildError(
                    f"The {name} was not ready after {seconds:.0f} seconds. Its log is {self.log_of(name)}"
                )
            self._sleep(0.05)

    def wait_forever(self) -> None:
        while True:
            self.check()
            self._sleep(None)

    def _sleep(self, seconds: float | None) -> None:
        """Until a signal comes (a child's end is one), or the time has passed."""
        if select.select([self.wakes], [], [], seconds)[0]:
            self.wakes.recv(4096)

    def _end(self, names: list[str]) -> None:
        for name in names:
            _signal_group(self.children[name], signal.SIGTERM)
        last_moment = time.monotonic() + GRACE_SECONDS
        for name in names:
            child = self.children[name]
            try:
                child.wait(timeout=max(0.0, last_moment - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(child, signal.SIGKILL)
                child.wait()
            _signal_group(child, signal.SIGKILL)  # what the child itself has left behind


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # PermissionError is what macOS says of a group of the dead.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def _end_with_parent() -> Callable[[], None] | None:
    """What a new child calls, so that the kernel ends it after our own kill -9. Only Linux has it."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def end_with_parent() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    return end_with_parent


END_WITH_PARENT = _end_with_parent()
