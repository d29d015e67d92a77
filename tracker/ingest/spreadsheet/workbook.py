"""An XLSX file is a ZIP archive of XML parts. What may do harm in one is found before anything is parsed."""

import io
import re
import zipfile
import zlib
from typing import IO

from django.utils.translation import gettext as _

MOST_PARTS = 500
MOST_BYTES = 100 * 1024 * 1024
"""So much may the parts hold together when unpacked."""
MOST_RATIO = 200
SMALL_PART = 1024 * 1024
"""Below this size a part may be packed as tightly as it likes."""
PIECE = 1 << 20

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
"""What `zipfile` raises of archives that are damaged or locked."""
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([^"']*)""")
_DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)")
_LONGEST_DECLARATION = len(b"<!DOCTYPE")


class UnreadableError(Exception):
    """The file as a whole is refused; the message says what was seen and what to do."""


def check(content: bytes) -> None:
    """Raise UnreadableError unless the archive is a plain workbook that is safe to parse."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_sizes(archive.infolist())
            _check_parts({part.filename for part in archive.infolist()})
            for part in archive.infolist():
                with archive.open(part) as stream:
                    _check_xml(part.filename, stream)
    except BROKEN as error:
        raise UnreadableError(_("The workbook is damaged or locked with a password (%s).") % error) from None


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise UnreadableError(
            _("The workbook has %(seen)d parts; at most %(most)d are read.")
            % {"seen": len(parts), "most": MOST_PARTS}
        )
    total = sum(part.file_size for part in parts)
    if total > MOST_BYTES:
        raise UnreadableError(
            _("Unpacked, the workbook would have %(seen)d MB; at most %(most)d MB are read.")
            % {"seen": total >> 20, "most": MOST_BYTES >> 20}
        )
    for part in parts:
        if part.file_size > SMALL_PART and part.file_size > MOST_RATIO * max(1, part.compress_size):
            raise UnreadableError(
                _("%(part)s in the workbook grows more than %(most)d-fold when unpacked, as bombs do.")
                % {"part": part.filename, "most": MOST_RATIO}
            )


def _check_parts(names: set[str]) -> None:
    """Refuse what is no workbook, programs, and links to other files."""
    lowered = {name.lower() for name in names}
    if "[content_types].xml" not in lowered or "xl/workbook.xml" not in lowered:
        raise UnreadableError(_("This is no XLSX workbook. Save the sheet as XLSX or as CSV."))
    if any("vbaproject" in name or "/macrosheets/" in name for name in lowered):
        raise UnreadableError(_("The workbook holds macros. Save it as XLSX without macros."))
    if any("externallinks/" in name for name in lowered):
        raise UnreadableError(
            _("The workbook takes values from other files. Paste them as plain values, then save it anew.")
        )


def _check_xml(name: str, stream: IO[bytes]) -> None:
    """Refuse a part that defines entities, or whose letters could hide that it does; and macro sheets."""
    if not name.lower().endswith((".xml", ".rels", ".vml")):
        return
    before, is_first = b"", True
    while piece := stream.read(PIECE):
        if is_first:
            _check_encoding(name, piece)
            is_first = False
        seen = before + piece
        if _DECLARATION.search(seen):
            raise UnreadableError(_("%s in the workbook defines entities, which no sheet needs.") % name)
        if name.lower() == "[content_types].xml" and b"macroenabled" in seen.lower():
            raise UnreadableError(_("The workbook holds macros. Save it as XLSX without macros."))
        before = seen[-_LONGEST_DECLARATION:]


def _check_encoding(name: str, start: bytes) -> None:
    said = _ENCODING.search(start[:200])
    is_plain = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" and b"\0" not in start[:200]
    if not is_plain or (said and said[1].lower() not in (b"utf-8", b"us-ascii")):
        raise UnreadableError(_("%s in the workbook is not written in UTF-8.") % name)
