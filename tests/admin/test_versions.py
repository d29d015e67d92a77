"""Versions: two compared, one as of a day, and earlier values restored as a new one."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.test import Client

from tests import factories as make
from tests.admin.changing import address, changed, newest, told
from tracker import progress, publishing
from tracker.admin.history.authors import moment
from tracker.models import Initiative
from tracker.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Initiative:
    return make.make_initiative(title="A bridge", money="")


class TestComparing:
    def compare(self, client: Client, row: Initiative, older: Any, newer: Any) -> Any:
        return client.get(address("compare", row.pk), {"older": older, "newer": newer})

    def test_two_versions_show_only_the_fields_that_differ_also_of_parts(
        self, client: Client, staff: User, bridge: Initiative
    ) -> None:
        part = make.make_responsibility(bridge, make.make_party(name="Ministry"))
        quote = make.make_quote(initiative=bridge, exact="We build it.")
        first = changed(bridge, money="5 million").history_date
        quote.delete()
        part.role = "support"
        part.save()
        last = changed(bridge, money="7 million", title_en="A long bridge").history_date

        answer = self.compare(client, bridge, first.isoformat(), last.isoformat())

        found = answer.context["differences"]
        assert [(part.name, part.came, part.went) for part in found] == [
            ("Initiative", False, False),
            ("Responsibility: Ministry", False, False),
            ("Quote: We build it.", False, True),
        ]
        assert found[0].fields == [
            ("Title [en]", "A bridge", "A long bridge"),
            ("Money", "5 million", "7 million"),
        ]
        assert found[1].fields == [("Role", "lead", "support")]

    def test_the_state_that_followed_from_reports_and_deadlines_is_compared(
        self, client: Client, staff: User
    ) -> None:
        with time_machine.travel(make.NOW, tick=False):
            bridge = make.make_initiative()
        make.set_deadline(bridge, dt.date(2027, 3, 1), now=make.moment(1))
        update = make.report(bridge, "in_progress", now=make.moment(2))
        progress.withdraw(record=update, reason="Another", now=make.moment(3))

        def differing(older: int, newer: int) -> Any:
            answer = self.compare(client, bridge, make.moment(older), make.moment(newer))
            return [(part.name, part.fields) for part in answer.context["differences"]]

        assert differing(1, 2) == [
            (
                "Where it stood",
                [("Status", "Announced", "In progress"), ("Last report", "—", "23 November 2026")],
            )
        ]
        assert differing(1, 3) == []
        assert differing(0, 1) == [
            ("Where it stood", [("Due on", "—", "1 March 2027"), ("First due on", "—", "1 March 2027")])
        ]

    def test_the_order_in_which_two_are_chosen_does_not_matter(
        self, client: Client, staff: User, bridge: Initiative
    ) -> None:
        first = bridge.history.latest().history_date
        last = changed(bridge, money="5 million").history_date

        answer = self.compare(client, bridge, last.isoformat(), first.isoformat())

        assert answer.context["differences"][0].fields == [("Money", "—", "5 million")]

    def test_the_list_offers_two_moments_of_each_row(
        self, client: Client, staff: User, bridge: Initiative
    ) -> None:
        changed(bridge, money="5 million")

        page = client.get(address("history", bridge.pk)).content.decode()

        assert f'action="{address("compare", bridge.pk)}"' in page
        assert (page.count('name="older"'), page.count('name="newer"'), page.count("checked")) == (2, 2, 2)

    @pytest.mark.parametrize("older", ["", "yesterday", "0001-01-01T00:00", "9999-12-31T23:59"])
    def test_what_is_no_moment_is_told(
        self, client: Client, staff: User, bridge: Initiative, older: str
    ) -> None:
        answer = self.compare(client, bridge, older, "2026-11-23T10:00")

        assert answer.status_code == 200
        assert "older" in answer.context["form"].errors


class TestAsOf:
    def test_what_was_recorded_by_the_end_of_a_day_is_shown(self, client: Client, staff: User) -> None:
        with time_machine.travel(make.moment(-5)):
            bridge = make.make_initiative(title="A bridge", announced_on=make.day(-5))
            make.report(bridge, happened_on=make.day(-5), now=make.moment(-5))
        with time_machine.travel(make.moment(-3)):
            changed(bridge, title_en="A tunnel")
        with time_machine.travel(make.NOW):
            client.force_login(staff)
            page = client.get(address("as_of", bridge.pk), {"on": str(make.day(-4))}).content.decode()
            later = client.get(address("as_of", bridge.pk), {"on": str(make.day(-3))}).content.decode()
            before = client.get(address("as_of", bridge.pk), {"on": str(make.day(-6))}).content.decode()

        assert "<td>A bridge</td>" in page
        assert "<td>In progress</td>" in page
        assert "<td>A tunnel</td>" in later
        assert "Nothing had been recorded here by then." in before

    def test_it_leads_to_the_public_page_of_that_day(self, client: Client, staff: User) -> None:
        bridge = make.make_published()

        page = client.get(address("history", bridge.pk)).content.decode()

        assert f'formaction="{bridge.get_absolute_url()}"' in page

    def test_of_a_draft_it_leads_to_the_preview_of_that_day(self, client: Client, staff: User) -> None:
        draft = make.make_initiative(announced_on=dt.date(2025, 2, 3))
        make.report(draft, happened_on=dt.date(2025, 3, 3))
        preview = address("preview", draft.pk)

        page = client.get(address("history", draft.pk)).content.decode()
        then = client.get(preview, {"on": "2025-02-20"}).context["initiative"]
        now = client.get(preview).context["initiative"]
        before = client.get(preview, {"on": "2025-02-02"})

        assert f'formaction="{preview}"' in page
        assert (then.status, now.status) == ("announced", "in_progress")
        assert before.status_code == 404

    def test_a_day_to_come_is_refused(self, client: Client, staff: User, bridge: Initiative) -> None:
        answer = client.get(address("as_of", bridge.pk), {"on": "2999-01-01"})

        assert answer.context["form"].errors == {
            "on": ["1 January 2999 lies in the future. Enter a day up to today."]
        }


class TestRestoring:
    def restore(self, client: Client, row: Initiative, record: Any, **said: Any) -> Any:
        """Look at what will change, then confirm it."""
        page = address("restore", row.pk, record.history_id)
        return client.post(page, {"seen": client.get(page).context["seen"], **said})

    def test_looking_changes_nothing(self, client: Client, staff: User, bridge: Initiative) -> None:
        record = changed(bridge, money="5 million")

        answer = client.get(address("restore", bridge.pk, record.history_id))

        assert [(f.label, f.now, f.then) for f in answer.context["fields"]] == [("Money", "5 million", "—")]
        bridge.refresh_from_db()
        assert bridge.money == "5 million"

    def test_the_fields_of_a_change_get_back_what_stood_before_it_and_no_others(
        self, client: Client, staff: User, bridge: Initiative
    ) -> None:
        before = bridge.history.latest().history_date
        record = changed(bridge, money="5 million")
        changed(bridge, title_en="A long bridge")

        answer = self.restore(client, bridge, record)

        assert answer.status_code == 302
        bridge.refresh_from_db()
        assert (bridge.money, bridge.title_en) == ("", "A long bridge")
        assert bridge.history.count() == 4
        assert told(newest(bridge)) == ("anna", "Initiative changed", f"Restored from {moment(before)}")

    def test_places_come_back_as_far_as_they_are_there(
        self, client: Client, staff: User, bridge: Initiative
    ) -> None:
        kept, gone = make.make_place(), make.make_place()
        bridge.places.set([kept, gone])
        bridge.places.clear()
        record = bridge.history.latest()
        gone.delete()

        self.restore(client, bridge, record)

        assert [*bridge.places.all()] == [kept]

    def test_what_is_not_valid_today_is_not_saved_and_says_why(
        self, client: Client, staff: User, bridge: Initiative
    ) -> None:
        taken = bridge.slug
        record = changed(bridge, slug="another")
        make.make_initiative(slug=taken)

        answer = self.restore(client, bridge, record)

        assert answer.context["problems"] == ["Initiative with this Address part already exists."]
        bridge.refresh_from_db()
        assert bridge.slug == "another"

    def test_what_was_changed_since_it_was_shown_is_shown_anew(
        self, client: Client, staff: User, bridge: Initiative
    ) -> None:
        record = changed(bridge, money="5 million")
        page = address("restore", bridge.pk, record.history_id)
        seen = client.get(page).context["seen"]
        changed(bridge, money="7 million")

        answer = client.post(page, {"seen": seen})

        assert "changed since you opened it" in answer.context["problems"][0]
        assert answer.context["fields"][0].now == "7 million"
        bridge.refresh_from_db()
        assert bridge.money == "7 million"

    def test_publication_is_not_restored(self, client: Client, staff: User) -> None:
        bridge = make.make_published()
        publishing.hide(initiative=bridge, reason="Said twice")
        record = bridge.history.latest()

        answer = self.restore(client, bridge, record)

        assert answer.context["fields"] == []
        bridge.refresh_from_db()
        assert not bridge.is_published

    def test_a_reader_restores_nothing_and_an_officer_only_of_the_own_party(
        self, client: Client, bridge: Initiative
    ) -> None:
        record = changed(bridge, money="5 million")
        page = address("restore", bridge.pk, record.history_id)
        for role, party, expected in (
            (Role.READER, None, 403),
            (Role.OFFICER, None, 404),
            (Role.OFFICER, make.make_party(), 200),
        ):
            user = make.make_user(is_staff=True)
            user.groups.add(Group.objects.get(name=role))
            if party:
                make.make_contact(party=party, user=user)
                make.make_responsibility(bridge, party)
            client.force_login(user)

            assert client.post(page, {"seen": ""}).status_code == expected, role
        bridge.refresh_from_db()
        assert bridge.money == "5 million"

    def test_a_version_of_another_initiative_is_not_found(
        self, client: Client, staff: User, bridge: Initiative
    ) -> None:
        record = changed(make.make_initiative(), money="5 million")

        assert client.get(address("restore", bridge.pk, record.history_id)).status_code == 404
