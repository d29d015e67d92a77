"""From the button in a mail to the thanks, on a small phone, by keyboard alone and without scripts."""

import itertools
import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import factories as make
from tests.browser.test_pages import LONG, SCHEMES, STICKING_OUT, WIDTHS
from tracker.reminders import answering

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="No Chromium is installed: apt install chromium."),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(autouse=True)
def links() -> dict[str, str]:
    """The links of one reminder, in each language; made before the browser starts its own loop."""
    reminder = make.make_asked()
    initiative = reminder.initiative
    type(initiative).objects.update(title_en=f"Bridge of the {LONG}")
    type(reminder).objects.update(decided_at=make.moment(365 * 20))
    make.set_deadline(initiative, make.day(-10), wording="in a year", said_on=make.day(-90))
    made = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            made[language] = answering.path(reminder)
    return made


@pytest.fixture
def browser(links: dict[str, str], live_server: LiveServer) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the field has the focus."""
    for _press in range(40):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"No Tab leads to {selector}.")


def test_a_keyboard_leads_from_the_link_to_the_thanks_without_scripts(
    browser: Browser, live_server: LiveServer, links: dict[str, str]
) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}).new_page()
    page.goto(f"{live_server.url}{links['en']}?answer=on_track")

    tab_to(page, "[name=answer]")
    page.keyboard.press("ArrowDown")  # from "on track" to "needs more time", and on to "done"
    page.keyboard.press("ArrowDown")
    tab_to(page, "[name=done-note]")
    page.keyboard.type("The bridge is open.")
    tab_to(page, "[name=done-url]")
    page.keyboard.type("https://example.org/bridge")
    tab_to(page, "button.button")
    with page.expect_navigation(url="**/thanks/"):
        page.keyboard.press("Enter")

    assert page.locator("h1").inner_text() == "Thank you. Your answer has arrived."
    assert page.locator(".receipt .own-words").inner_text() == "The bridge is open."
    assert page.context.cookies() == []


def test_only_the_fields_of_the_chosen_answer_are_shown(
    browser: Browser, live_server: LiveServer, links: dict[str, str]
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}{links['en']}")
    shown = [page.locator(".part:visible").count()]

    for name in ("On track", "Needs more time", "Done", "Not mine"):
        page.get_by_role("radio", name=name, exact=True).check()
        shown.append(page.locator(".part:visible").count())

    assert shown == [0, 1, 1, 1, 1]


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_no_answer_page_is_wider_than_its_window(
    language: str, browser: Browser, live_server: LiveServer, links: dict[str, str]
) -> None:
    page = browser.new_page()
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    answers = ["on_track", "more_time", "done", "not_mine"]

    for answer, width, scheme in itertools.product(answers, WIDTHS, SCHEMES):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{live_server.url}{links[language]}?answer={answer}")
        found += page.evaluate(STICKING_OUT)

    assert found == []
