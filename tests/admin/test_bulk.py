"""Work on several initiatives: foreseen, then done to all or to none, with one history row each."""

import datetime as dt
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tracker.admin.bulk import WORKS
from tracker.models import Initiative, Responsibility, Status, StatusUpdate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

LIST = "/admin/tracker/initiative/"
RIGHTS = (
    "view_initiative",
    "change_initiative",
    "add_statusupdate",
    "add_deadline",
    "change_responsibility",
)


@pytest.fixture
def editor(client: Client) -> User:
    user = make.make_user(*RIGHTS, is_staff=True)
    client.force_login(user)
    return user


def address(work: str) -> str:
    return reverse(f"admin:tracker_initiative_all_{work}")


def ids(*initiatives: Initiative) -> str:
    return ",".join(str(initiative.pk) for initiative in initiatives)


def foresee(client: Client, work: str, *initiatives: Initiative, **said: object) -> object:
    return client.post(address(work), {"ids": ids(*initiatives), "step": "foresee", **said})


def confirm(client: Client, work: str, *initiatives: Initiative, **said: object) -> object:
    """Look at what will change, then confirm it."""
    shown = foresee(client, work, *initiatives, **said)
    seen = shown.context["seen"]
    return client.post(
        address(work), {"ids": ids(*initiatives), "step": "do", "seen": seen, **said}, follow=True
    )


def quoted() -> Initiative:
    initiative = make.make_initiative()
    make.make_quote(initiative=initiative)
    return initiative


def told(page: object) -> list[tuple[str, str, str]]:
    return [(row.before, row.after, row.refusal) for row in page.context["foreseen"]]


def messages(page: object) -> list[str]:
    return [str(message) for message in page.context["messages"]]


REPORT = {
    "status": "in_progress",
    "happened_on": "2026-11-20",
    "happened_precision": "day",
    "note": "Ground was broken.",
    "url": "https://example.org/news",
}


class TestReports:
    def test_what_will_change_is_shown_and_nothing_is_done_yet(self, client: Client, editor: User) -> None:
        first, second = make.make_initiative(), make.make_initiative()
        make.report(second, happened_on=make.day(-9))

        shown = foresee(client, "report", first, second, **REPORT)

        assert told(shown) == [
            ("Announced (no report yet)", "In progress (20 November 2026)", ""),
            ("In progress (14 November 2026)", "In progress (20 November 2026)", ""),
        ]
        assert StatusUpdate.objects.count() == 1

    def test_confirmed_each_has_one_report_in_the_name_of_who_confirmed(
        self, client: Client, editor: User
    ) -> None:
        initiatives = [make.make_initiative() for _number in range(3)]

        done = confirm(client, "report", *initiatives, **REPORT)

        assert messages(done) == ["Record a status update: done for 3 initiatives."]
        for initiative in initiatives:
            row = initiative.updates.get()
            assert (row.old_status, row.status, row.note) == (
                "announced",
                "in_progress",
                "Ground was broken.",
            )
            assert row.recorded_by == editor

    def test_one_refused_refuses_all_and_says_why(self, client: Client, editor: User) -> None:
        first, second = make.make_initiative(), make.make_initiative()
        said = {**REPORT, "status": "completed"}

        refused = confirm(client, "report", first, second, **said)

        assert [row[2] for row in told(refused)] == [
            "Only a controller accepts an initiative as completed."
        ] * 2
        assert StatusUpdate.objects.count() == 0

    def test_without_evidence_the_form_says_so_and_keeps_what_was_typed(
        self, client: Client, editor: User
    ) -> None:
        refused = foresee(client, "report", make.make_initiative(), **{**REPORT, "url": ""})

        assert refused.context["work"].non_field_errors() == [
            "A report needs its evidence: a quote, an address, or the party that told us."
        ]
        assert "Ground was broken." in refused.content.decode()


