"""The mail that brings back with a question what somebody sent.

To an answer the same link answers once more. A reader of the public pages, whose correction it was, finds the
form they filled in.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from tracker import mail, proposals
from tracker.models import Mail, Proposal, Reminder
from tracker.reminders import answering
from tracker.reminders.answering import Obstacle

NO_LONGER_WANTED = {Obstacle.ENDED: Mail.Reason.GONE}
"""Why the mail is cancelled, by what stands in the way of answering; anything else means it is over."""


def drafts(mails: Sequence[Mail], now: dt.datetime) -> Mapping[int, mail.Draft | Mail.Reason]:
    """Write what was returned, why, and the link; nothing where there is nothing to answer any more."""
    rows = Proposal.objects.select_related("initiative", "proposed_by").in_bulk(
        [row.about["proposal"] for row in mails]
    )
    reminders = answering.with_what_decides().in_bulk(
        [proposal.reminder_id for proposal in rows.values() if proposal.reminder_id]
    )
    drafts: dict[int, mail.Draft | Mail.Reason] = {}
    for row in mails:
        proposal = rows.get(row.about["proposal"])
        reminder = reminders.get(proposal.reminder_id) if proposal and proposal.reminder_id else None
        if proposal and reminder:
            drafts[row.pk] = _to_contact(row, proposal, reminder, now)
        else:
            drafts[row.pk] = _to_reader(row, proposal) if proposal else Mail.Reason.GONE
    return drafts


def _to_contact(
    row: Mail, proposal: Proposal, reminder: Reminder, now: dt.datetime
) -> mail.Draft | Mail.Reason:
    if obstacle := answering.obstacle(reminder, now):
        return NO_LONGER_WANTED.get(obstacle, Mail.Reason.CLOSED)
    with translation.override(row.language):
        link = answering.path(reminder, answering.given(proposal))
        context = {
            **_told(proposal),
            "expires_on": answering.expires_at(reminder),
            "answer_url": f"{settings.SITE_URL}{link}",
        }
    return mail.Draft(template="returned", context=context, address=reminder.contact.email)


def _to_reader(row: Mail, proposal: Proposal) -> mail.Draft | Mail.Reason:
    initiative = proposal.initiative
    if not proposal.reader_address or initiative is None:
        return Mail.Reason.GONE
    if not initiative.is_published:
        return Mail.Reason.CLOSED
    with translation.override(row.language):
        link = reverse("correct", args=[initiative.slug])
        context = {
            **_told(proposal),
            "form_url": f"{settings.SITE_URL}{link}",
            "kept_days": proposals.READERS_KEPT.days,
        }
    return mail.Draft(template="returned_correction", context=context, address=proposal.reader_address)


def _told(proposal: Proposal) -> dict[str, object]:
    return {
        "proposal": proposal,
        "headline": proposals.headline(proposal),
        "own_words": proposals.own_words(proposal),
        "site_url": settings.SITE_URL,
    }
