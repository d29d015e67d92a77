"""The signed link of a reminder: what it opens, when it stops, and what an answer leaves behind."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.signing import Signer
from django.db import connection
from django.test import override_settings
from django.utils import translation

from tests import factories as make
from tests.conftest import Clock
from tests.smtp import Sink
from tracker import mail, progress, proposals, publishing
from tracker.models import Contact, Mail, Proposal, Reminder, Responsibility
from tracker.reminders import answering, returning
from tracker.reminders.answering import Answer, Obstacle

pytestmark = pytest.mark.django_db


def token(reminder: Reminder) -> str:
    return answering.path(reminder).split("/")[-2]


def found(reminder: Reminder, days: int = 0) -> Obstacle | None:
    return answering.find(token(reminder), make.moment(days)).obstacle


def give(reminder: Reminder, chosen: Answer = Answer.NOT_MINE, **said: Any) -> Proposal | None:
    return answering.answer(reminder=reminder, chosen=chosen, said=said, now=make.NOW)


def give_back(proposal: Proposal, note: str = "Which site?", days: int = 0) -> None:
    proposals.give_back(proposal=proposal, note=note, by=make.make_user(), now=make.moment(days))


def drafted(row: Mail) -> mail.Draft | Mail.Reason:
    return returning.drafts([row], make.NOW)[row.pk]


@pytest.mark.parametrize("language", ["ru", "en", "de"])
def test_a_link_is_short_and_speaks_the_language_of_the_moment(language: str) -> None:
    reminder = make.make_asked()

    with translation.override(language):
        path = answering.path(reminder, Answer.DONE)

    assert path.startswith(f"/{language}/answer/{reminder.pk}.")
    assert path.endswith("/?answer=done")
    assert len(path) < 85


def test_a_link_leads_to_its_reminder() -> None:
    reminder, _other = make.make_asked(), make.make_asked()

    assert answering.find(token(reminder), make.NOW) == answering.Found(reminder, None)


@pytest.mark.parametrize(
    "alter",
    [
        lambda true: "2" + true,
        lambda true: true[:-1],
        lambda true: true.swapcase(),
        lambda true: true + "\0",
        lambda true: true.split(".")[0],
        lambda true: Signer(sep=".", salt="tracker.unsubscribe").sign(true.split(".")[0]),
        lambda true: "",
        lambda true: "ж" * 10_000,
    ],
    ids=[
        "another number",
        "cut",
        "other letters",
        "NUL",
        "no signature",
        "another purpose",
        "nothing",
        "long",
    ],
)
def test_an_altered_link_leads_nowhere(alter: Callable[[str], str]) -> None:
    altered = alter(token(make.make_asked()))

    assert answering.find(altered, make.NOW) == answering.Found(None, Obstacle.ALTERED)


def test_a_link_whose_contact_was_removed_leads_nowhere() -> None:
    reminder = make.make_asked()
    link = token(reminder)
    reminder.contact.delete()

    assert answering.find(link, make.NOW) == answering.Found(None, Obstacle.ALTERED)


@override_settings(ANSWER_DAYS=45)
def test_a_link_works_to_the_last_moment_of_its_days() -> None:
    reminder = make.make_asked()

    assert [found(reminder, days) for days in (0, 45, 46)] == [None, None, Obstacle.EXPIRED]


def test_a_link_stops_when_it_was_answered() -> None:
    reminder = make.make_asked()

    give(reminder)

    assert found(reminder) == Obstacle.ANSWERED


def test_a_link_stops_when_the_initiative_is_closed() -> None:
    reminder = make.make_asked()

    make.report(reminder.initiative, "dropped")

    assert found(reminder) == Obstacle.CLOSED


def test_a_link_stops_when_the_initiative_is_hidden_whatever_else_holds() -> None:
    reminder = make.make_asked(answered_at=make.NOW)

    publishing.hide(initiative=reminder.initiative)

    assert found(reminder) == Obstacle.HIDDEN


@pytest.mark.parametrize(
    ("told_as", "has", "contact", "still"),
    [
        ("lead", "lead", {}, True),
        ("lead", "support", {}, True),
        ("support", "lead", {}, True),
        ("support", "controller", {}, False),
        ("lead", "counterpart", {}, False),
        ("lead", None, {}, False),
        ("controller", "controller", {}, True),
        ("controller", "lead", {}, False),
        ("head", "lead", {"is_head": True}, True),
        ("head", "support", {"is_head": True}, False),
        ("head", "lead", {"is_head": False}, False),
        ("leadership", None, {"is_leadership": True}, True),
        ("leadership", "lead", {"is_leadership": False}, False),
    ],
)
def test_a_link_dies_with_the_reason_for_being_told(
    told_as: str, has: str | None, contact: dict[str, bool], still: bool
) -> None:
    initiative, person = make.make_published(), make.make_contact(**contact)
    reminder = make.reminder(initiative=initiative, contact=person, role=told_as)
    reminder.save()
    make.make_responsibility(initiative, make.make_party(), "support")

    if has:
        make.make_responsibility(initiative, person.party, has)

    assert found(reminder) == (None if still else Obstacle.ENDED)


@pytest.mark.parametrize(
    ("chosen", "said", "kind", "wanted"),
    [
        (
            Answer.ON_TRACK,
            {"status": "partly_done", "note": "Begun.", "happened_on": make.TODAY},
            "report",
            {"status": "partly_done", "note": "Begun.", "happened_on": "2026-11-23", "told_by": "party"},
        ),
        (
            Answer.DONE,
            {"note": "", "happened_on": make.TODAY},
            "report",
            {"status": "completed", "note": "", "happened_on": "2026-11-23", "told_by": "party"},
        ),
        (
            Answer.MORE_TIME,
            {"due_on": make.TODAY, "reason": "Floods."},
            "deadline",
            {"due_on": "2026-11-23", "reason": "Floods.", "moved_by": "party"},
        ),
        (
            Answer.NOT_MINE,
            {"instead": "The Krai."},
            "responsibility",
            {"instead": "The Krai.", "party": "party"},
        ),
    ],
)
def test_an_answer_becomes_one_proposal_by_the_contact(
    chosen: Answer, said: dict[str, Any], kind: str, wanted: dict[str, Any]
) -> None:
    reminder = make.make_asked()
    party = reminder.contact.party_id

    given = give(reminder, chosen, **said)

    proposal = Proposal.objects.get()
    assert (given, answering.given(proposal)) == (proposal, chosen)
    assert (proposal.kind, proposal.proposed_by, proposal.reminder) == (kind, reminder.contact, reminder)
    assert proposal.wanted == {name: party if value == "party" else value for name, value in wanted.items()}
    assert Reminder.objects.get().answered_at == make.NOW


def test_a_second_answer_changes_nothing() -> None:
    reminder = make.make_asked()
    give(reminder)
    before = [list(rows.objects.values()) for rows in (Proposal, Reminder)]

    assert give(reminder, Answer.DONE, happened_on=make.TODAY) is None
    assert [list(rows.objects.values()) for rows in (Proposal, Reminder)] == before


def test_an_answer_that_cannot_be_kept_leaves_the_reminder_open() -> None:
    reminder = make.make_asked()

    with pytest.raises(Exception, match="url"):
        answering.answer(
            reminder=reminder, chosen=Answer.NOT_MINE, said={}, url="javascript:alert(1)", now=make.NOW
        )

    assert (Reminder.objects.get().answered_at, Proposal.objects.count()) == (None, 0)


@pytest.mark.django_db(transaction=True)
def test_of_many_answers_at_the_same_moment_one_counts() -> None:
    reminder = make.make_asked()
    start, given = threading.Barrier(6), []

    def answer() -> None:
        start.wait()
        try:
            given.append(give(reminder))
        finally:
            connection.close()

    threads = [threading.Thread(target=answer) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(proposal is not None for proposal in given) == [False] * 5 + [True]
    assert Proposal.objects.count() == 1


def test_whoever_has_no_part_in_it_is_not_asked_to_give_it_up() -> None:
    leader = make.make_contact(is_leadership=True)
    initiative = make.make_published()
    make.reminder(initiative=initiative, contact=leader, role="leadership").save()

    offered = answering.answers_of(answering.with_what_decides().get())

    assert list(offered) == [Answer.ON_TRACK, Answer.MORE_TIME, Answer.DONE]


def test_an_answer_about_a_step_neither_moves_the_deadline_of_the_whole_nor_completes_it() -> None:
    make.make_asked(kind="milestone")

    offered = answering.answers_of(answering.with_what_decides().get())

    assert {answer: str(words) for answer, words in offered.items()} == {
        Answer.ON_TRACK: "Say how it stands",
        Answer.NOT_MINE: "Not mine",
    }


@override_settings(ANSWER_DAYS=45)
def test_a_returned_answer_opens_its_link_once_more_and_its_days_begin_anew() -> None:
    reminder = make.make_asked()
    given = give(reminder)
    assert given

    give_back(given, days=44)
    reopened = [found(reminder, days) for days in (44, 89, 90)]
    again = give(reminder)

    assert reopened == [None, None, Obstacle.EXPIRED]
    assert (again is not None, found(reminder, 44)) == (True, Obstacle.ANSWERED)


def test_the_mail_about_a_return_says_why_and_brings_the_link(sink: Sink, clock: Clock) -> None:
    reminder = make.make_asked()
    reminder.contact.language = "en"
    reminder.contact.save()
    given = give(reminder, Answer.DONE, happened_on=make.TODAY, note="Opened & <used>.")
    assert given
    give_back(given, note="Which site?\r\nBcc: everybody@example.org")

    sent = mail.send_due(clock=clock)

    row = Mail.objects.get()
    assert (sent, row.state, row.subject) == (
        1,
        "sent",
        f"Your answer came back with a question: {reminder.initiative.title}",
    )
    assert f"http://127.0.0.1:8000/en/answer/{token(reminder)}/?answer=done" in row.text
    assert "Which site?" in row.text
    assert "Opened & <used>." in row.text
    assert "Opened &amp; &lt;used&gt;." in row.html
    [message] = sink.received
    assert message.get_all("To") == [reminder.contact.email]
    assert message.get_all("Bcc") is None


def test_the_mail_about_a_return_goes_to_where_the_contact_is_now() -> None:
    given = give(make.make_asked())
    assert given
    give_back(given)
    Contact.objects.update(email="moved@example.org")

    draft = drafted(Mail.objects.get())

    assert isinstance(draft, mail.Draft)
    assert draft.address == "moved@example.org"


def _answer_again(reminder: Reminder) -> None:
    give(reminder)


def _close(reminder: Reminder) -> None:
    progress.report(update=make.status_update(reminder.initiative, "dropped"), now=make.NOW)


def _hide(reminder: Reminder) -> None:
    publishing.hide(initiative=reminder.initiative)


def _end(reminder: Reminder) -> None:
    Responsibility.objects.all().delete()


def _remove(reminder: Reminder) -> None:
    reminder.contact.delete()


@pytest.mark.parametrize(
    ("happens", "reason"),
    [(_answer_again, "closed"), (_close, "closed"), (_hide, "closed"), (_end, "gone"), (_remove, "gone")],
)
def test_the_mail_about_a_return_stays_away_when_nothing_is_asked_any_more(
    happens: Callable[[Reminder], None], reason: str
) -> None:
    reminder = make.make_asked()
    given = give(reminder)
    assert given
    give_back(given)

    happens(reminder)

    assert drafted(Mail.objects.get()) == reason


def test_many_mails_about_returns_ask_as_few_questions_as_one(count_queries: Callable[..., int]) -> None:
    def drafting() -> int:
        return count_queries(lambda: returning.drafts(list(Mail.objects.all()), make.NOW))

    counted = []
    for _number in range(2):
        given = give(make.make_asked())
        assert given
        give_back(given)
        counted.append(drafting())

    # the mails, the proposals, the reminders, their parties' roles, what was returned before
    assert counted == [5, 5]
