"""How the lines of the list are written: as cards or as rows of a table, each filled into its mould.

What is written depends on a line and what is around it alone, so it can be remembered by them.
"""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker import wording
from tracker.models import Health, Precision, Sector, Status
from tracker.moulds import Mould, mark
from tracker.public.lines import SILENCE, Around, Line, Words

REMEMBERED = 2_000
"""So many lines need not be written again while all that they show is the same: some six megabytes."""
BESIDE = (Health.SILENT, Health.ON_TRACK)
"""Conditions that stand beside the status; the others belong to the deadline."""

_CARD = Mould(
    "public/row.html",
    *("dropped", "url", "title", "lead", "lead_url", "others"),
    *("quote", "language", "source", "source_url", "said_on", "marks"),
    *("due", "due_words", "due_language", "due_marks", "slip"),
)
_TABLE_ROW = Mould(
    "public/list_table_row.html",
    *("dropped", "url", "title", "status", "lead", "lead_url", "sector", "places", "announced"),
    *("due", "due_words", "due_language", "late", "moved", "reported", "silent", "source", "source_url"),
)


@lru_cache(maxsize=REMEMBERED)
def card(line: Line, page: Around) -> SafeString:
    row: Any = line.row  # read as an initiative is
    lead, quote = line.lead, _leading(line)
    holding = [(health, wording.condition(health, row, page.on)) for health in row.health(page.on)]
    told = (*BESIDE, Health.CLOSED, *((Health.NO_DEADLINE,) if row.due_wording else ()))
    beside = [named for named in holding if named[0] in BESIDE]
    return _CARD.fill(
        row.status == Status.DROPPED,
        page.initiative(row.slug),
        row.title,
        lead.name,
        page.party(lead.slug),
        line.others,
        wording.quoted(quote.exact, quote.language) if quote.exact else "",
        quote.language,
        quote.publisher or quote.title,
        page.source(quote.slug),
        _day(quote.published_on, quote.precision, page.language)
        if quote.published_on
        else _("day not known"),
        _marks([_status(row.status, page), *beside], page),
        *_due(line, quote, page),
        _marks([named for named in holding if named[0] not in told], page),
        wording.slip(row) if row.slipped_days else "",
        language=page.language,
    )


@lru_cache(maxsize=REMEMBERED)
def table_row(line: Line, page: Around) -> SafeString:
    row, lead, quote = line.row, line.lead, _leading(line)
    moved = row.slipped_days
    return _TABLE_ROW.fill(
        row.status == Status.DROPPED,
        page.initiative(row.slug),
        row.title,
        _marks([_status(row.status, page)], page),
        lead.name,
        page.party(lead.slug),
        capfirst(_labels(Sector, page.language)[row.sector]),
        ", ".join(line.places),
        _day(row.announced_on, row.announced_precision, page.language) if row.announced_on else "",
        *_due(line, quote, page),
        row.days_overdue(page.on),
        f"{moved:+d}".replace("-", "−") if moved else "",
        _day(row.last_reported_on, Precision.DAY, page.language) if row.last_reported_on else "",
        "" if row.is_closed else str(row.silent_days(page.on)),
        quote.publisher or quote.title,
        page.source(quote.slug),
        language=page.language,
    )


def _leading(line: Line) -> Words:
    quotes: Any = line.quotes  # read as quotes are
    leading: Any = wording.leading_quote(quotes)
    return leading or SILENCE


def _due(line: Line, quote: Words, page: Around) -> tuple[str, str, str]:
    """Give the due day, the words that named it, and their language: that of the quote that holds them."""
    row = line.row
    day = _day(row.due_on, row.due_precision, page.language) if row.due_on else ""
    if not row.due_wording:
        return day, "", ""
    words = row.due_wording.casefold()
    holding = next((other for other in line.quotes if words in other.exact.casefold()), quote)
    language = holding.language or page.language
    return day, wording.quoted(row.due_wording, language), language


def _status(status: str, page: Around) -> tuple[str, str]:
    return status, _labels(Status, page.language)[status]


def _marks(named: Iterable[tuple[str, str]], page: Around) -> SafeString:
    return SafeString("".join([mark(value, label, language=page.language) for value, label in named]))


@lru_cache(maxsize=4096)
def _day(value: dt.date, precision: str, language: str) -> str:
    """Say a day in the active language, which is `language`: at hand here, and dear to ask for."""
    return wording.day(value, precision)


@lru_cache(maxsize=16)
def _labels(choices: Any, language: str) -> dict[str, str]:
    """Name the choices in the active language, which is `language`."""
    return {value: str(label) for value, label in choices.choices}
