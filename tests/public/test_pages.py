"""The public pages: in three languages, without cookies, and never more than was asked for."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests import factories as make
from tracker.models import Initiative

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

LANGUAGES = ["en", "ru", "de"]


@pytest.fixture
def _bridge() -> None:
    bridge = make.make_initiative(slug="bridge", title_ru="Мост", title_en="Bridge", title_de="Brücke")
    make.make_responsibility(bridge, make.make_party(slug="krai", name="The Krai"))
    quote = make.make_quote(
        initiative=bridge, source=make.make_source(slug="belta", title="News"), exact="We build it"
    )
    make.set_deadline(bridge, make.day(20), quote=quote)
    make.report(bridge, note="Begun.", quote=quote, told_by=bridge.responsibilities.get().party)
    make.publish(bridge)


@pytest.mark.usefixtures("_bridge")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["", "initiatives/bridge/", "parties/krai/", "sources/belta/"])
def test_a_page_answers_in_its_language(path: str, language: str, client: Client) -> None:
    answer = client.get(f"/{language}/{path}")

    page = answer.content.decode()
    title = {"ru": "Мост", "en": "Bridge", "de": "Brücke"}[language]
    assert (answer.status_code, answer["Content-Language"]) == (200, language)
    assert f'lang="{language}"' in page
    assert title in page


@pytest.mark.usefixtures("_bridge")
@pytest.mark.parametrize(
    "path", ["", "initiatives/bridge/", "parties/krai/", "sources/belta/", "nowhere/", "?page=x", "?x=1"]
)
def test_a_page_gives_no_cookie(path: str, client: Client) -> None:
    answer = client.get(f"/en/{path}")

    assert dict(answer.cookies) == {}


@pytest.mark.usefixtures("_bridge")
@pytest.mark.parametrize(
    "path", ["/", "/en/", "/en/initiatives/bridge/", "/en/nowhere/", "/en/?x=1", "/api/v1/initiatives/"]
)
def test_every_answer_says_how_it_may_be_used(path: str, client: Client) -> None:
    headers = client.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert {
        name: headers[name]
        for name in (
            "X-Content-Type-Options",
            "Referrer-Policy",
            "X-Frame-Options",
            "Cross-Origin-Opener-Policy",
        )
    } == {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("de", "de"),
        ("ru-RU,ru;q=0.9", "ru"),
        ("en-GB", "en"),
        ("fr, de;q=0.3", "de"),
        ("fr", "ru"),
        ("*;q=x", "ru"),
        (None, "ru"),
    ],
)
def test_the_root_leads_to_the_reader_s_language(accepts: str | None, language: str, client: Client) -> None:
    answer = client.get("/", headers={"accept-language": accepts} if accepts else {})

    assert (answer.status_code, answer["Location"]) == (302, f"/{language}/")


@pytest.mark.usefixtures("_bridge")
def test_what_was_written_is_escaped(client: Client) -> None:
    initiative = make.make_initiative(slug="x", title="<script>alert(1)</script>", summary="<b>bold</b>")
    make.make_quote(initiative=initiative, exact="<img src=x onerror=alert(1)>")
    make.publish(initiative)

    pages = [
        client.get(path).content.decode()
        for path in ("/en/", "/en/initiatives/x/", "/en/?q=%3Cscript%3Ealert(1)")
    ]

    assert [
        word for page in pages for word in ("<script>alert", "<b>bold", "<img src=x") if word in page
    ] == []


# --- questions that cannot be answered ------------------------------------------------------------

BAD_QUERIES: dict[str, tuple[str, int]] = {
    "a misspelt filter": ("statsu=announced", 400),
    "a NUL byte": ("q=%00", 400),
    "a NUL byte as a party": ("party=%00", 400),
    "a NUL byte as a name": ("%00=x", 400),
    "a query of 10,000 characters": ("q=" + "a" * 10_000, 400),
    "an unknown status": ("status=unknown", 400),
    "an unknown party": ("party=nobody", 400),
    "a day that does not exist": ("due_after=2025-02-30", 400),
    "a day at the end of time": ("on=9999-12-31", 400),
    "an ordering that is not offered": ("ordering=created_by__password", 400),
    "a negative page": ("page=-1", 404),
    "page nought": ("page=0", 404),
    "a page far away": ("page=1e9", 404),
    "a page of many digits": ("page=" + "9" * 400, 404),
    "a page with a NUL byte": ("page=%00", 404),
    "a page that is a word": ("page=abc", 404),
}


@pytest.mark.usefixtures("_bridge")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", BAD_QUERIES)
def test_a_question_that_cannot_be_read_is_answered_with_the_reason(
    what: str, language: str, client: Client
) -> None:
    query, status = BAD_QUERIES[what]

    answer = client.get(f"/{language}/?{query}")

    page = answer.content.decode()
    assert answer.status_code == status
    assert f'lang="{language}"' in page
    assert "Bridge" not in page
    if status == 400:
        name = query.split("=")[0].replace("%00", "\0")
        [reason] = answer.context["problems"][name]
        assert reason.split("“")[0][:20].rstrip() in page.replace("&#x27;", "'")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path", ["initiatives/nowhere/", "parties/nowhere/", "sources/nowhere/", "nowhere/", "initiatives/a%00b/"]
)
def test_what_is_not_there_is_not_found_in_the_reader_s_language(
    path: str, language: str, client: Client
) -> None:
    answer = client.get(f"/{language}/{path}")

    assert answer.status_code == 404
    assert f'lang="{language}"' in answer.content.decode()


def test_a_page_beyond_the_last_is_not_found_and_the_last_is(client: Client) -> None:
    source = make.make_source()
    for _ in range(51):
        make.make_quote(initiative=make.make_initiative(), source=source)
    Initiative.objects.update(published_at=make.NOW)

    assert len(client.get("/en/?page=1").context["page"]) == 50
    assert len(client.get("/en/?page=2").context["page"]) == 1
    assert client.get("/en/?page=3").status_code == 404


def test_empty_fields_of_the_form_are_dropped_from_the_address(client: Client) -> None:
    answer = client.get("/en/?q=&status=announced&status=&party=&health=silent")

    assert (answer.status_code, answer["Location"]) == (302, "/en/?status=announced&health=silent")


def test_the_parties_of_a_page_stand_under_each_role_once_the_lead_first(client: Client) -> None:
    bridge = make.make_published(slug="bridge")
    for role in ("counterpart", "support", "lead", "counterpart"):
        party = make.make_party(published_at=make.NOW)
        make.make_responsibility(bridge, party, role)

    page = client.get("/en/initiatives/bridge/").content.decode()

    roles = [page.count(f"<dt>{role}</dt>") for role in ("Lead", "Support", "Counterpart")]
    assert roles == [1, 1, 1]
    assert page.index("<dt>Lead</dt>") < page.index("<dt>Support</dt>") < page.index("<dt>Counterpart</dt>")


# --- how many queries -----------------------------------------------------------------------------

LIST_QUERIES = 4
"""The stamp and the rows; then the parts and the quotes of all rows at once. Counts and names are kept."""


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_asks_as_often_for_fifty_rows_as_for_one(
    rows: int, client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    party, place, source = make.make_party(), make.make_place(), make.make_source()
    for _ in range(rows):
        initiative = make.make_initiative()
        initiative.places.add(place)
        make.make_responsibility(initiative, party)
        make.make_quote(initiative=initiative, source=source)
        make.publish(initiative)

    assert count_queries(lambda: client.get("/en/")) == LIST_QUERIES


@pytest.mark.parametrize(
    ("path", "expected"), [("initiatives/bridge/", 8), ("parties/krai/", 5), ("sources/belta/", 5)]
)
@pytest.mark.parametrize("rows", [1, 9])
def test_a_detail_page_takes_a_fixed_number_of_queries(
    path: str, expected: int, rows: int, client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    party, source = make.make_party(slug="krai"), make.make_source(slug="belta")
    bridge = make.make_initiative(slug="bridge")
    for initiative in [bridge, *(make.make_initiative() for _ in range(rows - 1))]:
        make.make_responsibility(initiative, party)
        make.make_quote(initiative=initiative, source=source)
        make.publish(initiative)
    for _ in range(rows):
        make.report(bridge, quote=bridge.quotes.all()[0])
        make.set_deadline(bridge, make.day(9), reason="Floods.", quote=bridge.quotes.all()[0])

    assert count_queries(lambda: client.get(f"/en/{path}")) == expected


# --- for whatever watches over the program --------------------------------------------------------


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_a_healthy_program_says_so(path: str, client: Client) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.content) == (200, b"ok\n")
