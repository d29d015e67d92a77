"""`manage.py up --demo` as a visitor meets it: mails to read at once, buttons that answer, a report."""

import re
import shutil
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.starting import Running, assert_one_clear_line, run_up

pytestmark = [
    pytest.mark.xdist_group("demonstration"),  # one process: a start is slow
    pytest.mark.skipif(connection.vendor != "sqlite", reason="It brings its own SQLite, as it did before."),
]

LISTED = re.compile(r'href="(/dev/mail/\?show=[^"]+)">(.*?)</a>', re.DOTALL)
ANSWER = re.compile(r"http://127\.0\.0\.1:\d+(/\w\w/answer/[^\s?]+/)\?answer=on_track")
FILE = re.compile(r'href="(/dev/mail/[^"]+/\d+/)"[^>]*>([^<]+)</a>')


@pytest.fixture(scope="module")
def demonstration() -> Iterator[Running]:
    folder = Path(tempfile.mkdtemp(prefix="demo-"))  # short: a socket's path must be
    with Running(folder, arguments=("--demo",)) as running:
        running.wait_until_it_runs()
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def mails(demonstration: Running) -> dict[str, str]:
    """Each kept mail's page by its address."""
    listed = LISTED.findall(demonstration.get("/dev/mail/")[1])
    return {address: demonstration.get(address)[1] for address, _words in listed}


def test_every_page_says_that_it_is_a_demonstration(demonstration: Running) -> None:
    for path in ("/en/", "/en/reports/", "/en/nowhere/", "/dev/mail/", "/admin/login/"):
        assert 'class="demonstration"' in demonstration.get(path)[1], path


def test_reminders_and_reports_are_there_as_soon_as_it_runs(mails: dict[str, str]) -> None:
    assert len([page for page in mails.values() if ANSWER.search(page)]) > 10
    assert len([page for page in mails.values() if len(FILE.findall(page)) == 2]) == 3


def test_links_in_mails_lead_to_where_it_runs(demonstration: Running, mails: dict[str, str]) -> None:
    ports = {port for page in mails.values() for port in re.findall(r"http://127\.0\.0\.1:(\d+)/", page)}

    assert ports == {str(demonstration.port)}


def test_a_report_is_called_alike_in_every_language(mails: dict[str, str]) -> None:
    subjects = [
        re.findall(r'<h2 id="shown">(.*?),', page) for page in mails.values() if len(FILE.findall(page)) == 2
    ]

    assert subjects == [["BY / RU-KHA"]] * 3


def test_a_report_comes_with_its_pdf_and_its_sheet(demonstration: Running, mails: dict[str, str]) -> None:
    page = next(page for page in mails.values() if len(FILE.findall(page)) == 2)

    files = {name.rsplit(".")[-1]: _bytes(demonstration, path) for path, name in FILE.findall(page)}

    assert sorted(files) == ["pdf", "xlsx"]
    assert (files["pdf"][:5], files["xlsx"][:2]) == (b"%PDF-", b"PK")


def test_an_answer_given_from_a_mail_is_taken_once(demonstration: Running, mails: dict[str, str]) -> None:
    found = next(filter(None, map(ANSWER.search, mails.values())))
    path = found.group(1)

    asked = demonstration.get(f"{path}?answer=on_track")
    answered = _post(
        demonstration,
        path,
        **{
            "answer": "on_track",
            "on_track-note": "The parts are ordered.",
            "on_track-happened_on": "2026-11-01",
            "on_track-status": "in_progress",
        },
    )
    again = demonstration.get(path)

    assert asked[0] == 200
    assert answered == 200
    assert again[0] == 410


def test_real_data_is_not_mixed_with_made_up_people(demonstration: Running, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "tracker.sqlite3").touch()

    assert_one_clear_line(run_up("--demo", TRACKER_DATA=str(real)), "real data", "TRACKER_DATA")


def test_a_demonstration_s_data_is_not_used_for_real_work(tmp_path: Path) -> None:
    (tmp_path / "tracker.sqlite3").touch()
    (tmp_path / "demonstration").touch()

    assert_one_clear_line(run_up(TRACKER_DATA=str(tmp_path)), "holds a demonstration", "--demo")


def _bytes(running: Running, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}{path}") as answer:
        content: bytes = answer.read()
        return content


def _post(running: Running, path: str, **fields: str) -> int:
    """Send a form as a browser does that ran no script, and return the status at the end of it."""
    form = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}{path}", form) as answer:
        status: int = answer.status
        return status
