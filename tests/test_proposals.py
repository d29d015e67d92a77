"""A proposal changes nothing until somebody accepts it, and is decided once."""

import datetime as dt
import hashlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext

from tests import factories as make
from tracker import proposals
from tracker.models import (
    Contact,
    Deadline,
    Initiative,
    Mail,
    Proposal,
    Reminder,
    Responsibility,
    StatusUpdate,
)
from tracker.proposals import Evidence

pytestmark = pytest.mark.django_db

Kind = Proposal.Kind


def accept(proposal: Proposal, by: User | None = None, **changes: Any) -> None:
    proposals.accept(proposal=proposal, by=by or make.make_user(), now=make.NOW, changes=changes)


def deadline(due_on: str = "2027-05-31", **wanted: Any) -> Proposal:
    reminder = make.make_asked()
    proposal = make.make_proposal(reminder)
    proposal.kind = Kind.DEADLINE
    proposal.wanted = {
        "due_on": due_on,
        "reason": "Floods.",
        "moved_by": reminder.contact.party_id,
        **wanted,
    }
    proposal.save()
    return proposal


def not_mine(role: str = "lead") -> Proposal:
    reminder = make.make_asked(role)
    proposal = make.make_proposal(reminder)
    proposal.kind = Kind.RESPONSIBILITY
    proposal.wanted = {"party": reminder.contact.party_id, "instead": "The Krai."}
    proposal.save()
    return proposal


def roles(proposal: Proposal) -> list[tuple[int, str]]:
    parts = Responsibility.objects.filter(initiative=proposal.initiative)
    return list(parts.order_by("pk").values_list("party_id", "role"))


def test_what_is_proposed_changes_nothing_yet() -> None:
    reminder = make.make_asked()
    before = Initiative.objects.values().get()

    proposal = proposals.propose(
        kind=Kind.REPORT,
        initiative=reminder.initiative,
        wanted={"status": "partly_done", "happened_on": "2026-11-20"},
        by=reminder.contact,
        reminder=reminder,
        file=Evidence(name="act.pdf", content=b"%PDF-"),
        now=make.NOW,
    )

    file = proposal.files.get()
    assert (proposal.state, proposal.proposed_at, proposal.proposed_by) == (
        "waiting",
        make.NOW,
        reminder.contact,
    )
    assert (file.name, bytes(file.content), file.size) == ("act.pdf", b"%PDF-", 5)
    assert file.sha256 == hashlib.sha256(b"%PDF-").hexdigest()
    assert Initiative.objects.values().get() == before
    assert StatusUpdate.objects.count() == 0


def test_an_accepted_report_is_told_by_the_party_of_whoever_answered() -> None:
    proposal, reviewer = make.make_proposal(), make.make_user()
    Proposal.objects.update(url="https://example.org/act")
    proposal.refresh_from_db()

    accept(proposal, reviewer)

    update = StatusUpdate.objects.get()
    initiative = Initiative.objects.get()
    assert (update.told_by, update.recorded_by) == (Contact.objects.get().party, reviewer)
    assert (update.note, update.url, update.happened_on) == (
        "Begun.",
        "https://example.org/act",
        make.TODAY,
    )
    assert (initiative.status, initiative.last_reported_on) == ("in_progress", make.TODAY)
    assert (proposal.state, proposal.reviewed_by, proposal.reviewed_at) == ("accepted", reviewer, make.NOW)


def test_an_accepted_answer_with_the_same_status_ends_the_silence() -> None:
    proposal = make.make_proposal(status="announced")
    assert Initiative.objects.get().silent_days(make.TODAY) == 90

    accept(proposal)

    initiative = Initiative.objects.get()
    assert (initiative.status, initiative.silent_days(make.TODAY)) == ("announced", 0)


def test_a_reviewer_accepts_with_changes_and_what_was_proposed_is_kept() -> None:
    proposal = make.make_proposal(status="partly_done")

    accept(proposal, status="in_progress", note="Ground was broken.", confidence="amber", url="")

    update = StatusUpdate.objects.get()
    assert (update.status, update.note, update.confidence) == ("in_progress", "Ground was broken.", "amber")
    assert proposal.wanted["status"] == "partly_done"


