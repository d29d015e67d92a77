"""The only module that makes and sends messages.

A message is a row of the outbox, written in the transaction that decided it and handed over afterwards:
leased, marked `sending` before a word is said to the mail server, marked `sent` after its answer. SMTP cannot
tell whether a message arrived when the connection breaks before that answer (RFC 5321, 6.1); such a row is
shown as in doubt, never hidden.
"""

import datetime as dt
import logging
import smtplib
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection as database
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import salted_hmac

from tracker.models import Mail

log = logging.getLogger(__name__)

BATCH = 50
LEASE = dt.timedelta(minutes=5)
WAITS = [dt.timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120)] + [dt.timedelta(hours=4)] * 28
"""Waits before each further attempt; 4 days and 20 hours in all (RFC 5321, 4.5.4.1 asks for 4 to 5 days)."""
MAX_SUBJECT = 250
HANGS_UP = 421
"""The answer after which the server closes the connection (RFC 5321, 3.8)."""

Clock = Callable[[], dt.datetime]


def queue(
    *, kind: str, key: str, address: str, language: str, context: dict[str, Any], now: dt.datetime
) -> bool:
    """Decide one message; answer whether it is new.

    `kind` names the templates `emails/<kind>.subject.txt`, `.txt` and `.html`. `key` says in business facts
    what this message is; a second message under a key is not made. Call it in the transaction that decides.
    """
    with translation.override(language):
        subject, text, html = (
            render_to_string(f"emails/{kind}.{part}", context) for part in ("subject.txt", "txt", "html")
        )
    _mail, is_new = Mail.objects.get_or_create(
        key=key,
        defaults={
            "message_id": _message_id(key),
            "kind": kind,
            "address": address,
            "language": language,
            "subject": " ".join(subject.split())[:MAX_SUBJECT],
            "text": text,
            "html": css_inline.inline(html, keep_at_rules=True),
            "decided_at": now,
            "next_attempt_at": now,
        },
    )
    return is_new


def send_due(*, clock: Clock) -> int:
    """Hand over every message that is due and return how many the server took.

    Several senders may run at once. A row that fails never stops the others. While the server cannot be
    reached nothing is taken from the queue.
    """
    _reap(clock())
    if not Mail.objects.filter(state=Mail.State.QUEUED, next_attempt_at__lte=clock()).exists():
        return 0
    connection = get_connection()
    taken = 0
    try:
        connection.open()  # before anything is leased
        for mail in _leased(clock):
            connection.open()  # anew, where the server hung up on the mail before
            taken += _hand_over(mail, connection, clock)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("The mail server cannot be reached: %s. Mails wait for the next run.", error)
    finally:
        connection.close()
    return taken


def _leased(clock: Clock) -> Iterator[Mail]:
    """Take due rows, a few at a time, until none is left."""
    while batch := _lease(clock()):
        yield from batch


@transaction.atomic
def _lease(now: dt.datetime) -> list[Mail]:
    due = Mail.objects.filter(state=Mail.State.QUEUED, next_attempt_at__lte=now).order_by(
        "next_attempt_at", "pk"
    )
    if database.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    rows = list(due[:BATCH])
    Mail.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=Mail.State.LEASED, lease_until=now + LEASE
    )
    return rows


def _hand_over(mail: Mail, connection: BaseEmailBackend, clock: Clock) -> int:
    """Say one message to the server; return 1 if it took it.

    Rows are moved by guarded updates only: no race is lost, and no validation stands between "sent" and
    "recorded as sent".
    """
    now = clock()
    if not _move(
        mail,
        Mail.State.LEASED,
        state=Mail.State.SENDING,
        attempts=F("attempts") + 1,
        lease_until=now + LEASE,
    ):
        return 0
    mail.refresh_from_db(fields=["attempts"])
    try:
        connection.send_messages([_message(mail)])
    except smtplib.SMTPRecipientsRefused as error:
        _refused(mail, connection, *next(iter(error.recipients.values())), now=clock())
    except smtplib.SMTPResponseException as error:
        _refused(mail, connection, error.smtp_code, error.smtp_error, now=clock())
    except ValueError as error:  # an address or header that cannot be written; nothing was said yet
        _move(mail, Mail.State.SENDING, state=Mail.State.FAILED, server_reply=str(error), lease_until=None)
    except (OSError, smtplib.SMTPException) as error:
        _move(mail, Mail.State.SENDING, state=Mail.State.IN_DOUBT, server_reply=str(error), lease_until=None)
        connection.close()
    else:
        return _move(mail, Mail.State.SENDING, state=Mail.State.SENT, sent_at=clock(), lease_until=None)
    return 0


def _refused(
    mail: Mail, connection: BaseEmailBackend, code: int, words: bytes | str, *, now: dt.datetime
) -> None:
    """Wait and try again after a 4xx answer; give up after a 5xx, or when the waits are used up."""
    reply = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    if 400 <= code < 500 and mail.attempts <= len(WAITS):
        changes = {"state": Mail.State.QUEUED, "next_attempt_at": now + WAITS[mail.attempts - 1]}
    else:
        changes = {"state": Mail.State.FAILED}
    _move(mail, Mail.State.SENDING, **changes, server_reply=reply, lease_until=None)
    if code == HANGS_UP:
        connection.close()


def _reap(now: dt.datetime) -> None:
    """Put back what a dead sender had taken; what it had begun to hand over is in doubt."""
    expired = Mail.objects.filter(lease_until__lt=now)
    expired.filter(state=Mail.State.LEASED).update(state=Mail.State.QUEUED, lease_until=None)
    expired.filter(state=Mail.State.SENDING).update(state=Mail.State.IN_DOUBT, lease_until=None)


def _move(mail: Mail, old: Mail.State, **changes: Any) -> int:
    return Mail.objects.filter(pk=mail.pk, state=old).update(**changes)


def _message(mail: Mail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.address],
        headers={
            "Message-ID": mail.message_id,
            "Date": format_datetime(mail.decided_at),
            "Auto-Submitted": "auto-generated",
            "Content-Language": mail.language,
        },
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def _message_id(key: str) -> str:
    """Derive the Message-ID from the key: the same over every attempt, and not to be guessed."""
    digest = salted_hmac("tracker.mail", key, algorithm="sha256").hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.SITE_URL).hostname}>"
