"""Rows as XLSX, piece by piece.

Written here because openpyxl packs nothing before it has the last row: it keeps a sheet of 100,000 rows on
the disk meanwhile, and whoever asked sees no byte for a minute. A sheet needs few parts of Office Open XML.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Generator, Iterable, Iterator
from typing import Any, cast
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

from tracker.exports.columns import Column, Kind, columns, values
from tracker.exports.letters import for_xml
from tracker.exports.reading import Value
from tracker.exports.tables import told
from tracker.models import Initiative
from tracker.sheets import LONGEST_TEXT

FIRST_DAY = dt.date(1900, 3, 1)
"""Excel believes in a 29 February 1900; a day before this one is written as text."""
EPOCH = dt.date(1899, 12, 30)
PLAIN, HEAD, DAY, MOMENT = 0, 1, 2, 3
"""Styles, by their places in `STYLES`."""
WIDTHS = {Kind.TEXT: 36, Kind.ADDRESS: 36, Kind.LIST: 24, Kind.MOMENT: 20}
OTHER_WIDTH = 14
BYTES_A_PIECE = 1 << 16

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="initiatives" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}">'
        '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}

_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""Spreadsheets read _x0041_ as the letter A, so an underscore that begins such words is escaped itself."""


def as_xlsx(rows: Iterable[Initiative], *, on: dt.date) -> Generator[bytes]:
    """Write one sheet: the names of the columns, kept in sight, then the rows. Text is never a formula."""
    sink = _Sink()
    stamp = (on.year, on.month, on.day, 0, 0, 0)
    with zipfile.ZipFile(cast(Any, sink), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in PARTS.items():
            archive.writestr(_entry(name, stamp), _XML + xml)
        yield sink.taken()
        with archive.open(_entry("xl/worksheets/sheet1.xml", stamp), "w") as sheet:
            for piece in _sheet(rows, on):
                sheet.write(piece.encode())
                if sink.size > BYTES_A_PIECE:
                    yield sink.taken()
    yield sink.taken()


class _Sink:
    """A file that can only be written to, so that the archive never looks back; emptied as we go."""

    def __init__(self) -> None:
        self._kept: list[bytes] = []
        self.size = 0

    def write(self, content: bytes) -> int:
        self._kept.append(content)
        self.size += len(content)
        return len(content)

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def taken(self) -> bytes:
        content = b"".join(self._kept)
        self._kept, self.size = [], 0
        return content


def _entry(name: str, stamp: tuple[int, int, int, int, int, int]) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, stamp)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _sheet(rows: Iterable[Initiative], on: dt.date) -> Iterator[str]:
    heads = columns()
    letters = [get_column_letter(number) for number in range(1, len(heads) + 1)]
    yield f'{_XML}<worksheet xmlns="{_MAIN}">'
    yield '<sheetViews><sheetView workbookViewId="0"><pane xSplit="1" ySplit="1" topLeftCell="B2" '
    yield 'activePane="bottomRight" state="frozen"/></sheetView></sheetViews>'
    widths = (_width(number, head) for number, head in enumerate(heads, start=1))
    yield f"<cols>{''.join(widths)}</cols><sheetData>"
    yield _row(1, letters, [_text(head.name, HEAD) for head in heads])
    number = 1
    for number, row in enumerate(rows, start=2):
        yield _row(number, letters, [_content(value) for value in values(row, on)])
    yield f'</sheetData><autoFilter ref="A1:{letters[-1]}{number}"/></worksheet>'


def _width(number: int, column: Column) -> str:
    width = WIDTHS.get(column.kind, OTHER_WIDTH)
    return f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'


def _row(number: int, letters: list[str], contents: list[str]) -> str:
    cells = [
        f'<c r="{letter}{number}"{content}</c>'
        for letter, content in zip(letters, contents, strict=True)
        if content
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _content(value: Value) -> str:
    """Write what a cell has after its place; nothing for an empty one."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, dt.datetime):
        moment = value.astimezone(dt.UTC)
        seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
        return _number(f"{(moment.date() - EPOCH).days + seconds / 86_400:.6f}", MOMENT)
    if isinstance(value, dt.date) and value >= FIRST_DAY:
        return _number((value - EPOCH).days, DAY)
    if isinstance(value, int):
        return _number(value, PLAIN)
    return _text(told(value), PLAIN)


def _number(value: int | str, style: int) -> str:
    return f' s="{style}"><v>{value}</v>'


def _text(text: str, style: int) -> str:
    clean = _LOOKS_ESCAPED.sub("_x005F_", for_xml(text[:LONGEST_TEXT]))
    kept = escape(clean, {"\r": "&#13;"})
    return f' s="{style}" t="inlineStr"><is><t xml:space="preserve">{kept}</t></is>'
