"""The sheet that comes with a report."""

import datetime as dt
import io
import time
from typing import Any

import pytest
import time_machine
from django.conf import settings
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from tests.factories import NOW
from tests.reports import examples
from tracker.reports import xlsx
from tracker.reports.content import Content, Row


def row(**values: Any) -> Row:
    defaults: dict[str, Any] = {
        "line": examples.line(**values),
        "health": ("overdue", "silent"),
        "baseline_due_on": dt.date(2026, 6, 30),
        "slipped_days": 142,
        "last_reported_on": None,
    }
    return Row(**defaults)


def read(content: Content, rows: list[Row]) -> Workbook:
    return load_workbook(io.BytesIO(xlsx.render(content, rows, known_at=NOW)))


def test_each_initiative_has_a_row_with_real_days_and_numbers() -> None:
    sheet = read(examples.full(), [row(), row(slug="other")])["Initiatives"]

    head, first, *others = sheet.iter_rows(values_only=True)
    assert dict(zip(head, first, strict=True)) == {
        "Title": "Bridge over the Sunzha",
        "Status": "in progress",
        "Condition": "overdue, silent",
        "Lead": "Ministry of Transport",
        "Due on": dt.datetime(2026, 11, 19),  # noqa: DTZ001  # so the reader gives a day
        "Precision": "day",
        "Wording": "by 19 November",
        "First due on": dt.datetime(2026, 6, 30),  # noqa: DTZ001
        "Days moved": 142,
        "Last report": None,
        "Days without a report": 75,
        "Days overdue": 3,
        "Address": f"{settings.SITE_URL}/en/initiatives/bridge/",
    }
    assert len(others) == 1


def test_days_are_cells_of_the_kind_day() -> None:
    sheet = read(examples.full(), [row()])["Initiatives"]

    assert (sheet["E2"].is_date, sheet["E2"].number_format) == (True, "YYYY-MM-DD")


@pytest.mark.parametrize("words", ["=1+1", "+7 800 200", "-5", "@SUM(A1)", "#N/A", "=HYPERLINK(1)", "\ttab"])
def test_no_words_become_a_formula(words: str) -> None:
    cell = read(examples.full(), [row(title=words)])["Initiatives"]["A2"]

    assert (cell.value, cell.data_type) == (words, "s")


def test_what_no_sheet_can_hold_is_left_out() -> None:
    cell = read(examples.full(), [row(title="a\x00b\x0bc")])["Initiatives"]["A2"]

    assert cell.value == "a b c"


def test_the_head_stays_in_sight_and_every_column_can_be_filtered() -> None:
    sheet = read(examples.full(), [row()] * 3)["Initiatives"]

    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:M4")
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["A"].width > sheet.column_dimensions["B"].width


def test_without_any_initiative_the_head_stands_alone() -> None:
    sheet = read(examples.full(), [])["Initiatives"]

    assert (sheet.max_row, sheet.auto_filter.ref) == (1, "A1:M1")


def test_the_headline_numbers_stand_on_a_second_sheet() -> None:
    sheet = read(examples.full(), [])["Numbers"]

    table = [tuple(values) for values in sheet.iter_rows(values_only=True)]
    assert table[0][0] == "Weekly report"
    assert table[1][:2] == ("Period from", dt.datetime(2026, 11, 16))  # noqa: DTZ001
    assert table[4][1:] == ("Now", "Before")
    assert table[5] == ("In all", 68, 64)
    assert ("Overdue", 12, 10) in table
    assert len(table) == 5 + len(examples.full().numbers)


@pytest.mark.parametrize(("language", "status"), [("ru", "выполняется"), ("de", "in Arbeit")])
def test_it_speaks_the_language_of_its_edition(language: str, status: str) -> None:
    book = read(examples.full(language=language), [row()])

    sheet = book.worksheets[0]
    assert sheet["B2"].value == status
    assert sheet["M2"].value == f"{settings.SITE_URL}/{language}/initiatives/bridge/"
    assert sheet["E2"].number_format == "DD.MM.YYYY"


def test_the_same_edition_gives_the_same_bytes_at_any_time() -> None:
    with time_machine.travel(NOW):
        first = xlsx.render(examples.full(), [row()], known_at=NOW)
    with time_machine.travel(NOW + dt.timedelta(days=400)):
        assert time.localtime().tm_year == 2027
        again = xlsx.render(examples.full(), [row()], known_at=NOW)

    assert again == first
