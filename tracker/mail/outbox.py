"""Deciding a message, and what a person may do with one that waits."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from tracker.models import Mail, Suppression

State, Reason = Mail.State, Mail.Reason


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    mime_type: str


@dataclass(frozen=True)
class Draft:
    """What one message is written from, in the language of its mail.

    `template` names `emails/<template>.subject.txt`, `.txt` and `.html`. `address` is where it goes now,
    where the recipient's address has changed since the decision. `unsubscribe` is an address that takes the
    one-click POST of RFC 8058.
    """

    template: str
    context: dict[str, Any]
    address: str = ""
    unsubscribe: str = ""
    attachments: Sequence[Attachment] = field(default=())


Occasion = Callable[[Sequence[Mail], dt.datetime], Mapping[int, Draft | Mail.Reason]]
"""Given mails of its kind, about to go: for each by primary key its draft, or why it is no longer wanted.

It is asked again at every attempt, so it sees what has changed since the decision. It loads what it needs for
all of them at once, and raises nothing for one of them alone.
"""

occasions: dict[str, Occasion] = {}
"""By kind of mail; filled when the app is ready. A mail of another kind goes out as its row is worded."""


def new(
    *,
    kind: str,
    key: str,
    address: str,
    language: str,
    about: dict[str, Any],
    now: dt.datetime,
    held: Mail.Reason | None = None,
) -> Mail:
    """Build the row of one decided message, not yet saved.

    `key` says in business facts what this message is: saving a second row under a key fails. `about` is what
    the occasion needs to write it. `held` says why a person must release it first.
    """
    return Mail(
        key=key,
        message_id=_message_id(key),
        kind=kind,
        address=address,
        language=language,
        about=about,
        state=State.HELD if held else State.QUEUED,
        reason=held or "",
        decided_at=now,
        next_attempt_at=now,
    )


def queue(**facts: Any) -> bool:
    """Decide one message, told as for `new`; answer whether it is new.

    Call it in the transaction that decides.
    """
    row = new(**facts)
    values = {field.attname: getattr(row, field.attname) for field in Mail._meta.concrete_fields}
    key = values.pop("key")
    del values["id"]
    _mail, is_new = Mail.objects.get_or_create(key=key, defaults=values)
    return is_new


def release(mails: QuerySet[Mail], *, now: dt.datetime) -> int:
    """Let these mails go, or try them again: held, failed, cancelled or in doubt. Returns how many.

    One in doubt goes out under the same Message-ID, so that a mailbox which has it already can tell.
    """
    waiting = mails.filter(state__in=[State.HELD, State.FAILED, State.IN_DOUBT, State.CANCELLED])
    return waiting.update(
        state=State.QUEUED, reason="", server_reply="", attempts=0, next_attempt_at=now, lease_until=None
    )


def cancel(mails: QuerySet[Mail], *, reason: Mail.Reason) -> int:
    """Take these mails back, unless a server has them or may have them. Returns how many.

    One in doubt is only taken back by a person, who so decides that it is not sent again.
    """
    states = [State.HELD, State.QUEUED, State.LEASED, State.FAILED]
    if reason == Reason.BY_HAND:
        states.append(State.IN_DOUBT)
    waiting = mails.filter(state__in=states)
    return waiting.update(state=State.CANCELLED, reason=reason, lease_until=None)


def hold(mails: QuerySet[Mail], *, reason: Mail.Reason) -> int:
    """Let these mails wait for a person, as far as they have not gone. Returns how many.

    What a sender was at when a backup was made is among them: it may have arrived since.
    """
    waiting = mails.filter(state__in=[State.QUEUED, State.LEASED, State.SENDING])
    return waiting.update(state=State.HELD, reason=reason, lease_until=None)


def suppress(address: str, *, reason: Suppression.Reason, words: str, now: dt.datetime) -> None:
    """Send nothing more to an address. A second call changes nothing: the first reason stands."""
    Suppression.objects.get_or_create(
        address=normalised(address), defaults={"reason": reason, "words": words, "since": now}
    )


def normalised(address: str) -> str:
    """Write an address as it is compared: without blanks around it, in lower case."""
    return address.strip().lower()


def _message_id(key: str) -> str:
    """Derive the Message-ID from the key: the same over every attempt, and not to be guessed."""
    digest = salted_hmac("tracker.mail", key, algorithm="sha256").hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.SITE_URL).hostname}>"
