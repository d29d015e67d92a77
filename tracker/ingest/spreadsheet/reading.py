"""From an uploaded file to lines of cells. Nothing in it is trusted, run or guessed."""

import csv
import datetime as dt
import io
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from django.utils.translation import gettext as _

from tracker.ingest.spreadsheet import workbook
from tracker.ingest.spreadsheet.workbook import UnreadableError
from tracker.sheets import undone

MOST_FILE_BYTES = 20 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 200
LAST_ROW = 10 * MOST_ROWS
"""A workbook may have empty rows up to here; below, rows would only be counted to keep us busy."""
SEPARATORS = ",;\t"

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""How a workbook writes letters that XML has no room for; openpyxl leaves it as it stands."""
_MALFORMED = (*workbook.BROKEN, ParseError, ValueError, KeyError, TypeError, AttributeError, IndexError)
"""What openpyxl raises of a workbook that breaks the rules of its format."""


class NotAValue(str):
    """A formula or an error of a spreadsheet, as it stands in its cell."""

    __slots__ = ()


Cell = str | dt.date | NotAValue


@dataclass(frozen=True)
class Line:
    """`number` is the one that spreadsheets show; of a CSV, that of the record, the header being 1."""

    number: int
    cells: list[Cell]


@dataclass(frozen=True)
class Sheet:
    """`other_sheets` are named and not read. Iterating over `lines` may raise UnreadableError."""

    header: list[str]
    lines: Iterator[Line]
    other_sheets: list[str]


def read(file_name: str, content: bytes) -> Sheet:
    """Open a sheet. Raises UnreadableError, saying what was seen and what to do."""
    check(file_name, content)
    if _ending(file_name) == ".csv":
        return _sheet(_csv_lines(_decoded(content)), [])
    return _xlsx_sheet(content)


def check(file_name: str, content: bytes) -> None:
    """Raise UnreadableError where size, ending, letters or parts already say that it cannot be read."""
    if len(content) > MOST_FILE_BYTES:
        raise UnreadableError(
            _("The file has %(seen)d MB; at most %(most)d MB are read. Split it.")
            % {"seen": len(content) >> 20, "most": MOST_FILE_BYTES >> 20}
        )
    if not content:
        raise UnreadableError(_("The file is empty."))
    _check_ending(_ending(file_name), content)
    if _ending(file_name) == ".csv":
        _decoded(content)
    else:
        workbook.check(content)


def is_small(sheet: Sheet, most: int) -> bool:
    """Answer whether it has at most so many rows; uses the sheet up."""
    return len(list(itertools.islice(sheet.lines, most + 1))) <= most


def _ending(file_name: str) -> str:
    return PurePath(file_name).suffix.lower()


def _check_ending(ending: str, content: bytes) -> None:
    if ending == ".xlsm":
        raise UnreadableError(_("The workbook holds macros. Save it as XLSX without macros."))
    if ending not in (".csv", ".xlsx"):
        raise UnreadableError(
            _("The file ends in “%s”; .xlsx and .csv are read. Save it as one of these.") % ending
        )
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError(
            _("This is an old .xls file, or one with a password. Save it as XLSX without one.")
        )
    if (ending == ".xlsx") != content.startswith(b"PK"):
        raise UnreadableError(
            _("The file is not what its ending “%s” says. Save it anew as XLSX or CSV.") % ending
        )


def _decoded(content: bytes) -> str:
    """Read UTF-8, with its mark or without. Other letters are named, never guessed."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UnreadableError(_("The file is written in UTF-16. Save it as “CSV UTF-8”."))
    if b"\0" in content:
        raise UnreadableError(
            _("The file holds a NUL character at byte %d; it is damaged, or no CSV.") % content.index(b"\0")
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableError(
            _(
                "The file is not written in UTF-8 (line %(line)d); perhaps in Windows-1251 or Latin-1. "
                "Save it as “CSV UTF-8”, or as XLSX."
            )
            % {"line": line}
        ) from None


def _csv_lines(text: str) -> Iterator[Line]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    for number in itertools.count(1):
        try:
            record = next(records, None)
        except csv.Error as error:
            raise UnreadableError(
                _(
                    "Row %(row)d cannot be read: a quotation mark has no partner, "
                    "or a cell is too long (%(why)s)."
                )
                % {"row": number, "why": error}
            ) from None
        if record is None:
            return
        yield Line(number, [tidy(undone(cell)) for cell in record])


def _separator(text: str) -> str:
    """Take the separator that stands most often in the header; commas, if none does."""
    header = text.split("\n", 1)[0]
    return max(SEPARATORS, key=header.count)


def tidy(text: str) -> str:
    """Write line ends in one way, and leave out blanks around a text: spreadsheets keep neither as it was."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _xlsx_sheet(content: bytes) -> Sheet:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheets = book.worksheets
    except _MALFORMED as error:
        raise _malformed(error) from None
    if not sheets:
        raise UnreadableError(_("The workbook has no sheet."))
    return _sheet(_xlsx_lines(sheets[0]), [sheet.title for sheet in sheets[1:]])


def _xlsx_lines(sheet: Any) -> Iterator[Line]:
    sheet.reset_dimensions()  # they are a claim of the file: one cell may say that it is 16,384 wide
    rows = sheet.iter_rows()
    for number in range(1, LAST_ROW + 1):
        try:
            row = next(rows, None)
        except _MALFORMED as error:
            raise _malformed(error) from None
        if row is None:
            return
        yield Line(number, [_xlsx_cell(cell) for cell in row])
    raise UnreadableError(
        _("The sheet goes on below row %d. Delete the rows that are not needed.") % LAST_ROW
    )


def _malformed(error: Exception) -> UnreadableError:
    return UnreadableError(
        _("The workbook breaks the rules of its format (%s). Save it anew as XLSX.") % error
    )


def _xlsx_cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        return NotAValue(getattr(value, "text", value))
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.date):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return tidy(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value)))


def _sheet(lines: Iterator[Line], other_sheets: list[str]) -> Sheet:
    """Part the header from the rows, and hold both to their limits."""
    first = next(lines, None)
    header = [str(cell).strip() for cell in first.cells] if first else []
    while header and not header[-1]:
        header.pop()
    _check_header(header)
    return Sheet(header, _filled(lines, len(header)), other_sheets)


def _check_header(header: list[str]) -> None:
    if not header:
        raise UnreadableError(_("The first row is empty; it has to hold the names of the columns."))
    if len(header) > MOST_COLUMNS:
        raise _too_wide(len(header))
    named = [name.casefold() for name in header if name]
    if twice := {name for name in named if named.count(name) > 1}:
        raise UnreadableError(
            _("Columns stand there twice: %s. Keep one of each.") % ", ".join(sorted(twice))
        )


def _filled(lines: Iterable[Line], width: int) -> Iterator[Line]:
    """Leave out empty rows, and empty cells behind the last column."""
    rows = 0
    for line in lines:
        if len(line.cells) > MOST_COLUMNS:
            raise _too_wide(len(line.cells))
        while len(line.cells) > width and not line.cells[-1]:
            line.cells.pop()
        if not any(line.cells):
            continue
        rows += 1
        if rows > MOST_ROWS:
            raise UnreadableError(_("The sheet has more than %d rows. Split it.") % MOST_ROWS)
        yield line


def _too_wide(seen: int) -> UnreadableError:
    return UnreadableError(
        _("The sheet has %(seen)d columns; at most %(most)d are read. Delete those that are not needed.")
        % {"seen": seen, "most": MOST_COLUMNS}
    )