def test_a_report_is_kept_though_whoever_answered_is_no_longer_there() -> None:
    proposal = make.make_proposal()
    Contact.objects.all().delete()
    proposal = Proposal.objects.get()

    accept(proposal)

    assert (proposal.proposed_by, proposal.reminder) == (None, None)
    assert StatusUpdate.objects.get().told_by_id == proposal.wanted["told_by"]


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        ({"status": "completed"}, "Only a controller accepts an initiative as completed."),
        (
            {"happened_on": "2026-11-24"},
            "2026-11-24 lies in the future. Enter a day up to today.",
        ),
        ({"told_by": None}, "A report needs its evidence: a quote, an address, or the party that told us."),
    ],
)
def test_a_report_that_is_refused_stays_waiting(wanted: dict[str, Any], complaint: str) -> None:
    proposal = make.make_proposal(**wanted)

    with pytest.raises(ValidationError) as refused:
        accept(proposal)

    assert refused.value.messages == [complaint]
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reviewed_by, StatusUpdate.objects.count()) == ("waiting", None, 0)


def test_a_controller_accepts_that_it_is_completed() -> None:
    proposal = make.make_proposal(status="completed")

    accept(proposal, make.make_user("accept_completion"))

    assert Initiative.objects.get().status == "completed"


def test_an_accepted_deadline_moves_the_old_one_with_its_reason() -> None:
    proposal = deadline()
    make.set_deadline(Initiative.objects.get(), make.day(-10), said_on=make.day(-90))

    accept(proposal)

    moved = Deadline.objects.latest("pk")
    assert (moved.old_due_on, moved.due_on) == (make.day(-10), dt.date(2027, 5, 31))
    assert (moved.reason, moved.moved_by, moved.said_on) == (
        "Floods.",
        Contact.objects.get().party,
        make.TODAY,
    )
    assert Initiative.objects.get().due_on == moved.due_on


def test_a_deadline_is_not_moved_without_a_reason() -> None:
    proposal = deadline(reason="")
    make.set_deadline(Initiative.objects.get(), make.day(-10), said_on=make.day(-90))

    with pytest.raises(ValidationError):
        accept(proposal)

    proposal.refresh_from_db()
    assert (proposal.state, Initiative.objects.get().due_on) == ("waiting", make.day(-10))


def test_whoever_does_not_answer_for_it_loses_the_part_and_history_keeps_it() -> None:
    proposal = not_mine()

    accept(proposal)

    assert roles(proposal) == []
    past = Responsibility.history.first()
    assert (past.history_type, past.party_id, past.role) == ("-", proposal.wanted["party"], "lead")


@pytest.mark.parametrize("before", [None, "support", "counterpart"])
def test_the_part_goes_to_whom_the_reviewer_names(before: str | None) -> None:
    proposal, successor = not_mine(), make.make_party()
    if before:
        make.make_responsibility(Initiative.objects.get(), successor, before)

    accept(proposal, successor=successor.pk)

    assert roles(proposal) == [(successor.pk, "lead")]


def test_a_part_that_is_gone_already_cannot_be_given_up() -> None:
    proposal = not_mine()
    Responsibility.objects.all().delete()

    with pytest.raises(ValidationError):
        accept(proposal, successor=make.make_party().pk)

    assert roles(proposal) == []


def test_the_part_does_not_go_back_to_whom_it_came_from() -> None:
    proposal = not_mine()

    with pytest.raises(ValidationError):
        accept(proposal, successor=proposal.wanted["party"])

    assert roles(proposal) == [(proposal.wanted["party"], "lead")]


def test_what_is_of_another_kind_is_not_accepted_here() -> None:
    proposal = make.make_proposal()
    Proposal.objects.update(kind=Kind.PASSAGE)
    proposal.refresh_from_db()

    with pytest.raises(ValidationError):
        accept(proposal)

    assert Proposal.objects.get().state == "waiting"


def test_a_returned_proposal_opens_its_reminder_again_and_is_mailed_once() -> None:
    proposal = make.make_proposal()
    Reminder.objects.update(answered_at=make.NOW)

    proposals.give_back(proposal=proposal, note="Which site?", by=make.make_user(), now=make.NOW)

    mail = Mail.objects.get()
    assert (proposal.state, proposal.answer) == ("returned", "Which site?")
    assert Reminder.objects.get().answered_at is None
    assert (mail.kind, mail.address, mail.about) == (
        "returned",
        Contact.objects.get().email,
        {"proposal": proposal.pk},
    )


def test_a_proposal_is_not_returned_to_nobody() -> None:
    make.make_proposal()
    Contact.objects.all().delete()

    with pytest.raises(ValidationError):
        proposals.give_back(
            proposal=Proposal.objects.get(), note="Which site?", by=make.make_user(), now=make.NOW
        )

    assert (Proposal.objects.get().state, Mail.objects.count()) == ("waiting", 0)


