"""What each row of a sheet would do to what is kept. Nothing is written here."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from tracker.ingest.spreadsheet.batches import batches
from tracker.ingest.spreadsheet.columns import Known, Parsed, Problem, read_line
from tracker.ingest.spreadsheet.duplicates import Duplicates
from tracker.ingest.spreadsheet.reading import Line
from tracker.ingest.spreadsheet.row import Compared, Outcome, Row
from tracker.models import Initiative, Quote, Responsibility

CHUNK = 250
"""So many rows are compared with one load of what is kept."""


class Comparison:
    """Compares the lines of one sheet, in their order, with what is kept."""

    def __init__(self, header: list[str], known: Known, duplicates: Duplicates, today: dt.date) -> None:
        self._header, self._known, self._duplicates, self._today = header, known, duplicates, today
        self._slugs: dict[str, int] = {}

    def rows(self, lines: Iterable[Line]) -> Iterator[list[Compared]]:
        """Give what the lines would do, a chunk at a time."""
        for chunk in batches(lines, CHUNK):
            parsed = [read_line(line, self._header, self._known) for line in chunk]
            kept = _kept({row.text("slug") for row in parsed})
            likes = [self._duplicates.of(row.number) for row in parsed]
            close = _kept({like.get("slug", "") for like in likes})
            yield [self._compare(row, like, kept, close) for row, like in zip(parsed, likes, strict=True)]

    def _compare(
        self, row: Parsed, like: dict[str, Any], kept: dict[str, Initiative], close: dict[str, Initiative]
    ) -> Compared:
        slug = row.text("slug")
        if slug and slug in self._slugs:
            wanted = _("each slug once; row %d has it already") % self._slugs[slug]
            row.problems.append(Problem("slug", slug, wanted))
        self._slugs.setdefault(slug, row.number)
        if like and not slug and not row.problems:
            found = self._same_as(close.get(like.get("slug", "")), row)
            if found is not None:
                return found
        return _outcome(row, kept.get(slug), like, self._known, self._today)

    def _same_as(self, close: Initiative | None, row: Parsed) -> Compared | None:
        """Take a row without a slug for the initiative that it made before, if nothing differs from it."""
        if close is None:
            return None
        again = Parsed(row.number, {**row.values, "slug": close.slug}, [])
        found = _outcome(again, close, {}, self._known, self._today)
        return found if found.outcome == Outcome.SAME else None


def _kept(slugs: set[str]) -> dict[str, Initiative]:
    rows = Initiative.objects.filter(slug__in=slugs - {""}).prefetch_related(
        Prefetch("responsibilities", Responsibility.objects.select_related("party")),
        "places",
        Prefetch("quotes", Quote.objects.select_related("source").defer("source__text")),
    )
    return {row.slug: row for row in rows}


def _outcome(
    row: Parsed, initiative: Initiative | None, like: dict[str, Any], known: Known, today: dt.date
) -> Compared:
    done = Row(row, initiative, known, today).compared()
    if done.problems:
        done.outcome = Outcome.REFUSED
    elif initiative is None:
        done.outcome = Outcome.DUPLICATE if like else Outcome.NEW
    else:
        done.outcome = Outcome.CHANGED if done.changes else Outcome.SAME
    done.like = like if done.outcome == Outcome.DUPLICATE else {}
    return done
