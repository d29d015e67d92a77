"""What the columns of a sheet mean, and how a cell is read. The names are those of our own export."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rapidfuzz import process

from tracker.ingest.spreadsheet.reading import Cell, Line, NotAValue, Sheet, tidy
from tracker.models import Firmness, Initiative, Party, Place, Precision, Responsibility, Sector, Source
from tracker.sheets import LANGUAGES, LIST_SEPARATOR, LONGEST_TEXT

ROLES: dict[str, str] = {str(role): role.value for role in Responsibility.Role}
SHOWN = 200
"""Letters of a cell that a preview shows."""
LONGEST_UNCUT = LONGEST_TEXT - 1
"""A text for which a cell has just room may have been cut."""
CLOSE_ENOUGH = 60

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?: 00:00:00)?|(\d{1,2})\.(\d{1,2})\.(\d{4})")
_NO_LETTER = re.compile("[\0\ud800-\udfff]")
"""What no database of ours can hold."""

Value = str | dt.date | None | tuple[int, ...]


class WrongError(Exception):
    """A cell cannot be read; the message says what was wanted."""


@dataclass(frozen=True)
class Known:
    """Rows that a sheet may name: by slug, and by name in every language, in small letters."""

    parties: dict[str, Party]
    places: dict[str, Place]
    sources: dict[str, Source]
    by_key: dict[tuple[type, int], str]
    texts: dict[int, str] = field(default_factory=dict)

    def text_of(self, source: Source) -> str:
        """Load the full text of a source when it is first asked for; empty where it is not at hand."""
        if source.pk not in self.texts:
            self.texts[source.pk] = Source.objects.values_list("text", flat=True).get(pk=source.pk)
        return self.texts[source.pk]


@dataclass(frozen=True)
class Column:
    name: str
    meaning: str | Promise
    read: Callable[[str | dt.date, Known], Value]


@dataclass(frozen=True)
class Problem:
    column: str
    seen: str
    wanted: str


@dataclass(frozen=True)
class Parsed:
    """One line, read: a value for each column that the sheet has and whose cell could be read."""

    number: int
    values: dict[str, Value]
    problems: list[Problem]

    def text(self, column: str) -> str:
        value = self.values.get(column)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class Told:
    """What one line says of itself, as it stands there."""

    number: int
    slug: str
    titles: list[str]
    quote: str


def told(sheet: Sheet) -> list[Told]:
    """Read of every line what tells whether it is there already; its other cells are left alone."""
    places = {name.casefold(): place for place, name in enumerate(sheet.header)}

    def said(line: Line, column: str) -> str:
        place = places.get(column, len(line.cells))
        cell = line.cells[place] if place < len(line.cells) else ""
        return "" if isinstance(cell, NotAValue) else str(cell)

    return [
        Told(
            line.number,
            said(line, "slug"),
            [title for title in (said(line, name) for name in TITLES) if title],
            said(line, "quote"),
        )
        for line in sheet.lines
    ]


def known() -> Known:
    """Load all that a sheet may name: parties, places and sources, without the texts of these."""
    parties, places = list(Party.objects.all()), list(Place.objects.all())
    sources = {source.slug: source for source in Source.objects.defer("text")}
    names = {(type(row), row.pk): str(row) for row in (*parties, *places)}
    return Known(_by_name(parties), _by_name(places), sources, names)


def read_line(line: Line, header: list[str], known: Known) -> Parsed:
    """Read every cell of a line whose column is known; what cannot be read becomes a problem of its cell."""
    parsed = Parsed(line.number, {}, [])
    if len(line.cells) > len(header):
        wanted = _("at most %d cells, as the first row has") % len(header)
        parsed.problems.append(Problem("", str(len(line.cells)), wanted))
    cells = [*line.cells, *[""] * (len(header) - len(line.cells))]
    for name, cell in zip(map(str.casefold, header), cells, strict=False):
        if name in COLUMNS:
            _read_cell(COLUMNS[name], cell, known, parsed)
    return parsed


def not_read(header: list[str]) -> list[str]:
    """Name the columns that an import leaves alone, in their order."""
    return [name for name in header if name and name.casefold() not in COLUMNS]


def _read_cell(column: Column, cell: Cell, known: Known, parsed: Parsed) -> None:
    try:
        if isinstance(cell, NotAValue):
            raise WrongError(_("a plain value; formulas and errors are not read"))
        parsed.values[column.name] = column.read(cell, known)
    except WrongError as wrong:
        parsed.problems.append(Problem(column.name, str(cell)[:SHOWN], str(wrong)))


def _by_name(rows: Iterable[Any]) -> dict[str, Any]:
    """Find rows by name and by slug; where a name is another one's slug, the slug wins."""
    found: dict[str, Any] = {}
    rows = list(rows)
    for row in rows:
        for code in LANGUAGES:
            if name := getattr(row, f"name_{code}"):
                found.setdefault(name.casefold(), row)
    return {**found, **{row.slug: row for row in rows}}


def _text(most: int) -> Callable[[str | dt.date, Known], str]:
    def read(cell: str | dt.date, known: Known) -> str:
        text = str(cell)
        if _NO_LETTER.search(text):
            raise WrongError(_("letters; there is a character here that is none"))
        if len(text) > most:
            raise WrongError(_("at most %(most)d letters, not %(seen)d") % {"most": most, "seen": len(text)})
        return text

    return read


