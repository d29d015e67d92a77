"""A whole day of staff in a real browser: in with the second factor, the home cleared, and the rest done.

Every click and every key is counted, and what the day took is printed below the tests.
"""

import datetime as dt
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import factories as make
from tests.ingest import sheets
from tests.reports import examples
from tracker import roles
from tracker.roles import Role

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="No Chromium is installed: apt install chromium."),
    pytest.mark.django_db(transaction=True),
]

PASSWORD = "a-long-password-of-hers"
WORDS = "The foundation is laid."
EVIDENCE = "https://example.org/news"


class Hands:
    """What a person does, counted by the part of the day in which it is done."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.parts: list[tuple[str, int, int, float]] = []
        self._clicks = self._keys = 0

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        self._clicks = self._keys = 0
        began = time.perf_counter()
        yield
        self.parts.append((name, self._clicks, self._keys, time.perf_counter() - began))

    def click(self, what: str | Locator) -> None:
        """Click a link or a button by its words, or what was found already."""
        self._clicks += 1
        if isinstance(what, str):
            named = self.page.get_by_role("link", name=what).or_(self.page.get_by_role("button", name=what))
            what = named.filter(visible=True).first
        what.click()

    def type(self, field: str, words: str) -> None:
        self._clicks += 1
        self._keys += len(words)
        self.page.locator(f"[name={field}]").fill(words)

    def choose(self, field: str, value: str) -> None:
        self._clicks += 2
        self.page.locator(f"select[name={field}]").select_option(value)

    def find_in(self, row: str, letters: str) -> None:
        """Choose the first row that a field with a search finds by a few letters."""
        self.click(self.page.locator(f"{row} .select2-selection"))
        self._keys += len(letters) + 1
        self.page.keyboard.type(letters)
        expect(self.page.locator(".select2-results__option--highlighted")).to_contain_text(letters)
        self.page.keyboard.press("Enter")

    def upload(self, field: str, name: str, content: bytes) -> None:
        """Two clicks: one opens the window in which the other chooses the file."""
        self._clicks += 2
        file: Any = {"name": name, "mimeType": "text/csv", "buffer": content}
        self.page.locator(f"input[name={field}]").set_input_files(file)

    def told(self) -> Iterator[str]:
        clicks, keys, seconds = (sum(column) for column in list(zip(*self.parts, strict=True))[1:])
        total = ("in all", clicks, keys, seconds)
        yield f"{'part of the day':34} {'clicks':>6} {'keys':>6} {'seconds':>8}"
        for name, clicks, keys, seconds in [*self.parts, total]:
            yield f"{name:34} {clicks:6} {keys:6} {seconds:8.1f}"


# --- the morning ----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def device(settings: Any) -> TOTPDevice:
    """The phone of Anna, who may edit and accept, and has to confirm her login."""
    settings.SECOND_FACTOR = "required"
    settings.LANGUAGE_CODE = "en"
    roles.set_up()
    anna = make.make_user(username="anna", password=PASSWORD, is_staff=True)
    anna.groups.set(Group.objects.filter(name__in=[Role.EDITOR, Role.CONTROLLER]))
    return TOTPDevice.objects.create(user=anna, name="", confirmed=True)


@pytest.fixture(autouse=True)
def morning(device: TOTPDevice) -> None:
    """Something of everything that may wait for her, and two initiatives that nobody answers for."""
    today = timezone.localdate()
    now = timezone.now()
    source = make.make_source(title="The visit in the spring", published_at=now)
    for title, due_in in (("Dairy", -3), ("Bridge", 4)):
        row = make.make_initiative(title=title, announced_on=today - dt.timedelta(days=9), published_at=now)
        make.make_quote(initiative=row, source=source)
        make.set_deadline(row, today + dt.timedelta(days=due_in), said_on=today - dt.timedelta(days=9))
    silent = make.make_initiative(
        title="Ferry", announced_on=today - dt.timedelta(days=200), published_at=now
    )
    make.make_quote(initiative=silent, source=source)
    make.make_initiative(title="Sawmill")
    make.make_proposal(make.make_asked())
    make.make_mail(state="held")
    make.make_party(name="Ministry of Roads")
    series = make.make_series()
    make.report_edition(
        series=series,
        period_start=today - dt.timedelta(days=7),
        period_end=today,
        content=examples.full().as_json(),
        pdf=b"%PDF-1.7",
    ).save()


@pytest.fixture
def hands(morning: None, live_server: LiveServer) -> Iterator[Hands]:
    with sync_playwright() as playwright:
        chromium: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page(
            viewport={"width": 1280, "height": 800}, reduced_motion="reduce", locale="en"
        )
        page.goto(f"{live_server.url}/admin/")
        yield Hands(page)
        chromium.close()


def line(page: Page, section: str) -> Locator:
    """Give the one step that the first line of a list of the home needs."""
    return page.locator("section.day-list", has_text=section).locator("a.record").first


def record(hands: Hands, status: str = "in_progress") -> None:
    hands.choose("status", status)
    hands.type("note", WORDS)
    hands.type("url", EVIDENCE)
    hands.click("Save")


# --- the day --------------------------------------------------------------------------------------


def log_in(hands: Hands, device: TOTPDevice) -> None:
    hands.type("username", "anna")
    hands.type("password", PASSWORD)
    hands.click("Log in")
    hands.type("code", f"{totp(device.bin_key):06d}")
    hands.click("Confirm")
    expect(hands.page.locator("h1")).to_have_text("The day’s work")


def review_the_proposal(hands: Hands) -> None:
    hands.click(line(hands.page, "Proposals to review"))
    hands.click("Accept")


def record_three_updates(hands: Hands) -> None:
    for section in ("Overdue since last week", "Due this week", "Silent"):
        hands.click(line(hands.page, section))
        record(hands, "in_progress" if section == "Silent" else "completed")


def name_the_source(hands: Hands) -> None:
    hands.click(line(hands.page, "Drafts without a source"))
    hands.click("Add another Quote")
    hands.find_in("#quotes-0 .field-source", "The visit")
    hands.type("quotes-0-exact", "A sawmill will be built.")
    hands.click("Save")


def let_the_mail_go(hands: Hands) -> None:
    hands.click(line(hands.page, "Mail that did not go out"))
    hands.click("Release")


def release_the_report(hands: Hands) -> None:
    hands.click(line(hands.page, "Reports to release"))
    hands.click("Release")


def see_that_nothing_waits(hands: Hands) -> None:
    expect(hands.page.locator(".day-nothing")).to_have_text("Nothing waits for you today.")


def assign_an_owner(hands: Hands) -> None:
    hands.click("All initiatives")
    for title in ("Dairy", "Bridge"):
        hands.click(hands.page.locator("tr", has_text=title).locator("input.action-select"))
    hands.choose("action", "assign")
    hands.click("Go")
    hands.find_in(".form-row:has([name=party])", "Ministry of Roads")
    hands.choose("role", "lead")
    hands.type("reason", "Agreed in the Monday meeting.")
    hands.click("Show what will change")
    hands.click("Do it for 2 initiatives")


NEW = [
    {"title_en": title, "firmness": "planned", "sector": "transport", "announced_on": "2026-11-20"}
    for title in ("A tram to the harbour", "A cable car", "A bypass", "Cranes", "A tunnel under the river")
]
WRONG: list[dict[str, str]] = [{}, {"sector": "roads"}, {"announced_on": "soon"}, {"firmness": "sure"}, {}]
BAD = [{**row, **wrong} for row, wrong in zip(NEW, WRONG, strict=True)]


def import_a_sheet(hands: Hands) -> None:
    """Three of five rows are bad: nothing is stored until they are mended."""
    hands.click("Home")
    for rows in (BAD, NEW):
        hands.click("Import initiatives" if rows is BAD else "Import another sheet")
        hands.upload("file", "sheet.csv", sheets.as_csv(*rows))
        hands.click("Preview")
        if rows is BAD:
            expect(hands.page.locator(".messagelist .error")).to_contain_text("3 rows are refused")
    hands.click("Apply")
    expect(hands.page.locator("#import .subject")).to_have_text("Applied")


def undo_a_wrong_update(hands: Hands) -> None:
    hands.click("Home")
    hands.click("All initiatives")
    hands.click("Ferry")
    hands.click("Record update")
    record(hands, "dropped")

    hands.click("Ferry")
    hands.click(hands.page.locator("#updates-group a", has_text="Withdraw").last)
    hands.type("reason", "It was another ferry.")
    hands.click("Save")
    expect(hands.page.locator("tr", has_text="Ferry")).to_contain_text("in progress")


DAY: dict[str, Callable[[Hands], None]] = {
    "an answer by mail is accepted": review_the_proposal,
    "three updates are recorded": record_three_updates,
    "a draft gets its source": name_the_source,
    "a held mail goes": let_the_mail_go,
    "a report is released": release_the_report,
    "nothing waits any more": see_that_nothing_waits,
    "two initiatives get an owner": assign_an_owner,
    "a sheet with three bad rows": import_a_sheet,
    "a wrong update is undone": undo_a_wrong_update,
}


def test_staff_do_their_day_by_hand(
    hands: Hands, device: TOTPDevice, record_property: Callable[[str, object], None]
) -> None:
    with hands.part("the login"):
        log_in(hands, device)
    for name, work in DAY.items():
        with hands.part(name):
            work(hands)

    record_property("said", "\n".join(hands.told()))
