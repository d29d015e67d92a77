"""Nobody from outside sees a draft, a contact or a full text, whatever address they ask for."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

from tests import factories as make
from tests.reports import examples
from tracker.models import Contact, Initiative, Quote, Source

pytestmark = pytest.mark.django_db

# What the public must never see: each is planted once, and looked for in every answer.
CANARIES = [
    "canary-draft-title",
    "canary-draft-summary",
    "canary-draft-quote",
    "canary-draft-slug",
    "canary-early",
    "canary-draft-note",
    "canary-draft-wording",
    "canary-draft-figure",
    "canary-draft-milestone",
    "canary-hidden-party",
    "canary-hidden-source",
    "canary-hidden-words",
    "canary-full-text",
    "canary-contact",
    "canary-withdrawn-note",
    "canary-withdrawal-reason",
    "canary-mail",
    "canary-user",
    "canary-report",
    "canary-reader",
    "canary-draft-correction",
]


@pytest.fixture(autouse=True)
def _planted() -> None:
    """A published initiative, and a draft that shares its party and its source."""
    party, source = make.make_party(slug="shared"), make.make_source(slug="shared", text="canary-full-text")
    place = make.make_place(slug="shared")
    open_ = make.make_initiative(slug="open", title="canary-early")
    open_.title_ru = open_.title_en = open_.title_de = "Open"
    open_.save()
    draft = make.make_initiative(
        slug="canary-draft-slug", title="canary-draft-title", summary="canary-draft-summary"
    )
    for initiative in (open_, draft):
        initiative.places.add(place)
        make.make_responsibility(initiative, party)
    make.make_quote(initiative=open_, source=source, exact="We build it")
    make.publish(open_)
    _plant_draft(draft, source)
    _plant_hidden(open_)
    user = make.make_user(username="canary-user", is_staff=True)
    make.make_contact(party=party, name="canary-contact", email="canary-contact@example.org", user=user)
    make.make_mail(subject="canary-mail", text="canary-mail")
    _plant_reports()
    make.make_correction(open_)
    make.make_correction(draft, before="canary-draft-correction")
    reader = {"reader_name": "canary-reader", "reader_address": "canary-reader@example.org"}
    make.make_correction_proposal(initiative=open_, wanted={"words": "canary-reader"}, **reader)


def _plant_draft(draft: Initiative, source: Source) -> None:
    quote = make.make_quote(initiative=draft, source=source, exact="canary-draft-quote")
    make.make_figure(quote=quote, what="canary-draft-figure")
    make.report(draft, note="canary-draft-note", quote=quote)
    make.set_deadline(draft, make.day(9), wording="canary-draft-wording", quote=quote)
    draft.milestones.create(title_en="canary-draft-milestone", due_on=make.TODAY)


def _plant_hidden(open_: Initiative) -> None:
    """Add to a published initiative what came after its publication and is not published itself."""
    party = make.make_party(slug="canary-hidden-party", name="canary-hidden-party")
    source = make.make_source(slug="canary-hidden-source", title="canary-hidden-source")
    quote = make.make_quote(
        initiative=open_, source=source, exact="canary-hidden-words", translation_en="canary-hidden-words"
    )
    make.make_responsibility(open_, party, "support")
    make.report(open_, told_by=party, quote=quote)
    make.set_deadline(open_, make.day(40), moved_by=party, quote=quote)
    shared = Source.objects.get(slug="shared")
    figure = make.make_quote(
        initiative=None, source=shared, relation=Quote.Relation.GIVES_FIGURE, exact="A figure"
    )
    make.make_figure(quote=figure, claimed_by=party)
    withdrawn = make.report(open_, "on_hold", note="canary-withdrawn-note")
    make.progress.withdraw(record=withdrawn, reason="canary-withdrawal-reason", now=make.NOW)


def _plant_reports() -> None:
    """A public edition, one that waits for its release, and one of a series that is not public."""
    canary = examples.full(series="canary-report").as_json()
    open_, private = make.make_series(pk=1, is_public=True), make.make_series(pk=2, name="canary-report")
    week = {"period_start": make.day(-7), "period_end": make.TODAY, "pdf": b"canary-report", "xlsx": b"PK"}
    sent = {**week, "pdf": b"%PDF", "language": "en", "content": examples.full().as_json()}
    make.report_edition(pk=1, series=open_, released_at=make.NOW, **sent).save()
    make.report_edition(pk=2, series=open_, content=canary, language="ru", **week).save()
    make.report_edition(pk=3, series=private, content=canary, released_at=make.NOW, **week).save()


LIST_QUERIES = [
    "",
    "?status=announced,in_progress,on_hold",
    "?health=overdue,due_soon,silent,no_deadline,on_track,closed",
    "?party=shared&role=lead",
    "?role=support",
    "?source=shared",
    "?place=shared",
    "?q=canary",
    "?q=canary-hidden-words",
    "?ordering=-updated_at",
    "?on=2026-11-24",
    "?changed_since=2026-01-01T00:00:00Z",
    "?due_after=2026-01-01",
    "?party=canary-hidden-party",
    "?source=canary-hidden-source",
    "?page=2",
    "?nonsense=1",
]
SLUGS = ["open", "shared", "canary-draft-slug", "canary-hidden-party", "canary-hidden-source"]
EXAMPLES: dict[str, list[str]] = {
    "": ["/"],
    "api/v1/initiatives/": [
        f"/api/v1/initiatives/{query}" for query in [*LIST_QUERIES, "?lang=de&page_size=200"]
    ],
    "api/v1/initiatives/<slug>/": [f"/api/v1/initiatives/{slug}/" for slug in SLUGS],
    "api/schema/": ["/api/schema/", "/api/schema/?format=json"],
    "api/docs/": ["/api/docs/", "/api/docs/?script="],
    "feeds/changes.atom": [f"/feeds/changes.atom{query}" for query in LIST_QUERIES]
    + [f"/feeds/changes.atom?initiative={slug}&lang=de" for slug in SLUGS],
    "calendar.ics": [f"/calendar.ics{query}" for query in LIST_QUERIES]
    + [f"/calendar.ics?initiative={slug}&lang=ru" for slug in SLUGS],
    "export.csv": [f"/export.csv{query}" for query in LIST_QUERIES],
    "export.json": [f"/export.json{query}" for query in LIST_QUERIES],
    "export.xlsx": ["/export.xlsx"],  # packed; its own test unpacks it
    "export.schema.json": ["/export.schema.json"],
    "badge/<slug>.svg": [f"/badge/{slug}.svg" for slug in SLUGS],
    "cards/<language>/<slug>.png": [f"/cards/en/{slug}.png" for slug in SLUGS],
    "embed/": [f"/embed/{query}" for query in LIST_QUERIES],
    "sitemap.xml": ["/sitemap.xml"],
    "sitemaps/<name>-<int:number>.xml": [
        f"/sitemaps/{name}-1.xml" for name in ("pages", "initiatives", "parties", "sources")
    ],
    "robots.txt": ["/robots.txt"],
    "en/data/": [f"/{language}/data/" for language in ("en", "ru", "de")],
    "health/live": ["/health/live"],
    "health/ready": ["/health/ready"],
    "health/work": ["/health/work"],
    "en/": [f"/{language}/{query}" for language in ("en", "ru", "de") for query in LIST_QUERIES],
    "en/choices/<name>/": [
        f"/en/choices/{name}/{query}" for name in ("party", "place", "source") for query in LIST_QUERIES
    ],
    "en/initiatives/<slug>/": [
        *(f"/en/initiatives/{slug}/" for slug in SLUGS),
        *(f"/en/initiatives/open/?on={day}" for day in ("2026-11-23", "2020-01-01", "x")),
    ],
    "en/initiatives/<slug>/history/": [f"/en/initiatives/{slug}/history/" for slug in SLUGS],
    "en/parties/<slug>/": [f"/en/parties/{slug}/" for slug in SLUGS],
    "en/sources/<slug>/": [f"/en/sources/{slug}/" for slug in SLUGS],
    "en/changes/": [
        "/en/changes/",
        "/de/changes/?since=2020-01-01",
        "/en/changes/?party=canary-hidden-party",
    ],
    "en/initiatives/<slug>/correct/": [f"/en/initiatives/{slug}/correct/" for slug in SLUGS],
    "en/initiatives/<slug>/correct/thanks/": [f"/en/initiatives/{slug}/correct/thanks/" for slug in SLUGS],
    "en/corrections/": [f"/{language}/corrections/" for language in ("en", "ru", "de")],
    "en/method/": [f"/{language}/method/" for language in ("en", "ru", "de")],
    "en/overview/": [f"/{language}/overview/" for language in ("en", "ru", "de")],
    "en/parties/": [f"/en/parties/{query}" for query in ("", "?q=canary", "?kind=company", "?nonsense=1")],
    "en/sources/": [f"/en/sources/{query}" for query in ("", "?q=canary", "?page=2")],
    "en/answer/<token>/": ["/en/answer/1.forged/"],
    "en/answer/<token>/thanks/": ["/en/answer/1.forged/thanks/"],
    "en/subscribe/": [f"/en/subscribe/{query}" for query in LIST_QUERIES]
    + [f"/en/subscribe/?initiative={slug}" for slug in SLUGS],
    "en/subscribe/asked/": ["/en/subscribe/asked/"],
    "en/confirm/<token>/": ["/en/confirm/1.forged/"],
    "en/subscriptions/": ["/en/subscriptions/"],
    "en/subscriptions/<token>/": ["/en/subscriptions/1.forged/"],
    "en/unsubscribe/<token>/": ["/en/unsubscribe/1.forged/"],
    "en/reports/": [f"/{language}/reports/" for language in ("en", "ru", "de")],
    "en/reports/<int:number>/": [f"/{code}/reports/{pk}/" for code in ("en", "ru") for pk in (1, 2, 3)],
    "en/reports/<int:number>.pdf": [f"/en/reports/{pk}.pdf" for pk in (1, 2, 3)],
    "en/reports/<int:number>.xlsx": [f"/en/reports/{pk}.xlsx" for pk in (1, 2, 3)],
    # The embedded mode alone has these; they show what was sent, and nothing was.
    "dev/mail/": ["/dev/mail/", "/dev/mail/?show=1"],
    "dev/mail/<key>.html": ["/dev/mail/1.html"],
    "dev/mail/<key>/<int:number>/": ["/dev/mail/1/0/"],
}


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, route)
        else:
            assert isinstance(entry, URLPattern)
            yield route


def _plain(route: str) -> str:
    """Write a route the same way whether it is a path or a regular expression."""
    for converter, name in (
        ("slug:", ""),
        ("str:", ""),
        ("(?P<slug>[-a-zA-Z0-9_]+)", "<slug>"),
        ("^", ""),
        ("$", ""),
        (r"\Z", ""),
    ):
        route = route.replace(converter, name)
    return route


def _addresses() -> list[tuple[str, str]]:
    """Give each route and its addresses; the admin's are made up from their routes."""
    with translation.override("en"):  # the routes begin with the language of the moment
        routes = [_plain(route) for route in _routes(get_resolver())]
    ours = [(route, address) for route in routes for address in EXAMPLES.get(route, ["(no example)"])]
    return [
        (route, "/" + _filled(route)) if route.startswith("admin/") else (route, address)
        for route, address in ours
    ]


