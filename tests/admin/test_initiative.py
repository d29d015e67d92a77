"""The staff's list and page of initiatives, and the forms that change where one stands."""

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from tests.admin.matrix import as_shown
from tests.factories import (
    make_contact,
    make_initiative,
    make_party,
    make_place,
    make_published,
    make_quote,
    make_responsibility,
    report,
)
from tracker.models import Initiative, Status, StatusUpdate

pytestmark = pytest.mark.django_db

LIST = "/admin/tracker/initiative/"


def officer(client: Client, *permissions: str) -> User:
    user = User.objects.create_user("officer", "officer@example.org", "secret", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return user


def report_of(initiative: Initiative) -> str:
    return reverse("admin:tracker_initiative_report", args=[initiative.pk])


REPORT = {
    "status": "in_progress",
    "happened_on": "2025-03-01",
    "happened_precision": "day",
    "note": "Ground was broken.",
    "url": "https://example.org/news",
}


def test_a_status_update_is_two_clicks_and_one_form_from_the_list(client: Client, staff: User) -> None:
    initiative = make_initiative(announced_on=dt.date(2025, 2, 3))

    page = client.get(LIST).content.decode()
    assert page.count(f'href="{report_of(initiative)}"') == 1  # first click
    form = client.get(report_of(initiative)).content.decode()
    assert form.count('type="submit"') == 2  # "log out" in the header, and "save": second click
    saved = client.post(report_of(initiative), REPORT)

    assert saved.url == LIST
    initiative.refresh_from_db()
    assert (initiative.status, initiative.last_reported_on) == (Status.IN_PROGRESS, dt.date(2025, 3, 1))
    assert initiative.updates.get().recorded_by == staff


def test_without_the_right_there_is_no_link_and_no_form(client: Client) -> None:
    initiative = make_initiative()
    officer(client, "view_initiative", "change_initiative")

    assert report_of(initiative) not in client.get(LIST).content.decode()
    assert client.get(report_of(initiative)).status_code == 403
    assert client.post(report_of(initiative), REPORT).status_code == 403
    assert StatusUpdate.objects.count() == 0


def test_an_officer_reports_but_does_not_accept_completion(client: Client) -> None:
    initiative = make_initiative(announced_on=dt.date(2025, 2, 3))
    officer(client, "view_initiative", "add_statusupdate")

    refused = client.post(report_of(initiative), {**REPORT, "status": "completed"})

    assert refused.context["form"].errors == {
        "status": ["Only a controller accepts an initiative as completed."]
    }
    initiative.refresh_from_db()
    assert initiative.status == Status.ANNOUNCED


def test_a_report_without_evidence_is_refused_and_keeps_what_was_typed(client: Client, staff: User) -> None:
    initiative = make_initiative()

    refused = client.post(report_of(initiative), {**REPORT, "url": ""})

    assert refused.context["form"].non_field_errors() == [
        "A report needs its evidence: a quote, an address, or the party that told us."
    ]
    assert "Ground was broken." in refused.content.decode()


def test_a_withdrawn_report_stays_on_the_page_and_no_longer_counts(client: Client, staff: User) -> None:
    initiative = make_initiative(announced_on=dt.date(2025, 2, 3))
    client.post(report_of(initiative), REPORT)
    update = initiative.updates.get()

    client.post(
        reverse("admin:tracker_initiative_withdraw_report", args=[initiative.pk, update.pk]),
        {"reason": "Another site was meant."},
    )

    initiative.refresh_from_db()
    assert (initiative.status, initiative.last_reported_on) == (Status.ANNOUNCED, None)
    page = client.get(reverse("admin:tracker_initiative_change", args=[initiative.pk])).content.decode()
    assert "Another site was meant." in page


def test_a_deadline_is_moved_with_a_reason_only(client: Client, staff: User) -> None:
    initiative = make_initiative(announced_on=dt.date(2025, 2, 3))
    address = reverse("admin:tracker_initiative_deadline", args=[initiative.pk])
    first = {"due_on": "2026-02-28", "precision": "month", "said_on": "2025-02-03"}
    client.post(address, first)

    refused = client.post(address, {**first, "due_on": "2026-12-31", "said_on": "2026-01-10"})
    client.post(address, {**first, "due_on": "2026-12-31", "said_on": "2026-01-10", "reason": "No site yet."})

    assert refused.context["form"].errors == {
        "reason": ["This initiative has a deadline already. Say why it is moved."]
    }
    initiative.refresh_from_db()
    assert (initiative.due_on, initiative.slipped_days) == (dt.date(2026, 12, 31), 306)


def test_the_search_finds_words_of_every_language(client: Client, staff: User) -> None:
    initiative = make_initiative(
        title_en="Service centres", title_ru="Сервисные центры", title_de="Servicezentren"
    )
    make_initiative(title_en="Fish", title_ru="Рыба", title_de="Fisch")

    for words in ("service centre", "СЕРВИСНЫХ ЦЕНТРОВ", "servicezentren"):
        found = client.get(LIST, {"q": words}).context["cl"].queryset

        assert list(found) == [initiative], words


@pytest.mark.parametrize("health", ["overdue", "due_soon", "silent", "no_deadline", "on_track", "closed"])
def test_the_health_filter_shows_what_has_that_health(client: Client, staff: User, health: str) -> None:
    make_initiative(announced_on=dt.date(2025, 2, 3))

    found = client.get(LIST, {"health": health}).context["cl"].queryset

    assert bool(found) == (health in ("silent", "no_deadline"))


def test_the_list_asks_the_same_number_of_questions_for_three_rows_and_thirty(
    client: Client, staff: User, django_assert_num_queries: object
) -> None:
    for _number in range(3):
        make_responsibility(make_initiative(), make_party())
    expected = 8  # session, user, saved filters, count, days twice, rows, parties

    with django_assert_num_queries(expected):  # type: ignore[operator]
        client.get(LIST)

    for _number in range(27):
        make_responsibility(make_initiative(), make_party())
    with django_assert_num_queries(expected):  # type: ignore[operator]
        client.get(LIST)


def test_my_initiatives_are_those_of_the_party_for_which_i_act(client: Client, staff: User) -> None:
    contact = make_contact(user=staff)
    mine = [make_initiative(), make_initiative()]
    for initiative, role in zip(mine, ("lead", "controller"), strict=True):
        make_responsibility(initiative, contact.party, role)
    make_responsibility(make_initiative(), make_party())

    shown = client.get(LIST, {"mine": "yes"}).context["cl"].queryset

    assert set(shown) == set(mine)


class TestTypedFilters:
    def test_the_list_is_narrowed_by_a_party_and_a_place(self, client: Client, staff: User) -> None:
        party, place = make_party(), make_place()
        both, one = make_initiative(), make_initiative()
        make_responsibility(both, party)
        make_responsibility(one, party)
        both.places.add(place)

        def shown(**asked: Any) -> set[Initiative]:
            return set(client.get(LIST, asked).context["cl"].queryset)

        assert shown(with_party=party.pk) == {both, one}
        assert shown(with_party=party.pk, in_place=place.pk) == {both}

    def test_choosing_a_party_keeps_what_else_is_chosen(self, client: Client, staff: User) -> None:
        party = make_party(name="Ministry of Fish")

        page = client.get(f"{LIST}?with_party={party.pk}&health=silent&q=fish").content.decode()

        form = page.split('class="typed-filter"')[1].split("</form>")[0]
        assert '<input type="hidden" name="health" value="silent">' in form
        assert '<input type="hidden" name="q" value="fish">' in form
        assert "Ministry of Fish" in form
        assert 'href="?' in form

    def test_counts_can_be_shown_beside_the_other_filters(self, client: Client, staff: User) -> None:
        make_responsibility(make_initiative(), make_party())

        assert client.get(LIST, {"_facets": "True"}).status_code == 200

    def test_no_party_is_listed_before_one_is_typed(self, client: Client, staff: User) -> None:
        make_responsibility(make_initiative(), make_party(name="Ministry of Fish"), "support")

        assert "Ministry of Fish" not in client.get(LIST).content.decode()

    @pytest.mark.parametrize("asked", ["x", "-1", "²", "9" * 40])
    def test_what_is_no_key_finds_nothing(self, client: Client, staff: User, asked: str) -> None:
        make_responsibility(make_initiative(), make_party())

        assert list(client.get(LIST, {"with_party": asked}).context["cl"].queryset) == []


def test_the_history_tells_what_changed(client: Client, staff: User) -> None:
    initiative = make_initiative(title_en="Fish exports", firmness="planned", money="")
    initiative.title_en, initiative.firmness, initiative.money = "Fish supplies", "agreed", "5 million"
    initiative.save()

    page = client.get(reverse("admin:tracker_initiative_history", args=[initiative.pk])).content.decode()

    assert "<del>Fish exports</del> → <ins>Fish supplies</ins>" in page
    assert "<del>—</del> → <ins>5 million</ins>" in page


def test_what_was_chosen_below_stays_chosen_when_the_page_is_refused(client: Client, staff: User) -> None:
    initiative, other = make_initiative(), make_party(name="Ministry of Ports")
    make_responsibility(initiative, make_party(name="Ministry of Fish"))
    address = reverse("admin:tracker_initiative_change", args=[initiative.pk])
    sent = as_shown(client.get(address)) | {"responsibilities-0-party": other.pk, "slug": "not a slug"}

    page = client.post(address, sent).content.decode()

    assert re.search(rf'<option value="{other.pk}" selected>\s*Ministry of Ports', page)


def test_no_mail_is_typed_in_by_hand(client: Client, staff: User) -> None:
    assert client.get("/admin/tracker/mail/").status_code == 200
    assert client.get("/admin/tracker/mail/add/").status_code == 403


class TestDeletion:
    def _deleted(self, client: Client, initiative: Initiative) -> int:
        address = reverse("admin:tracker_initiative_delete", args=[initiative.pk])
        status: int = client.post(address, {"post": "yes"}).status_code
        return status

    def _chosen_and_deleted(self, client: Client, initiative: Initiative) -> None:
        sent = {"action": "delete_selected", "_selected_action": [initiative.pk], "post": "yes"}
        client.post(LIST, sent)

    def test_a_draft_of_which_nothing_is_reported_is_deleted(self, client: Client, staff: User) -> None:
        assert self._deleted(client, make_initiative()) == 302
        assert not Initiative.objects.exists()

    def test_what_the_public_sees_is_not_deleted(self, client: Client, staff: User) -> None:
        initiative = make_published()

        self._chosen_and_deleted(client, initiative)

        assert self._deleted(client, initiative) == 403
        assert Initiative.objects.exists()

    def test_what_was_reported_is_not_deleted_with_its_draft(self, client: Client, staff: User) -> None:
        initiative = make_initiative()
        report(initiative)

        self._chosen_and_deleted(client, initiative)
        self._deleted(client, initiative)

        assert StatusUpdate.objects.count() == Initiative.objects.count() == 1


class TestPreview:
    def preview(self, client: Client, initiative: Initiative) -> object:
        return client.get(reverse("admin:tracker_initiative_preview", args=[initiative.pk]))

    def test_a_draft_is_seen_as_the_public_would_see_it(self, client: Client, staff: User) -> None:
        draft = make_initiative()
        make_quote(initiative=draft, exact="We shall build a bridge.")
        make_responsibility(draft, make_party(name="Ministry of Bridges"))

        page = self.preview(client, draft).content.decode()

        assert "Preview: not public." in page
        assert "We shall build a bridge." in page
        assert "Ministry of Bridges" in page
        assert client.get(draft.get_absolute_url()).status_code == 404

    def test_its_page_links_to_it(self, client: Client, staff: User) -> None:
        draft = make_initiative()

        page = client.get(reverse("admin:tracker_initiative_change", args=[draft.pk])).content.decode()

        assert reverse("admin:tracker_initiative_preview", args=[draft.pk]) in page

    def test_it_is_for_those_who_may_look_at_drafts(self, client: Client) -> None:
        draft = make_initiative()
        officer(client, "view_party")

        assert self.preview(client, draft).status_code == 403
        client.logout()
        assert self.preview(client, draft).status_code == 302

    def test_what_is_not_there_is_not_found(self, client: Client, staff: User) -> None:
        assert client.get(reverse("admin:tracker_initiative_preview", args=[999])).status_code == 404


def test_the_page_says_what_the_public_sees(client: Client, staff: User) -> None:
    page = client.get("/admin/tracker/initiative/add/").content.decode()

    assert "The heading of the public page" in page
    assert "Seen by staff alone" in page
