"""The one way a proposal becomes a fact: somebody accepts it, and it is written as any other report is.

Each decision is a guarded update of a waiting row. Of two reviewers at once the second changes nothing, and
is told so.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker import corrections, mail, progress, wording
from tracker.models import (
    Contact,
    Correction,
    Deadline,
    EvidenceFile,
    Initiative,
    Mail,
    Proposal,
    Reminder,
    Responsibility,
    Status,
    StatusUpdate,
)

Kind, State = Proposal.Kind, Proposal.State

READ_WITHIN = dt.timedelta(days=7)
"""By when readers are promised that staff have read what they sent."""
READERS_KEPT = dt.timedelta(days=90)
"""How long after a decision the name and address of a reader are kept."""
ACCEPTED = "proposal:"
"""Begins the reason that the history keeps of what came from a proposal; its key follows."""


@dataclass(frozen=True)
class Evidence:
    """A file that comes with a proposal."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Reader:
    """Somebody who wrote on the public pages, with what they left of themselves: nothing, perhaps."""

    name: str
    address: str
    language: str


@transaction.atomic
def propose(
    *,
    kind: Proposal.Kind,
    initiative: Initiative,
    wanted: Mapping[str, Any],
    by: Contact | Reader,
    now: dt.datetime,
    reminder: Reminder | None = None,
    url: str = "",
    file: Evidence | None = None,
) -> Proposal:
    """Put what a contact or a reader wants recorded before the staff; nothing else changes.

    `wanted` holds the columns to be written, by name, as JSON: days in ISO 8601, rows by primary key. Of a
    correction it holds the reader's `words`, and the `quote` they rely on.
    """
    proposal = Proposal(
        kind=kind,
        initiative=initiative,
        wanted=dict(wanted),
        url=url,
        proposed_at=now,
        reminder=reminder,
    )
    if isinstance(by, Reader):
        proposal.reader_name, proposal.reader_address = by.name, by.address
        proposal.reader_language = by.language
    else:
        proposal.proposed_by = by
    proposal.full_clean(exclude=["proposed_by", "reminder", "reviewed_by", "reviewed_at"])
    proposal.save()
    if file:
        EvidenceFile.objects.create(
            proposal=proposal,
            name=file.name,
            content=file.content,
            size=len(file.content),
            sha256=hashlib.sha256(file.content).hexdigest(),
        )
    return proposal


@transaction.atomic
def accept(
    *, proposal: Proposal, by: User, now: dt.datetime, changes: Mapping[str, Any] | None = None
) -> None:
    """Record what is wanted, through `tracker.progress`, with the reviewer's `changes` to it.

    `changes` has the form of `wanted`, and may name `url` too; `wanted` itself stays as it was proposed. For
    a correction they are the words of the public log, which the reviewer alone can say.
    Raises ValidationError as `progress` does, and when somebody has reviewed it before; then nothing changes.
    """
    _decide(proposal, State.ACCEPTED, by=by, now=now)
    write = _WRITERS.get(proposal.kind)
    if write is None or proposal.initiative_id is None:
        raise ValidationError(_("This kind of proposal cannot be accepted here."))
    write(proposal, {**proposal.wanted, "url": proposal.url, **(changes or {})}, by, now)
    proposal.refresh_from_db()


@transaction.atomic
def give_back(*, proposal: Proposal, note: str, by: User, now: dt.datetime) -> None:
    """Return a proposal to whoever made it: a mail says why, and the link of a reminder answers once more.

    Raises ValidationError without a note, and when there is nobody to return it to.
    """
    _refuse_silence(note)
    if not can_be_given_back(proposal):
        raise ValidationError(_("There is nobody to return this to. Reject it instead."))
    _decide(proposal, State.RETURNED, by=by, now=now, answer=note)
    if proposal.reminder_id:
        Reminder.objects.filter(pk=proposal.reminder_id).update(answered_at=None)
    contact = proposal.proposed_by
    mail.queue(
        kind="returned",
        key=f"returned:proposal-{proposal.pk}",
        address=contact.email if contact else proposal.reader_address,
        language=contact.language if contact else proposal.reader_language,
        about={"proposal": proposal.pk},
        now=now,
    )
    proposal.refresh_from_db()


def can_be_given_back(proposal: Proposal) -> bool:
    """Answer whether somebody is known to whom it can be returned."""
    is_an_answer = proposal.proposed_by_id is not None and proposal.reminder_id is not None
    return is_an_answer or bool(proposal.reader_address)


@transaction.atomic
def reject(*, proposal: Proposal, note: str, by: User, now: dt.datetime) -> None:
    """Turn a proposal down for good, saying why. Nobody is written to."""
    _refuse_silence(note)
    _decide(proposal, State.REJECTED, by=by, now=now, answer=note)
    proposal.refresh_from_db()


@transaction.atomic
def merge(*, proposal: Proposal, by: User, now: dt.datetime, note: str = "") -> None:
    """Close a proposal that says what is recorded already, or what another one says."""
    _decide(proposal, State.MERGED, by=by, now=now, answer=note)
    proposal.refresh_from_db()


@transaction.atomic
def forget_readers(*, now: dt.datetime) -> int:
    """Erase the names and addresses of readers whose proposals were decided long enough ago.

    With them goes the mail that asked back, unless it is still on its way. Returns how many were forgotten.
    """
    known = Proposal.objects.exclude(reader_name="", reader_address="")
    old = known.filter(reviewed_at__lte=now - READERS_KEPT)
    keys = [f"returned:proposal-{pk}" for pk in old.values_list("pk", flat=True)]
    over = [Mail.State.SENT, Mail.State.FAILED, Mail.State.CANCELLED]
    Mail.objects.filter(key__in=keys, state__in=over).delete()
    return old.update(reader_name="", reader_address="")