class TestSeenFirst:
    def test_nothing_is_done_unseen(self, client: Client, editor: User) -> None:
        initiative = make.make_initiative()

        answer = client.post(address("report"), {"ids": ids(initiative), "step": "do", **REPORT})

        assert StatusUpdate.objects.count() == 0
        assert told(answer)[0][1] == "In progress (20 November 2026)"

    def test_what_changed_since_it_was_seen_is_shown_again(self, client: Client, editor: User) -> None:
        initiative = make.make_initiative()
        seen = foresee(client, "report", initiative, **REPORT).context["seen"]
        make.report(initiative, Status.ON_HOLD, happened_on=make.day(-9))

        answer = client.post(
            address("report"), {"ids": ids(initiative), "step": "do", "seen": seen, **REPORT}
        )

        assert messages(answer) == [
            "The form or an initiative has changed since. Look at what will change now, then confirm."
        ]
        assert StatusUpdate.objects.count() == 1

    def test_what_is_refused_can_be_left_out(self, client: Client, editor: User) -> None:
        bare, quoted = make.make_initiative(title="Bare"), make.make_initiative()
        make.make_quote(initiative=quoted)
        said = {"reason": "Checked."}

        shown = client.post(address("publish"), {"ids": ids(bare, quoted), "step": "leave_out", **said})

        assert told(shown) == [("draft", "published", "")]
        assert shown.context["ids"] == ids(quoted)


class TestDeadlines:
    def test_it_is_moved_with_its_reason(self, client: Client, editor: User) -> None:
        initiative = make.make_initiative()
        make.set_deadline(initiative, make.day(10))
        said = {"due_on": "2027-03-31", "precision": "day", "said_on": "2026-11-23", "reason": "No site yet."}

        confirm(client, "deadline", initiative, **said)

        row = initiative.deadlines.latest("recorded_at", "pk")
        assert (row.old_due_on, row.due_on) == (make.day(10), dt.date(2027, 3, 31))
        assert (row.reason, row.recorded_by) == ("No site yet.", editor)

    def test_without_a_reason_it_is_refused(self, client: Client, editor: User) -> None:
        said = {"due_on": "2027-03-31", "precision": "day", "said_on": "2026-11-20"}

        refused = foresee(client, "deadline", make.make_initiative(), **said)

        assert list(refused.context["work"].errors) == ["reason"]


class TestAssigning:
    def test_who_led_before_supports_and_the_history_has_the_reason(
        self, client: Client, editor: User
    ) -> None:
        initiative, new = make.make_initiative(), make.make_party(name="New")
        make.make_responsibility(initiative, make.make_party(name="Old"))

        done = confirm(client, "assign", initiative, party=new.pk, role="lead", reason="Order 7.")

        assert messages(done) == ["Assign an owner or another role: done for 1 initiative."]
        assert [str(part) for part in initiative.responsibilities.all()] == ["New (lead)", "Old (support)"]
        newest = Responsibility.history.filter(party=new).get()
        assert (newest.history_change_reason, newest.history_user) == ("Order 7.", editor)

    def test_where_nobody_led_one_history_row_is_written_for_each(self, client: Client, editor: User) -> None:
        initiatives = [make.make_initiative() for _number in range(3)]

        confirm(client, "assign", *initiatives, party=make.make_party().pk, role="lead", reason="Order 7.")

        for initiative in initiatives:
            assert Responsibility.history.filter(initiative=initiative).count() == 1

    def test_what_stays_as_it_is_writes_no_history(self, client: Client, editor: User) -> None:
        initiative, party = make.make_initiative(), make.make_party()
        make.make_responsibility(initiative, party)

        confirm(client, "assign", initiative, party=party.pk, role="lead", reason="Order 7.")

        assert Responsibility.history.count() == 1


