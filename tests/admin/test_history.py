"""The history: every change with who and why; nothing in it is edited."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.admin.changing import address, changed, newest, told
from tests.ingest import sheets
from tracker import progress, proposals, publishing, responsibilities
from tracker.admin.history.changes import changes_of
from tracker.ingest import seeds
from tracker.models import Initiative, Proposal, Responsibility

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Initiative:
    return make.make_initiative(title="A bridge", money="")


@pytest.fixture
def _clock_runs() -> Iterator[None]:
    """Begin at the factories' moment, so that what they record a day later comes after it."""
    with time_machine.travel(make.NOW):
        yield


@pytest.mark.usefixtures("_clock_runs")
class TestWhoAndWhy:
    def test_a_save_in_the_admin_names_the_person_and_each_field_before_and_after(
        self, client: Client, staff: User
    ) -> None:
        place = make.make_place(name="Minsk")
        names = {"name_ru": "Минск", "name_en": "Minsk city", "name_de": "Minsk"}
        page = reverse("admin:tracker_place_change", args=[place.pk])
        client.post(page, {**names, "slug": place.slug, "country": "BY"})

        change = changes_of(place)[0]

        assert told(change) == ("anna", "Place changed", "")
        assert ("Name [en]", "Minsk", "Minsk city") in change.fields

    def test_places_that_come_are_named(self, bridge: Initiative) -> None:
        bridge.places.set([make.make_place(name="Minsk"), make.make_place(name="Brest")])

        assert newest(bridge).fields == (("Places", "—", "Brest, Minsk"),)

    def test_a_party_is_named_not_numbered(self, bridge: Initiative) -> None:
        part = make.make_responsibility(bridge, make.make_party(name="Ministry"))
        part.party = make.make_party(name="Port")
        part.save()

        change = newest(bridge)

        assert change.what == "Responsibility: Port changed"
        assert change.fields == (("Party", "Ministry", "Port"),)

    def test_what_was_removed_is_told_with_what_stood_there(self, bridge: Initiative) -> None:
        make.make_responsibility(bridge, make.make_party(name="Ministry")).delete()

        change = newest(bridge)

        assert change.what == "Responsibility: Ministry removed"
        assert change.fields == (("Party", "Ministry", "—"), ("Role", "lead", "—"))

    def test_a_figure_is_told_of_with_the_initiative_that_its_quote_belongs_to(
        self, bridge: Initiative
    ) -> None:
        make.make_figure(quote=make.make_quote(initiative=bridge), what="Lanes", value=4, unit="lanes")

        assert newest(bridge).what == "Figure: Lanes added"

    def test_an_assignment_tells_its_reason(self, bridge: Initiative) -> None:
        party = make.make_party(name="Ministry")
        responsibilities.assign(initiative=bridge, party=party, role="lead", reason="Order 12")

        assert told(newest(bridge)) == ("unknown", "Responsibility: Ministry added", "Order 12")

    def test_hiding_tells_its_reason(self) -> None:
        bridge = make.make_published()
        publishing.hide(initiative=bridge, reason="Said twice")

        change = newest(bridge)

        assert (change.what, change.why) == ("Initiative changed", "Said twice")
        assert [field[0] for field in change.fields] == ["Published at"]

    def test_work_on_many_names_the_person_and_the_reason_in_each(self, client: Client, staff: User) -> None:
        both = [make.make_initiative(), make.make_initiative()]
        for row in both:
            make.make_quote(initiative=row)
        said = {"ids": ",".join(str(row.pk) for row in both), "reason": "Checked by the desk"}
        page = address("all_publish")
        seen = client.post(page, {**said, "step": "foresee"}).context["seen"]

        client.post(page, {**said, "step": "do", "seen": seen})

        assert [told(newest(row)) for row in both] == [
            ("anna", "Initiative changed", "Checked by the desk")
        ] * 2

    def test_a_status_update_and_its_withdrawal_stand_in_the_same_list(self, bridge: Initiative) -> None:
        user = make.make_user(username="boris")
        update = make.report(bridge, by=user, note="Begun.", now=make.moment(1))
        progress.withdraw(record=update, reason="Another bridge", now=make.moment(2), by=user)

        withdrawn, recorded = changes_of(bridge)[:2]
        undo = [change.undo for change in changes_of(bridge)]

        assert told(withdrawn) == (
            "boris",
            "Status update: announced → in progress withdrawn",
            "Another bridge",
        )
        assert told(recorded) == ("boris", "Status update recorded", "")
        assert ("Status", "announced", "in progress") in recorded.fields
        assert ("Note", "—", "Begun.") in recorded.fields
        assert undo == [None] * 3

    def test_a_moved_deadline_tells_where_it_was_and_why_it_moved(self, bridge: Initiative) -> None:
        make.set_deadline(bridge, dt.date(2027, 3, 1), now=make.moment(1))
        make.set_deadline(bridge, dt.date(2027, 6, 1), now=make.moment(2), reason="Floods")

        change = newest(bridge)

        assert change.what == "Deadline recorded"
        assert ("Due on", "1 March 2027", "1 June 2027") in change.fields
        assert ("Reason", "—", "Floods") in change.fields

    def test_an_accepted_answer_by_link_names_who_accepted_it_and_whose_it_is(self) -> None:
        proposal: Any = make.make_proposal()
        party = proposal.proposed_by.party
        proposals.accept(proposal=proposal, by=make.make_user(username="boris"), now=make.moment(1))

        change = newest(proposal.initiative)

        assert change.what == "Status update recorded"
        assert change.who == f"boris, accepting an answer by link from {party}"

    def test_a_role_handed_on_by_an_answer_names_whose_answer_it_was(self) -> None:
        asked = make.make_asked()
        party, successor = asked.contact.party, make.make_party(name="Port")
        proposal = make.make_proposal(asked)
        Proposal.objects.filter(pk=proposal.pk).update(
            kind="responsibility", wanted={"party": party.pk, "successor": successor.pk}
        )
        proposal.refresh_from_db()
        proposals.accept(proposal=proposal, by=make.make_user(username="boris"), now=make.moment(1))

        came, went = changes_of(asked.initiative)[:2]

        who = f"boris, accepting an answer by link from {party}"
        assert told(came) == (who, "Responsibility: Port added", "")
        assert told(went) == (who, f"Responsibility: {party} removed", "")

    def test_a_correction_that_a_reader_asked_for_says_so_without_the_reader(self) -> None:
        proposal: Any = make.make_correction_proposal(reader_name="Igor", reader_address="igor@example.org")
        words = {"before": "May", "after": "June", "why": "The order says June."}
        user = make.make_user(username="boris")
        proposals.accept(proposal=proposal, by=user, now=make.moment(1), changes=words)

        assert newest(proposal.initiative).who == "boris, accepting what a reader wrote"

    def test_an_import_names_the_person_and_the_file_also_beside_its_deadline(self) -> None:
        user = make.make_user(username="boris")
        row = {**sheets.BRIDGE, "due_on": "31.12.2027", "due_wording": "by the end of 2027"}
        sheets.applied(sheets.previewed(row, name="list.csv", by=user))

        changes = changes_of(Initiative.objects.get())

        assert {told(change) for change in changes} == {
            ("boris", "Initiative added", "Import: list.csv"),
            ("boris", "Deadline recorded", "Import: list.csv"),
        }

    def test_the_seeds_are_named_in_all_that_they_wrote(self) -> None:
        seeds.load(folder=Path(settings.BASE_DIR) / "seeds", texts=None, now=make.NOW)
        with_all = [
            Initiative.objects.filter(**{f"{name}__isnull": False}).order_by("pk")[0]
            for name in ("updates", "deadlines", "places", "quotes", "responsibilities")
        ]

        who = {change.who for row in with_all for change in changes_of(row)}

        assert who == {"the seeds"}

    def test_a_login_that_is_no_more_leaves_the_change(self, client: Client, staff: User) -> None:
        bridge = make.make_initiative()
        record = changed(bridge, money="5 million")
        type(record).objects.filter(pk=record.pk).update(history_user=staff)
        staff.delete()

        assert newest(bridge).who == "unknown"