def foresee(*, proposal: Proposal, by: User, now: dt.datetime) -> tuple[Initiative, Initiative]:
    """Give the initiative as it is recorded, and as it would be if the proposal were accepted as it is.

    It is accepted in earnest and taken back, so what is shown is what will be. Raises ValidationError as
    `accept` does.
    """
    before = _recorded(proposal)
    with transaction.atomic():
        accept(proposal=Proposal.objects.get(pk=proposal.pk), by=by, now=now)
        after = _recorded(proposal)
        transaction.set_rollback(True)
    return before, after


def headline(proposal: Proposal) -> str:
    """Say in a few words what is wanted, in the reader's language."""
    wanted = proposal.wanted
    if proposal.kind == Kind.REPORT:
        status = Status(wanted["status"]).label
        return _("Report: %(status)s (%(day)s)") % {"status": status, "day": _day(wanted["happened_on"])}
    if proposal.kind == Kind.DEADLINE:
        return _("New deadline: %(day)s") % {"day": _day(wanted["due_on"])}
    if proposal.kind == Kind.RESPONSIBILITY:
        return _("Does not answer for this")
    return capfirst(proposal.get_kind_display())


def own_words(proposal: Proposal) -> str:
    """Give what the proposer wrote: a note, a reason, who answers instead, or what is wrong."""
    names = ("note", "reason", "instead", "words")
    return next((proposal.wanted[name] for name in names if name in proposal.wanted), "")


def _decide(
    proposal: Proposal, state: Proposal.State, *, by: User, now: dt.datetime, answer: str = ""
) -> None:
    waiting = Proposal.objects.filter(pk=proposal.pk, state=State.WAITING)
    if not waiting.update(state=state, answer=answer, reviewed_by=by, reviewed_at=now):
        raise ValidationError(_("Somebody has reviewed this already. Nothing was changed by you."))


def _refuse_silence(note: str) -> None:
    if not note.strip():
        raise ValidationError({"note": _("Say why. Whoever reads this later wants to know.")})


def _report(proposal: Proposal, wanted: Mapping[str, Any], by: User, now: dt.datetime) -> None:
    update = StatusUpdate(
        initiative=proposal.initiative,
        status=wanted["status"],
        confidence=wanted.get("confidence", ""),
        note=wanted.get("note", ""),
        happened_on=dt.date.fromisoformat(wanted["happened_on"]),
        told_by_id=wanted.get("told_by"),
        url=wanted["url"],
    )
    progress.report(update=update, now=now, by=by)


def _deadline(proposal: Proposal, wanted: Mapping[str, Any], by: User, now: dt.datetime) -> None:
    deadline = Deadline(
        initiative=proposal.initiative,
        due_on=dt.date.fromisoformat(wanted["due_on"]),
        said_on=timezone.localdate(proposal.proposed_at),
        reason=wanted.get("reason", ""),
        moved_by_id=wanted.get("moved_by"),
        url=wanted["url"],
    )
    progress.set_deadline(deadline=deadline, now=now, by=by)


def _hand_on(proposal: Proposal, wanted: Mapping[str, Any], by: User, now: dt.datetime) -> None:
    """Take the role from the party, and give it to `successor` where the reviewer names one."""
    initiative = Initiative.objects.select_for_update().get(proposals=proposal)
    parts = Responsibility.objects.filter(initiative=initiative)
    held = parts.filter(party=wanted["party"]).first()
    successor = wanted.get("successor")
    if held is None:
        raise ValidationError(
            _("This party has no role here any more. Close the proposal as recorded already.")
        )
    if successor == wanted["party"]:
        raise ValidationError({"successor": _("This is the party that says it does not answer.")})
    _signed(held, proposal, by).delete()
    if successor:
        part = parts.filter(party=successor).first() or Responsibility(initiative=initiative)
        part.party_id, part.role = successor, held.role
        part.full_clean()
        _signed(part, proposal, by).save()
    Initiative.objects.filter(pk=initiative.pk).update(updated_at=now)


def _correct(proposal: Proposal, wanted: Mapping[str, Any], by: User, now: dt.datetime) -> None:
    said = {name: wanted.get(name, "") for name in ("before", "after", "why")}
    correction = Correction(initiative=proposal.initiative, proposal=proposal, **said)
    corrections.record(correction=_signed(correction, proposal, by), now=now, by=by)


def _signed(row: Any, proposal: Proposal, by: User) -> Any:
    """Let the history of a row say who accepted which proposal; simple-history reads both."""
    row._history_user, row._change_reason = by, f"{ACCEPTED}{proposal.pk}"
    return row


_WRITERS: dict[str, Callable[[Proposal, Mapping[str, Any], User, dt.datetime], None]] = {
    Kind.REPORT: _report,
    Kind.DEADLINE: _deadline,
    Kind.RESPONSIBILITY: _hand_on,
    Kind.CORRECTION: _correct,
}


def _recorded(proposal: Proposal) -> Initiative:
    rows = Initiative.objects.filter(proposals=proposal)
    return rows.prefetch_related("responsibilities__party").get()


def _day(iso: str) -> str:
    return wording.day(dt.date.fromisoformat(iso))
