"""Rows for the exports: all of a list, in its order, a few at a time."""

from collections.abc import Iterator

from django.db.models import Prefetch

from tracker.models import Initiative, Place, Quote
from tracker.models.initiative import InitiativeQuerySet

CHUNK = 250
"""So many rows are in memory at once, with what hangs on them."""


def loaded(rows: InitiativeQuerySet, *, of_public: bool = True) -> Iterator[Initiative]:
    """Give each row with all that a column reads: three queries for each `CHUNK`, and one for the rows.

    Parties and sources that are not published are left out, unless `of_public` is false.
    """
    quotes = Quote.objects.select_related("source").defer("source__text")
    if of_public:
        quotes = quotes.published()
    ready = rows.with_parties(of_public=of_public).defer("search_stems")
    places = Prefetch("places", Place.objects.order_by("pk"))
    return ready.prefetch_related(Prefetch("quotes", quotes), places).iterator(chunk_size=CHUNK)
