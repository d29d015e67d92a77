"""How staff handle what readers correct, and what they find themselves."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tracker.models import Correction, Mail, Proposal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

LIST = "/admin/tracker/proposal/"
WORDS = {"do": "accept", "before": "Due in May.", "after": "Due in June.", "why": "The order says June."}


@pytest.fixture(autouse=True)
def reviewer(client: Client) -> User:
    user = make.make_user("view_proposal", "change_proposal", is_staff=True)
    client.force_login(user)
    return user


def review(proposal: Proposal) -> str:
    return reverse("admin:tracker_proposal_change", args=[proposal.pk])


def sent(**values: Any) -> Proposal:
    return make.make_correction_proposal(url="https://example.org/open", **values)


def test_a_correction_is_reviewed_from_the_list_and_never_accepted_unread(client: Client) -> None:
    proposal = sent(reader_name="Ada")

    page = client.get(LIST).content.decode()
    unread = client.post(reverse("admin:tracker_proposal_accept", args=[proposal.pk]))

    assert (">Accept<" in page, ">Review<" in page) == (False, True)
    for shown in ("<strong>Correction</strong>", "The bridge is open.", "Ada"):
        assert shown in page
    assert (unread.status_code, Proposal.objects.get().state) == (200, "waiting")


def test_the_review_shows_everything_that_the_reader_sent(client: Client) -> None:
    proposal = sent(reader_name="Ada", reader_address="ada@example.org")

    page = client.get(review(proposal)).content.decode()

    for shown in (
        "The bridge is open.",
        "It opened on Monday.",
        "https://example.org/open",
        "Ada, ada@example.org",
    ):
        assert shown in page
    assert reverse("admin:tracker_initiative_change", args=[proposal.initiative_id]) in page


def test_staff_accept_a_correction_in_their_own_public_words(client: Client, reviewer: User) -> None:
    proposal = sent()

    client.post(review(proposal), WORDS)

    correction = Correction.objects.get()
    assert (correction.before, correction.after, correction.why) == (
        "Due in May.",
        "Due in June.",
        "The order says June.",
    )
    assert (correction.recorded_by, correction.proposal) == (reviewer, proposal)
    assert Proposal.objects.get().state == "accepted"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({**WORDS, "why": ""}, "Say why it was corrected."),
        ({**WORDS, "before": "", "after": ""}, "Say what stood there, or what stands there now."),
    ],
)
def test_a_correction_without_public_words_is_not_accepted(
    words: dict[str, str], complaint: str, client: Client
) -> None:
    proposal = sent()

    page = client.post(review(proposal), words).content.decode()

    assert complaint in page
    assert (Proposal.objects.get().state, Correction.objects.count()) == ("waiting", 0)


@pytest.mark.parametrize(("address", "offered"), [("", False), ("ada@example.org", True)])
def test_a_correction_can_be_returned_only_where_there_is_an_address(
    address: str, offered: bool, client: Client
) -> None:
    proposal = sent(reader_address=address, reader_language="en" if address else "")

    page = client.get(review(proposal)).content.decode()
    client.post(review(proposal), {"do": "give_back", "review-note": "Which page?"})

    assert ('value="give_back"' in page) is offered
    assert Proposal.objects.get().state == ("returned" if offered else "waiting")
    assert Mail.objects.count() == int(offered)


@pytest.mark.parametrize(("button", "state"), [("reject", "rejected"), ("merge", "merged")])
def test_a_correction_is_turned_down_or_closed_as_known_and_nothing_is_published(
    button: str, state: str, client: Client
) -> None:
    proposal = sent(reader_address="ada@example.org", reader_language="en")

    client.post(review(proposal), {"do": button, "review-note": "It stands in the order."})

    assert (Proposal.objects.get().state, Correction.objects.count(), Mail.objects.count()) == (state, 0, 0)


def test_staff_add_what_they_found_themselves_and_word_it_in_other_languages(client: Client) -> None:
    boss = User.objects.create_superuser("boss")
    client.force_login(boss)
    bridge = make.make_published()
    words = {"initiative": bridge.pk, "corrected_on": "2026-11-20", "before_en": "A.", "after_en": "B."}

    added = client.post("/admin/tracker/correction/add/", {**words, "why_en": "Our slip."})
    row = Correction.objects.get()
    client.post(
        f"/admin/tracker/correction/{row.pk}/change/",
        {**words, "why_en": "Our slip.", "why_de": "Unser Fehler."},
    )

    assert added.status_code == 302
    row.refresh_from_db()
    assert (row.why_en, row.why_de, row.recorded_by, row.proposal) == (
        "Our slip.",
        "Unser Fehler.",
        boss,
        None,
    )
    assert [past.why_de for past in row.history.all()] == ["Unser Fehler.", ""]


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"corrected_on": "2026-11-24"}, "This day lies in the future. Enter a day up to today."),
        ({"why_en": ""}, "Say why it was corrected."),
        ({"before_en": "", "after_en": ""}, "Say what stood there, or what stands there now."),
    ],
)
def test_a_correction_by_staff_says_as_much_as_any_other(
    values: dict[str, str], complaint: str, client: Client
) -> None:
    client.force_login(User.objects.create_superuser("boss"))
    words = {
        "initiative": str(make.make_published().pk),
        "corrected_on": "2026-11-20",
        "before_en": "A.",
        "after_en": "B.",
        "why_en": "Our slip.",
    }

    page = client.post("/admin/tracker/correction/add/", {**words, **values}).content.decode()

    assert complaint in page
    assert Correction.objects.count() == 0
