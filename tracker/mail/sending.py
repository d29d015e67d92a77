"""Hands over what is due. Several senders may run at once, on one machine or many.

A few rows are leased and asked about together. Each is put into words while the server thinks about the one
before it, which is time that costs nothing. It is marked `sending` in one commit with the `sent` of the one
before, which the database does while the server hears to whom it goes; what it says goes to the server when
that is done, with no transaction open: whenever a sender is killed, one mail for each of its connections to
the server is in doubt at most.
"""

import datetime as dt
import logging
from collections.abc import Callable
from hashlib import sha256
from math import ceil
from threading import Event
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F

from tracker.mail import leases, marks, relay, verp
from tracker.mail.abreast import abreast
from tracker.mail.answers import Meaning, meaning
from tracker.mail.leases import BATCH, LEASE, Batch
from tracker.mail.letters import Letter, Letters
from tracker.mail.message import UnwritableError, route
from tracker.mail.outbox import suppress
from tracker.mail.server import AwayError, LostError, RefusedError, Server
from tracker.models import Mail, Suppression

__all__ = ["BATCH", "FRESH", "LEASE", "WAITS", "send_due"]

log = logging.getLogger(__name__)

State, Reason = Mail.State, Mail.Reason
FRESH = dt.timedelta(seconds=2)
"""What an occasion said is believed for so long; then it is asked again."""
WAITS = [dt.timedelta(minutes=minutes) for minutes in (6.25, 15, 30, 60, 120)] + [dt.timedelta(hours=4)] * 28
"""Waits before each further attempt; almost 5 days in all (RFC 5321, 4.5.4.1 asks for 4 to 5 days)."""
JITTER = 0.2
"""The part of a wait by which it differs from mail to mail, so that not all come back at once. The first
wait is never under five minutes, which is what a server that greylists wants."""

Clock = Callable[[], dt.datetime]


def send_due(*, clock: Clock, until: dt.datetime | None = None) -> int:
    """Hand over every message that is due and return how many the server took.

    A row that fails never stops the others. While the server cannot be reached, or rests, nothing is taken
    from the queue. After `until` no further mails are taken; None: as long as there are any. One batch goes
    over one connection; where more mails wait, up to `MAIL_CONNECTIONS` are used at once.
    """
    for mail in leases.end_expired(clock()):
        _doubt(mail, "", clock())
    waiting = leases.due(clock())[: BATCH * settings.MAIL_CONNECTIONS].count()
    if not waiting:
        return 0

    def send(is_over: Event) -> int:
        return _send_over_one_connection(
            lambda: is_over.is_set() or (until is not None and clock() >= until), clock
        )

    return abreast(send, ceil(waiting / BATCH))


def _send_over_one_connection(is_over: Callable[[], bool], clock: Clock) -> int:
    _commit_for_good()
    with Server(clock) as server:
        sender = _Sender(server, clock, is_over)
        try:
            sender.send_batches()
        except AwayError as error:
            log.warning("The mail server cannot be reached: %s. Mails wait for the next run.", error)
    return sender.taken


