"""The public pages in a real browser: nothing fails, nothing sticks out, and axe-core finds no fault."""

import itertools
import shutil
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Literal

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import factories as make

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="No Chromium is installed: apt install chromium."),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="No page looks otherwise on another database."),
    pytest.mark.django_db(transaction=True),
]

WIDTHS = [360, 1280]
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
PATHS = [
    "",
    "initiatives/bridge/",
    "initiatives/bridge/history/",
    "parties/krai/",
    "sources/belta/",
    "initiatives/bridge/correct/",
    "corrections/",
    "parties/",
    "sources/",
    "overview/",
    "method/",
    "changes/",
    "reports/",
    "?status=nonsense",
    "nowhere/",
]
STICKING_OUT = """() => {
  const room = document.documentElement.clientWidth
  const scrolls = e => getComputedStyle(e).overflowX !== 'visible'
  const held = e => e && e !== document.body && (scrolls(e) || held(e.parentElement))
  const beyond = e => e.getBoundingClientRect().right > room + 0.5 && !held(e.parentElement)
  const wide = [...document.querySelectorAll('*')].filter(beyond)
  const name = e => `${e.localName}.${e.className} reaches ${Math.round(e.getBoundingClientRect().right)}`
  return document.documentElement.scrollWidth > room ? wide.map(name) : []
}"""
"""Names what reaches beyond the window, where the page, and not a part of it, can be scrolled sideways."""
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
FAULTS = """async () => (await axe.run({resultTypes: ['violations'], preload: false})).violations.map(
  fault => `${fault.id}: ${fault.nodes[0].target} (${fault.nodes.length}) ${fault.help}`
)"""
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"


@pytest.fixture(autouse=True)
def _bridge() -> None:
    """An initiative with everything that a page can show; made before the browser starts its own loop."""
    source = make.make_source(
        slug="belta", title=f"News of the {LONG}", url="https://example.org/" + "a" * 200
    )
    party = make.make_party(slug="krai", name=f"The Krai and its {LONG}")
    for number in range(60):
        slug = f"bridge-{number}" if number else "bridge"
        initiative = make.make_initiative(
            slug=slug, title=f"Bridge {number}, {LONG}", announced_on=make.day(-90)
        )
        initiative.places.add(
            make.make_place(name=LONG) if number < 3 else initiative.places.model.objects.all()[0]
        )
        make.make_responsibility(initiative, party, "lead")
        quote = make.make_quote(initiative=initiative, source=source, exact="Wir bauen eine Brücke. " * 9)
        make.publish(initiative)
        if number < 3:
            make.set_deadline(
                initiative, make.day(number - 1), wording="im November", quote=quote, said_on=make.day(-90)
            )
            make.set_deadline(initiative, make.day(90), reason=f"Floods of {LONG}.")
            make.report(initiative, note="Begun.", quote=quote, confidence="amber", happened_on=make.day(-70))
    make.make_figure(
        quote=make.make_quote(source=source, initiative=None, relation="gives_figure"), claimed_by=party
    )


@pytest.fixture
def browser(_bridge: None, live_server: LiveServer) -> Iterator[Browser]:
    """A headless Chromium; asked for after the rows are there, for beside its loop Django refuses to ask."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_no_page_complains_or_is_wider_than_its_window(
    language: str, browser: Browser, live_server: LiveServer
) -> None:
    context = browser.new_context()

    problems = {
        path: problems_of(context.new_page(), f"{live_server.url}/{language}/{path}") for path in PATHS
    }

    assert problems == {path: [] for path in PATHS}


def problems_of(page: Page, address: str, *, axe: str = FAULTS, axe_at: Sequence[int] = WIDTHS) -> list[str]:
    """Open a page, look at it in each light and width; tell what fails, is not loaded or sticks out.

    `axe` is a script that names further faults; it is slow, and looks at the widths of `axe_at` alone.
    """
    found: list[str] = []
    page.on("console", lambda message: found.extend(_complaint(message)))
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("requestfailed", lambda request: found.append(f"not loaded: {request.url}"))
    page.on("response", lambda answer: found.extend(_refusal(answer, address)))
    page.goto(address, wait_until="load")
    if axe_at:
        page.evaluate(AXE)
    for width, scheme in itertools.product(WIDTHS, SCHEMES):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        faults = page.evaluate(STICKING_OUT)[:5] + (page.evaluate(axe) if width in axe_at else [])
        found += [f"at {width}, {scheme}: {fault}" for fault in faults]
    page.close()
    return found


def _refusal(answer: Response, address: str) -> list[str]:
    """The page itself may be one that says what is wrong; nothing that belongs to it may."""
    return [f"{answer.status}: {answer.url}"] if answer.status >= 400 and answer.url != address else []


def _complaint(message: ConsoleMessage) -> list[str]:
    """The browser also notes that the page itself was not found, which is as it should be."""
    expected = "Failed to load resource: the server responded with a status of 40" in message.text
    return [message.text] if message.type in ("error", "warning") and not expected else []
