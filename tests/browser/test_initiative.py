"""The page of an initiative in a real browser: its citation is copied by one press."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import factories as make
from tests.browser.test_pages import CHROMIUM

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="No Chromium is installed: apt install chromium."),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def browser(live_server: LiveServer) -> Iterator[Browser]:
    """A headless Chromium; the row is made before, for beside its loop Django refuses to ask."""
    make.make_published(slug="bridge", title="Bridge")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def test_the_citation_is_copied_as_it_reads(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{live_server.url}/en/initiatives/bridge/")

    page.get_by_role("button", name="Copy").press("Enter")
    page.get_by_text("Copied").wait_for()

    citation = " ".join(page.locator(".citation").inner_text().split())
    assert page.evaluate("navigator.clipboard.readText()") == citation
    assert citation.endswith(f"{settings.SITE_URL}/en/initiatives/bridge/")