class TestPublishing:
    def test_it_is_published_with_its_reason_in_the_history(self, client: Client, editor: User) -> None:
        initiative = quoted()
        before = Initiative.history.filter(id=initiative.pk).count()

        confirm(client, "publish", initiative, reason="Checked by two.")

        rows = Initiative.history.filter(id=initiative.pk)
        assert rows.count() == before + 1
        assert (rows.first().history_change_reason, rows.first().history_user) == ("Checked by two.", editor)
        assert list(Initiative.objects.published()) == [initiative]

    def test_what_has_no_quote_is_refused_and_says_why(self, client: Client, editor: User) -> None:
        bare, sound = make.make_initiative(title="Bare"), quoted()

        refused = confirm(client, "publish", bare, sound, reason="Checked.")

        assert [row[2] for row in told(refused)] == [
            "“Bare” has no quote. Add the words that announced it, then publish.",
            "",
        ]
        assert list(Initiative.objects.published()) == []

    def test_it_is_hidden(self, client: Client, editor: User) -> None:
        initiative = make.make_published()

        confirm(client, "hide", initiative, reason="A mistake in the name.")

        assert list(Initiative.objects.published()) == []
        assert Initiative.history.first().history_change_reason == "A mistake in the name."


class TestTheWayThere:
    def test_an_action_of_the_list_leads_there_and_back(self, client: Client, editor: User) -> None:
        first, second = make.make_published(), make.make_published()

        chosen = client.post(f"{LIST}?q=", {"action": "hide", "_selected_action": [first.pk, second.pk]})
        page = client.get(chosen.url)

        assert chosen.url.startswith(f"{address('hide')}?ids={ids(first, second)}")
        assert [stand for _row, stand in page.context["chosen"]] == ["published", "published"]
        assert page.context["list_address"] == f"{LIST}?q="

    def test_too_many_at_once_are_refused(self, client: Client, editor: User) -> None:
        for _number in range(201):
            make.make_initiative()
        every = list(Initiative.objects.values_list("pk", flat=True))

        answer = client.post(LIST, {"action": "hide", "_selected_action": every[:1], "select_across": "1"})

        assert answer.status_code == 302
        shown = client.get(LIST)
        assert messages(shown) == [
            "More than 200 were chosen. Narrow the list, or choose them in several goes."
        ]

    @pytest.mark.parametrize("asked", ["", "x", "1,,2", "999999", "-1", "²", "9" * 30, ",".join("1" * 300)])
    def test_what_is_not_there_is_not_found(self, client: Client, editor: User, asked: str) -> None:
        assert client.get(address("hide"), {"ids": asked}).status_code == 404


class TestRights:
    @pytest.mark.parametrize("work", WORKS)
    def test_a_missing_right_hides_the_action_and_refuses_the_page(self, client: Client, work: str) -> None:
        initiative = make.make_initiative()
        needed = WORKS[work].needs.removeprefix("tracker.")
        user = make.make_user(*(set(RIGHTS) - {needed}), is_staff=True)
        user.user_permissions.add(*make.Permission.objects.filter(codename="view_initiative"))
        client.force_login(user)

        offered = re.findall(r'<option value="(\w+)"', client.get(LIST).content.decode())

        assert work not in offered
        assert client.get(address(work), {"ids": ids(initiative)}).status_code == 403
        assert client.post(address(work), {"ids": ids(initiative), "step": "do"}).status_code == 403

    @pytest.mark.parametrize(
        ("permissions", "status"),
        [
            (["view_initiative"], 403),
            (["view_initiative", "add_statusupdate"], 200),
            (["add_statusupdate"], 403),
        ],
    )
    def test_who_may_look_and_record_records_for_many_too(
        self, permissions: list[str], status: int, client: Client
    ) -> None:
        initiative = make.make_initiative()
        client.force_login(make.make_user(*permissions, is_staff=True))

        assert client.get(address("report"), {"ids": ids(initiative)}).status_code == status


def test_a_vague_deadline_is_said_no_more_exactly_than_it_is_known(client: Client, editor: User) -> None:
    vague = make.make_initiative()
    make.set_deadline(vague, make.day(66), precision="month", wording="in January")

    page = client.get(address("deadline"), {"ids": ids(vague)})

    assert [stand for _row, stand in page.context["chosen"]] == ["January 2027"]
