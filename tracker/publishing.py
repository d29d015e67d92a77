"""The one way a row becomes public, and the one way back."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.models import Initiative, Party, Source
from tracker.models.publication import Publication


@transaction.atomic
def publish(*, initiative: Initiative, now: dt.datetime) -> None:
    """Show an initiative to the public, together with its sources and parties.

    Raises ValidationError if it has no quote: every line of the public list has its source. A second
    call changes nothing.
    """
    if not initiative.quotes.exists():
        raise ValidationError(
            _("“%(title)s” has no quote. Add the words that announced it, then publish.")
            % {"title": initiative.title}
        )
    for row in [*_locked_drafts(initiative), initiative]:
        _show(row, now)


@transaction.atomic
def hide(*, initiative: Initiative) -> None:
    """Take an initiative out of public sight; its sources and parties stay. A second call changes nothing."""
    if initiative.published_at is not None:
        initiative.published_at = None
        initiative.save()


def _locked_drafts(initiative: Initiative) -> list[Source | Party]:
    """Lock all that will be written, and give what is shown together with the initiative.

    Showing a source or a party indexes every initiative that names it. So that two who publish never wait for
    each other in a circle, everybody takes sources first, then parties, then initiatives, each by their keys;
    with the lock that lets others refer to the row.
    """
    sources = Source.objects.filter(pk__in=initiative.quotes.values("source"), published_at__isnull=True)
    parties = Party.objects.filter(
        pk__in=initiative.responsibilities.values("party"), published_at__isnull=True
    )
    drafts = [
        row for rows in (sources, parties) for row in rows.order_by("pk").select_for_update(no_key=True)
    ]
    named = Q(quotes__source__in=sources) | Q(parties__in=parties) | Q(pk=initiative.pk)
    pks = set(Initiative.objects.filter(named).values_list("pk", flat=True))
    list(Initiative.objects.filter(pk__in=pks).order_by("pk").select_for_update(no_key=True))
    return drafts


def _show(row: Publication, now: dt.datetime) -> None:
    if row.published_at is None:
        row.published_at = now
        row.save()
