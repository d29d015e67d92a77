"""The list: its headline numbers, choices with counts, order, two views, a day in the past, nothing found."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.conf import settings
from django.test import Client

from tests import factories as make
from tracker.models import Initiative

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]


@pytest.fixture
def _three() -> None:
    """A late bridge that is led by the Krai, a dairy that is done, and a park of which nothing is known."""
    krai, plant = (
        make.make_party(slug="krai", name="The Krai"),
        make.make_party(slug="plant", name="The Plant"),
    )
    belta = make.make_source(slug="belta", publisher="BelTA", title="News", published_on=make.day(-90))
    bridge = make.make_initiative(
        slug="bridge", title="Bridge", sector="transport", announced_on=make.day(-90)
    )
    bridge.places.add(make.make_place(slug="amur", name="Amur"))
    make.make_responsibility(bridge, krai, "lead")
    make.make_responsibility(bridge, plant, "support")
    make.make_quote(initiative=bridge, source=belta, exact="eine Brücke im Herbst")
    make.set_deadline(bridge, make.day(-40), said_on=make.day(-90), wording="im Herbst")
    make.set_deadline(bridge, make.day(-10), said_on=make.day(-20), reason="Floods.", wording="im Herbst")
    make.report(bridge, happened_on=make.day(-70))
    dairy = make.make_initiative(
        slug="dairy", title="Dairy", sector="agriculture", announced_on=make.day(-50)
    )
    make.make_quote(initiative=dairy, source=belta, exact="eine Molkerei")
    make.report(dairy, "completed", happened_on=make.day(-5))
    park = make.make_initiative(slug="park", title="Park", sector="tourism", announced_on=None)
    for row in (bridge, dairy, park):
        make.publish(row)


def _page(client: Client, query: str = "", language: str = "en") -> str:
    answer = client.get(f"/{language}/{query}")
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return unescape(answer.content.decode())


def _text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def _titles(page: str) -> list[str]:
    return [
        " ".join(title.split()) for title in re.findall(r'class="row-title">\s*<a [^>]+>([^<]+)</a>', page)
    ]


# --- what a line says -----------------------------------------------------------------------------


@pytest.mark.usefixtures("_three")
def test_a_card_says_who_leads_in_which_words_until_when_and_how_it_stands(client: Client) -> None:
    card = _page(client, "?q=bridge").split('<li class="row">')[1].split("</li>")[0]

    assert _text(card) == (
        "Bridge Lead: The Krai · Also named: The Plant „eine Brücke im Herbst“ BelTA , 25 August 2026 "
        "in progress nothing reported for 70 days "
        "Due: 13 November 2026 „im Herbst“ 10 days late moved 30 days later"
    )
    assert '<blockquote class="row-quote quote" lang="de">' in card
    assert '<span lang="de">„im Herbst“</span>' in card
    for address in ("/en/initiatives/bridge/", "/en/parties/krai/", "/en/sources/belta/"):
        assert f'href="{address}"' in card


@pytest.mark.usefixtures("_three")
def test_the_table_says_it_in_columns(client: Client) -> None:
    page = _page(client, "?view=table")

    heads = re.findall(r'role="columnheader"[^>]*>(.*?)</th>', page, re.DOTALL)
    assert [_text(head) for head in heads] == [
        "Initiative",
        "Status",
        "Lead",
        "Sector",
        "Place",
        "Announced ↓",
        "Due",
        "Days late",
        "Days moved",
        "Last report",
        "Days silent",
        "Source",
    ]
    cells = re.findall(
        r'data-label="([^"]+)"[^>]*>(.*?)</td>', page.split('href="/en/initiatives/bridge/"')[1], re.DOTALL
    )
    assert {label: _text(cell) for label, cell in cells[:11]} == {
        "Status": "in progress",
        "Lead": "The Krai",
        "Sector": "Transport",
        "Place": "Amur",
        "Announced": "25 August 2026",
        "Due": "13 November 2026",
        "Days late": "10",
        "Days moved": "+30",
        "Last report": "14 September 2026",
        "Days silent": "70",
        "Source": "BelTA",
    }


@pytest.mark.usefixtures("_three")
@pytest.mark.parametrize("view", ["cards", "table"])
def test_both_views_show_the_same_lines_in_the_same_order(view: str, client: Client) -> None:
    assert _titles(_page(client, f"?view={view}")) == ["Dairy", "Bridge", "Park"]
    assert _titles(_page(client, f"?view={view}&ordering=title&status=announced,in_progress")) == [
        "Bridge",
        "Park",
    ]


def test_a_page_far_behind_shows_the_same_lines_as_one_near_the_beginning(client: Client) -> None:
    source = make.make_source(published_at=make.NOW)
    for number in range(130):
        row = make.make_initiative(
            title=f"Row {number:03}", announced_on=make.day(-number), published_at=make.NOW
        )
        make.make_quote(initiative=row, source=source)

    near = [_titles(_page(client, f"?page={number}")) for number in (1, 2, 3)]
    far = [_titles(_page(client, f"?page={number}&firmness=planned")) for number in (1, 2, 3)]

    assert near == far
    assert [title for page in near for title in page] == [f"Row {number:03}" for number in range(130)]


@pytest.mark.usefixtures("_three")
def test_a_party_or_source_that_is_hidden_again_is_named_no_more(client: Client) -> None:
    bridge = Initiative.objects.get(slug="bridge")
    bridge.parties.update(published_at=None)

    page = _page(client, "?q=bridge")

    assert "The Krai" not in page
    assert "Nobody is named as lead" in page


# --- above the list -------------------------------------------------------------------------------


def _figures(page: str) -> dict[str, tuple[str, str]]:
    found = re.findall(r'<a [^>]*?href="([^"]+)"><b>(\d+)</b> <span>([^<]+)</span>', page)
    return {words: (number, address) for address, number, words in found}


@pytest.mark.usefixtures("_three")
def test_the_headline_numbers_lead_to_their_filters_and_say_of_which_day(client: Client) -> None:
    page = _page(client)

    assert _figures(page) == {
        "only announced": ("1", "?status=announced"),
        "under way": ("1", "?status=in_progress,partly_done"),
        "completed": ("1", "?status=completed"),
        "overdue": ("1", "?health=overdue"),
        "without news": ("1", "?health=silent"),
        "without a deadline": ("1", "?health=no_deadline"),
    }
    assert "State of 23 November 2026" in _text(page)
    assert "3 announced initiatives, and what became of them" in _text(page)


@pytest.mark.usefixtures("_three")
def test_each_headline_number_is_what_its_address_shows(client: Client) -> None:
    page = _page(client, "?sector=transport&view=table&page=1")

    for words, (number, address) in _figures(page).items():
        assert "sector=transport" in address
        assert "view=table" in address
        assert "page=" not in address
        assert len(_titles(_page(client, address))) == int(number), words


@pytest.mark.usefixtures("_three")
def test_a_past_day_is_said_aloud_with_a_way_back(client: Client) -> None:
    page = _page(client, "?on=2026-09-01&sector=transport")

    assert _titles(page) == ["Bridge"]
    assert "This is the list as it stood on 1 September 2026." in _text(page)
    assert '<a href="?sector=transport">Back to today</a>' in page
    assert "announced" in _text(page.split('class="row-state marks">')[1].split("</div>")[0])
    assert "as it stood on" not in _text(_page(client)).replace("As it stood on", "")


# --- the filters ----------------------------------------------------------------------------------


def _counts(page: str, name: str) -> dict[str, str]:
    box = rf'name="{name}" value="([^"]+)"[^>]*>\s*'
    pattern = box + r'<span class="check-name">.*?<span class="check-count">([^<]+)<'
    return dict(re.findall(pattern, page))


@pytest.mark.usefixtures("_three")
def test_every_choice_says_how_many_it_would_leave_under_the_other_filters(client: Client) -> None:
    page = _page(client, "?status=in_progress")

    assert _counts(page, "status")["completed"] == "1"
    assert _counts(page, "health")["overdue"] == "1"
    assert _counts(page, "sector") | {"transport": "1", "agriculture": "0"} == _counts(page, "sector")
    assert _counts(page, "firmness")["planned"] == "1"
    assert _counts(page, "role") == {"lead": "1", "support": "1", "counterpart": "0", "controller": "0"}
    assert _counts(page, "party") == {"krai": "1", "plant": "1"}
    assert _counts(page, "place") == {"amur": "1"}
    assert _counts(page, "source") == {"belta": "1"}


@pytest.mark.usefixtures("_three")
def test_what_is_chosen_is_ticked_and_its_facet_is_open(client: Client) -> None:
    page = _page(client, "?sector=transport,agriculture&party=krai")

    ticked = re.findall(r'name="(\w+)" value="(\w+)" checked', page)
    assert ticked == [("party", "krai"), ("sector", "agriculture"), ("sector", "transport")]
    facets = {
        name: "open" in rest for name, rest in re.findall(r'class="facet" id="facet-(\w+)"([^>]*)>', page)
    }
    assert {name for name, is_open in facets.items() if is_open} == {"status", "health", "party", "sector"}


@pytest.mark.usefixtures("_three")
def test_a_chip_takes_its_own_value_away_and_nothing_else(client: Client) -> None:
    page = _page(client, "?sector=transport,agriculture&q=a+b&view=table&page=1&ordering=title")

    chips = re.findall(r'<a class="chip" href="([^"]+)">', page)
    assert chips == [
        "?sector=transport%2Cagriculture&view=table&ordering=title",
        "?sector=transport&q=a+b&view=table&ordering=title",
        "?sector=agriculture&q=a+b&view=table&ordering=title",
    ]
    assert '<a href="/en/?view=table">Clear all</a>' in page


@pytest.mark.usefixtures("_three")
def test_thousands_of_choices_are_a_page_of_their_own(client: Client) -> None:
    dairy = Initiative.objects.get(slug="dairy")
    for number in range(60):
        party = make.make_party(slug=f"p{number}", name=f"Party {number:02}", published_at=make.NOW)
        make.make_responsibility(dairy, party, "counterpart")

    page = _page(client, "?status=completed&view=table")

    assert len(_counts(page, "party")) == 8
    assert 'href="/en/choices/party/?status=completed&view=table"' in page
    first, second = (_page(client, f"choices/party/?status=completed&view=table&page={n}") for n in (1, 2))
    addresses = re.findall(r'<a href="(/en/\?status=completed&view=table&party=p\d+)"', first + second)
    assert len({*addresses}) == 60
    found = _page(client, "choices/party/?status=completed&find=party+07")
    assert re.findall(r'<a href="(/en/\?[^"]*party=[^"]+)"', found) == ["/en/?status=completed&party=p7"]


@pytest.mark.usefixtures("_three")
def test_a_chosen_one_of_many_can_be_taken_away_there(client: Client) -> None:
    page = _page(client, "choices/party/?party=krai&party=plant")

    assert (
        '<a href="/en/?party=plant" aria-current="true">The Krai <span class="unseen">(remove)</span></a>'
        in " ".join(page.split())
    )


@pytest.mark.usefixtures("_three")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("choices/party/", 200),
        ("choices/status/", 404),
        ("choices/nonsense/", 404),
        ("choices/party/?page=9", 404),
        ("choices/party/?nonsense=1", 400),
        ("choices/place/?place=nowhere", 400),
        ("?view=nonsense", 400),
        ("?view=", 302),
        ("choices/party/?find=", 302),
    ],
)
def test_what_cannot_be_read_is_refused(path: str, status: int, client: Client) -> None:
    assert client.get(f"/en/{path}").status_code == status


# --- order and view -------------------------------------------------------------------------------


@pytest.mark.usefixtures("_three")
def test_the_order_can_be_seen_and_chosen(client: Client) -> None:
    page = _page(client, "?ordering=due_on")

    select = page.split('<select id="list-order"')[1].split("</select>")[0]
    assert re.findall(r'value="([^"]*)" selected', select) == ["due_on"]
    assert re.findall(r'value="([^"]*)"', select)[0] == ""  # the usual order has the short address
    assert _titles(page)[0] == "Bridge"


@pytest.mark.usefixtures("_three")
def test_the_heads_of_the_table_sort_it_one_way_and_the_other(client: Client) -> None:
    page = _page(client, "?view=table&ordering=title&page=1")

    heads = dict(re.findall(r'<a id="sort-([\w-]+)"\s+href="([^"]+)">', page))
    assert heads["title"] == "?view=table&ordering=-title"
    assert heads["due_on"] == "?view=table&ordering=due_on"
    assert re.findall(r'aria-sort="(\w+)"', page) == ["ascending"]


@pytest.mark.usefixtures("_three")
def test_every_link_and_form_keeps_the_view(client: Client) -> None:
    page = _page(client, "?view=table&status=in_progress")
    main = page.split('<main id="content"')[1].split("</main>")[0]

    addresses = re.findall(r'href="((?:/en/)?\?[^"]*)"', main)
    lost = [address for address in addresses if "view=table" not in address]
    assert lost == ["?status=in_progress"]  # the one that asks for cards
    assert '<input type="hidden" name="view" value="table">' in main


@pytest.mark.usefixtures("_three")
@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_the_address_to_cite_does_not_say_how_the_list_is_shown(language: str, client: Client) -> None:
    page = _page(client, "?view=table&status=in_progress&page=1", language)

    site = settings.SITE_URL
    assert f'<link rel="canonical" href="{site}/{language}/?status=in_progress">' in page
    assert re.findall(r'rel="alternate"\s+hreflang="([\w-]+)"\s+href="([^"]+)"', page) == [
        *((code, f"{site}/{code}/?status=in_progress") for code in ("ru", "en", "de")),
        ("x-default", f"{site}/{settings.LANGUAGE_CODE}/?status=in_progress"),
    ]
    other = "de" if language == "en" else "en"
    assert f'href="/{other}/?view=table&status=in_progress&page=1"' in page  # the switch keeps all of it


# --- an empty result ------------------------------------------------------------------------------


@pytest.mark.usefixtures("_three")
def test_an_empty_list_names_the_filter_to_take_away_and_what_that_would_show(client: Client) -> None:
    page = _page(client, "?status=completed&sector=transport&view=table")

    advice = re.findall(
        r'<li>\s*<a href="([^"]+)">\s*([^<]+)</a>', page.split('class="reliefs"')[1].split("</ul>")[0]
    )
    assert [(address, " ".join(words.split())) for address, words in advice] == [
        ("?sector=transport&view=table", "Without “Status: Completed”: 1 initiative"),
        ("?status=completed&view=table", "Without “Sector: Transport”: 1 initiative"),
    ]
    for address, _words in advice:
        assert len(_titles(_page(client, address))) == 1


@pytest.mark.usefixtures("_three")
def test_where_none_helps_by_going_each_is_offered_by_itself(client: Client) -> None:
    page = _page(client, "?status=completed&sector=transport&q=nowhere")

    assert "Only “Status: Completed”: 1 initiative" in _text(page)
    assert "Only “Search: nowhere”" not in _text(page)


def test_an_empty_register_says_so(client: Client) -> None:
    assert "No initiative has been published yet." in _text(_page(client))


# --- how many queries -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 4),  # the stamp, the rows, their parts and quotes
        ("?view=table", 5),  # and their places
        ("?status=announced", 5),  # keys before rows
        ("?on=2026-11-23", 5),
    ],
)
@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_asks_as_often_for_fifty_rows_as_for_one(
    query: str, expected: int, rows: int, client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    party, source = make.make_party(published_at=make.NOW), make.make_source(published_at=make.NOW)
    for _ in range(rows):
        row = make.make_initiative(published_at=make.NOW)
        make.make_responsibility(row, party)
        make.make_quote(initiative=row, source=source)

    assert count_queries(lambda: client.get(f"/en/{query}")) == expected


def test_the_first_list_after_a_write_asks_a_fixed_number_of_times(
    client: Client, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    row = make.make_published()
    row.places.add(make.make_place())
    make.make_responsibility(row, make.make_party(published_at=make.NOW))

    def write_and_look() -> None:
        Initiative.objects.update(summary_en="Another.")
        client.get("/en/")

    assert count_queries(write_and_look) == 1 + 4 + 2 + 5 + 3  # a write; the list; names; counts; labels
