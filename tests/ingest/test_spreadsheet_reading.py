"""Files that nobody trusts: read as they are meant, or refused in words, with nothing stored."""

import csv
import datetime as dt
import io
import random
import time
import zipfile

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from tests.ingest import sheets
from tests.ingest.sheets import BRIDGE
from tracker.exports.columns import columns as exported_columns
from tracker.ingest.spreadsheet import columns, reading
from tracker.ingest.spreadsheet.reading import NotAValue
from tracker.ingest.spreadsheet.workbook import UnreadableError
from tracker.sheets import defused

PLAIN = sheets.as_csv(BRIDGE)
BOOK = sheets.as_xlsx([*BRIDGE], [*BRIDGE.values()])
NOISE = random.Random(1).randbytes((1 << 19) - 3).hex().encode()
"""With `<a>` before it, what follows begins in one piece that is looked at and ends in the next."""
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def _cells(file_name: str, content: bytes) -> list[list[object]]:
    sheet = reading.read(file_name, content)
    return [list(line.cells) for line in sheet.lines]


def _refusal(file_name: str, content: bytes) -> str:
    with pytest.raises(UnreadableError) as refused:
        _cells(file_name, content)
    return str(refused.value)


class TestCsv:
    @pytest.mark.parametrize(
        "content",
        [
            PLAIN,
            b"\xef\xbb\xbf" + PLAIN,
            sheets.as_csv(BRIDGE, delimiter=";"),
            sheets.as_csv(BRIDGE, delimiter="\t"),
            PLAIN.replace(b"\r\n", b"\n"),
            PLAIN + b",,\r\n\r\n",
        ],
        ids=["comma", "mark", "semicolon", "tab", "newline", "empty rows"],
    )
    def test_each_way_to_write_it_is_read(self, content: bytes) -> None:
        assert _cells("sheet.CSV", content) == [[*BRIDGE.values()]]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("slug,money\nмост,1".encode("utf-16"), "UTF-16"),
            ("slug,money\nмост,1".encode("utf-16-be"), "NUL"),
            ("slug,money\nмост,1".encode("cp1251"), "not written in UTF-8 (line 2); perhaps in Windows-1251"),
            ("slug,money\nBrücke,1".encode("latin-1"), "Latin-1"),
            (b"slug,money\na\0b,1", "NUL character at byte 12"),
            (b'slug,money\n"a,1', "Row 2 cannot be read: a quotation mark has no partner"),
            (b'slug,money\n"a"b,1', "Row 2"),
            (b"slug,money\n" + b"x" * 200_000, "a cell is too long"),
            (b"slug,Slug\na,b", "Columns stand there twice: slug"),
            (b"", "empty"),
            (b"\n", "first row is empty"),
            (b"," * 300 + b"slug\n", "301 columns"),
            (b"slug\n" + b"," * 300 + b"x\n", "301 columns"),
            (b"slug\n" + b"a\n" * 10_001, "more than 10000 rows"),
            (b"slug\n" + b"a\n" * 1_000_001, "more than 10000 rows"),
            (b"slug\n" + b"a" * (21 << 20), "21 MB; at most 20 MB"),
            (BOOK, "not what its ending"),
        ],
    )
    def test_what_cannot_be_read_is_refused_in_words(self, content: bytes, said: str) -> None:
        assert said in _refusal("sheet.csv", content)

    @given(text=ANY_TEXT)
    @example(text="=cmd|'/C calc'!A1")
    @example(text="'=1")
    @example(text="''＝1")
    @example(text="\t=1\r\n")
    def test_what_our_export_writes_is_read_as_it_was(self, text: str) -> None:
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerows([["money", "slug"], [defused(text), "x"]])

        ((cell, _slug),) = _cells("sheet.csv", buffer.getvalue().encode())

        assert cell == reading.tidy(text)


