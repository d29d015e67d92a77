"""Sheets for tests, as people upload them."""

import csv
import io
import zipfile
from typing import Any

import openpyxl
from django.contrib.auth.models import User
from django.utils import timezone

from tests import factories as make
from tracker.ingest.spreadsheet import importing
from tracker.models import Import

BRIDGE = {"title_en": "A bridge over the Amur", "firmness": "planned", "sector": "transport"}


def as_csv(*rows: dict[str, Any], delimiter: str = ",") -> bytes:
    """Write rows whose keys are the columns; the first row names all of them."""
    buffer = io.StringIO()
    table = csv.DictWriter(buffer, list(rows[0]), delimiter=delimiter)
    table.writeheader()
    table.writerows(rows)
    return buffer.getvalue().encode()


def as_xlsx(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """Add a part to a workbook, or put it in the place of another."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry))
        new.writestr(name, part)
    return buffer.getvalue()


def previewed(*rows: dict[str, Any], name: str = "sheet.csv", by: User | None = None) -> Import:
    return previewed_file(as_csv(*rows), name=name, by=by)


def previewed_file(content: bytes, *, name: str = "sheet.csv", by: User | None = None) -> Import:
    by = by or make.make_user()
    row = importing.upload(file_name=name, content=content, language="en", by=by, now=timezone.now())
    importing.work(pk=row.pk, clock=timezone.now)
    row.refresh_from_db()
    return row


def applied(upload: Import, *wanted: int) -> Import:
    importing.choose(upload=upload, shown=wanted, wanted=wanted)
    importing.confirm(upload=upload)
    importing.work(pk=upload.pk, clock=timezone.now)
    upload.refresh_from_db()
    return upload


def outcomes(upload: Import) -> list[str]:
    return list(upload.rows.values_list("outcome", flat=True))


def problems(upload: Import) -> list[list[str]]:
    """Give column and value seen of every problem."""
    return [problem[:2] for row in upload.rows.all() for problem in row.problems]
