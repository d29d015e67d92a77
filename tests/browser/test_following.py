"""The whole way in a browser, on a small phone, without scripts: follow, confirm, be told, unsubscribe."""

import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import factories as make
from tests.browser.test_pages import LONG, SCHEMES, STICKING_OUT, WIDTHS
from tests.following.arranging import follow, published
from tests.smtp import Sink
from tracker import mail
from tracker.following import asking, links, planning
from tracker.models import Initiative, Subscription
from tracker.reports import own_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="No Chromium is installed: apt install chromium."),
    pytest.mark.django_db(transaction=True),
]

ANNA = "anna@example.org"
T = TypeVar("T")


@pytest.fixture(autouse=True)
def paths() -> dict[str, str]:
    """An initiative with a long name, somebody who follows much, and the pages; before the browser starts."""
    cache.clear()
    published(slug="bridge", title=f"Bridge of the {LONG}")
    for scope in ("", "initiative=bridge", "sector=trade,fisheries,culture,tourism&status=announced,on_hold"):
        follow("boris@example.org", scope=scope)
    now = timezone.now()
    for scope in ("sector=trade", f"q={LONG}"):
        asking.ask(scope=scope, frequency="monthly", address="boris@example.org", language="en", now=now)
    return {
        "page": "/en/subscribe/?initiative=bridge",
        "list": f"/de/subscribe/?q={LONG}&sector=trade,fisheries",
        "asked": "/en/subscribe/asked/",
        "link": "/ru/subscriptions/",
        "confirm": links.confirm_path("boris@example.org", asked_at=now),
        "own": own_page.path("boris@example.org", now=now),
        "leave": links.leave_path("boris@example.org", None),
    }


@pytest.fixture
def browser(paths: dict[str, str], live_server: LiveServer) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def elsewhere(act: Callable[[], T]) -> T:
    """Do something with the database, which Django refuses beside the browser's loop."""

    def run() -> T:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def link_in(sink: Sink, words: str) -> str:
    """Find the link of the last mail whose path begins with these words."""
    part: Any = sink.received[-1].get_body(("plain",))
    found = re.search(rf"http\S+/en/{words}/\S+", part.get_content())
    assert found is not None
    return found[0]


def report_and_tell() -> None:
    """Record a report, and let the planner and the sender do their work a quarter of an hour later."""
    initiative = Initiative.objects.get(slug="bridge")
    make.report(initiative, "in_progress", now=timezone.now(), happened_on=timezone.localdate())
    later = timezone.now() + planning.WINDOW
    planning.plan(now=later)
    mail.send_due(clock=lambda: later)


def test_a_reader_follows_is_told_and_leaves(browser: Browser, live_server: LiveServer, sink: Sink) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}).new_page()
    with override_settings(SITE_URL=live_server.url):
        page.goto(f"{live_server.url}/en/subscribe/?initiative=bridge")
        page.get_by_role("radio", name="At once, whenever something changes").check()
        page.get_by_label("Your e-mail address").fill(ANNA)
        page.wait_for_timeout(2500)  # no person is faster
        page.get_by_role("button", name="Follow").click()
        assert page.locator("h1").inner_text() == "Look into your mailbox"
        elsewhere(lambda: mail.send_due(clock=timezone.now))

        page.goto(link_in(sink, "confirm"))
        assert page.locator("h1").inner_text() == "Do you want to follow this by mail?"
        page.get_by_role("button", name="Yes, follow by mail").click()
        assert page.locator("h1").inner_text() == "You follow this now"

        elsewhere(report_and_tell)
        mine = [message for message in sink.received if message["To"] == ANNA]
        assert str(mine[-1]["Subject"]).endswith(": Announced → in progress")

        page.goto(str(mine[-1]["List-Unsubscribe"]).strip("<>"))
        page.get_by_role("button", name="Unsubscribe").click()
        assert page.locator("h1").inner_text() == "You have unsubscribed"
    assert elsewhere(lambda: Subscription.objects.of(ANNA).active().count()) == 0
    assert page.context.cookies() == []


def test_no_page_of_following_is_wider_than_its_window_or_complains(
    browser: Browser, live_server: LiveServer, paths: dict[str, str]
) -> None:
    page = browser.new_page()
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)

    for path in paths.values():
        page.goto(f"{live_server.url}{path}")
        for width, scheme in itertools.product(WIDTHS, SCHEMES):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            found += page.evaluate(STICKING_OUT)

    assert found == []