class TestXlsx:
    def test_text_numbers_and_days_are_read(self) -> None:
        content = sheets.as_xlsx(
            ["slug", "money", "announced_on"], ["a", 5.0, dt.date(2025, 12, 31)], ["b", 1.5]
        )

        assert _cells("sheet.xlsx", content) == [["a", "5", dt.date(2025, 12, 31)], ["b", "1.5"]]

    def test_formulas_are_seen_and_not_their_results(self) -> None:
        book = openpyxl.Workbook()
        book.active.append(["slug", "money", "lead"])
        book.active["A2"], book.active["B2"] = "=1+1", '=HYPERLINK("http://x")'
        book.active["C2"] = ArrayFormula("C2", "=SUM(A1:A2)")

        ((first, second, third),) = _cells("sheet.xlsx", sheets.saved(book))

        assert [first, second, third] == ["=1+1", '=HYPERLINK("http://x")', "=SUM(A1:A2)"]
        assert {type(first), type(second), type(third)} == {NotAValue}

    def test_text_that_looks_like_a_formula_is_text(self) -> None:
        book = openpyxl.Workbook()
        book.active.append(["slug", "money"])
        book.active["B2"].value, book.active["B2"].data_type = "=2 million", "s"

        assert type(_cells("sheet.xlsx", sheets.saved(book))[0][1]) is str

    def test_other_sheets_are_named(self) -> None:
        book = openpyxl.Workbook()
        book.active.append(["slug"])
        book.create_sheet("Notes")

        assert reading.read("sheet.xlsx", sheets.saved(book)).other_sheets == ["Notes"]

    @pytest.mark.parametrize(
        ("name", "part", "said"),
        [
            ("xl/vbaProject.bin", b"x", "macros"),
            ("xl/externalLinks/externalLink1.xml", b"<a/>", "other files"),
            (
                "xl/workbook.xml",
                b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
                "entities",
            ),
            ("xl/other.xml", b"<a>" + NOISE + b"<!ENTITY x 'y'>", "entities"),
            ("xl/other.xml", "<!DOCTYPE a><a/>".encode("utf-16"), "not written in UTF-8"),
            (
                "xl/other.xml",
                '<?xml version="1.0" encoding="cp037"?>'.encode("cp037"),
                "not written in UTF-8",
            ),
            ("xl/other.xml", b'<?xml version="1.0" encoding="utf-7"?><a/>', "not written in UTF-8"),
            ("xl/media/bomb.bin", b"\0" * (5 << 20), "as bombs do"),
            ("xl/workbook.xml", b"<a>", "breaks the rules"),
        ],
    )
    def test_what_may_do_harm_is_refused(self, name: str, part: bytes, said: str) -> None:
        assert said in _refusal("sheet.xlsx", sheets.with_part(BOOK, name, part))

    @pytest.mark.parametrize(
        ("file_name", "content", "said"),
        [
            ("sheet.xlsx", PLAIN, "not what its ending"),
            ("sheet.xlsm", BOOK, "macros"),
            ("sheet.xls", b"\xd0\xcf\x11\xe0", "“.xls”"),
            ("sheet.xlsx", b"\xd0\xcf\x11\xe0 old", "old .xls file"),
            ("sheet.pdf", b"%PDF", "“.pdf”"),
            ("sheet", PLAIN, "“”"),
            ("sheet.xlsx", b"PK\x03\x04 broken", "damaged"),
        ],
    )
    def test_what_is_something_else_is_refused(self, file_name: str, content: bytes, said: str) -> None:
        assert said in _refusal(file_name, content)

    def test_an_archive_that_is_no_workbook_is_refused(self) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("word/document.xml", "<a/>")

        assert "no XLSX workbook" in _refusal("sheet.xlsx", buffer.getvalue())

    def test_many_parts_are_refused(self) -> None:
        buffer = io.BytesIO(BOOK)
        with zipfile.ZipFile(buffer, "a") as archive:
            for number in range(501):
                archive.writestr(f"xl/{number}.xml", "<a/>")

        assert "at most 500" in _refusal("sheet.xlsx", buffer.getvalue())

    def test_a_bomb_is_refused_before_it_is_unpacked(self) -> None:
        content = sheets.with_part(BOOK, "xl/media/bomb.bin", b"\0" * (101 << 20))

        began = time.perf_counter()
        said = _refusal("sheet.xlsx", content)

        assert "at most 100 MB" in said
        assert time.perf_counter() - began < 1

    def test_a_size_that_lies_is_refused(self) -> None:
        content = sheets.with_part(BOOK, "xl/other.xml", b"<a>" + b" " * 9_999)
        short = content.replace((10_002).to_bytes(4, "little"), (3).to_bytes(4, "little"))

        assert "damaged" in _refusal("sheet.xlsx", short)

    @pytest.mark.parametrize("place", ["XFD1", "XFD2"])
    def test_16_384_columns_are_refused(self, place: str) -> None:
        book = openpyxl.Workbook()
        book.active.append(["slug"])
        book.active[place] = "far"

        assert "16384 columns" in _refusal("sheet.xlsx", sheets.saved(book))

    def test_a_row_number_without_end_is_refused(self) -> None:
        with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml")
        far = sheet.replace(b'<row r="2"', b'<row r="999999999"')

        said = _refusal("sheet.xlsx", sheets.with_part(BOOK, "xl/worksheets/sheet1.xml", far))

        assert "goes on below row 100000" in said


class TestColumns:
    def test_every_column_of_the_export_is_read_or_known_to_be_derived(self) -> None:
        derived = {
            "url",
            "status",
            "health",
            "confidence",
            "missing_elements",
            "baseline_due_on",
            "slipped_days",
        }
        derived |= {
            "days_overdue",
            "last_reported_on",
            "silent_days",
            "sources",
            "updated_at",
            "quote_language",
        }
        derived |= {"quote_publisher", "quote_published_on", "quote_url"}
        translated = (
            "lead_name_",
            "support_names_",
            "counterpart_names_",
            "controller_names_",
            "place_names_",
        )
        names = [column.name for column in exported_columns()]

        left = [
            name
            for name in columns.not_read(names)
            if not name.startswith((*translated, "quote_translation"))
        ]

        assert {*left} == derived
        assert {*columns.COLUMNS} <= {*names}
