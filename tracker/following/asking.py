"""Asking to follow. Nothing is sent but one mail that asks back; the asker learns nothing of the address."""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from tracker import mail
from tracker.following.links import CONFIRM_WITHIN
from tracker.models import Series, Subscription
from tracker.reports import naming
from tracker.reports.periods import ONE_DAY

CONFIRM, LINK = "following_confirm", "following_link"


@transaction.atomic
def ask(*, scope: str, frequency: str, address: str, language: str, now: dt.datetime) -> None:
    """Take somebody's request that an address follows a scope, and write to the address.

    `scope` is one that `tracker.reports.scope` gave and found no problem with. An address gets one mail a day
    that asks for its confirmation, however often it is asked for: its page shows every request. One that
    follows this already gets the link to its page instead.
    """
    series = series_of(scope=scope, frequency=frequency, now=now)
    if _is_asked(series, address, language, now):
        _write(CONFIRM, address, language, now)
    else:
        _write(LINK, address, language, now)


@transaction.atomic
def ask_for_link(*, address: str, language: str, now: dt.datetime) -> None:
    """Write to an address how to come to its page, or to confirm what it was asked; once a day.

    One that neither follows nor was asked gets nothing.
    """
    rows = Subscription.objects.of(address)
    if rows.active().exists():
        _write(LINK, address, language, now)
    elif rows.asked_since(now - CONFIRM_WITHIN).exists():
        _write(CONFIRM, address, language, now)


def series_of(*, scope: str, frequency: str, now: dt.datetime) -> Series:
    """Give the series of those who follow a scope at a frequency, making it when it is the first time."""
    today = timezone.localdate(now)
    with translation.override(settings.LANGUAGE_CODE):
        name = naming.name(scope, today=today)
    series, _is_new = Series.objects.get_or_create(
        scope=scope,
        frequency=frequency,
        is_for_followers=True,
        defaults={"name": name, "starts_on": today + ONE_DAY, "with_pdf": False, "with_xlsx": False},
    )
    return series


def row_of(series: Series, address: str, language: str) -> Subscription:
    """Give the locked row of an address on a series, making it when there is none."""
    rows = Subscription.objects.of(address).filter(series=series).select_for_update()
    if (row := rows.first()) is not None:
        return row
    try:
        with transaction.atomic():
            return Subscription.objects.create(
                series=series, address=mail.normalised(address), language=language
            )
    except IntegrityError:  # the same request, a moment earlier
        return rows.get()


def _is_asked(series: Series, address: str, language: str, now: dt.datetime) -> bool:
    """Remember the request; answer False where the address follows this already, and nothing changes."""
    row = row_of(series, address, language)
    if row.confirmed_at is not None and row.unsubscribed_at is None:
        return False
    row.asked_at, row.language = now, language
    row.save(update_fields=["asked_at", "language"])
    return True


def _write(kind: str, address: str, language: str, now: dt.datetime) -> None:
    normalised = mail.normalised(address)
    day = timezone.localdate(now).isoformat()
    key = f"{kind.replace('_', '-')}:{day}:{normalised}"
    mail.queue(kind=kind, key=key, address=normalised, language=language, about={}, now=now)
