"""Rows as CSV and as JSON, piece by piece, so that the first byte leaves before the second row is read."""

import csv
import datetime as dt
import io
import json
from collections.abc import Generator, Iterable
from typing import Any

from tracker.exports.columns import columns, values
from tracker.exports.reading import Value
from tracker.models import Initiative
from tracker.sheets import LIST_SEPARATOR, defused

BOM = "\ufeff"
"""Excel reads a file without it in the letters of its own country; pandas and others pass it over."""
ROWS_A_PIECE = 100


def as_csv(rows: Iterable[Initiative], *, on: dt.date) -> Generator[bytes]:
    """Write RFC 4180 in UTF-8 with BOM; lists are one cell, their values parted by `LIST_SEPARATOR`."""
    buffer = io.StringIO(BOM, newline="")
    buffer.seek(len(BOM))
    table = csv.writer(buffer)
    table.writerow([column.name for column in columns()])
    yield _taken(buffer)
    for number, row in enumerate(rows, start=1):
        table.writerow([_cell(value) for value in values(row, on)])
        if number % ROWS_A_PIECE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def as_json(rows: Iterable[Initiative], *, on: dt.date) -> Generator[bytes]:
    """Write an array of objects, one a line; days and moments are texts, what is not known is null."""
    names = [column.name for column in columns()]
    yield b"["
    separator = "\n"
    for row in rows:
        item = dict(zip(names, map(_plain, values(row, on)), strict=True))
        yield f"{separator}{json.dumps(item, ensure_ascii=False)}".encode()
        separator = ",\n"
    yield b"\n]\n"


def told(value: Value) -> str:
    """Write a value as one text. A moment ends in Z: it is told in UTC, to the second."""
    if isinstance(value, list):
        return LIST_SEPARATOR.join(value)
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else str(value)


def _cell(value: Value) -> str:
    return defused(told(value)) if isinstance(value, str | list) else told(value)


def _plain(value: Value) -> Any:
    return told(value) if isinstance(value, dt.date) else value


def _taken(buffer: io.StringIO) -> bytes:
    """Take what was written, and begin anew."""
    written = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return written
