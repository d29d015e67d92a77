"""Confirming what was asked for: by who reads the mail of the address, and only what the page has shown."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from tracker.following.links import CONFIRM_WITHIN
from tracker.models import Subscription
from tracker.models.report import SubscriptionQuerySet


def waiting(address: str, *, now: dt.datetime) -> SubscriptionQuerySet:
    """Find what an address has been asked to confirm, and may still."""
    rows = Subscription.objects.of(address).asked_since(now - CONFIRM_WITHIN)
    return rows.select_related("series").order_by("asked_at", "pk")


@transaction.atomic
def confirm(*, address: str, pks: Collection[int], now: dt.datetime) -> list[Subscription]:
    """Begin these subscriptions of an address, as far as they wait for it; return them.

    A second call finds none waiting, and changes nothing.
    """
    rows = list(waiting(address, now=now).filter(pk__in=pks).select_for_update(of=["self"]))
    for row in rows:
        row.asked_at, row.confirmed_at, row.unsubscribed_at = None, now, None
        row.save(update_fields=["asked_at", "confirmed_at", "unsubscribed_at"])
    return rows
