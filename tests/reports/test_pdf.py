"""The report as PDF holds what the mail holds, in every language, on numbered pages."""

import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.reports import examples
from tracker.reports import pdf
from tracker.reports.content import Content

PDFTOTEXT = shutil.which("pdftotext")
KNOWN_AT = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)

needs_a_reader = pytest.mark.skipif(PDFTOTEXT is None, reason="No reader of PDF: apt install poppler-utils.")


def pages_of(content: Content, folder: Path) -> list[str]:
    """Read the words of each page."""
    file = folder / "report.pdf"
    file.write_bytes(pdf.render(content, known_at=KNOWN_AT))
    assert PDFTOTEXT
    text = subprocess.run([PDFTOTEXT, "-layout", file, "-"], capture_output=True, check=True).stdout.decode()
    return [" ".join(page.split()) for page in text.split("\f")[:-1]]


@needs_a_reader
def test_the_pdf_holds_every_section_and_every_initiative(tmp_path: Path) -> None:
    read = " ".join(pages_of(examples.full(), tmp_path))

    for words in (
        "3 newly overdue, 2 moved, 1 closed",
        "Newly overdue: 3",
        "Moved deadlines: 2",
        "Changed status: 2",
        "Silent owners: 2",
        "Due in the next period: 1",
        "Closed: 1",
        "New: 1",
        "Where the initiatives stand",
        "When they fall due",
        "Feed & fodder for 12 farms <from Brest>",
        "Reason: The supplier of the conveyor asked for a further quarter.",
        "BelTA, 18 November 2026",
    ):
        assert words in read


@needs_a_reader
def test_each_page_has_its_number_and_the_day_of_the_state(tmp_path: Path) -> None:
    pages = pages_of(examples.crowded(), tmp_path)

    feet = [page.split("Weekly report · ")[-1].replace(" / ", "/") for page in pages]
    assert len(pages) > 10
    assert feet == [f"State of 22 November 2026 {n}/{len(pages)}" for n in range(1, len(pages) + 1)]


@needs_a_reader
def test_a_crowded_report_is_cut_with_a_link_to_all(tmp_path: Path) -> None:
    read = " ".join(pages_of(examples.crowded(), tmp_path))

    assert read.count("See all 312") == 1
    assert "Late 199" in read


@needs_a_reader
def test_russian_is_set_in_russian_letters(tmp_path: Path) -> None:
    read = " ".join(pages_of(examples.russian(), tmp_path))

    assert "Еженедельный отчёт" in read
    assert "16–22 ноября 2026 года" in read
    assert "Поставщик конвейера попросил ещё один квартал." in read


@needs_a_reader
@pytest.mark.parametrize(("language", "fact"), [("de", "Seit 3 Tagen"), ("ru", "Просрочено на 3 дня")])
def test_what_is_late_is_told_with_a_capital_as_every_fact(language: str, fact: str, tmp_path: Path) -> None:
    assert fact in " ".join(pages_of(examples.full(language=language), tmp_path))


@needs_a_reader
def test_a_moved_deadline_breaks_before_its_arrow(tmp_path: Path) -> None:
    moved = examples.move(new_due_on=dt.date(2027, 9, 29), line=examples.line(due_on=None))
    file = tmp_path / "report.pdf"
    content = examples.full(language="ru", moved=examples.part(moved))
    file.write_bytes(pdf.render(content, known_at=KNOWN_AT))

    assert PDFTOTEXT
    text = subprocess.run([PDFTOTEXT, "-layout", file, "-"], capture_output=True, check=True).stdout.decode()
    assert re.search(r"1 декабря 2026 года$", text, re.MULTILINE)
    assert "→ 29 сентября 2027 года" in text


@needs_a_reader
@pytest.mark.parametrize(
    "words", ["#panic()", "*not bold* $x$ _y_", "@nowhere <label> `raw` \\ // x", "= Not a heading"]
)
def test_words_of_staff_are_never_read_as_markup(words: str, tmp_path: Path) -> None:
    content = examples.full(newly_overdue=examples.part(examples.line(title=words)))

    assert words in " ".join(pages_of(content, tmp_path))


@pytest.mark.parametrize("content", [examples.quiet(), examples.first()])
def test_a_report_with_little_to_tell_is_one_that_can_be_read(content: Content, tmp_path: Path) -> None:
    made = pdf.render(content, known_at=KNOWN_AT)

    assert made.startswith(b"%PDF-")


def test_the_pdf_is_tagged_and_leads_to_each_initiative() -> None:
    made = pdf.render(examples.full(), known_at=KNOWN_AT)

    assert b"/StructTreeRoot" in made
    assert b"pdfuaid" in made
    links = set(re.findall(rb"initiatives/([\w-]+)/", made))
    assert links == {b"bridge", b"feed", b"school", b"plant", b"service", b"fish", b"visit", b"zoo"}


def test_the_same_edition_is_the_same_file() -> None:
    first, again = (pdf.render(examples.full(), known_at=KNOWN_AT) for _ in range(2))
    later = pdf.render(examples.full(), known_at=KNOWN_AT + dt.timedelta(days=1))

    assert first == again
    assert first != later
