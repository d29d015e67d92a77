"""What readers send becomes a public correction only in the words of staff, and readers are forgotten."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from tests import factories as make
from tracker import corrections, mail, proposals
from tracker.models import Correction, Initiative, Mail, Proposal

pytestmark = pytest.mark.django_db

WORDS = {"before": "Due in May.", "after": "Due in June.", "why": "The order itself says June."}


def accept(proposal: Proposal, **changes: Any) -> None:
    proposals.accept(proposal=proposal, by=make.make_user(), now=make.NOW, changes=changes)


def test_an_accepted_correction_stands_in_the_log_in_the_words_of_staff() -> None:
    proposal, by = make.make_correction_proposal(), make.make_user()

    proposals.accept(proposal=proposal, by=by, now=make.NOW, changes=WORDS)

    correction = Correction.objects.get()
    assert (correction.before, correction.after, correction.why) == tuple(WORDS.values())
    assert (correction.corrected_on, correction.recorded_by, correction.proposal) == (
        make.TODAY,
        by,
        proposal,
    )
    assert (proposal.state, Initiative.objects.get().updated_at) == ("accepted", make.NOW)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({**WORDS, "why": ""}, "Say why it was corrected."),
        ({**WORDS, "before": "", "after": ""}, "Say what stood there, or what stands there now."),
        ({}, "Say why it was corrected."),
    ],
)
def test_without_public_words_a_correction_is_not_accepted(words: dict[str, str], complaint: str) -> None:
    proposal = make.make_correction_proposal()

    with pytest.raises(ValidationError) as refused:
        accept(proposal, **words)

    assert complaint in refused.value.messages
    assert (Proposal.objects.get().state, Correction.objects.count()) == ("waiting", 0)


@pytest.mark.parametrize("words", [{"before": "Due in May."}, {"after": "Due in June."}])
def test_something_may_have_been_missing_or_taken_out(words: dict[str, str]) -> None:
    accept(make.make_correction_proposal(), why="It was so.", **words)

    assert Correction.objects.count() == 1


def test_a_correction_of_a_day_to_come_is_refused() -> None:
    row = Correction(initiative=make.make_initiative(), corrected_on=make.day(1), **WORDS)

    with pytest.raises(ValidationError):
        corrections.record(correction=row, now=make.NOW, by=None)


def test_corrections_of_a_draft_are_not_public() -> None:
    for initiative in (make.make_initiative(), make.make_published()):
        row = Correction(initiative=initiative, **WORDS)
        corrections.record(correction=row, now=make.NOW, by=None)

    assert Correction.objects.published().get().initiative.is_published


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_a_correction_is_shown_in_the_language_in_which_it_was_written(language: str) -> None:
    row = Correction(initiative=make.make_published(), **WORDS)
    corrections.record(correction=row, now=make.NOW, by=None)

    with translation.override(language):
        assert Correction.objects.get().why == WORDS["why"]


def test_a_correction_is_returned_to_whoever_left_an_address() -> None:
    proposal = make.make_correction_proposal(reader_address="ada@example.org", reader_language="de")

    proposals.give_back(proposal=proposal, note="Which page?", by=make.make_user(), now=make.NOW)

    row = Mail.objects.get()
    assert (proposal.state, row.address, row.language) == ("returned", "ada@example.org", "de")
    assert row.about == {"proposal": proposal.pk}


def test_a_correction_is_not_returned_to_nobody() -> None:
    proposal = make.make_correction_proposal()

    with pytest.raises(ValidationError):
        proposals.give_back(proposal=proposal, note="Which page?", by=make.make_user(), now=make.NOW)

    assert (Proposal.objects.get().state, Mail.objects.count()) == ("waiting", 0)


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_the_returned_mail_holds_the_question_the_words_and_the_way_back(language: str) -> None:
    proposal = make.make_correction_proposal(reader_address="ada@example.org", reader_language=language)
    proposals.give_back(proposal=proposal, note="Which “page” & where?", by=make.make_user(), now=make.NOW)

    row = Mail.objects.get()
    assert mail.preview(row, make.NOW) is None

    for words in (row.text, row.html.replace("&amp;", "&")):
        assert "Which “page” & where?" in words
        assert "The bridge is open." in words
        assert f"/{language}/initiatives/{Initiative.objects.get().slug}/correct/" in words


@pytest.mark.parametrize("gone", [{"reader_address": ""}, {"initiative": None}])
def test_the_question_does_not_go_out_when_there_is_nobody_or_nothing_to_ask(gone: dict[str, Any]) -> None:
    proposal = make.make_correction_proposal(reader_address="ada@example.org", reader_language="en")
    proposals.give_back(proposal=proposal, note="Which page?", by=make.make_user(), now=make.NOW)
    Proposal.objects.update(**gone)

    found = mail.occasions["returned"](list(Mail.objects.all()), make.NOW)

    assert list(found.values()) == [Mail.Reason.GONE]


def test_the_question_does_not_go_out_about_what_is_no_longer_public() -> None:
    proposal = make.make_correction_proposal(reader_address="ada@example.org", reader_language="en")
    proposals.give_back(proposal=proposal, note="Which page?", by=make.make_user(), now=make.NOW)
    Initiative.objects.update(published_at=None)

    found = mail.occasions["returned"](list(Mail.objects.all()), make.NOW)

    assert list(found.values()) == [Mail.Reason.CLOSED]


def test_a_reader_is_forgotten_after_the_days_that_were_promised() -> None:
    reader = {"reader_name": "Ada", "reader_address": "ada@example.org", "reader_language": "en"}
    old, young, waiting = (make.make_correction_proposal(**reader) for _ in range(3))
    proposals.give_back(proposal=old, note="Which page?", by=make.make_user(), now=make.moment(-90))
    proposals.reject(proposal=young, note="No.", by=make.make_user(), now=make.moment(-89))
    Mail.objects.update(state="sent", sent_at=make.moment(-90))

    forgotten = [proposals.forget_readers(now=make.NOW) for _ in range(2)]

    assert forgotten == [1, 0]
    known = dict(Proposal.objects.values_list("pk", "reader_address"))
    assert known == {old.pk: "", young.pk: "ada@example.org", waiting.pk: "ada@example.org"}
    assert Proposal.objects.get(pk=old.pk).reader_name == ""
    assert Mail.objects.count() == 0
