"""The rows that one sender has taken for a while.

A lease is named by the moment at which it ends; whoever moves a row asks in the same update whether the
lease is still this one. So a sender that slept through its lease moves nothing, whatever the clocks say.
"""

import datetime as dt
from collections.abc import Callable
from itertools import takewhile
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet

from tracker.mail import marks, relay
from tracker.models import Mail

State, Reason = Mail.State, Mail.Reason
BATCH = 100
LEASE = dt.timedelta(minutes=5)
"""Longer than one mail takes with a server that answers each step only just in time."""
DEATHS = 5
"""So many senders may die over one mail before it has failed."""


def due(now: dt.datetime) -> QuerySet[Mail]:
    return Mail.objects.filter(state=State.QUEUED, next_attempt_at__lte=now)


@transaction.atomic
def take(now: dt.datetime) -> "Batch":
    """Lease due rows, the longest due first, and count an attempt for each before anything is done."""
    rows = due(now).order_by("next_attempt_at", "pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    allowed = relay.allowance(BATCH, now=now)
    mails = _without_danger(list(rows[:allowed]))
    relay.give_back(allowed - len(mails))
    until = now + LEASE
    Mail.objects.filter(pk__in=[mail.pk for mail in mails]).update(
        state=State.LEASED, lease_until=until, attempts=F("attempts") + 1
    )
    for mail in mails:
        mail.attempts += 1
    return Batch(mails, until)


def _without_danger(mails: list[Mail]) -> list[Mail]:
    """Let a row go alone over which a sender died, so that it takes no other with it the next time."""
    if mails and _is_dangerous(mails[0]):
        return mails[:1]
    return list(takewhile(lambda mail: not _is_dangerous(mail), mails))


def _is_dangerous(mail: Mail) -> bool:
    return mail.attempts > 0 and not mail.server_reply


class Batch:
    """Rows that are leased and not yet begun."""

    def __init__(self, mails: list[Mail], until: dt.datetime) -> None:
        self.waiting = mails
        self._until = until

    def renew(self, now: dt.datetime) -> None:
        """Begin the lease anew, and forget rows that are no longer ours."""
        until = now + LEASE
        if self._ours(self.waiting).update(lease_until=until) < len(self.waiting):
            rows = Mail.objects.filter(pk__in=[mail.pk for mail in self.waiting])
            ours = set(rows.filter(state=State.LEASED, lease_until=until).values_list("pk", flat=True))
            self.waiting = [mail for mail in self.waiting if mail.pk in ours]
        self._until = until

    def begin(self, mail: Mail, *, last: tuple[Mail, str] | None, now: dt.datetime) -> Callable[[], bool]:
        """Mark a mail `sending`, and the last one `sent`; what is returned answers if this one was ours."""
        self.waiting.remove(mail)
        return marks.sent_and_begun(last, mail, leased_until=self._until, until=now + LEASE, at=now)

    def drop(self, mail: Mail, **changes: Any) -> int:
        """Move a mail that does not go; return 1 if it was still ours."""
        self.waiting.remove(mail)
        return self._ours([mail]).update(lease_until=None, **changes)

    def give_back(self) -> None:
        """Put back what was not begun. It costs no attempt."""
        if self.waiting:
            self._ours(self.waiting).update(state=State.QUEUED, lease_until=None, attempts=F("attempts") - 1)
            relay.give_back(len(self.waiting))
            self.waiting = []

    def _ours(self, mails: list[Mail]) -> QuerySet[Mail]:
        pks = [mail.pk for mail in mails]
        return Mail.objects.filter(pk__in=pks, state=State.LEASED, lease_until=self._until)


def end_expired(now: dt.datetime) -> list[Mail]:
    """Put back what a dead sender had taken; return what it had begun to hand over.

    A row over which sender after sender died has failed.
    """
    expired = Mail.objects.filter(lease_until__lt=now)
    leased = expired.filter(state=State.LEASED)
    leased.filter(attempts__gte=DEATHS, server_reply="").update(
        state=State.FAILED,
        reason=Reason.WRITING,
        server_reply=f"{DEATHS} senders ended while they wrote this mail.",
        lease_until=None,
    )
    leased.update(state=State.QUEUED, lease_until=None)
    return list(expired.filter(state=State.SENDING))
