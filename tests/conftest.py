"""What every test stands on: a database in a file, static files as they lie, one language, one clock."""

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import connections
from django.test import override_settings
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from tests.factories import NOW
from tests.smtp import Sink

hypothesis_settings.register_profile("tracker", deadline=None, database=None, print_blob=True)
hypothesis_settings.load_profile("tracker")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep SQLite's test database in a file: threads and child processes then share it as in real life.

    It is named as the product names it, so that a child finds it by TRACKER_DATA.
    """
    database = connections["default"].settings_dict
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("data") / "tracker.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _plain_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Serve static files under their own names, so nothing needs collecting; hash passwords quickly."""
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(
        STORAGES=storages,
        STATIC_ROOT=tmp_path_factory.mktemp("static"),  # WhiteNoise warns of a folder that is not there
        KEEPS_PAGES=False,  # what is kept has no context to look into; its own tests keep
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Begin in English, and leave no language behind: a request chooses one for its whole thread."""
    with translation.override("en"):
        yield


@pytest.fixture
def _clock_stands() -> Iterator[None]:
    """Stop the clock at `NOW`."""
    with time_machine.travel(NOW, tick=False):
        yield


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def passes(self, time: dt.timedelta) -> None:
        self.now += time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """Receive what is sent, by SMTP on this machine."""
    with Sink() as server, override_settings(**server.settings()):
        yield server


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for a Unix socket."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def count_queries() -> Callable[..., int]:
    """Return a function that counts the queries of a call, after a first call has warmed what is kept."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(call: Callable[[], object]) -> int:
        call()
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    return count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say below all tests what a passed one has recorded as `said`, in whichever process it ran."""
    for report in terminalreporter.getreports("passed"):
        for name, words in report.user_properties:
            if name == "said":
                terminalreporter.section(report.nodeid)
                terminalreporter.write_line(str(words))
