"""XLSX, as openpyxl and pandas read it."""

import datetime as dt
import io
import zipfile

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests import factories as make
from tests.exports.examples import titled
from tests.exports.test_tables import DANGEROUS
from tracker.exports import workbook
from tracker.exports.columns import columns
from tracker.models import Initiative

NAMES = [column.name for column in columns()]


def written(*initiatives: Initiative) -> bytes:
    return b"".join(workbook.as_xlsx(initiatives, on=make.TODAY))


def sheet(*initiatives: Initiative) -> Worksheet:
    return load_workbook(io.BytesIO(written(*initiatives)))["initiatives"]


def cell(initiative: Initiative, name: str) -> object:
    return sheet(initiative).cell(2, NAMES.index(name) + 1)


@given(title=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_words_are_read_back_as_they_were(title: str) -> None:
    read = cell(titled(title.replace("_x", "_")), "title_en")

    assert (read.value, read.data_type) == (title.replace("_x", "_"), "s")


@pytest.mark.parametrize(
    "words", [*DANGEROUS, "#N/A", "=HYPERLINK(1)", "https://example.org", "007", "a & <b>"]
)
def test_words_are_words_and_never_a_formula_a_number_or_a_link(words: str) -> None:
    read = cell(titled(words), "title_en")

    assert (read.value, read.data_type, read.hyperlink) == (words, "s", None)


def test_what_would_be_read_as_an_escape_is_escaped() -> None:
    packed = zipfile.ZipFile(io.BytesIO(written(titled("_x0041_"))))

    assert "_x005F_x0041_" in packed.read("xl/worksheets/sheet1.xml").decode()


def test_what_no_sheet_can_hold_is_left_out_and_what_is_too_long_is_cut() -> None:
    assert cell(titled("a\x00b\x0bc"), "title_en").value == "a b c"
    assert len(cell(titled("я" * 40_000), "title_en").value) == 32_767


def test_days_moments_and_numbers_are_cells_of_their_kind() -> None:
    bridge = titled("Bridge", due_on=dt.date(2027, 2, 28), baseline_due_on=dt.date(1899, 1, 1))

    frame = pandas.read_excel(io.BytesIO(written(bridge)))

    assert frame["due_on"][0] == pandas.Timestamp(2027, 2, 28)
    assert frame["baseline_due_on"][0] == "1899-01-01"
    assert frame["updated_at"][0] == pandas.Timestamp(2026, 11, 23, 9)
    assert frame["days_overdue"][0] == 0
    assert cell(bridge, "due_on").number_format == "yyyy\\-mm\\-dd"


def test_the_names_of_the_columns_stay_in_sight_and_every_column_can_be_filtered() -> None:
    read = sheet(titled("A"), titled("B"), titled("C"))

    assert [head.value for head in read[1]] == NAMES
    assert (read.freeze_panes, read.auto_filter.ref) == (
        "B2",
        f"A1:{read.cell(1, len(NAMES)).column_letter}4",
    )
    assert read["A1"].font.bold


def test_without_any_row_the_names_stand_alone() -> None:
    read = sheet()

    assert (read.max_row, read.auto_filter.ref[:2]) == (1, "A1")


def test_the_same_rows_give_the_same_bytes_and_a_sound_archive() -> None:
    bridge = titled("Bridge")

    assert written(bridge) == written(bridge)
    assert zipfile.ZipFile(io.BytesIO(written(bridge))).testzip() is None
