"""Forgetting people: old requests that nobody confirmed, and an address everywhere it is kept."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tracker import mail
from tracker.following.asking import CONFIRM, LINK
from tracker.models import Bounce, Contact, Mail, Proposal, Series, Subscription, Suppression

UNCONFIRMED_KEPT = dt.timedelta(days=30)
State = Mail.State
NOBODY = "forgotten@invalid"
"""Stands where an address was; the domain leads nowhere (RFC 2606)."""


@transaction.atomic
def forget_requests(*, now: dt.datetime) -> int:
    """Delete what was asked for `UNCONFIRMED_KEPT` ago and never confirmed, with the mails that asked back.

    Returns how many requests were forgotten. Series that nobody follows and that never told anything go with
    them. A second call finds nothing.
    """
    old = Subscription.objects.filter(asked_at__lt=now - UNCONFIRMED_KEPT)
    left = old.filter(unsubscribed_at__isnull=False) | old.filter(confirmed_at__isnull=False)
    again = [row.pk for row in left]
    for row in Subscription.objects.filter(pk__in=again):
        row.asked_at = None
        row.save(update_fields=["asked_at"])
    gone = list(old.filter(asked_at__isnull=False).values_list("pk", flat=True))
    _delete_subscriptions(gone)
    decided = Mail.objects.filter(kind__in=[CONFIRM, LINK], decided_at__lt=now - UNCONFIRMED_KEPT)
    decided.exclude(state=State.SENDING).delete()
    unused = Series.objects.filter(is_for_followers=True, subscriptions=None, reports=None)
    unused.filter(starts_on__lt=timezone.localdate(now)).delete()  # one that is just being asked for stays
    return len(gone) + len(again)


@transaction.atomic
def forget(address: str) -> dict[str, int]:
    """Erase an address wherever it is kept as a reader's, and say how much was erased of what.

    Mails stay as rows without address and words, so that what was counted stays counted; those that waited
    are taken back. A mail that is being handed over stays as it is: call it again. Contacts and logins are
    staff's to change, and are only counted. A second call finds nothing else.
    """
    wanted = mail.normalised(address)
    subscriptions = list(Subscription.objects.of(wanted).values_list("pk", flat=True))
    histories = _history().alias(lower=Lower("address")).filter(lower=wanted)
    rows = Mail.objects.alias(lower=Lower("address")).filter(lower=wanted)
    found = {
        "subscriptions": len(subscriptions),
        "history": histories.count(),
        "suppressions": Suppression.objects.filter(address=wanted).delete()[0],
        "mails": _erase_mails(rows.exclude(state=State.SENDING), wanted),
        "mails_being_sent": rows.filter(state=State.SENDING).count(),
        "proposals": _erase_proposals(wanted),
        "contacts": Contact.objects.filter(email__iexact=wanted).count(),
        "logins": User.objects.filter(email__iexact=wanted).count(),
    }
    _delete_subscriptions(subscriptions)
    histories.delete()
    return found


def _delete_subscriptions(pks: Iterable[int]) -> None:
    """Delete rows together with their history, which would keep the address."""
    named = list(pks)
    Subscription.objects.filter(pk__in=named).delete()
    _history().filter(id__in=named).delete()


def _history() -> QuerySet[Any]:
    model: Any = Subscription
    rows: QuerySet[Any] = model.history.all()
    return rows


def _erase_proposals(wanted: str) -> int:
    """Let what a reader wrote stay, without who it was."""
    rows = Proposal.objects.filter(reader_address__iexact=wanted)
    return rows.update(reader_address="", reader_name="")


def _erase_mails(rows: QuerySet[Mail], wanted: str) -> int:
    named = list(rows.values_list("pk", flat=True))
    mails = Mail.objects.filter(pk__in=named)
    mail.cancel(mails, reason=Mail.Reason.BY_HAND)
    Bounce.objects.filter(mail__in=named).update(words="")
    for pk, key in mails.values_list("pk", "key"):
        digest = salted_hmac("tracker.following.forgetting", key, algorithm="sha256").hexdigest()[:32]
        Mail.objects.filter(pk=pk).update(
            key=f"forgotten:{digest}" if wanted in key else key,
            address=NOBODY,
            subject="",
            text="",
            html="",
            server_reply="",
        )
    return len(named)
