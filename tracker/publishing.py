"""The one way a row becomes public, and the one way back."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tracker.models import Initiative, Source
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
    sources = Source.objects.filter(quotes__initiative=initiative, published_at__isnull=True)
    for row in [*sources.distinct(), *initiative.parties.filter(published_at__isnull=True), initiative]:
        _show(row, now)


@transaction.atomic
def hide(*, initiative: Initiative) -> None:
    """Take an initiative out of public sight; its sources and parties stay. A second call changes nothing."""
    if initiative.published_at is not None:
        initiative.published_at = None
        initiative.save()


def _show(row: Publication, now: dt.datetime) -> None:
    if row.published_at is None:
        row.published_at = now
        row.save()
