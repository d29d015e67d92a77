"""The signed link in a reminder, and what an answer does."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models, transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from tracker import proposals
from tracker.models import Proposal, Reminder, Responsibility, Status
from tracker.models.addresses import address_of

_signer = Signer(sep=".", salt="tracker.reminders.answer")


class Answer(models.TextChoices):
    """What a contact can answer to a reminder."""

    ON_TRACK = "on_track", _("On track")
    MORE_TIME = "more_time", _("Needs more time")
    DONE = "done", _("Done")
    NOT_MINE = "not_mine", _("Not mine")


class Obstacle(models.TextChoices):
    """Why a reminder cannot be answered."""

    ALTERED = "altered", _("This link leads nowhere")
    HIDDEN = "hidden", _("This entry is not public at present")
    ANSWERED = "answered", _("This reminder has been answered")
    CLOSED = "closed", _("This undertaking is closed")
    ENDED = "ended", _("You no longer answer for this")
    EXPIRED = "expired", _("This link has expired")


@dataclass(frozen=True)
class Found:
    """What a link leads to. Without an obstacle there is a reminder; an altered link leads to none."""

    reminder: Reminder | None
    obstacle: Obstacle | None


def path(reminder: Reminder, answer: str = "") -> str:
    """Give the path of the page that answers a reminder, in the active language; `answer` is preselected."""
    page = address_of("answer", _signer.sign(str(reminder.pk)))
    return f"{page}?answer={answer}" if answer else page


def find(token: str, now: dt.datetime) -> Found:
    """Find the reminder of a link, and what stands in the way of answering it."""
    try:
        reminder = with_what_decides().filter(pk=_signer.unsign(token)).first()
    except BadSignature:
        reminder = None
    return Found(reminder, obstacle(reminder, now) if reminder else Obstacle.ALTERED)


def with_what_decides() -> QuerySet[Reminder]:
    """Load reminders with all that `obstacle` and `expires_at` look at."""
    returned = Proposal.objects.filter(state=Proposal.State.RETURNED).order_by("reviewed_at", "pk")
    return Reminder.objects.select_related("initiative", "contact__party").prefetch_related(
        "initiative__responsibilities", Prefetch("proposals", returned, to_attr="returned")
    )


def obstacle(reminder: Reminder, now: dt.datetime) -> Obstacle | None:
    """Say what stands in the way of answering a reminder that was loaded `with_what_decides`."""
    in_the_way = {
        Obstacle.HIDDEN: not reminder.initiative.is_published,
        Obstacle.ANSWERED: reminder.answered_at is not None,
        Obstacle.CLOSED: reminder.initiative.is_closed,
        Obstacle.ENDED: not _is_still_told(reminder),
        Obstacle.EXPIRED: now > expires_at(reminder),
    }
    return next((reason for reason, holds in in_the_way.items() if holds), None)


def expires_at(reminder: Reminder) -> dt.datetime:
    """Until when the link works: counted from the decision, and anew from the last return of an answer."""
    back = last_returned(reminder)
    since = back.reviewed_at if back and back.reviewed_at else reminder.decided_at
    return since + dt.timedelta(days=settings.ANSWER_DAYS)


def last_returned(reminder: Reminder) -> Proposal | None:
    """The answer that staff sent back last; the reminder was loaded `with_what_decides`."""
    returned: list[Proposal] = reminder.returned  # type: ignore[attr-defined]  # prefetched
    return returned[-1] if returned else None


def answers_of(reminder: Reminder) -> dict[Answer, Any]:
    """Offer the answers that make sense, each with its words: whoever has no part in it cannot give it up.

    About a milestone no answer moves the deadline of the whole or completes it: the question was another one.
    """
    offered = {answer: answer.label for answer in Answer}
    if reminder.kind == Reminder.Kind.MILESTONE:
        offered = {Answer.ON_TRACK: _("Say how it stands"), Answer.NOT_MINE: Answer.NOT_MINE.label}
    if not _roles(reminder):
        del offered[Answer.NOT_MINE]
    return offered


def given(proposal: Proposal) -> Answer:
    """Tell which answer a proposal came from."""
    if proposal.kind == Proposal.Kind.DEADLINE:
        return Answer.MORE_TIME
    if proposal.kind == Proposal.Kind.RESPONSIBILITY:
        return Answer.NOT_MINE
    return Answer.DONE if proposal.wanted["status"] == Status.COMPLETED else Answer.ON_TRACK


@transaction.atomic
def answer(
    *,
    reminder: Reminder,
    chosen: Answer,
    said: Mapping[str, Any],
    now: dt.datetime,
    url: str = "",
    file: proposals.Evidence | None = None,
) -> Proposal | None:
    """Take the answer to a reminder as one proposal; None if another answer came first, and nothing changed.

    `said` holds what was filled in, by the column it is for. Whether the reminder can be answered at all is
    `find`'s to say.
    """
    waiting = Reminder.objects.filter(pk=reminder.pk, answered_at__isnull=True)
    if not waiting.update(answered_at=now):
        return None
    kind, wanted = _wanted(chosen, reminder.contact.party_id)
    wanted |= {
        name: value.isoformat() if isinstance(value, dt.date) else value for name, value in said.items()
    }
    return proposals.propose(
        kind=kind,
        initiative=reminder.initiative,
        wanted=wanted,
        by=reminder.contact,
        reminder=reminder,
        url=url,
        file=file,
        now=now,
    )


def _wanted(chosen: Answer, party: int) -> tuple[Proposal.Kind, dict[str, Any]]:
    """Say what kind of proposal an answer is, and the columns that follow from who gives it."""
    known: dict[Answer, tuple[Proposal.Kind, dict[str, Any]]] = {
        Answer.ON_TRACK: (Proposal.Kind.REPORT, {"told_by": party}),
        Answer.DONE: (Proposal.Kind.REPORT, {"told_by": party, "status": Status.COMPLETED.value}),
        Answer.MORE_TIME: (Proposal.Kind.DEADLINE, {"moved_by": party}),
        Answer.NOT_MINE: (Proposal.Kind.RESPONSIBILITY, {"party": party}),
    }
    return known[chosen]


def _is_still_told(reminder: Reminder) -> bool:
    """Answer whether the contact would still be told, in the role in which it was."""
    roles, contact = _roles(reminder), reminder.contact
    owning = {role.value for role in Responsibility.OWNING_ROLES}
    return {
        Reminder.Role.LEAD: bool(roles & owning),
        Reminder.Role.SUPPORT: bool(roles & owning),
        Reminder.Role.CONTROLLER: Responsibility.Role.CONTROLLER in roles,
        Reminder.Role.HEAD: contact.is_head and Responsibility.Role.LEAD in roles,
        Reminder.Role.LEADERSHIP: contact.is_leadership,
    }[Reminder.Role(reminder.role)]


def _roles(reminder: Reminder) -> set[str]:
    parts = reminder.initiative.responsibilities.all()
    return {part.role for part in parts if part.party_id == reminder.contact.party_id}
