"""A worker that is killed while it reads, writes or indexes a sheet; a person who cancels meanwhile."""

import datetime as dt
import random
import time
from collections.abc import Callable

from django.contrib.auth.models import User
from django.utils import timezone

from tests.faults.case import catalogue
from tests.faults.programs import kill
from tests.faults.world import World
from tests.ingest import sheets
from tests.starting import wait_until
from tracker import search
from tracker.ingest.spreadsheet import importing
from tracker.models import Deadline, Import, Initiative
from tracker.models.imported import LEASE

State = Import.State


@catalogue.add("F38", "the worker of an import is killed at every stage")
def worker_killed(world: World) -> None:
    number = world.size(1_500, 10_000)
    sheet = _sheet(number)
    row = _upload(sheet)
    for _ in range(world.size(1, 5)):
        _killed_when(world, row, lambda now: now.state == State.READING and now.rows_done > number // 5)
    _resumed(world, row)
    assert row.rows.count() == number, f"{row.rows.count()} rows are previewed"

    importing.confirm(upload=row)
    for _ in range(world.size(1, 5)):
        _killed_when(world, row, lambda now: now.rows_done > number // 5)
        _nothing_is_stored(row)
        _killed_when(world, row, lambda now: now.is_storing, after=random.uniform(0, world.size(4, 20) / 10))
        _nothing_is_stored(row)
    _killed_when(world, row, lambda now: now.applied_at is not None and now.rows_done > 0)
    _all_is_stored(number)
    _resumed(world, row)
    assert row.state == State.DONE, row.state
    assert Initiative.objects.filter(search.matching("workshop")).count() == number, "not all can be found"

    again = _upload(sheet)
    world.run(_work, again.pk)
    importing.confirm(upload=again)
    world.run(_work, again.pk)
    again.refresh_from_db()
    assert (again.state, {*sheets.outcomes(again)}) == (State.DONE, {"same"}), "the same file does something"
    _all_is_stored(number)


@catalogue.add("F38", "an import is cancelled while it is written", on=("postgresql",))
def cancelled(world: World) -> None:
    """On SQLite who cancels waits for the one who writes, and is too late."""
    row = _upload(_sheet(world.size(1_500, 10_000)))
    world.run(_work, row.pk)
    importing.confirm(upload=row)
    child = world.start(_work, row.pk)
    _wait_until(row, lambda now: now.is_storing)
    time.sleep(world.size(5, 30) / 10)  # until a part is written
    importing.cancel(upload=row, now=timezone.now())
    world.inject("cancels")
    child.join()
    row.refresh_from_db()
    assert row.state == State.CANCELLED, row.state
    assert not Initiative.objects.exists(), "a cancelled import has stored something"


def _sheet(number: int) -> bytes:
    rows = (
        {
            "title_en": f"Build workshop {n}",
            "firmness": "planned",
            "sector": "trade",
            "due_on": "2027-12-31",
        }
        for n in range(number)
    )
    return sheets.as_csv(*rows)


def _upload(content: bytes) -> Import:
    editor, _is_new = User.objects.get_or_create(username="editor", is_staff=True)
    return importing.upload(
        file_name="sheet.csv", content=content, language="en", by=editor, now=timezone.now()
    )


def _work(pk: int) -> None:
    importing.work(pk=pk, clock=timezone.now)


def _killed_when(world: World, row: Import, stage: Callable[[Import], bool], *, after: float = 0.0) -> None:
    """Have a worker take the import up, and kill it there; then let another take it up."""
    importing.resume(upload=row, now=timezone.now() + 2 * LEASE)
    child = world.start(_work, row.pk)
    _wait_until(row, stage)
    time.sleep(after)
    kill(child)
    world.inject("kills")
    row.refresh_from_db()
    later = timezone.now() + LEASE + dt.timedelta(seconds=1)
    assert row.is_interrupted(later), f"{row.state}, and not shown as interrupted"


def _resumed(world: World, row: Import) -> None:
    importing.resume(upload=row, now=timezone.now() + 2 * LEASE)
    world.run(_work, row.pk)
    row.refresh_from_db()


def _wait_until(row: Import, stage: Callable[[Import], bool]) -> None:
    def is_there() -> bool:
        row.refresh_from_db()
        return stage(row)

    wait_until(is_there, seconds=120)


def _nothing_is_stored(row: Import) -> None:
    row.refresh_from_db()
    assert row.applied_at is None
    assert not Initiative.objects.exists(), "a part of the sheet is stored"
    assert not Deadline.objects.exists(), "deadlines of a part of the sheet are stored"
    assert row.content, "the sheet is gone"


def _all_is_stored(number: int) -> None:
    found = Initiative.objects.count(), Initiative.history.count(), Deadline.objects.count()
    assert found == (number,) * 3, f"initiatives, versions, deadlines: {found}, not {number} each"
