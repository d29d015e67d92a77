"""Words the reminders that are about to go, and leaves out what no longer holds."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils import translation

from tracker import mail
from tracker.models import Contact, Mail, Reminder, ReminderKind
from tracker.reminders import answering, calendar, loading
from tracker.reminders.letter import labels, letter
from tracker.reminders.rules import zone_of


def drafts(mails: Sequence[Mail], now: dt.datetime) -> Mapping[int, mail.Draft | Mail.Reason]:
    """Write each mail from those of its reminders that still hold at this moment.

    It goes to the contact's present address, in the present language, which the mail takes over.
    """
    contacts = Contact.objects.in_bulk([row.about["contact"] for row in mails])
    reminders: dict[int | None, list[Reminder]] = defaultdict(list)
    for reminder in loading.loaded(mails):
        reminders[reminder.mail_id].append(reminder)
    return {row.pk: _draft(row, contacts.get(row.about["contact"]), reminders[row.pk], now) for row in mails}


def _draft(
    row: Mail, contact: Contact | None, reminders: Sequence[Reminder], now: dt.datetime
) -> mail.Draft | Mail.Reason:
    """Word one mail. Where its first contact is gone, another one with the address takes its place."""
    contact = contact or next((reminder.contact for reminder in reminders), None)
    if contact is None:
        return Mail.Reason.GONE
    day = now.astimezone(zone_of(contact.time_zone)).date()
    address = mail.normalised(contact.email)
    holding = [
        reminder
        for reminder in reminders
        if mail.normalised(reminder.contact.email) == address and holds(reminder, day=day, now=now)
    ]
    if not holding:
        return Mail.Reason.CLOSED
    row.language = contact.language
    with translation.override(contact.language):
        return _worded(row, contact, holding, day)


def _worded(row: Mail, contact: Contact, reminders: Sequence[Reminder], day: dt.date) -> mail.Draft:
    until = answering.expires_at(reminders[0]).astimezone(zone_of(contact.time_zone)).date()
    words = letter(reminders, day=day, answers_until=until)
    initiatives = {reminder.initiative_id: reminder.initiative for reminder in reminders}
    entries = calendar.entries(initiatives.values(), decided_at=row.decided_at)
    return mail.Draft(
        template="reminder",
        context={"letter": words, "say": labels(contact.language), "language": contact.language},
        address=contact.email,
        attachments=[mail.Attachment("deadlines.ics", entries, "text/calendar")] if entries else [],
    )


def holds(reminder: Reminder, *, day: dt.date, now: dt.datetime) -> bool:
    """Answer whether a loaded reminder still has a reason on the reader's `day`."""
    initiative, rule = reminder.initiative, reminder.rule
    if rule is None or not rule.is_on or rule in loading.muted_rules(initiative):
        return False
    if answering.obstacle(reminder, now) is not None:
        return False
    return {
        ReminderKind.DUE: initiative.due_on == reminder.anchor_on and day <= reminder.anchor_on,
        ReminderKind.OVERDUE: initiative.due_on == reminder.anchor_on,
        ReminderKind.SILENT: initiative.heard_of_on == reminder.anchor_on,
        ReminderKind.NO_DEADLINE: initiative.due_on is None,
        ReminderKind.MILESTONE: any(
            milestone.due_on == reminder.anchor_on and milestone.reached_on is None
            for milestone in loading.milestones(initiative)
        ),
    }[ReminderKind(reminder.kind)]
