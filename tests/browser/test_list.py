"""The list in a real browser: it changes where the reader is, and does without a script as well."""

import re
import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import factories as make

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="No Chromium is installed: apt install chromium."),
    pytest.mark.django_db(transaction=True),
]

FOCUS = "document.activeElement.id"


@pytest.fixture(autouse=True)
def _sixty() -> None:
    source, party = (
        make.make_source(published_at=make.NOW),
        make.make_party(slug="krai", published_at=make.NOW),
    )
    for number in range(60):
        row = make.make_initiative(
            title=f"{'Bridge' if number % 2 else 'Dairy'} {number:02}",
            sector="transport" if number % 2 else "agriculture",
            announced_on=make.day(-number),
            published_at=make.NOW,
        )
        make.make_responsibility(row, party)
        make.make_quote(initiative=row, source=source)


@pytest.fixture
def browser(_sixty: None, live_server: LiveServer) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 700}, reduced_motion="reduce")
    page.goto(f"{live_server.url}/en/")
    page.evaluate("window.stays = true")  # gone as soon as another document is loaded
    return page


def _shows(page: Page, query: str, said: str) -> None:
    page.wait_for_url(lambda address: address.endswith(f"/en/{query}"))
    expect(page.locator("#list-said")).to_have_text(said)
    assert page.inner_text("#list-head h1") == said.split(" Page")[0]


def test_the_whole_list_is_worked_by_keyboard_and_nothing_moves(page: Page) -> None:
    page.evaluate("window.scrollTo(0, 300)")
    page.focus("#facet-sector > summary")
    page.keyboard.press("Enter")
    page.focus("#sector-transport")
    height = page.evaluate("scrollY")

    page.keyboard.press("Space")
    _shows(page, "?sector=transport", "30 initiatives match")
    assert page.evaluate(FOCUS) == "sector-transport"
    assert page.evaluate("scrollY") == height
    assert page.is_checked("#sector-transport")
    assert page.get_attribute("#facet-sector", "open") == ""

    page.focus("#list-order")
    page.keyboard.press("ArrowDown")
    _shows(page, "?sector=transport&ordering=announced_on", "30 initiatives match")
    assert page.evaluate(FOCUS) == "list-order"

    page.focus("#filter-q")
    page.keyboard.type("bridge 07", delay=20)
    _shows(page, "?q=bridge+07&sector=transport&ordering=announced_on", "1 initiative matches")
    assert page.evaluate(FOCUS) == "filter-q"
    assert page.input_value("#filter-q") == "bridge 07"

    page.focus("#view-table")
    page.keyboard.press("Enter")
    page.wait_for_selector(".list-table")
    assert page.evaluate(FOCUS) == "view-table"

    page.focus(".chip")
    page.keyboard.press("Enter")
    _shows(page, "?sector=transport&ordering=announced_on&view=table", "30 initiatives match")
    assert page.input_value("#filter-q") == ""
    assert page.evaluate(FOCUS) == "list-results"  # the chip is gone

    for view in ("&view=table", ""):
        page.go_back()
        expect(page).to_have_url(re.compile(f"sector=transport&ordering=announced_on{view}$"))
    expect(page.locator("#filter-q")).to_have_value("bridge 07")
    canonical = page.get_attribute("link[rel=canonical]", "href") or ""
    assert (
        canonical.removeprefix(settings.SITE_URL)
        == page.url.replace("&view=table", "")[page.url.index("/en/") :]
    )
    assert "sector=transport" in (page.get_attribute(".languages a", "href") or "")
    assert page.evaluate("window.stays")


def test_another_page_of_the_list_begins_at_its_top(page: Page) -> None:
    page.click("a[rel=next]")

    _shows(page, "?page=2", "60 announced initiatives, and what became of them Page 2 of 2")
    assert page.evaluate(FOCUS) == "list-results"
    assert page.evaluate("document.querySelector('#list-results').getBoundingClientRect().top") >= -1
    assert page.evaluate("window.stays")


def test_a_newer_question_wins_over_an_older_one(page: Page) -> None:
    held: list[Route] = []
    page.route("**/en/?sector=transport", lambda route: held.append(route))
    page.click("#facet-sector > summary")
    page.check("#sector-transport")
    page.wait_for_timeout(100)
    page.uncheck("#sector-transport")
    page.wait_for_timeout(100)
    page.check("#sector-agriculture")

    _shows(page, "?sector=agriculture", "30 initiatives match")
    assert len(held) == 1
    assert page.evaluate("window.stays")


@pytest.mark.parametrize("failure", ["abort", "error", "another page"])
def test_whatever_fails_the_page_is_loaded_as_without_a_script(failure: str, page: Page) -> None:
    def fail(route: Route) -> None:
        if route.request.resource_type != "fetch":
            route.continue_()
        elif failure == "abort":
            route.abort()
        else:
            route.fulfill(status=500 if failure == "error" else 200, body="<p>Something else</p>")

    page.route("**/en/?sector=transport", fail)
    page.click("#facet-sector > summary")
    page.check("#sector-transport")

    expect(page.locator("#list-head h1")).to_have_text("30 initiatives match")
    assert not page.evaluate("window.stays")


def test_without_a_script_the_form_and_the_links_do_the_same(
    browser: Browser, live_server: LiveServer
) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 700}).new_page()
    page.goto(f"{live_server.url}/en/")

    page.click("#list-filters > summary")
    page.click("#facet-sector > summary")
    page.check("#sector-transport")
    page.select_option("#list-order", "title")
    page.click(".filters-do button")

    assert page.url.endswith("/en/?sector=transport&ordering=title")
    assert page.inner_text("#list-head h1") == "30 initiatives match"
    page.click("#view-table")
    assert page.url.endswith("/en/?sector=transport&ordering=title&view=table")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
