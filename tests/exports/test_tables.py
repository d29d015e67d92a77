"""CSV, as Python's own reader and as pandas read it."""

import csv
import io
import itertools
import tracemalloc
from collections.abc import Callable, Iterator

import pandas
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests import factories as make
from tests.exports.examples import titled
from tracker import sheets
from tracker.exports import tables, workbook
from tracker.exports.columns import columns
from tracker.models import Initiative

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
"""All that a database of ours can hold."""
DANGEROUS = ["=1+1", "+7 800", "-5", "@SUM(A1)", "\ttab", "\rreturn", "\nnewline", "＝1", "＋1", "－1", "＠x"]


def written(initiative: Initiative) -> bytes:
    return b"".join(tables.as_csv([initiative], on=make.TODAY))


@given(title=ANY_TEXT)
@example(title="=cmd|'/C calc'!A1")
@example(title="'=1")
@example(title="NA")
@example(title='a"b,c\r\nd\re\n')
def test_any_text_is_read_back_as_it_was_apart_from_the_apostrophe(title: str) -> None:
    content = written(titled(title))

    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    frame = pandas.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    assert sheets.undone(row["title_en"]) == title
    assert sheets.undone(frame["title_en"][0]) == title


@pytest.mark.parametrize("text", [*DANGEROUS, "'=1", "''@x"])
def test_what_a_spreadsheet_would_run_has_one_apostrophe_before_it(text: str) -> None:
    assert sheets.defused(text) == f"'{text}"


@given(text=ANY_TEXT)
def test_no_text_begins_with_what_a_spreadsheet_would_run(text: str) -> None:
    assert not sheets.defused(text).startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert sheets.undone(sheets.defused(text)) == text


@pytest.mark.parametrize("text", ["", "Bridge", "5-3", "a=b", "'quoted'", " =1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert sheets.defused(text) == text


def test_numbers_and_days_keep_their_form() -> None:
    bridge = titled("Bridge", due_on=make.day(-9), baseline_due_on=make.TODAY)

    frame = pandas.read_csv(io.BytesIO(written(bridge)), parse_dates=["due_on"])

    assert (frame["slipped_days"][0], frame["days_overdue"][0]) == (-9, 9)
    assert frame["due_on"][0].date() == make.day(-9)


def test_the_first_bytes_are_the_mark_and_the_names_of_the_columns() -> None:
    def never() -> None:
        raise AssertionError("A row was read before the names were written.")

    pieces = tables.as_csv(iter(never, None), on=make.TODAY)

    first = next(pieces)
    assert first.startswith(b"\xef\xbb\xbfslug,url,title_ru")
    assert first.decode("utf-8-sig").strip().split(",") == [column.name for column in columns()]
    assert pandas.read_csv(io.BytesIO(first)).columns[0] == "slug"


@pytest.mark.parametrize("write", [tables.as_csv, tables.as_json, workbook.as_xlsx])
def test_many_rows_are_written_with_flat_memory(write: Callable[..., Iterator[bytes]]) -> None:
    rows = itertools.repeat(titled("Bridge", summary_en="Words. " * 90), 4_000)

    tracemalloc.start()
    size = sum(map(len, write(rows, on=make.TODAY)))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert size > 40_000
    assert most < 2 * 1024 * 1024
