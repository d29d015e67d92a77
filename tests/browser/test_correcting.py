"""A reader corrects an entry by keyboard alone, on a small phone, without scripts."""

import shutil
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import factories as make
from tests.browser.test_answers import tab_to

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="No Chromium is installed: apt install chromium."),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(autouse=True)
def _bridge() -> None:
    cache.clear()
    make.publish(make.make_initiative(slug="bridge"))


@pytest.fixture
def browser(_bridge: None, live_server: LiveServer) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def test_a_keyboard_leads_past_a_refusal_to_the_thanks_without_scripts(
    browser: Browser, live_server: LiveServer
) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}).new_page()
    page.goto(f"{live_server.url}/en/initiatives/bridge/correct/")
    trap = page.locator("[name=telex]").is_visible()

    tab_to(page, "[name=words]")
    page.keyboard.type("The bridge is open.")
    tab_to(page, "button.button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    refused = page.locator(".error").all_inner_texts()
    page.wait_for_timeout(2_500)  # nobody is faster than that
    tab_to(page, "[name=url]")
    page.keyboard.type("https://example.org/bridge")
    tab_to(page, "button.button")
    with page.expect_navigation(url="**/thanks/"):
        page.keyboard.press("Enter")

    assert trap is False
    assert refused == ["Nothing shows it yet. Add a link, or the words of a source: one is enough."]
    assert page.locator("h1").inner_text() == "Thank you. It has arrived."
    assert page.context.cookies() == []