@pytest.mark.parametrize("decide", [proposals.give_back, proposals.reject])
def test_what_is_turned_down_says_why(decide: Callable[..., None]) -> None:
    proposal = make.make_proposal()

    with pytest.raises(ValidationError) as refused:
        decide(proposal=proposal, note=" \n", by=make.make_user(), now=make.NOW)

    assert list(refused.value.message_dict) == ["note"]
    assert (Proposal.objects.get().state, Mail.objects.count()) == ("waiting", 0)


def test_a_rejected_proposal_keeps_its_reminder_answered_and_writes_to_nobody() -> None:
    proposal = make.make_proposal()
    Reminder.objects.update(answered_at=make.NOW)

    proposals.reject(proposal=proposal, note="Another site.", by=make.make_user(), now=make.NOW)

    assert (proposal.state, proposal.answer) == ("rejected", "Another site.")
    assert Reminder.objects.get().answered_at == make.NOW
    assert Mail.objects.count() == 0


def test_a_merged_proposal_records_nothing() -> None:
    proposal = make.make_proposal()

    proposals.merge(proposal=proposal, by=make.make_user(), now=make.NOW)

    assert (proposal.state, StatusUpdate.objects.count()) == ("merged", 0)


DECISIONS: dict[str, tuple[Callable[..., None], dict[str, str]]] = {
    "accept": (proposals.accept, {}),
    "give back": (proposals.give_back, {"note": "Why?"}),
    "reject": (proposals.reject, {"note": "No."}),
    "merge": (proposals.merge, {}),
}


@pytest.mark.parametrize("second", DECISIONS)
@pytest.mark.parametrize("first", DECISIONS)
def test_the_second_reviewer_changes_nothing_and_is_told(first: str, second: str) -> None:
    proposal, reviewer = make.make_proposal(), make.make_user()
    stale = Proposal.objects.get()
    decide, values = DECISIONS[first]
    decide(proposal=proposal, by=reviewer, now=make.NOW, **values)
    before = [list(rows.objects.values()) for rows in (Proposal, StatusUpdate, Mail, Reminder)]

    decide, values = DECISIONS[second]
    with pytest.raises(ValidationError) as refused:
        decide(proposal=stale, by=make.make_user(), now=make.moment(1), **values)

    assert refused.value.messages == ["Somebody has reviewed this already. Nothing was changed by you."]
    assert [list(rows.objects.values()) for rows in (Proposal, StatusUpdate, Mail, Reminder)] == before


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_the_same_moment_one_is_told() -> None:
    make.make_proposal()
    reviewers, start, told = [make.make_user(), make.make_user()], threading.Barrier(2), []

    def decide(by: User) -> None:
        mine = Proposal.objects.get()
        start.wait()
        try:
            proposals.accept(proposal=mine, by=by, now=make.NOW)
        except ValidationError as error:
            told.extend(error.messages)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[reviewer]) for reviewer in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with translation.override(settings.LANGUAGE_CODE):  # a new thread begins in the site's language
        assert told == [gettext("Somebody has reviewed this already. Nothing was changed by you.")]
    assert StatusUpdate.objects.count() == 1


def test_what_will_be_is_foreseen_and_nothing_is_changed() -> None:
    proposal = make.make_proposal()
    rows = [Initiative, StatusUpdate, Proposal, Reminder]
    stored = [list(model.objects.values()) for model in rows]

    before, after = proposals.foresee(proposal=proposal, by=make.make_user(), now=make.NOW)

    assert (before.status, after.status) == ("announced", "in_progress")
    assert (before.last_reported_on, after.last_reported_on) == (None, make.TODAY)
    assert [list(model.objects.values()) for model in rows] == stored


def test_what_would_be_refused_is_foreseen_as_refused() -> None:
    proposal = make.make_proposal(status="completed")

    with pytest.raises(ValidationError):
        proposals.foresee(proposal=proposal, by=make.make_user(), now=make.NOW)

    assert Proposal.objects.get().state == "waiting"


def test_a_proposal_is_said_in_words() -> None:
    said = [
        (proposals.headline(proposal), proposals.own_words(proposal))
        for proposal in (make.make_proposal(), deadline(), not_mine())
    ]

    assert said == [
        ("Report: in progress (23 November 2026)", "Begun."),
        ("New deadline: 31 May 2027", "Floods."),
        ("Does not answer for this", "The Krai."),
    ]