def _commit_for_good() -> None:
    """Let SQLite write each commit through to the disk: a lost `sending` mark would be a second mail."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")


class _Sender:
    """One run over what is due. `taken` is how many the server took."""

    def __init__(self, server: Server, clock: Clock, is_over: Callable[[], bool]) -> None:
        self.taken = 0
        self._server, self._clock, self._is_over = server, clock, is_over
        self._last: tuple[Mail, str] | None = None
        """The mail that the server has taken and that is not marked yet, with the server's words."""

    def send_batches(self) -> None:
        self._server.open()  # before anything is leased
        while not self._is_over():
            batch = leases.take(self._clock())
            if not batch.waiting:
                break  # none is due, or the server gets no more in this minute
            self._send(batch)

    def _send(self, batch: Batch) -> None:
        try:
            while batch.waiting and not self._is_over():
                self._send_while_fresh(batch)
        finally:
            self._settle()
            batch.give_back()

    def _send_while_fresh(self, batch: Batch) -> None:
        """Ask about the mails and hand over one after the other, until the answers are no longer fresh.

        The first one goes in any case, so that there is an end of asking.
        """
        batch.renew(self._clock())
        letters = Letters(batch.waiting, asked_at=self._clock())
        for letter in letters:
            if not self._server.is_ready:
                self._settle()
                self._server.open()
            self._hand_over(letter, batch, letters.write_next)
            if self._is_over() or not self._is_fresh(letters):
                break
        self._settle()

    def _is_fresh(self, letters: Letters) -> bool:
        return dt.timedelta() <= self._clock() - letters.asked_at <= FRESH

    def _hand_over(self, letter: Letter, batch: Batch, meanwhile: Callable[[], None]) -> None:
        mail = letter.mail
        if letter.content is None:
            batch.drop(mail, **letter.verdict)
            return
        is_ours = batch.begin(mail, last=self._last, now=self._clock())
        words, error = "", None
        try:
            sender, recipient = verp.sender_of(mail.pk), route(mail.address)
            words = self._server.hand_over(sender, recipient, letter.content, is_ours, meanwhile)
        except (RefusedError, LostError, UnwritableError) as problem:
            error = problem
        finally:
            ours = is_ours()  # the database is not asked for anything else before
            self._last = None
        if ours:
            self._take_answer(mail, words, error)

    def _take_answer(self, mail: Mail, words: str, error: Exception | None) -> None:
        match error:
            case RefusedError():
                self._server.answered()
                self._refused(mail, error)
            case LostError():
                self._lost(mail, error)
            case UnwritableError():
                _fail(mail, Reason.WRITING, str(error))
            case _:
                self._server.answered()
                self._last = mail, words
                self.taken += 1

    def _settle(self) -> None:
        if self._last is not None:
            mail, words = self._last
            marks.sent(mail, words, at=self._clock())
            self._last = None

    def _refused(self, mail: Mail, error: RefusedError) -> None:
        now, words = self._clock(), str(error)
        match meaning(error.step, error.code, error.words):
            case Meaning.WAIT:
                _wait(mail, words, now)
            case Meaning.FAIL:
                _fail(mail, Reason.REFUSED, words)
            case Meaning.SUPPRESS:
                _fail(mail, Reason.REFUSED, words)
                suppress(mail.address, reason=Suppression.Reason.BOUNCED, words=words, now=now)
            case Meaning.POLICY if relay.refuses_everybody():
                _wait(mail, words, now)  # so another mail is tried next, and this one may be the only bad one
                relay.failed(words, now=now, needs_a_person=True)
                raise AwayError(words)
            case Meaning.POLICY:
                _fail(mail, Reason.REFUSED, words, next_attempt_at=now)
            case Meaning.REST:
                _wait(mail, words, now)
                relay.rest(words, now=now)
                raise AwayError(words)
            case Meaning.PERSON:
                _move(mail, state=State.QUEUED, attempts=F("attempts") - 1)
                relay.failed(words, now=now, needs_a_person=True)
                raise AwayError(words)

    def _lost(self, mail: Mail, error: LostError) -> None:
        """Let the server rest, too: one that hangs up on each mail would put them all in doubt."""
        now, words = self._clock(), str(error) or "The connection broke."
        if error.content_begun:
            _doubt(mail, words, now)
        else:
            _wait(mail, words, now)
        relay.failed(words, now=now)
        raise AwayError(words)


def _wait(mail: Mail, words: str, now: dt.datetime) -> None:
    """Try again later; give up when the waits are used up."""
    if mail.attempts > len(WAITS):
        _fail(mail, Reason.REFUSED, words)
    else:
        _move(mail, state=State.QUEUED, next_attempt_at=now + wait_of(mail), server_reply=words)


def wait_of(mail: Mail) -> dt.timedelta:
    """The wait after this attempt: the same whenever it is asked for, another for each mail."""
    number = sha256(f"{mail.message_id} {mail.attempts}".encode()).digest()[0] / 255
    return WAITS[mail.attempts - 1] * (1 + JITTER * (2 * number - 1))


def _doubt(mail: Mail, words: str, now: dt.datetime) -> None:
    """Nobody knows if it arrived: send it later under its Message-ID if its kind may be, else show it."""
    again = mail.kind in settings.RESENT_WHEN_IN_DOUBT and mail.in_doubt_at is None
    later = now + dt.timedelta(minutes=settings.RESENT_AFTER_MINUTES)
    state = {"state": State.QUEUED, "next_attempt_at": later} if again else {"state": State.IN_DOUBT}
    reason = "" if again else Reason.ANSWER_LOST
    _move(mail, **state, reason=reason, in_doubt_at=now, server_reply=words)


def _fail(mail: Mail, reason: Mail.Reason, words: str, **changes: Any) -> None:
    _move(mail, state=State.FAILED, reason=reason, server_reply=words.replace("\0", ""), **changes)


def _move(mail: Mail, **changes: Any) -> int:
    """Move a mail that we are handing over, by a guarded update: no race is lost, and no validation stands
    between what the server said and what we keep of it."""
    ours = Mail.objects.filter(pk=mail.pk, state=State.SENDING, lease_until=mail.lease_until)
    return ours.update(**{"lease_until": None, **changes})
