"""Which rows of a sheet are likely there already: kept under another name, or told in a row above.

The sheet's texts are at hand, and what is kept passes by once: a register may hold far more than a sheet.
"""

from collections.abc import Iterable
from typing import Any

from tracker.ingest.spreadsheet.batches import batches
from tracker.ingest.spreadsheet.columns import SHOWN, TITLES, Told
from tracker.ingest.spreadsheet.likeness import Likeness
from tracker.models import Initiative, Quote

SLUGS_AT_ONCE = 500

Like = dict[str, Any]
"""`pk` and `slug` of what is kept, or the `row` above, and the `text` that is close."""
_Label = tuple[int, str]
"""The number of a row, and one of its texts."""


class Duplicates:
    """Compares the rows of one sheet, those that name an initiative left out, with what is kept."""

    def __init__(self, told: Iterable[Told]) -> None:
        rows = list(told)
        named = _kept(row.slug for row in rows)
        self._rows = {row.number: row for row in rows if row.slug not in named}
        self._titles: Likeness[_Label] = Likeness()
        self._quotes: Likeness[_Label] = Likeness()
        for row in self._rows.values():
            for title in row.titles:
                self._titles.add(title, (row.number, title))
            if row.quote:
                self._quotes.add(row.quote, (row.number, row.quote[:SHOWN]))
        self._by_title: dict[int, tuple[float, Like]] = {}
        self._by_quote: dict[int, tuple[float, Like]] = {}
        self._pass_by()

    def of(self, number: int) -> Like:
        """Say to what a row is close: a title that is kept, else a quote, else what a row above tells."""
        row = self._rows.get(number)
        if row is None:
            return {}
        for found in (self._by_title, self._by_quote):
            if number in found:
                return found[number][1]
        return self._above(row)

    def _pass_by(self) -> None:
        """Note for each row what is closest to it."""
        for pk, slug, *titles in Initiative.objects.values_list("pk", "slug", *TITLES).iterator():
            for title in filter(None, titles):
                for (number, _text), alike in self._titles.close(title):
                    _note(self._by_title, number, alike, {"pk": pk, "slug": slug, "text": title})
        quotes = Quote.objects.filter(initiative__isnull=False)
        for pk, slug, exact in quotes.values_list("initiative", "initiative__slug", "exact").iterator():
            for (number, _text), alike in self._quotes.close(exact):
                _note(self._by_quote, number, alike, {"pk": pk, "slug": slug, "text": exact[:SHOWN]})

    def _above(self, row: Told) -> Like:
        for likeness, texts in ((self._titles, row.titles), (self._quotes, [row.quote])):
            close = [found for text in texts for found in likeness.close(text) if found[0][0] < row.number]
            if close:
                (number, text), _alike = max(close, key=lambda found: found[1])
                return {"row": number, "text": text}
        return {}


def _kept(slugs: Iterable[str]) -> set[str]:
    wanted = {*slugs} - {""}
    rows = (Initiative.objects.filter(slug__in=some) for some in batches(sorted(wanted), SLUGS_AT_ONCE))
    return {slug for some in rows for slug in some.values_list("slug", flat=True)}


def _note(noted: dict[int, tuple[float, Like]], number: int, alike: float, like: Like) -> None:
    if number not in noted or alike > noted[number][0]:
        noted[number] = alike, like
