"""What search engines read: every public page, in every language, and nothing else."""

import re
import xml.etree.ElementTree as ElementTree
from urllib.robotparser import RobotFileParser

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tests import factories as make
from tracker.exports import sitemap
from tracker.public.urls import urlpatterns

pytestmark = pytest.mark.django_db

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
NOT_FOR_ROBOTS = {"subscribe-asked", "subscriptions-link"}
"""Pages without a parameter that belong to one reader."""


def addresses(client: Client, path: str) -> list[str]:
    tree = ElementTree.fromstring(client.get(path).content)
    return [str(found.text).removeprefix(settings.SITE_URL) for found in tree.iter(f"{MAP}loc")]


def test_the_index_leads_to_every_public_row_in_every_language(client: Client) -> None:
    row = make.make_initiative(slug="bridge")
    make.make_responsibility(row, make.make_party(slug="krai"))
    make.make_quote(initiative=row, source=make.make_source(slug="belta"))
    make.publish(row)
    for draft in (make.make_initiative, make.make_party, make.make_source):
        draft(slug="draft")

    files = addresses(client, "/sitemap.xml")
    found = {address for file in files for address in addresses(client, file)}

    assert files == [f"/sitemaps/{name}-1.xml" for name in ("pages", "initiatives", "parties", "sources")]
    for code, _name in settings.LANGUAGES:
        for path in ("", "initiatives/bridge/", "parties/krai/", "sources/belta/", "data/"):
            assert f"/{code}/{path}" in found
    assert not any("draft" in address for address in found)


def test_every_address_of_the_sitemap_answers(client: Client) -> None:
    make.make_published()

    found = [address for file in addresses(client, "/sitemap.xml") for address in addresses(client, file)]

    assert {address: client.get(address).status_code for address in found} == dict.fromkeys(found, 200)


def test_each_page_names_itself_in_the_other_languages(client: Client) -> None:
    make.make_published(slug="bridge")

    tree = ElementTree.fromstring(client.get("/sitemaps/initiatives-1.xml").content)

    pages = tree.findall(f"{MAP}url")
    assert len(pages) == len(settings.LANGUAGES)
    for page in pages:
        assert {link.get("hreflang"): link.get("href") for link in page.findall(LINK)} == {
            **{code: f"{settings.SITE_URL}/{code}/initiatives/bridge/" for code, _name in settings.LANGUAGES},
            "x-default": f"{settings.SITE_URL}/{settings.LANGUAGE_CODE}/initiatives/bridge/",
        }
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(page.findtext(f"{MAP}lastmod")))


def test_a_long_list_is_parted_into_files(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "ITEMS", 2)
    source = make.make_source()
    for _ in range(3):
        row = make.make_initiative()
        make.make_quote(initiative=row, source=source)
        make.publish(row)

    files = [file for file in addresses(client, "/sitemap.xml") if "initiatives" in file]

    assert files == ["/sitemaps/initiatives-1.xml", "/sitemaps/initiatives-2.xml"]
    assert [len(addresses(client, file)) for file in files] == [6, 3]


@pytest.mark.parametrize("name", ["initiatives-2", "pages-2", "nonsense-1", "initiatives-0"])
def test_there_is_no_other_file(name: str, client: Client) -> None:
    make.make_published()

    assert client.get(f"/sitemaps/{name}.xml").status_code == 404


def test_no_page_is_forgotten() -> None:
    plain = {pattern.name for pattern in urlpatterns if "<" not in str(pattern.pattern)}

    assert plain - NOT_FOR_ROBOTS == set(sitemap.PAGES)


# --- robots ---------------------------------------------------------------------------------------


@pytest.fixture
def robots(client: Client) -> RobotFileParser:
    parser = RobotFileParser()
    parser.parse(client.get("/robots.txt").content.decode().splitlines())
    return parser


@pytest.mark.parametrize("path", ["/admin/", "/api/v1/initiatives/", "/dev/mail/", "/export.csv", "/embed/"])
def test_robots_leave_alone_what_is_not_for_readers(path: str, robots: RobotFileParser) -> None:
    assert not robots.can_fetch("*", path)


@pytest.mark.parametrize(
    "path", ["/en/", "/ru/initiatives/bridge/", "/cards/en/bridge.png", "/feeds/changes.atom"]
)
def test_robots_may_read_the_pages(path: str, robots: RobotFileParser) -> None:
    assert robots.can_fetch("*", path)


def test_robots_are_told_of_the_sitemap_and_of_the_letters_that_are_somebodys_own(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in lines
    assert {"Disallow: /*/answer/", "Disallow: /*/unsubscribe/"} <= {*lines}


@override_settings(DEMONSTRATION=True)
def test_a_demonstration_is_for_no_robot(client: Client) -> None:
    assert client.get("/robots.txt").content.decode() == "User-agent: *\nDisallow: /\n"
