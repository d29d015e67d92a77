"""The signed link by which a reader leaves a series, and what it does. It never expires."""

import datetime as dt
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse

from tracker import mail
from tracker.models import Mail, Series, Subscription

_signer = Signer(sep=".", salt="tracker.reports.leaving")


@dataclass(frozen=True)
class Place:
    """An address on the list of a series; the address is normalised."""

    series: Series
    address: str


def path(series: int, address: str) -> str:
    """Give the path of the page on which an address leaves a series, in the active language."""
    return reverse("unsubscribe", args=[_signer.sign_object([series, mail.normalised(address)])])


def find(token: str) -> Place | None:
    """Find what a link leads to; None for one that is none of ours."""
    try:
        number, address = _signer.unsign_object(token)
    except (BadSignature, ValueError):
        return None
    series = Series.objects.filter(pk=number).first()
    return Place(series, address) if series else None


def has_left(place: Place) -> bool:
    return _rows(place).filter(unsubscribed_at__isnull=False).exists()


@transaction.atomic
def leave(place: Place, *, language: str, now: dt.datetime) -> None:
    """Send this address no more of the series, whether it subscribed or is on the list as staff or a contact.

    What waits for it is cancelled. `language` is kept with an address that had no row yet. A second call
    changes nothing.
    """
    if not _rows(place).exists():
        _make_row(place, language)
    for subscription in _rows(place).filter(unsubscribed_at__isnull=True).select_for_update():
        subscription.unsubscribed_at, subscription.asked_at = now, None
        subscription.save(
            update_fields=["unsubscribed_at", "asked_at"]
        )  # one by one, so that the history tells of it
    prefix, suffix = f"report:series-{place.series.pk}:", f":{place.address}"
    waiting = Mail.objects.filter(kind="report", key__startswith=prefix, key__endswith=suffix)
    mail.cancel(waiting, reason=Mail.Reason.UNSUBSCRIBED)


def _rows(place: Place) -> QuerySet[Subscription]:
    return Subscription.objects.filter(series=place.series, address__iexact=place.address)


def _make_row(place: Place, language: str) -> None:
    try:
        with transaction.atomic():
            Subscription.objects.create(series=place.series, address=place.address, language=language)
    except IntegrityError:
        pass  # the same click, a moment earlier
