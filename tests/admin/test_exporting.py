"""The list as a file: the rows that it shows, and what an import reads of them."""

import csv
import io

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.ingest import sheets
from tracker.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]


def enter(client: Client, role: Role) -> User:
    user = make.make_user(is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    client.force_login(user)
    return user


def exported(client: Client, query: str = "", ending: str = "csv") -> bytes:
    address = reverse("admin:tracker_initiative_export", args=[ending])
    return b"".join(client.get(f"{address}?{query}").streaming_content)


def titles(client: Client, query: str = "") -> list[str]:
    table = csv.DictReader(io.StringIO(exported(client, query).decode("utf-8-sig")))
    return [row["title_en"] for row in table]


def test_the_file_has_the_rows_of_the_list_in_its_order(client: Client) -> None:
    enter(client, Role.READER)
    for title, sector, days in (
        ("Old bridge", "transport", -9),
        ("Dairy", "agriculture", -3),
        ("Tram", "transport", -1),
    ):
        make.make_initiative(title=title, sector=sector, announced_on=make.day(days))

    assert titles(client, "sector__exact=transport&o=0") == ["Old bridge", "Tram"]
    assert titles(client, "sector__exact=transport&o=-0") == ["Tram", "Old bridge"]
    assert titles(client, "q=dairy") == ["Dairy"]


def test_it_is_not_cut_where_a_page_of_the_list_ends(client: Client) -> None:
    enter(client, Role.READER)
    for _number in range(51):
        make.make_initiative()

    assert len(titles(client)) == 51


def test_an_officer_takes_away_what_the_list_shows_to_them(client: Client) -> None:
    party = make.make_party()
    make.make_contact(party=party, user=enter(client, Role.OFFICER))
    make.make_responsibility(make.make_initiative(title="Own"), party)
    make.make_responsibility(make.make_initiative(title="Foreign"), make.make_party())

    assert titles(client) == ["Own"]


def test_the_list_says_how_many_and_keeps_its_query(client: Client) -> None:
    enter(client, Role.READER)
    make.make_initiative(sector="transport")
    make.make_initiative(sector="culture")

    page = client.get(reverse("admin:tracker_initiative_changelist"), {"sector__exact": "culture", "p": "1"})

    assert "1 initiative as XLSX" in " ".join(page.content.decode().split())
    assert [address.partition("?")[2] for _name, address in page.context["files"]] == [
        "sector__exact=culture"
    ] * 2


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_was_taken_away_comes_back_as_the_same(ending: str, client: Client) -> None:
    enter(client, Role.EDITOR)
    row = make.make_initiative(title="=1+1", announced_on=make.day(-9))
    make.make_responsibility(row, make.make_party())
    make.make_quote(initiative=row, source=make.make_source(text="A bridge will be built."), exact="A bridge")
    make.set_deadline(row, make.day(90))

    upload = sheets.previewed_file(exported(client, ending=ending), name=f"initiatives.{ending}")

    assert [(row.outcome, row.changes, row.problems) for row in upload.rows.all()] == [("same", [], [])]


def test_another_ending_is_not_there_and_nothing_is_written(client: Client) -> None:
    enter(client, Role.READER)

    assert client.get("/admin/tracker/initiative/export.exe").status_code == 404
    assert client.post("/admin/tracker/initiative/export.csv").status_code == 405


def test_a_query_that_the_list_does_not_understand_leads_to_the_list(client: Client) -> None:
    enter(client, Role.READER)

    answer = client.get("/admin/tracker/initiative/export.csv?announced_on__year=soon")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/tracker/initiative/?e=1")
