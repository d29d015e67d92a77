"""What comes back after a server had taken a mail: it was not delivered (RFC 3464), or somebody complained
(RFC 5965)."""

import datetime as dt
import email
from collections.abc import Iterator
from email.message import Message
from email.policy import compat32
from hashlib import sha256

from django.db import transaction
from django.db.models.functions import Lower

from tracker.mail import verp
from tracker.mail.answers import is_dead
from tracker.mail.outbox import normalised, suppress
from tracker.models import Bounce, Mail, Subscription, Suppression

LONGEST_NOTICE = 1_000_000
"""Bytes of a notice that are read; what follows is the returned mail itself."""
SOFT_ONES = 3
"""So many soft bounces of one address within their time, and nothing is sent to it."""
SOFT_FOR = dt.timedelta(days=90)
ADDRESSED = ("To", "Delivered-To", "X-Original-To", "Envelope-To")

Kind = Bounce.Kind


class NoEffectError(Exception):
    """The notice changes nothing. The text tells why."""


@transaction.atomic
def receive(raw: bytes, *, now: dt.datetime, recipient: str = "") -> tuple[Bounce, bool]:
    """Record a notice and what follows from it; return it, and whether it is new.

    `recipient` is the address that it was delivered to, where the mail server says so apart from the
    message. The same notice twice counts once. Raise NoEffectError for what tells nothing of a mail of ours.
    """
    message = email.message_from_bytes(raw[:LONGEST_NOTICE], policy=compat32)
    mail = _mail_of(message, recipient)
    kind, status, words = _read(message)
    bounce, is_new = Bounce.objects.get_or_create(
        digest=_digest(raw, mail),
        defaults={"mail": mail, "kind": kind, "status": status, "words": words, "received_at": now},
    )
    if is_new:
        _follow(bounce, now)
    return bounce, is_new


def _digest(raw: bytes, mail: Mail) -> str:
    """Tell notices apart by their body: each delivery adds lines to the head."""
    _head, _blank, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    return sha256(f"{mail.pk}\n".encode() + body).hexdigest()


# --- which mail -----------------------------------------------------------------------------------


def _mail_of(message: Message, recipient: str) -> Mail:
    """Find the mail by the address that the notice was sent to, or that a complaint says it came from."""
    addresses = [recipient, *_addresses(message)]
    pks = [pk for address in addresses if (pk := verp.read(address)) is not None]
    if not pks:
        raise NoEffectError("No address in it is one of ours, or its signature was altered.")
    mail = Mail.objects.filter(pk=pks[0]).first()
    if mail is None:
        raise NoEffectError(f"Mail {pks[0]} is no longer kept.")
    return mail


def _addresses(message: Message) -> Iterator[str]:
    for name in ADDRESSED:
        for value in message.get_all(name, []):
            yield from _bare(value)
    for part in message.walk():
        for name in ("Original-Mail-From", "Return-Path"):
            for value in part.get_all(name, []):
                yield from _bare(value)


def _bare(value: object) -> Iterator[str]:
    for word in str(value).replace(",", " ").split():
        yield word.strip("<>;").removeprefix("rfc822;")


# --- what it says ---------------------------------------------------------------------------------


def _read(message: Message) -> tuple[str, str, str]:
    """Return kind, status and words of the first recipient that was told of."""
    for part in message.walk():
        if part.get_content_type() == "message/feedback-report":
            return Kind.COMPLAINT, "", _field(_fields(part), "Feedback-Type")
        if part.get_content_type() == "message/delivery-status":
            return _delivery(part)
    raise NoEffectError("It is neither a delivery status (RFC 3464) nor a complaint (RFC 5965).")


def _delivery(part: Message) -> tuple[str, str, str]:
    groups = (
        [group for group in part.get_payload() if isinstance(group, Message)] if part.is_multipart() else []
    )
    for group in groups:
        status = _field(group, "Status").split(" ")[0]
        action = _field(group, "Action").lower()
        if status and action == "failed":
            words = _field(group, "Diagnostic-Code").removeprefix("smtp;").strip()
            return _kind(status), status[:12], words
    raise NoEffectError("It tells of no failure: the mail arrived, or a server still tries.")


def _kind(status: str) -> str:
    """Permanent is only what is the address's own: a full mailbox and a policy may pass."""
    return Kind.HARD if status.startswith("5.") and is_dead(status) else Kind.SOFT


def _fields(part: Message) -> Message:
    """Read the fields of a feedback report, which some parsers take for a message and some for text."""
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return payload[0]
    return email.message_from_string(str(payload).strip())


def _field(group: Message, name: str) -> str:
    return " ".join(str(group.get(name, "")).split()).replace("\0", "")


# --- what follows ---------------------------------------------------------------------------------


def _follow(bounce: Bounce, now: dt.datetime) -> None:
    address = normalised(bounce.mail.address)
    if bounce.kind == Kind.COMPLAINT:
        suppress(address, reason=Suppression.Reason.COMPLAINED, words=bounce.words, now=now)
        followed = Subscription.objects.alias(lower=Lower("address")).filter(lower=address)
        for subscription in followed.filter(unsubscribed_at__isnull=True).select_for_update():
            subscription.unsubscribed_at = now
            subscription.save(update_fields=["unsubscribed_at"])  # one by one: the history tells of it
    elif bounce.kind == Kind.HARD or _soft_ones(address, now) >= SOFT_ONES:
        words = f"{bounce.status} {bounce.words}".strip()
        suppress(address, reason=Suppression.Reason.BOUNCED, words=words, now=now)


def _soft_ones(address: str, now: dt.datetime) -> int:
    soft = Bounce.objects.filter(kind=Kind.SOFT, received_at__gt=now - SOFT_FOR)
    return soft.filter(mail__address__iexact=address).count()
