"""What a source announced, and what became of it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from tracker.models import Initiative, Quote, Source
from tracker.models.initiative import InitiativeQuerySet
from tracker.overview import tallies
from tracker.overview.tallies import Tally

ANNOUNCES = Quote.Relation.ANNOUNCES


def listed(words: str = "") -> QuerySet[Source]:
    """Give the sources that the public may see, newest first; `words` stand in the title or the publisher."""
    rows: Any = Source.objects.published().defer("text")
    if words:
        fields = ["publisher", *(f"title_{language}" for language in ("ru", "en", "de"))]
        rows = rows.filter(Q(*((f"{field}__icontains", words) for field in fields), _connector=Q.OR))
    ordered: QuerySet[Source] = rows.order_by(F("published_on").desc(nulls_last=True), "-pk")
    return ordered


def announced_by(sources: Iterable[Source], on: dt.date) -> dict[int, Tally]:
    """Count what each of these sources announced; one that announced nothing is left out."""
    rows = Initiative.objects.published().filter(
        quotes__source__in=[source.pk for source in sources], quotes__relation=ANNOUNCES
    )
    return tallies.by(rows, "quotes__source", on, repeated=True)


def announced(source: Source) -> InitiativeQuerySet:
    """Give what a source announced, each once."""
    quotes = Quote.objects.filter(initiative=OuterRef("pk"), source=source, relation=ANNOUNCES)
    rows: InitiativeQuerySet = Initiative.objects.published().filter(Exists(quotes))
    return rows


def quoted(source: Source) -> QuerySet[Quote]:
    """Give the words of a source that initiatives rely on, in the order of its text."""
    rows = source.quotes.filter(initiative__published_at__isnull=False)
    return rows.select_related("initiative").order_by(F("start").asc(nulls_last=True), "pk")


def figured(source: Source) -> QuerySet[Quote]:
    """Give the quotes of a source that claim figures the public may see, with these."""
    shown = Q(initiative__isnull=True) | Q(initiative__published_at__isnull=False)
    rows = source.quotes.filter(shown).alias(figure_count=Count("figures")).filter(figure_count__gt=0)
    return rows.prefetch_related("figures__claimed_by")
