"""Sheets in the admin: uploaded, looked at, applied, cancelled; by whoever may."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from tests import factories as make
from tests.ingest import sheets
from tests.ingest.sheets import BRIDGE
from tracker.ingest.spreadsheet import columns
from tracker.models import Import, Initiative

pytestmark = pytest.mark.django_db

ADD = "/admin/tracker/import/add/"


@pytest.fixture
def editor(client: Client) -> User:
    user = make.make_user("add_import", is_staff=True)
    client.force_login(user)
    return user


def _send(client: Client, content: bytes, name: str = "sheet.csv") -> str:
    """Upload a sheet, and give the page that answers."""
    answer = client.post(ADD, {"file": SimpleUploadedFile(name, content)}, follow=True)
    return " ".join(answer.content.decode().split())


def _post(client: Client, deed: str, **said: object) -> str:
    address = reverse(f"admin:tracker_import_{deed}", args=[Import.objects.get().pk])
    return " ".join(client.post(address, said, follow=True).content.decode().split())


def _twice(number: int) -> Import:
    """A previewed sheet in which each of so many rows stands twice: rows 2 and up, then its duplicates."""
    rows = [{**BRIDGE, "title_en": f"Bridge {count}"} for count in range(number)]
    return sheets.previewed(*rows, *rows)


class TestPermission:
    @pytest.mark.parametrize("permission", ["view_initiative", "change_initiative"])
    def test_whoever_may_not_import_gets_403_everywhere(self, permission: str, client: Client) -> None:
        client.force_login(make.make_user(permission, is_staff=True))
        row = sheets.previewed(BRIDGE)

        gets = ["changelist", "add", ("change", row.pk), ("problems", row.pk), ("template", "csv")]
        posts = [("apply", row.pk), ("cancel", row.pk), ("resume", row.pk)]

        named = [(name, ()) if isinstance(name, str) else (name[0], name[1:]) for name in [*gets, *posts]]
        addresses = [reverse(f"admin:tracker_import_{name}", args=args) for name, args in named]
        answers = [client.get(address).status_code for address in addresses[: len(gets)]]
        answers += [client.post(address).status_code for address in addresses[len(gets) :]]
        assert {*answers} == {403}
        assert Import.objects.get().state == "previewed"

    @pytest.mark.parametrize("deed", ["apply", "cancel", "resume"])
    def test_a_link_alone_changes_nothing(self, deed: str, client: Client, editor: User) -> None:
        row = sheets.previewed(BRIDGE)

        answer = client.get(reverse(f"admin:tracker_import_{deed}", args=[row.pk]))

        assert answer.status_code == 405


class TestUpload:
    def test_a_small_sheet_is_previewed_at_once_and_applied_with_one_click(
        self, client: Client, editor: User
    ) -> None:
        shown = _send(client, sheets.as_csv(BRIDGE))
        before = Initiative.objects.count()
        applied = _post(client, "apply")

        assert "A bridge over the Amur" in shown
        assert "Apply" in shown
        assert before == 0
        assert "Applied" in applied
        assert Initiative.history.get().history_user == editor

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("sheet.csv", "slug\nмост".encode("cp1251"), "perhaps in Windows-1251"),
            ("sheet.xlsm", b"PK", "macros"),
            ("sheet.csv", b"", "empty"),
            ("sheet.csv", b"slug\n" + b"a" * (21 << 20), "at most 20 MB"),
        ],
    )
    def test_an_unreadable_file_is_refused_and_not_kept(
        self, name: str, content: bytes, said: str, client: Client, editor: User
    ) -> None:
        assert said in _send(client, content, name)
        assert not Import.objects.exists()

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b'slug,money\n"a,1', "a quotation mark has no partner"),
            (b"slug,slug\na,b", "Columns stand there twice: slug"),
            (b"what,ever\na,b", "none of the names that an import knows"),
            (b"slug\n", "no rows below"),
        ],
    )
    def test_a_file_that_turns_out_to_be_wrong_says_why_and_is_emptied(
        self, content: bytes, said: str, client: Client, editor: User
    ) -> None:
        assert said in _send(client, content)
        row = Import.objects.get()
        assert (row.state, bytes(row.content), row.rows.count()) == ("refused", b"", 0)

    def test_a_large_sheet_waits_for_a_worker_even_without_a_broker(
        self, client: Client, editor: User
    ) -> None:
        rows = [{**BRIDGE, "title_en": f"Bridge {number}"} for number in range(300)]

        shown = _send(client, sheets.as_csv(*rows))

        assert "Waits for a worker" in shown
        assert 'http-equiv="refresh"' in shown
        assert Import.objects.get().rows.count() == 0

    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_the_template_has_every_column_and_can_be_filled(
        self, ending: str, client: Client, editor: User
    ) -> None:
        content = client.get(reverse("admin:tracker_import_template", args=[ending])).content

        if ending == "csv":
            header = next(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        else:
            header = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(content)).active[1]]
        assert header == [*columns.COLUMNS]
        assert "no rows below" in _send(client, content, f"initiatives.{ending}")


class TestPreview:
    def test_it_says_what_each_row_would_do(self, client: Client, editor: User) -> None:
        kept = make.make_initiative(slug="kept", title="A port on the Zeya", money="1 dollar")
        same = make.make_initiative(slug="same", title="A school in Minsk")
        row = {
            "slug": "",
            "title_en": "",
            "firmness": "planned",
            "sector": "industry",
            "money": "",
            "status": "x",
        }

        shown = _send(
            client,
            sheets.as_csv(
                {**row, "title_en": "Something quite new"},
                {**row, "slug": kept.slug, "title_en": kept.title_en, "money": "2 dollars"},
                {**row, "slug": same.slug, "title_en": same.title_en},
                {**row, "title_en": "A port on Zeya"},
                {**row, "title_en": "A fair", "sector": "fair"},
            ),
        )

        for outcome in ("New", "Changed", "Same", "Likely duplicate", "Refused"):
            assert f"{outcome}: <strong>1</strong>" in shown
        assert "<del>1 dollar</del> → <ins>2 dollars</ins>" in shown
        assert "seen “fair”; wanted: one of: industry" in shown
        assert "Not read: <code>status</code>" in shown
        assert "1 row is refused, so nothing can be applied." in shown
        assert ">Apply<" not in shown

    def test_a_duplicate_is_imported_only_if_ticked(self, client: Client, editor: User) -> None:
        make.make_initiative(title="The bridge over the Amur")
        _send(client, sheets.as_csv(BRIDGE))

        _post(client, "apply", shown=["2"], wanted=["2"])

        assert Initiative.objects.count() == 2

    def test_what_is_ticked_stays_ticked_on_other_pages(self, client: Client, editor: User) -> None:
        row = _twice(60)

        second = _post(client, "apply", shown=["62", "63"], wanted=["63"], choose="2")
        _post(client, "apply", shown=["121"], wanted=["121"], choose="1")

        assert "Ticked: 1 of 60" in second
        assert "Page 2 of 2" in second
        assert [kept.number for kept in row.rows.writing().filter(outcome="duplicate")] == [63, 121]
        assert not Initiative.objects.exists()

    @override_settings(EMBEDDED=True)
    def test_all_duplicates_of_a_long_sheet_are_ticked_at_once(self, client: Client, editor: User) -> None:
        row = _twice(60)

        ticked = _post(client, "apply", shown=["62"], choose="all")
        unticked = _post(client, "apply", shown=["62"], wanted=["62"], choose="none")
        _post(client, "apply", choose="all")
        _post(client, "apply")

        assert ("Ticked: 60 of 60" in ticked, "Ticked: 0 of 60" in unticked) == (True, True)
        assert (row.rows.count(), Initiative.objects.count()) == (120, 120)

    def test_nothing_is_ticked_any_more_once_it_is_applied(self, client: Client, editor: User) -> None:
        row = _twice(3)
        Import.objects.update(state="done")

        _post(client, "apply", shown=["5"], wanted=["5"], choose="all")

        assert not row.rows.filter(is_wanted=True).exists()

    def test_refused_rows_are_not_applied_by_typed_address_either(self, client: Client, editor: User) -> None:
        _send(client, sheets.as_csv(BRIDGE, {**BRIDGE, "title_en": "A fair", "sector": "fair"}))

        assert "Rows are refused." in _post(client, "apply")
        assert not Initiative.objects.exists()

    def test_what_is_wrong_is_given_as_a_file(self, client: Client, editor: User) -> None:
        row = sheets.previewed({**BRIDGE, "sector": "fair"})

        answer = client.get(reverse("admin:tracker_import_problems", args=[row.pk]))

        assert answer.headers["Content-Disposition"] == f'attachment; filename="problems-{row.pk}.csv"'
        assert b"2,sector,fair" in answer.content

    def test_html_in_a_sheet_stays_text(self, client: Client, editor: User) -> None:
        shown = _send(client, sheets.as_csv({**BRIDGE, "title_en": "<script>alert(1)</script>"}))

        assert "<script>alert" not in shown

    def test_its_queries_do_not_grow_with_its_rows(self, client: Client, editor: User, count_queries) -> None:  # type: ignore[no-untyped-def]
        one = sheets.previewed(BRIDGE)
        many = sheets.previewed(*({**BRIDGE, "title_en": f"Bridge {number}"} for number in range(40)))

        counts = [
            count_queries(lambda pk=row.pk: client.get(reverse("admin:tracker_import_change", args=[pk])))
            for row in (one, many)
        ]

        assert counts[0] == counts[1]


class TestStopping:
    def test_a_preview_is_cancelled(self, client: Client, editor: User) -> None:
        _send(client, sheets.as_csv(BRIDGE))

        assert "Import cancelled" in _post(client, "cancel")

    @override_settings(EMBEDDED=True)
    def test_an_interrupted_one_is_started_again(self, client: Client, editor: User) -> None:
        row = sheets.previewed(BRIDGE)
        Import.objects.update(state="reading", beat_at=timezone.now() - dt.timedelta(minutes=3))

        shown = client.get(reverse("admin:tracker_import_change", args=[row.pk])).content.decode()
        again = _post(client, "resume")

        assert "The worker was interrupted." in shown
        assert "Apply" in again

    def test_the_list_names_every_import_with_its_state(self, client: Client, editor: User) -> None:
        sheets.previewed(BRIDGE, name="plan.csv")

        shown = client.get(reverse("admin:tracker_import_changelist")).content.decode()

        assert "plan.csv" in shown
        assert "waits for your decision" in shown
