"""The only room that makes and sends messages.

A message is a row of the outbox, written in the transaction that decided it (`outbox`) and handed over
afterwards (`sending`): leased (`leases`), asked of its occasion (`drafting`), put into words (`message`),
marked `sending` before a word of it is said to the mail server (`server`), and marked `sent` after its answer
(`answers`). SMTP cannot tell whether a message arrived when the connection breaks before that answer
(RFC 5321, 6.1); such a row is in doubt, and shown. What comes back later is read by `bounces`.
Only what nobody but its reader may see has no row, and goes `at_once`.
"""

from tracker.mail.at_once import NotSentError, send_at_once
from tracker.mail.drafting import preview
from tracker.mail.outbox import (
    Attachment,
    Draft,
    cancel,
    hold,
    new,
    normalised,
    occasions,
    queue,
    release,
)
from tracker.mail.sending import send_due

__all__ = [
    "Attachment",
    "Draft",
    "NotSentError",
    "cancel",
    "hold",
    "new",
    "normalised",
    "occasions",
    "preview",
    "queue",
    "release",
    "send_at_once",
    "send_due",
]
