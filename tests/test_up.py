"""`manage.py up` as a person meets it: real processes, a data folder of its own, signals and bad luck."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connection

from config import embedded
from tests.starting import (
    START_SECONDS,
    STOP_SECONDS,
    Running,
    assert_one_clear_line,
    free_port,
    processes_on,
    run_up,
    wait_until,
)

pytestmark = [
    pytest.mark.xdist_group("up"),  # one process: a first start is slow, and the later ones build on it
    pytest.mark.skipif(connection.vendor != "sqlite", reason="It brings its own SQLite, as it did before."),
]

PASSWORD = re.compile(r"Password +(\S+)")


@dataclass
class FirstStart:
    """What was seen of it, from the command to the end after Ctrl-C."""

    folder: Path
    output: str = ""
    seconds_to_first_line: float = 0
    alive: tuple[int, str] = (0, "")
    login_page: tuple[int, str] = (0, "")
    processes: dict[int, str] = field(default_factory=dict)
    exit_code: int = -1
    left_behind: dict[int, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def first() -> Iterator[FirstStart]:
    folder = Path(tempfile.mkdtemp(prefix="up-"))  # short: a socket's path must be
    seen = FirstStart(folder)
    began = time.monotonic()
    with Running(folder) as running:
        wait_until(lambda: bool(running.output), seconds=START_SECONDS)
        seen.seconds_to_first_line = time.monotonic() - began
        running.wait_until_it_runs()
        seen.alive, seen.login_page = running.get("/health/live"), running.get("/admin/login/")
        seen.processes = processes_on(folder)
        seen.exit_code = running.stop(signal.SIGINT)
        seen.left_behind = processes_on(folder)
        seen.output, seen.rows = running.output, row_counts(folder)
    yield seen
    shutil.rmtree(folder)
    running.output_file.unlink()


def row_counts(folder: Path) -> dict[str, int]:
    """How many rows each table of ours has; what beat has written since does not count."""
    database = sqlite3.connect(folder / "tracker.sqlite3")
    try:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        seeded = [name for name in names if re.fullmatch(r"tracker_\w+", name) and "mail" not in name]
        return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in seeded}
    finally:
        database.close()


# --- it starts ------------------------------------------------------------------------------------


def test_the_first_line_comes_at_once(first: FirstStart) -> None:
    assert first.output.startswith("Starting the commitment tracker ...\n")
    assert first.seconds_to_first_line < 5  # one second on an idle machine; the suite fills every core


def test_the_site_and_the_admin_answer(first: FirstStart) -> None:
    assert first.alive[0] == 200
    assert first.login_page[0] == 200


def test_the_styles_are_served(first: FirstStart) -> None:
    assert re.search(r'href="/static/[\w/.-]+\.[0-9a-f]{12}\.css"', first.login_page[1])


def test_redis_web_server_worker_and_scheduler_run(first: FirstStart) -> None:
    commands = "\n".join(first.processes.values())
    for program in ("valkey-server", "gunicorn", " worker ", " beat "):
        assert program in commands


def test_the_addresses_to_open_are_told(first: FirstStart) -> None:
    for path in ("/", "/admin/", "/api/docs/", "/dev/mail/"):
        assert re.search(rf"http://127\.0\.0\.1:\d+{path}$", first.output, re.MULTILINE), first.output


def test_the_login_is_printed_once(first: FirstStart) -> None:
    assert len(PASSWORD.findall(first.output)) == 1
    assert len(PASSWORD.findall(first.output)[0]) >= 16


def test_the_seeds_are_loaded(first: FirstStart) -> None:
    assert first.rows["tracker_initiative"] > 40


def test_ctrl_c_ends_everything_without_a_word_of_trouble(first: FirstStart) -> None:
    assert first.exit_code == 0
    assert first.left_behind == {}
    assert "Traceback" not in first.output
    assert first.output.endswith("Stopped.\n")


# --- it starts again ------------------------------------------------------------------------------


def test_a_second_start_adds_nothing_and_keeps_the_login_to_itself(first: FirstStart) -> None:
    with Running(first.folder) as running:
        running.wait_until_it_runs()
        assert running.stop(signal.SIGTERM) == 0
        assert not PASSWORD.search(running.output)
        assert "changepassword admin" in running.output
        assert "Collecting" not in running.output
    assert row_counts(first.folder) == first.rows
    assert processes_on(first.folder) == {}


def test_a_dead_redis_socket_is_taken_away(first: FirstStart) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(first.folder / "redis.sock"))
    with Running(first.folder) as running:
        running.wait_until_it_runs()
        assert running.get("/health/live")[0] == 200


def test_a_second_tracker_on_the_same_data_is_refused(first: FirstStart) -> None:
    with Running(first.folder) as running:
        running.wait_until_it_runs()
        other = run_up("--port", str(free_port()), TRACKER_DATA=str(first.folder))
        assert_one_clear_line(other, "already runs", str(first.folder))
        assert running.get("/health/live")[0] == 200


def test_the_end_of_one_program_is_told_and_ends_all(first: FirstStart) -> None:
    with Running(first.folder) as running:
        running.wait_until_it_runs()
        (worker,) = [pid for pid, command in processes_on(first.folder).items() if " worker " in command]
        os.kill(worker, signal.SIGKILL)
        assert running.process.wait(STOP_SECONDS) == 1
        last_line = running.output.strip().splitlines()[-1]
        assert "The worker ended unexpectedly" in last_line
        assert str(first.folder / "logs" / "worker.log") in last_line
    assert processes_on(first.folder) == {}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not end children with their parent")
def test_a_killed_start_leaves_no_program_behind(first: FirstStart) -> None:
    with Running(first.folder) as running:
        running.wait_until_it_runs()
        assert running.stop(signal.SIGKILL) == -signal.SIGKILL
        wait_until(lambda: processes_on(first.folder) == {}, seconds=STOP_SECONDS)


# --- it refuses in one line -----------------------------------------------------------------------


def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert_one_clear_line(
            run_up("--port", port, TRACKER_DATA=str(tmp_path)), f"Port {port}", "another port"
        )


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "8000.0", "²"])
def test_a_bad_port_is_told_in_one_line(port: str, tmp_path: Path) -> None:
    assert_one_clear_line(run_up(f"--port={port}", TRACKER_DATA=str(tmp_path)), "--port", "1 to 65535")


def test_an_unknown_host_is_told_in_one_line(tmp_path: Path) -> None:
    assert_one_clear_line(run_up("--host", "no such host", TRACKER_DATA=str(tmp_path)), "--host")


def test_an_unwritable_data_folder_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert_one_clear_line(
        run_up(TRACKER_DATA=str(tmp_path / "file" / "x")), "cannot be written", "TRACKER_DATA"
    )


def test_a_data_folder_that_became_unwritable_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(embedded.StartError, match=r"cannot be written .*TRACKER_DATA"):
        embedded.check_data_folder(tmp_path / "file")


def test_a_data_folder_too_deep_for_a_socket_is_told_in_one_line(tmp_path: Path) -> None:
    assert_one_clear_line(run_up(TRACKER_DATA=str(tmp_path / ("x" * 100))), "shorter path", "TRACKER_DATA")


def test_an_unknown_mode_is_told_in_one_line() -> None:
    assert_one_clear_line(run_up(TRACKER_MODE="productive"), "TRACKER_MODE", "embedded, production")


def test_production_is_refused_in_one_line() -> None:
    said = {
        "TRACKER_MODE": "production",
        "SECRET_KEY": "x" * 60,
        "SITE_URL": "https://tracker.example.org",
        "ALLOWED_HOSTS": "tracker.example.org",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DEFAULT_FROM_EMAIL": "tracker@example.org",
    }
    assert_one_clear_line(run_up(**said), "TRACKER_MODE=embedded")


def test_production_without_its_secrets_is_told_in_one_line() -> None:
    assert_one_clear_line(run_up(TRACKER_MODE="production"), "SECRET_KEY")


def test_a_database_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "tracker.sqlite3").write_text("not a database, but long enough to be read as one" * 40)
    refused = run_up("--port", str(free_port()), TRACKER_DATA=str(tmp_path))
    assert_one_clear_line(refused, "database cannot be used")