class TestList:
    def test_it_has_a_hundred_changes_a_page(self, client: Client, staff: User, bridge: Initiative) -> None:
        for number in range(120):
            changed(bridge, money=f"{number} million")

        first, second = (client.get(address("history", bridge.pk), {"p": page}) for page in (1, 2))

        assert [len(answer.context["page"]) for answer in (first, second)] == [100, 21]
        assert "121 changes" in first.content.decode()

    def test_it_asks_the_same_number_of_questions_for_few_changes_and_many(
        self, client: Client, staff: User, bridge: Initiative, django_assert_num_queries: Any
    ) -> None:
        def grow() -> None:
            part = make.make_responsibility(bridge, make.make_party(), "support")
            quote = make.make_quote(initiative=bridge)
            make.make_figure(quote=quote, claimed_by=part.party)
            bridge.places.add(make.make_place())
            make.report(bridge, told_by=part.party)
            make.set_deadline(bridge, make.day(30), reason="Floods", quote=quote)

        grow()
        # session, user, row; six histories, and what the initiative was joined to in two; updates, deadlines,
        # proposals
        expected = 14
        with django_assert_num_queries(expected):
            client.get(address("history", bridge.pk))
        for _number in range(10):
            grow()
        with django_assert_num_queries(expected):
            client.get(address("history", bridge.pk))

    def test_a_status_update_is_withdrawn_from_it_in_one_click_and_a_reason(
        self, client: Client, staff: User, bridge: Initiative
    ) -> None:
        update = make.report(bridge)
        page = client.get(address("history", bridge.pk)).content.decode()
        withdrawing = address("withdraw_report", bridge.pk, update.pk)
        assert f'href="{withdrawing}"' in page

        client.post(withdrawing, {"reason": "Another bridge"})

        bridge.refresh_from_db()
        assert bridge.status == "announced"
        assert f'href="{withdrawing}"' not in client.get(address("history", bridge.pk)).content.decode()

    def test_who_may_only_look_is_offered_nothing_to_undo(self, client: Client, bridge: Initiative) -> None:
        make.report(bridge)
        changed(bridge, money="5 million")
        client.force_login(make.make_user("view_initiative", is_staff=True))

        page = client.get(address("history", bridge.pk)).content.decode()

        assert "5 million" in page
        assert "Withdraw" not in page
        assert "Restore" not in page

    def test_what_was_deleted_still_has_its_history(
        self, client: Client, staff: User, bridge: Initiative
    ) -> None:
        key = bridge.pk
        bridge.delete()

        page = client.get(address("history", key)).content.decode()

        assert "Initiative removed" in page

    def test_what_never_was_is_not_found(self, client: Client, staff: User) -> None:
        for key in ("999", "x", "9" * 30):
            assert client.get(f"/admin/tracker/initiative/{key}/history/").status_code == 404


