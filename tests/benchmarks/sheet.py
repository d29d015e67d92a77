"""How long does a sheet of 10,000 new initiatives take, each with parties, places, words and a deadline?

    python -m tests.benchmarks.sheet [NUMBER]                                         # on SQLite
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/bench python -m tests.benchmarks.sheet

It makes a database of its own (on PostgreSQL `test_` and the name given), which holds as many other
initiatives already, and drops it at the end. Printed are the seconds of the preview, of the whole of applying
it, and of the part in which everything is written and others wait to write: a cancel is heard there, too, on
PostgreSQL. Then the same sheet is previewed again, and one that changes three columns of each row applied.
"""

import datetime as dt
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django

from tests.benchmarks.database import own_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
TODAY = dt.date(2026, 11, 29)


def sheet(number: int, **more: str) -> bytes:
    from tests.ingest import sheets

    return sheets.as_csv(
        *(
            {
                "slug": f"row-{n}",
                "title_en": f"Build workshop {n} of district {n % 97}",
                "title_ru": f"Построить мастерскую {n} района {n % 97}",
                "summary_en": "A workshop that mends what breaks in the fields. " * 3,
                "firmness": "planned",
                "sector": "trade",
                "announced_on": "2025-02-03",
                "due_on": f"{2026 + n % 5}-12-31",
                "due_wording": f"by the end of {2026 + n % 5}",
                "lead": f"party-{n % 2_000}",
                "support": f"party-{(n + 1) % 2_000}",
                "places": f"place-{n % 200}",
                "quote": f"Workshop {n} opens by the end of {2026 + n % 5}.",
                "quote_source": f"source-{n % 800}",
                **more,
            }
            for n in range(number)
        )
    )


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    print(f"  {what:<42}{time.perf_counter() - began:7.1f} s", flush=True)


def work(content: bytes, by: Any, *, what: str) -> None:
    """Preview a sheet and apply it; print the seconds of both."""
    from django.utils import timezone

    from tests.ingest import sheets
    from tracker.ingest.spreadsheet import importing

    with timed(f"{what}: previewed"):
        upload = sheets.previewed_file(content, name="sheet.csv", by=by)
    print("   ", {name: sheets.outcomes(upload).count(name) for name in sorted({*sheets.outcomes(upload)})})
    importing.confirm(upload=upload)
    with timed(f"{what}: applied"):
        importing.work(pk=upload.pk, clock=timezone.now)
    upload.refresh_from_db()
    assert upload.state == "done", upload.error


def name_what_the_sheet_names() -> None:
    from tracker.models import Party, Place, Source

    for model, stem in ((Party, "party"), (Source, "source")):
        for n, kept in enumerate(model._default_manager.order_by("pk")):
            model._default_manager.filter(pk=kept.pk).update(slug=f"{stem}-{n}")
    assert Place.objects.filter(slug="place-0").exists()


def main(number: int) -> None:
    from django.db import connection

    from tests import factories as make
    from tests.benchmarks import list_rows
    from tracker.ingest.spreadsheet import writing

    with own_database():
        list_rows.fill(number, today=TODAY)
        name_what_the_sheet_names()
        write, editor = writing.write, make.make_user()

        def written(**said: Any) -> None:
            with timed("of that written, all in one"):
                write(**said)

        writing.write = written
        print(f"{connection.vendor}: {number} rows beside {number} others")
        work(sheet(number), editor, what="new")
        work(sheet(number), editor, what="the same again")
        work(
            sheet(number, money="5 million", measure="one workshop", sector="industry"),
            editor,
            what="changed",
        )


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
