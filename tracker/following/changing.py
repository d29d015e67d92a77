"""What a reader may do on the page of their own address: each call is one change, and a second call none."""

import datetime as dt

from django.db import transaction

from tracker.following import asking
from tracker.models import Series, Subscription
from tracker.models.report import SubscriptionQuerySet
from tracker.reports import leaving

FREQUENCIES = (Series.Frequency.AT_ONCE, Series.Frequency.WEEKLY, Series.Frequency.MONTHLY)
"""How often readers may choose to hear."""


def followed(address: str) -> SubscriptionQuerySet:
    """Find what an address follows, also of the series that staff have made."""
    return Subscription.objects.of(address).active().select_related("series").order_by("confirmed_at", "pk")


@transaction.atomic
def speak(*, address: str, language: str) -> None:
    """Write to an address in another language from now on."""
    for row in Subscription.objects.of(address).exclude(language=language).select_for_update():
        row.language = language
        row.save(update_fields=["language"])  # one by one, so that the history tells of it


@transaction.atomic
def come(*, address: str, pk: int, frequency: str, now: dt.datetime) -> None:
    """Let a subscription of an address come at another frequency; a report of the staff comes as they say."""
    row = followed(address).filter(pk=pk, series__is_for_followers=True).first()
    if row is None or row.series.frequency == frequency:
        return
    series = asking.series_of(scope=row.series.scope, frequency=frequency, now=now)
    other = asking.row_of(series, address, row.language)
    other.asked_at, other.confirmed_at, other.unsubscribed_at = None, now, None
    other.language = row.language
    other.save(update_fields=["asked_at", "confirmed_at", "unsubscribed_at", "language"])
    leaving.leave(leaving.Place(row.series, row.address), language=row.language, now=now)


@transaction.atomic
def leave(*, address: str, series: tuple[int, ...] | None, now: dt.datetime) -> None:
    """Send an address no more of these series, None: of any; and forget what was asked for it there."""
    rows = Subscription.objects.of(address).filter(unsubscribed_at__isnull=True).select_related("series")
    for row in rows if series is None else rows.filter(series__in=series):
        leaving.leave(leaving.Place(row.series, row.address), language=row.language, now=now)


def has_left(*, address: str, series: tuple[int, ...] | None) -> bool:
    rows = Subscription.objects.of(address).filter(unsubscribed_at__isnull=True)
    return not (rows if series is None else rows.filter(series__in=series)).exists()
