"""Mails in words: what one asks of its occasion, written, and built for the server."""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.mail.drafting import Found, drafts
from tracker.mail.message import content, word
from tracker.models import Mail

log = logging.getLogger(__name__)

State, Reason = Mail.State, Mail.Reason


@dataclass(frozen=True)
class Letter:
    """A mail as the server gets it; or without `content` what becomes of its row instead."""

    mail: Mail
    content: bytes | None = None
    verdict: dict[str, Any] = field(default_factory=dict)


class Letters(Iterator[Letter]):
    """Mails in words, one after the other. All are asked about at once, at `asked_at`."""

    def __init__(self, mails: Sequence[Mail], *, asked_at: dt.datetime) -> None:
        self.asked_at = asked_at
        self._found = drafts(mails, asked_at)
        self._mails = iter(list(mails))
        self._next: Letter | None = None

    def write_next(self) -> None:
        """Write the next one beforehand, while there is time."""
        if self._next is None and (mail := next(self._mails, None)) is not None:
            self._next = _letter(mail, self._found[mail.pk])

    def __next__(self) -> Letter:
        self.write_next()
        letter, self._next = self._next, None
        if letter is None:
            raise StopIteration
        return letter


def _letter(mail: Mail, found: Found) -> Letter:
    if isinstance(found, Reason):
        return Letter(mail, verdict={"state": State.CANCELLED, "reason": found})
    try:
        if isinstance(found, Exception):
            raise found
        if found is not None:
            word(mail, found)
        return Letter(mail, content(mail, found))
    except Exception as error:  # whatever a template does, the other mails go out
        log.exception("Mail %s cannot be written.", mail.pk)
        words = f"{type(error).__name__}: {error}".replace("\0", "")
        return Letter(mail, verdict={"state": State.FAILED, "reason": Reason.WRITING, "server_reply": words})