def _filled(route: str) -> str:
    for part, value in {
        "<path:object_id>": "1",
        "<int:content_type_id>": "1",
        "<path:history_id>": "1",
        "(?P<app_label>auth|tracker)": "tracker",
        "(?P<url>.*)": "nowhere",
        "<id>": "1",
    }.items():
        route = route.replace(part, value)
    return route


def test_every_address_has_an_example() -> None:
    missing = {route for route, address in _addresses() if address == "(no example)"}

    assert missing == set()
    assert set(EXAMPLES) - {route for route, _address in _addresses()} == set()


def test_no_answer_to_anybody_holds_what_the_public_must_not_see(client: Client) -> None:
    found = []
    for _route, address in _addresses():
        answer = client.get(address)
        page = b"".join(answer) if answer.streaming else answer.content
        asked = address.split("?")[-1]  # a page may repeat what it was asked
        found += [(address, canary) for canary in CANARIES if canary not in asked and canary.encode() in page]

    assert found == []


def test_nobody_enters_the_admin_without_a_login(client: Client) -> None:
    open_to_all = {
        "admin/login/",
        "admin/jsi18n/",
        "admin/logout/",
        "admin/password_reset/",
        "admin/password_reset/done/",
        "admin/reset/<uidb64>/<token>/",
        "admin/reset/done/",
    }

    answered = {
        address: client.get(address).status_code
        for route, address in _addresses()
        if route.startswith("admin/") and route not in open_to_all
    }

    assert {address: status for address, status in answered.items() if status not in (302, 404, 405)} == {}


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("words", [*CANARIES, "canary"])
def test_no_hidden_word_is_found_by_search(words: str, language: str, client: Client) -> None:
    page = client.get(f"/{language}/", {"q": words})
    api = client.get("/api/v1/initiatives/", {"q": words, "lang": language})

    assert list(page.context["page"]) == []
    assert api.json()["count"] == 0


def test_a_draft_is_counted_nowhere(client: Client) -> None:
    tallies = client.get("/en/").context["tallies"]

    assert tallies["total"] == sum(tallies["status"].values()) == 1


@pytest.mark.parametrize("path", ["initiatives", "parties", "sources"])
def test_what_is_hidden_answers_as_what_is_not_there(path: str, client: Client) -> None:
    hidden = {
        "initiatives": "canary-draft-slug",
        "parties": "canary-hidden-party",
        "sources": "canary-hidden-source",
    }

    assert client.get(f"/en/{path}/{hidden[path]}/").status_code == 404


def test_the_canaries_are_really_planted() -> None:
    assert Initiative.objects.filter(title_en="canary-draft-title", published_at=None).exists()
    assert Contact.objects.filter(
        email="canary-contact@example.org", party__published_at__isnull=False
    ).exists()
    assert Source.objects.filter(text="canary-full-text", published_at__isnull=False).exists()