def _slug(cell: str | dt.date, known: Known) -> str:
    slug = _text(120)(cell, known)
    try:
        if slug:
            validate_slug(slug)
    except ValidationError:
        raise WrongError(_("latin letters, digits, “-” and “_”; or nothing for a new initiative")) from None
    return slug


def _word(choices: Any, otherwise: str = "") -> Callable[[str | dt.date, Known], str]:
    """Read one of the fixed words, or what it is called in any language."""

    def read(cell: str | dt.date, known: Known) -> str:
        said = str(cell).casefold()
        words = _spellings(choices)
        if said and said not in words:
            raise WrongError(_("one of: %s") % ", ".join(choices.values))
        return words[said] if said else otherwise

    return read


@cache
def _spellings(choices: Any) -> Mapping[str, str]:
    spellings = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            spellings.update({str(label).casefold(): value for value, label in choices.choices})
    return {**spellings, **{value: value for value in choices.values}}


def _day(cell: str | dt.date, known: Known) -> dt.date | None:
    """Read 2025-12-31 and 31.12.2025. With strokes nobody knows which is the month: 01/02/2025."""
    if isinstance(cell, dt.date):
        return cell
    if not cell:
        return None
    found = _DAY.fullmatch(cell)
    if found:
        year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
        with suppress(ValueError):
            return dt.date(int(year), int(month), int(day))
    raise WrongError(_("a day as 2025-12-31 or 31.12.2025"))


def _named(among: str, most: int | None = None) -> Callable[[str | dt.date, Known], tuple[int, ...]]:
    """Read the keys of rows that are named by slug or name, several of them parted by “|”."""

    def read(cell: str | dt.date, known: Known) -> tuple[int, ...]:
        rows = getattr(known, among)
        names = [name.strip() for name in str(cell).split(LIST_SEPARATOR.strip()) if name.strip()]
        if most is not None and len(names) > most:
            raise WrongError(_("one name alone"))
        return tuple(sorted({_find(name, rows).pk for name in names}))

    return read


def _find(name: str, rows: dict[str, Any]) -> Any:
    if name.casefold() in rows:
        return rows[name.casefold()]
    close = process.extract(name.casefold(), rows.keys(), limit=3, score_cutoff=CLOSE_ENOUGH)
    if not close:
        raise WrongError(_("a recorded slug or name; “%s” is unknown, record it first") % name)
    offered = ", ".join(dict.fromkeys(rows[key].slug for key, _score, _index in close))
    raise WrongError(
        _("a recorded slug or name; close to “%(name)s”: %(close)s") % {"name": name, "close": offered}
    )


def _source(cell: str | dt.date, known: Known) -> str:
    return _find(str(cell), known.sources).slug if cell else ""


def _columns() -> Iterable[Column]:
    yield Column("slug", gettext_lazy("Name in addresses; empty for a new initiative"), _slug)
    for name, meaning, most in (
        ("title", gettext_lazy("What was announced, in our words"), 200),
        ("summary", gettext_lazy("One to three sentences more"), LONGEST_UNCUT),
        ("measure", gettext_lazy("What can be counted, as the sources say it"), 200),
    ):
        for code, language in LANGUAGES.items():
            yield Column(f"{name}_{code}", format_lazy("{}, {}", meaning, language), _text(most))
    yield Column("firmness", gettext_lazy("How firmly it was said"), _word(Firmness))
    yield Column("sector", gettext_lazy("Field it belongs to"), _word(Sector))
    yield Column("money", gettext_lazy("A sum that the sources state"), _text(200))
    yield Column("announced_on", gettext_lazy("Day of the announcement"), _day)
    exactly = gettext_lazy("How exactly the day before is known")
    yield Column("announced_precision", exactly, _word(Precision))
    yield Column("due_on", gettext_lazy("First deadline of a new initiative"), _day)
    yield Column("due_precision", exactly, _word(Precision))
    yield Column("due_wording", gettext_lazy("Words in which the deadline was named"), _text(200))
    yield Column("lead", gettext_lazy("Party that answers for it: slug or name"), _named("parties", 1))
    for role in ("support", "counterpart", "controller"):
        several = gettext_lazy("Parties with this role: slugs or names, parted by |")
        yield Column(role, several, _named("parties"))
    yield Column(
        "places", gettext_lazy("Where it is to happen: slugs or names, parted by |"), _named("places")
    )
    yield Column(
        "quote",
        gettext_lazy("Words of the source that announced it; added, never changed"),
        _text(LONGEST_UNCUT),
    )
    yield Column("quote_source", gettext_lazy("Slug of their source"), _source)


COLUMNS = {column.name: column for column in _columns()}
TEXTS = tuple(f"{name}_{code}" for name in ("title", "summary", "measure") for code in LANGUAGES)
PLAIN = (*TEXTS, "firmness", "sector", "money")
"""Columns that are columns of the initiative as well."""
TITLES = tuple(f"title_{code}" for code in LANGUAGES)


def plain(initiative: Initiative, name: str) -> str:
    """Give what an initiative has in a plain column, as a sheet would have it."""
    return tidy(getattr(initiative, name) or "")
