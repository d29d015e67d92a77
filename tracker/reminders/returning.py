"""The mail that brings an answer back with a question: the same link answers once more."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.conf import settings
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
        drafts[row.pk] = _draft(row, proposal, reminder, now) if proposal and reminder else Mail.Reason.GONE
    return drafts


def _draft(row: Mail, proposal: Proposal, reminder: Reminder, now: dt.datetime) -> mail.Draft | Mail.Reason:
    if obstacle := answering.obstacle(reminder, now):
        return NO_LONGER_WANTED.get(obstacle, Mail.Reason.CLOSED)
    with translation.override(row.language):
        link = answering.path(reminder, answering.given(proposal))
        context = {
            "proposal": proposal,
            "headline": proposals.headline(proposal),
            "own_words": proposals.own_words(proposal),
            "expires_on": answering.expires_at(reminder),
            "answer_url": f"{settings.SITE_URL}{link}",
            "site_url": settings.SITE_URL,
        }
    return mail.Draft(template="returned", context=context, address=reminder.contact.email)