class TestNothingIsEdited:
    def test_no_page_of_a_history_takes_a_post_from_anybody(self, client: Client, staff: User) -> None:
        bridge = make.make_published()
        quote = bridge.quotes.get()
        make.make_responsibility(bridge, make.make_party())
        rows: list[Any] = [bridge, quote, quote.source, Responsibility.objects.get().party, make.make_place()]
        rows.append(make.make_correction(bridge))
        for row in rows:
            before = [*row.history.values()], [*type(row).objects.values()]
            prefix = f"admin:tracker_{row._meta.model_name}"
            version = reverse(f"{prefix}_simple_history", args=[row.pk, row.history.earliest().history_id])

            answers = [
                client.post(version, {"_save": "", "_change_history": "", "title_en": "Forged"}),
                client.put(version, {}),
                client.delete(version),
            ]
            client.post(reverse(f"{prefix}_history", args=[row.pk]), {"title_en": "Forged"})

            assert [answer.status_code for answer in answers] == [405] * 3
            assert ([*row.history.values()], [*type(row).objects.values()]) == before
            shown = client.get(version).content.decode()
            content = shown.split('id="content"')[1]
            assert 'method="post"' not in content
            assert 'type="submit" name="_save"' not in content

    def test_no_history_has_forms_in_the_admin(self) -> None:
        histories = [model for model in admin.site._registry if hasattr(model, "history_type")]

        assert histories == []
