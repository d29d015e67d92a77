"""An edition as a sheet: one row for each initiative in scope, and the headline numbers."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.xml.functions import tostring

from tracker.models import Health, Precision, Status
from tracker.models.addresses import address_of
from tracker.reports.content import Content, Row

DAY_FORMATS = {"en": "YYYY-MM-DD", "ru": "DD.MM.YYYY", "de": "DD.MM.YYYY"}
HEAD = Font(bold=True)
CORE = "docProps/core.xml"


def render(content: Content, rows: Iterable[Row], *, known_at: dt.datetime) -> bytes:
    """Write an edition in its language. The same content, rows and moment give the same bytes."""
    book = Workbook(write_only=True)
    with translation.override(content.language):
        _write_initiatives(book, list(rows), DAY_FORMATS[content.language])
        _write_numbers(book, content, DAY_FORMATS[content.language])
    file = io.BytesIO()
    book.save(file)
    return _timeless(file, _properties(book, known_at), known_at)


def _write_initiatives(book: Workbook, rows: list[Row], day_format: str) -> None:
    columns = _columns()
    sheet = book.create_sheet(_sheet_name(_("Initiatives")))
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"
    for number, (_head, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_cell(sheet, head, font=HEAD) for head, _width in columns])
    for row in rows:
        sheet.append([_cell(sheet, value, day_format=day_format) for value in _values(row)])


def _columns() -> list[tuple[str, int]]:
    """Give each heading, and the width of its column in characters."""
    return [
        (_("Title"), 60),
        (_("Status"), 14),
        (_("Condition"), 22),
        (_("Lead"), 36),
        (_("Due on"), 12),
        (_("Precision"), 13),
        (_("Wording"), 30),
        (_("First due on"), 12),
        (_("Days moved"), 12),
        (_("Last report"), 12),
        (_("Days without a report"), 14),
        (_("Days overdue"), 12),
        (_("Address"), 50),
    ]


def _values(row: Row) -> Iterator[str | int | dt.date | None]:
    line = row.line
    yield line.title
    yield str(Status(line.status).label)
    yield ", ".join(str(Health(name).label) for name in row.health)
    yield line.lead
    yield line.due_on
    yield str(Precision(line.due_precision).label)
    yield line.due_wording
    yield row.baseline_due_on
    yield row.slipped_days
    yield row.last_reported_on
    yield line.silent_days
    yield line.days_overdue
    yield settings.SITE_URL + address_of("initiative", line.slug)


def _write_numbers(book: Workbook, content: Content, day_format: str) -> None:
    sheet = book.create_sheet(_sheet_name(_("Numbers")))
    sheet.column_dimensions["A"].width = 36
    sheet.column_dimensions["B"].width = sheet.column_dimensions["C"].width = 14
    labels = {
        **dict(Status.choices),
        **dict(Health.choices),
        "total": pgettext("number of initiatives", "in all"),
    }
    table: list[tuple[Any, ...]] = [
        (content.series,),
        (_("Period from"), content.start),
        (_("Period to"), content.last_day),
        (),
        ("", _("Now"), _("Before")),
        *((capfirst(str(labels[row.name])), row.now, row.before) for row in content.numbers),
    ]
    heads = {0, 4}
    for number, values in enumerate(table):
        font = HEAD if number in heads else None
        sheet.append([_cell(sheet, value, font=font, day_format=day_format) for value in values])


def _sheet_name(words: str) -> str:
    """Keep to what a sheet may be called."""
    return "".join(letter for letter in words if letter not in r"[]:*?/\\")[:31]


def _cell(sheet: Any, value: Any, *, font: Font | None = None, day_format: str = "") -> WriteOnlyCell:
    """Write text as text: what begins like a formula, or names an error, is the words of somebody."""
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub(" ", value)
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, dt.date):
        cell.number_format = day_format
    if font:
        cell.font = font
    return cell


def _properties(book: Workbook, known_at: dt.datetime) -> bytes:
    """Tell the moment of knowledge where the moment of writing would stand."""
    moment = known_at.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
    book.properties.creator = ""
    book.properties.created = book.properties.modified = moment
    return bytes(tostring(book.properties.to_tree()))


def _timeless(file: io.BytesIO, properties: bytes, known_at: dt.datetime) -> bytes:
    """Pack the same files again, without the moment at which they were written."""
    packed = io.BytesIO()
    moment = known_at.astimezone(dt.UTC).timetuple()[:6]
    with zipfile.ZipFile(file) as written, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in written.namelist():
            kept = zipfile.ZipInfo(name, moment)
            kept.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(kept, properties if name == CORE else written.read(name))
    return packed.getvalue()
