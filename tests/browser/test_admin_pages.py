"""The pages of staff in a real browser: nothing fails, nothing sticks out, and axe-core finds no fault."""

import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import factories as make
from tests.browser.test_pages import FAULTS, LONG, problems_of
from tests.ingest import sheets
from tests.reports import examples
from tracker.models import SavedFilter

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="No Chromium is installed: apt install chromium."),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="No page looks otherwise on another database."),
    pytest.mark.django_db(transaction=True),
]

DJANGOS_OWN = [
    "aria-input-field-name",
    "aria-prohibited-attr",
    "empty-table-header",
    "label",
    "label-title-only",
    "scrollable-region-focusable",
    "select-name",
]
"""What axe-core finds in the admin's own tables of inline forms, its searches and its select2."""
_OFF = ", ".join(f"'{rule}': {{enabled: false}}" for rule in DJANGOS_OWN)
OURS = FAULTS.replace("preload: false", f"preload: false, rules: {{{_OFF}}}")
PATHS = [
    "",
    "password_change/",
    "second-factor/",
    "tracker/initiative/",
    "tracker/initiative/?health=overdue",
    "tracker/initiative/?q=bridge",
    "tracker/initiative/add/",
    "tracker/initiative/{initiative}/change/",
    "tracker/initiative/{initiative}/report/",
    "tracker/initiative/{initiative}/deadline/",
    "tracker/initiative/{initiative}/preview/",
    "tracker/initiative/{initiative}/history/",
    "tracker/initiative/{initiative}/history/compare/",
    "tracker/initiative/{initiative}/history/as-of/?on=2026-11-20",
    "tracker/source/{source}/delete/",
    "tracker/initiative/together/assign/?ids={initiative}",
    "tracker/party/",
    "tracker/source/{source}/change/",
    "tracker/proposal/",
    "tracker/proposal/{proposal}/change/",
    "tracker/proposal/{proposal}/accept/",
    "tracker/correction/",
    "tracker/reminderrule/",
    "tracker/reminderrule/preview/",
    "tracker/series/{series}/change/",
    "tracker/report/",
    "tracker/report/{report}/change/",
    "tracker/report/{report}/release/",
    "tracker/mail/",
    "tracker/mail/{mail}/change/",
    "tracker/import/",
    "tracker/import/add/",
    "tracker/import/{upload}/change/",
    "auth/user/",
    "auth/user/add/",
]


@pytest.fixture(autouse=True)
def ids() -> dict[str, int]:
    """Make a row of what staff work with; made before the browser starts its own loop."""
    make.make_rule()
    anna = make.make_user(username="anna", is_staff=True, is_superuser=True)
    initiative = make.make_initiative(title=f"Bridge of the {LONG}", announced_on=make.day(-200))
    source = make.make_source(slug="belta", title=f"News of the {LONG}")
    make.make_responsibility(initiative, make.make_party(name=f"The Krai and its {LONG}"))
    quote = make.make_quote(initiative=initiative, source=source, exact="Wir bauen eine Brücke. " * 9)
    make.publish(initiative)
    make.set_deadline(initiative, make.day(-1), wording="im November", quote=quote, said_on=make.day(-90))
    make.set_deadline(initiative, make.day(90), reason=f"Floods of {LONG}.")
    make.report(initiative, note="Begun.", quote=quote, confidence="amber", happened_on=make.day(-70))
    series = make.make_series(name=f"Report of the {LONG}")
    report = make.report_edition(
        series=series,
        period_start=make.day(-7),
        period_end=make.TODAY,
        content=examples.full().as_json(),
        pdf=b"%PDF-1.7",
    )
    report.save()
    return {
        "initiative": initiative.pk,
        "source": source.pk,
        "proposal": make.make_proposal(make.make_asked()).pk,
        "series": series.pk,
        "report": report.pk,
        "mail": make.make_mail(state="held", subject=f"Of the {LONG}").pk,
        "saved": SavedFilter.objects.create(person=anna, name=f"Of the {LONG}", query="q=bridge").pk,
        "upload": sheets.previewed(sheets.BRIDGE, {**sheets.BRIDGE, "sector": LONG}).pk,
    }


@pytest.fixture
def session(ids: dict[str, int], client: Client) -> str:
    client.force_login(User.objects.get(username="anna"))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def browser(session: str, live_server: LiveServer) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_no_page_of_staff_complains_or_is_wider_than_its_window(
    language: str, browser: Browser, live_server: LiveServer, session: str, ids: dict[str, int]
) -> None:
    axe_at = [1280] if language == "de" else []  # what axe finds does not depend on the language
    context = browser.new_context(locale=language, reduced_motion="reduce")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}])

    problems = {
        path: problems_of(
            context.new_page(), f"{live_server.url}/admin/{path.format(**ids)}", axe=OURS, axe_at=axe_at
        )
        for path in PATHS
    }

    assert {path: found for path, found in problems.items() if found} == {}
