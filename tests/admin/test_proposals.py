"""The review queue: from the list to accepted in two clicks; nothing is written there in another way."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tracker import proposals
from tracker.models import (
    Contact,
    EvidenceFile,
    Initiative,
    Mail,
    Proposal,
    Quote,
    Responsibility,
    StatusUpdate,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

LIST = "/admin/tracker/proposal/"


def reviewer(client: Client, *permissions: str) -> User:
    user = make.make_user("view_proposal", *permissions, is_staff=True)
    client.force_login(user)
    return user


def address(proposal: Proposal, what: str = "change") -> str:
    return reverse(f"admin:tracker_proposal_{what}", args=[proposal.pk])


def told(answer: object) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_an_answer_is_two_clicks_from_the_list_to_accepted(client: Client) -> None:
    by, proposal = reviewer(client, "change_proposal"), make.make_proposal()

    page = client.get(LIST).content.decode()
    assert page.count(f'href="{address(proposal, "accept")}"') == 1  # first click
    confirm = client.get(address(proposal, "accept")).content.decode()
    assert confirm.count('type="submit"') == 2  # "log out" in the header, and "accept": second click
    done = client.post(address(proposal, "accept"), follow=True)

    proposal.refresh_from_db()
    assert (proposal.state, proposal.reviewed_by) == ("accepted", by)
    assert StatusUpdate.objects.get().recorded_by == by
    assert done.redirect_chain == [(LIST, 302)]
    assert told(done) == [f"Accepted: Report: in progress (23 November 2026) — {proposal.initiative}"]


def test_the_confirmation_shows_before_and_after_and_changes_nothing(client: Client) -> None:
    reviewer(client, "change_proposal")
    proposal = make.make_proposal()

    page = client.get(address(proposal, "accept"))

    assert (page.context["before"].status, page.context["after"].status) == ("announced", "in_progress")
    assert (Proposal.objects.get().state, StatusUpdate.objects.count()) == ("waiting", 0)


def test_the_list_says_who_wants_what_and_shows_waiting_ones_first(client: Client) -> None:
    reviewer(client, "change_proposal")
    first, second, third = (make.make_proposal(note=f"Words {number}.") for number in range(3))
    Proposal.objects.filter(pk=second.pk).update(url="https://example.org/act")
    proposals.merge(proposal=first, by=make.make_user(), now=make.NOW)
    EvidenceFile.objects.create(proposal=third, name="act.pdf", content=b"%PDF-", size=5, sha256="0" * 64)

    answer = client.get(LIST)
    page = answer.content.decode()

    assert list(answer.context["cl"].result_list) == [second, third, first]
    for words in ("Report: in progress (23 November 2026)", "Words 1.", "Contact"):
        assert words in page
    assert page.count(">Accept<") == 2
    assert page.count('href="https://example.org/act"') == 1


def test_the_list_asks_as_few_questions_for_many_rows_as_for_one(
    client: Client, django_assert_num_queries: object
) -> None:
    reviewer(client, "change_proposal")
    make.make_proposal()
    expected = 6  # session, user, rights, count, count of all, rows

    for _number in range(2):
        with django_assert_num_queries(expected):  # type: ignore[operator]
            client.get(LIST)
        make.make_proposal()
        make.make_proposal()


def test_the_review_shows_what_is_wanted_beside_what_is_recorded(client: Client) -> None:
    reviewer(client, "change_proposal")
    proposal = make.make_proposal()
    make.report(Initiative.objects.get(), "on_hold", note="Waiting for a permit.", happened_on=make.day(-20))
    make.set_deadline(Initiative.objects.get(), make.day(-10), wording="in a year", said_on=make.day(-90))

    page = client.get(address(proposal)).content.decode()

    quote = Quote.objects.get()
    for words in ("Begun.", "on hold", "Waiting for a permit.", "in a year", quote.exact):
        assert words in page
    assert f"{Contact.objects.get().party} (lead)" in page


def test_a_proposal_is_accepted_with_the_reviewers_changes(client: Client) -> None:
    reviewer(client, "change_proposal")
    proposal = make.make_proposal(status="partly_done")

    client.post(
        address(proposal),
        {
            "do": "accept",
            "status": "in_progress",
            "happened_on": "2026-11-20",
            "note": "Ground was broken.",
            "confidence": "amber",
            "url": "",
        },
    )

    update = StatusUpdate.objects.get()
    assert (update.status, update.note, update.happened_on) == (
        "in_progress",
        "Ground was broken.",
        make.day(-3),
    )
    assert (update.confidence, update.told_by) == ("amber", Contact.objects.get().party)


def test_the_part_is_given_to_whom_the_reviewer_chooses(client: Client) -> None:
    reviewer(client, "change_proposal")
    proposal, successor = make.make_proposal(), make.make_party()
    wanted = {"party": Contact.objects.get().party_id, "instead": "The Krai."}
    Proposal.objects.update(kind="responsibility", wanted=wanted)

    client.post(address(proposal), {"do": "accept", "successor": successor.pk})

    part = Responsibility.objects.get()
    assert (part.party, part.role) == (successor, "lead")


def test_a_deadline_is_accepted_with_another_day(client: Client) -> None:
    reviewer(client, "change_proposal")
    proposal = make.make_proposal()
    Proposal.objects.update(kind="deadline", wanted={"due_on": "2027-05-31", "reason": "Floods."})

    client.post(address(proposal), {"do": "accept", "due_on": "2027-03-31", "reason": "Floods."})

    assert Initiative.objects.get().due_on == dt.date(2027, 3, 31)


@pytest.mark.parametrize(
    ("do", "state", "mails"),
    [("give_back", "returned", 1), ("reject", "rejected", 0), ("merge", "merged", 0)],
)
def test_a_proposal_that_is_not_accepted_keeps_the_note(
    do: str, state: str, mails: int, client: Client
) -> None:
    by, proposal = reviewer(client, "change_proposal"), make.make_proposal()

    client.post(address(proposal), {"do": do, "review-note": "Which site?"})

    proposal.refresh_from_db()
    assert (proposal.state, proposal.answer, proposal.reviewed_by) == (state, "Which site?", by)
    assert (Mail.objects.count(), StatusUpdate.objects.count()) == (mails, 0)


@pytest.mark.parametrize("do", ["give_back", "reject"])
def test_nothing_is_turned_down_without_a_note(do: str, client: Client) -> None:
    reviewer(client, "change_proposal")
    proposal = make.make_proposal()

    refused = client.post(address(proposal), {"do": do, "review-note": " "})

    assert refused.context["review"].note.errors == {"note": ["This field is required."]}
    assert Proposal.objects.get().state == "waiting"


@pytest.mark.parametrize(
    "posted",
    [{}, {"do": "delete"}, {"do": "accept", "status": "nonsense"}, {"state": "accepted"}, {"_save": "Save"}],
)
def test_what_no_button_says_changes_nothing(posted: dict[str, str], client: Client) -> None:
    reviewer(client, "change_proposal")
    proposal = make.make_proposal()

    assert client.post(address(proposal), posted).status_code == 200
    assert (Proposal.objects.get().state, StatusUpdate.objects.count()) == ("waiting", 0)


def test_an_objection_keeps_what_the_reviewer_wrote(client: Client) -> None:
    reviewer(client, "change_proposal")
    proposal = make.make_proposal(told_by=None)
    posted = {"do": "accept", "status": "in_progress", "happened_on": "2026-11-20", "note": "My words."}

    refused = client.post(address(proposal), posted)

    assert refused.context["review"].changes.non_field_errors() == [
        "A report needs its evidence: a quote, an address, or the party that told us."
    ]
    assert "My words." in refused.content.decode()


def test_without_the_right_to_complete_a_reviewer_sees_why_and_finds_no_button(client: Client) -> None:
    reviewer(client, "change_proposal")
    proposal = make.make_proposal(status="completed")
    why = "Only a controller accepts an initiative as completed."

    confirm = client.get(address(proposal, "accept")).content.decode()
    review = client.get(address(proposal)).content.decode()
    refused = client.post(address(proposal, "accept")).content.decode()

    assert [why in page for page in (confirm, review, refused)] == [True, True, True]
    assert 'value="Accept"' not in confirm
    assert (Proposal.objects.get().state, Initiative.objects.get().status) == ("waiting", "announced")


def test_a_controller_accepts_that_it_is_completed(client: Client) -> None:
    reviewer(client, "change_proposal", "accept_completion")
    proposal = make.make_proposal(status="completed")

    client.post(address(proposal, "accept"))

    assert Initiative.objects.get().status == "completed"


@pytest.mark.parametrize("page", ["accept", "change"])
def test_the_second_reviewer_is_told_that_somebody_was_faster(page: str, client: Client) -> None:
    reviewer(client, "change_proposal")
    proposal = make.make_proposal()
    proposals.merge(proposal=proposal, by=make.make_user(), now=make.NOW)

    late = client.post(address(proposal, page), {"do": "reject", "review-note": "No."}).content.decode()

    assert "Somebody has reviewed this already." in late
    assert (Proposal.objects.get().state, StatusUpdate.objects.count()) == ("merged", 0)


def test_whoever_may_only_look_finds_no_button_and_decides_nothing(client: Client) -> None:
    reviewer(client)
    proposal = make.make_proposal()

    page = client.get(address(proposal))
    posted = [
        client.get(address(proposal, "accept")),
        client.post(address(proposal, "accept")),
        client.post(address(proposal), {"do": "reject", "review-note": "No."}),
    ]

    assert (page.status_code, 'name="do"' in page.content.decode()) == (200, False)
    assert ">Accept<" not in client.get(LIST).content.decode()
    assert [answer.status_code for answer in posted] == [403, 403, 403]
    assert Proposal.objects.get().state == "waiting"


def test_staff_without_the_right_see_nothing_of_the_queue(client: Client) -> None:
    proposal = make.make_proposal()
    file = EvidenceFile.objects.create(proposal=proposal, name="a.pdf", content=b"", size=0, sha256="0" * 64)
    client.force_login(make.make_user("view_initiative", is_staff=True))

    paths = [LIST, address(proposal), address(proposal, "accept"), f"{LIST}{proposal.pk}/files/{file.pk}/"]

    assert {client.get(path).status_code for path in paths} == {403}


def test_a_file_of_evidence_is_saved_and_never_shown(client: Client) -> None:
    reviewer(client)
    proposal, other = make.make_proposal(), make.make_proposal()
    file = EvidenceFile.objects.create(
        proposal=proposal, name="Акт «1».pdf", content=b"%PDF-", size=5, sha256="0" * 64
    )

    answer = client.get(f"{LIST}{proposal.pk}/files/{file.pk}/")

    assert answer.content == b"%PDF-"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%D0%90")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{LIST}{other.pk}/files/{file.pk}/").status_code == 404


def test_a_proposal_is_neither_added_nor_deleted_by_hand(client: Client) -> None:
    client.force_login(User.objects.create_superuser("boss"))
    proposal = make.make_proposal()

    paths = [f"{LIST}add/", f"{LIST}{proposal.pk}/delete/"]

    assert [client.get(path).status_code for path in paths] == [403, 403]
    assert [client.post(path, {"post": "yes"}).status_code for path in paths] == [403, 403]
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize("pk", ["0", "abc", "99999999999999999999999"])
def test_a_proposal_that_is_not_there_is_not_found(pk: str, client: Client) -> None:
    reviewer(client, "change_proposal")

    assert client.get(f"{LIST}{pk}/change/").status_code == 404


def test_what_came_of_it_stays_readable(client: Client) -> None:
    by, proposal = reviewer(client, "change_proposal"), make.make_proposal()
    proposals.reject(proposal=proposal, note="Another site.", by=by, now=make.NOW)

    page = client.get(address(proposal)).content.decode()

    assert "Another site." in page
    assert by.username in page
    assert 'name="do"' not in page
