"""Badge, frame and data page in a real browser: the text fits, others may frame it, and nothing complains."""

import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import factories as make

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="No Chromium is installed: apt install chromium."),
    pytest.mark.django_db(transaction=True),
]

ARGUMENTS = ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"]
"""Without the second a page of another site may not even ask a server on this machine."""
STRETCHED = """() => [...document.querySelectorAll('text')].map(text => {
  const set = text.textLength.baseVal.value
  text.removeAttribute('textLength')
  return text.getComputedTextLength() / set
})"""
"""For each text of a badge, how wide it would be by itself, in parts of the width it is set to."""


@pytest.fixture(autouse=True)
def _bridge() -> None:
    """Made before the browser starts its own loop."""
    for slug, status in (("bridge", "in_progress"), ("dairy", "on_hold"), ("parks", "partly_done")):
        row = make.make_initiative(slug=slug, title=slug.title(), announced_on=make.day(-90))
        make.publish(row)
        make.set_deadline(row, make.day(-12), said_on=make.day(-90))
        make.report(row, status, happened_on=make.day(-80))


@pytest.fixture
def browser(_bridge: None, live_server: LiveServer) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


def test_the_words_of_a_badge_are_about_as_wide_as_they_are_set(
    browser: Browser, live_server: LiveServer
) -> None:
    page = browser.new_page()
    found = {}

    for language, _name in settings.LANGUAGES:
        for slug in ("bridge", "dairy", "parks"):
            page.goto(f"{live_server.url}/badge/{slug}.svg?lang={language}")
            found[language, slug] = page.evaluate(STRETCHED)

    widths = [width for texts in found.values() for width in texts]
    assert len(widths) == 18
    assert {key: texts for key, texts in found.items() if min(texts) < 0.85 or max(texts) > 1.15} == {}


def test_another_site_can_frame_the_list_and_no_other_page(browser: Browser, live_server: LiveServer) -> None:
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.route(
        "http://other.example/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<iframe src="{live_server.url}/embed/?lang=en"></iframe>'
            f'<iframe src="{live_server.url}/en/"></iframe>',
        ),
    )

    page.goto("http://other.example/", wait_until="load")

    assert page.frame_locator("iframe").first.locator("h2").count() == 3
    assert len(refused) == 1
    assert "frame-ancestors" in refused[0]
    assert page.context.cookies() == []


@pytest.mark.parametrize("path", ["/en/data/", "/ru/data/", "/embed/?lang=de"])
def test_no_page_complains_or_is_wider_than_a_phone(
    path: str, browser: Browser, live_server: LiveServer
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)

    page.goto(f"{live_server.url}{path}", wait_until="load")

    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
