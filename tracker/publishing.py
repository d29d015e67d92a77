"""The one way a row becomes public, and the one way back."""

import datetime as dt
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.models import Initiative, Party, Quote, Responsibility, Source
from tracker.models.publication import Publication


@transaction.atomic
def publish(*, initiative: Initiative, now: dt.datetime, reason: str = "") -> None:
    """Show an initiative to the public, together with its sources and parties; the history keeps the reason.

    Raises ValidationError if it has no quote: every line of the public list has its source. A second
    call changes nothing.
    """
    if not initiative.quotes.exists():
        raise ValidationError(
            _("“%(title)s” has no quote. Add the words that announced it, then publish.")
            % {"title": initiative.title}
        )
    for row in [*lock([initiative]), initiative]:
        _show(row, now, reason)


@transaction.atomic
def hide(*, initiative: Initiative, reason: str = "") -> None:
    """Take an initiative out of public sight; its sources and parties stay. A second call changes nothing."""
    if initiative.published_at is not None:
        initiative.published_at = None
        _save(initiative, reason)


def lock(initiatives: Collection[Initiative]) -> list[Source | Party]:
    """Lock all that publishing these writes, and give the drafts that are shown together with them.

    Showing a source or a party indexes every initiative that names it. So that two who publish never wait for
    each other in a circle, everybody takes sources first, then parties, then initiatives, each by their keys;
    with the lock that lets others refer to the row.
    """
    keys = [initiative.pk for initiative in initiatives]
    quoted = Quote.objects.filter(initiative__in=keys).values("source")
    named_by_them = Responsibility.objects.filter(initiative__in=keys).values("party")
    sources = Source.objects.filter(pk__in=quoted, published_at__isnull=True)
    parties = Party.objects.filter(pk__in=named_by_them, published_at__isnull=True)
    drafts = [
        row for rows in (sources, parties) for row in rows.order_by("pk").select_for_update(no_key=True)
    ]
    named = Q(quotes__source__in=sources) | Q(parties__in=parties) | Q(pk__in=keys)
    pks = set(Initiative.objects.filter(named).values_list("pk", flat=True))
    list(Initiative.objects.filter(pk__in=pks).order_by("pk").select_for_update(no_key=True))
    return drafts


def _show(row: Publication, now: dt.datetime, reason: str) -> None:
    if row.published_at is None:
        row.published_at = now
        _save(row, reason)


def _save(row: Publication, reason: str) -> None:
    row._change_reason = reason or None  # type: ignore[attr-defined]  # simple-history reads it
    row.save()
