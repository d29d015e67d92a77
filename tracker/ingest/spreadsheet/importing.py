"""The use cases of an import: upload, preview, apply, cancel. All of a sheet is applied, or nothing.

A worker takes an import up, says after each chunk that it lives, and hears then whether it shall stop. What
was previewed is compared again before anything is written; where something else was recorded meanwhile,
nothing is, and the preview shows what differs.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker import search, stamp
from tracker.ingest.spreadsheet import columns, reading, writing
from tracker.ingest.spreadsheet.batches import batches
from tracker.ingest.spreadsheet.comparing import Comparison
from tracker.ingest.spreadsheet.duplicates import Duplicates
from tracker.ingest.spreadsheet.row import Compared, Outcome
from tracker.ingest.spreadsheet.turn import Clock, StoppedError, Turn
from tracker.ingest.spreadsheet.workbook import UnreadableError
from tracker.models import Import, ImportRow, Initiative
from tracker.sheets import defused

AT_ONCE = 200
"""A sheet of so few rows is worked on while its reader waits."""
INDEXED_AT_ONCE = 100

State = Import.State


class _StaleError(Exception):
    """Rows, given as they are now, would do something else than what was previewed."""

    def __init__(self, rows: list[ImportRow]) -> None:
        self.rows = rows


def upload(*, file_name: str, content: bytes, language: str, by: User, now: dt.datetime) -> Import:
    """Keep a sheet to be previewed. Raises UnreadableError, and keeps nothing, where it is no sheet."""
    reading.check(file_name, content)
    return Import.objects.create(
        file_name=file_name[-200:], content=content, language=language, uploaded_by=by, uploaded_at=now
    )


def work(*, pk: int, clock: Clock) -> None:
    """Read or apply an import, unless a living worker is at it. A second call does nothing."""
    now = clock()
    if not Import.objects.filter(pk=pk).unattended(now).update(beat_at=now):
        return
    turn = Turn(Import.objects.get(pk=pk), clock)
    with translation.override(turn.upload.language):
        try:
            _preview(turn) if turn.upload.state == State.READING else _apply(turn)
        except UnreadableError as error:
            turn.ends(state=State.REFUSED, error=str(error), content=b"")
        except StoppedError:
            turn.gives_up()


def is_quick(*, pk: int) -> bool:
    """Answer whether the work on an import takes no longer than a reader waits for a page."""
    row = Import.objects.get(pk=pk)
    try:
        return bool(row.content) and reading.is_small(
            reading.read(row.file_name, bytes(row.content)), AT_ONCE
        )
    except UnreadableError:
        return True  # which is said quickly


def waiting(*, now: dt.datetime) -> list[int]:
    """Name the imports that no worker has taken up, the oldest first."""
    rows = Import.objects.unattended(now).filter(beat_at__isnull=True)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def choose(*, upload: Import, shown: Iterable[int], wanted: Iterable[int]) -> None:
    """Of the likely duplicates with the numbers shown, keep those wanted, until the import is confirmed."""
    _choices(upload).filter(number__in=list(shown)).update(is_wanted=False)
    _choices(upload).filter(number__in=list(wanted)).update(is_wanted=True)


def choose_all(*, upload: Import, is_wanted: bool) -> None:
    """Keep all likely duplicates, or none, until the import is confirmed."""
    _choices(upload).update(is_wanted=is_wanted)


def _choices(upload: Import) -> QuerySet[ImportRow]:
    previewed = Import.objects.filter(pk=upload.pk, state=State.PREVIEWED)
    return ImportRow.objects.filter(upload__in=previewed, outcome=Outcome.DUPLICATE)


def confirm(*, upload: Import) -> None:
    """Ask for what was previewed to be applied, with the chosen ones among the likely duplicates.

    Raises ValidationError while a row is refused. A second call changes nothing.
    """
    if upload.rows.filter(outcome=Outcome.REFUSED).exists():
        raise ValidationError(_("Rows are refused. Mend them in the sheet and upload it again."))
    with transaction.atomic():
        previewed = Import.objects.filter(pk=upload.pk, state=State.PREVIEWED)
        if previewed.update(state=State.APPLYING, beat_at=None, rows_done=0, error="", is_cancel_asked=False):
            upload.rows.update(is_stale=False)


def cancel(*, upload: Import, now: dt.datetime) -> None:
    """Give an import up: at once, or when its worker ends a chunk; not once it is applied."""
    mine = Import.objects.filter(pk=upload.pk, applied_at__isnull=True)
    idle = Q(state=State.PREVIEWED) | Q(pk__in=Import.objects.unattended(now).values("pk"))
    if not mine.filter(idle).update(state=State.CANCELLED, content=b"", beat_at=None):
        mine.filter(state__in=Import.WORKING).update(is_cancel_asked=True)


def resume(*, upload: Import, now: dt.datetime) -> None:
    """Let an import whose worker was interrupted be taken up by another."""
    Import.objects.filter(pk=upload.pk).unattended(now).update(beat_at=None, is_cancel_asked=False)


def problems_as_csv(upload: Import) -> str:
    """List every problem of a preview: row, column, seen, wanted."""
    buffer = io.StringIO("\ufeff", newline="")
    buffer.seek(1)
    table = csv.writer(buffer)
    table.writerow([_("row"), _("column"), _("seen"), _("wanted")])
    for row in upload.rows.filter(outcome=Outcome.REFUSED).iterator():
        for problem in row.problems:
            table.writerow([row.number, *map(defused, problem)])
    return buffer.getvalue()


def _preview(turn: Turn) -> None:
    turn.upload.rows.all().delete()
    sheet = _opened(turn)
    if not columns.COLUMNS.keys() & {name.casefold() for name in sheet.header}:
        raise UnreadableError(
            _("The first row has none of the names that an import knows. Take our template.")
        )
    told = columns.told(sheet)
    if not told:
        raise UnreadableError(_("The sheet has no rows below the names of its columns."))
    turn.at(0, rows_total=len(told), not_read=[*columns.not_read(sheet.header), *sheet.other_sheets])
    done = 0
    for chunk in _compared(turn, told):
        ImportRow.objects.bulk_create([_found(turn.upload, row) for row in chunk])
        done += len(chunk)
        turn.at(done)
    turn.ends(state=State.PREVIEWED)


def _opened(turn: Turn) -> reading.Sheet:
    return reading.read(turn.upload.file_name, bytes(turn.upload.content))


def _compared(turn: Turn, told: list[columns.Told]) -> Iterator[list[Compared]]:
    """Give what each row would do, a chunk at a time."""
    sheet, today = _opened(turn), timezone.localdate(turn.clock())
    comparison = Comparison(sheet.header, columns.known(), Duplicates(told), today)
    return comparison.rows(sheet.lines)


def _found(upload: Import, row: Compared) -> ImportRow:
    return ImportRow(
        upload=upload,
        number=row.number,
        outcome=row.outcome,
        slug=row.slug[:120],
        title=row.title[:200],
        changes=[list(change) for change in row.changes],
        problems=[list(astuple(problem)) for problem in row.problems],
        like=row.like,
    )


def _apply(turn: Turn) -> None:
    """Compare again, write everything in one transaction, then tell the search."""
    try:
        if turn.upload.applied_at is None:
            _write(turn)
    except _StaleError as stale:
        _show_stale(turn, stale.rows)
        return
    except (DatabaseError, ValidationError) as error:
        said = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        turn.ends(state=State.PREVIEWED, error=_("Nothing was stored: %s") % said)
        return
    _index(turn)
    turn.ends(state=State.DONE)


def _write(turn: Turn) -> None:
    before = stamp.current()
    rows = _fresh(turn, say=turn.at)
    now = turn.clock()
    with transaction.atomic():
        _lock(rows)
        if stamp.current() != before:  # something was recorded while we compared
            rows = _fresh(turn, say=lambda done: None)
        chosen = _chosen(turn.upload, rows)
        author = writing.Author(turn.upload.uploaded_by, reason(turn.upload), now)
        writing.write(rows=chosen, author=author, go_on=turn.must_be_wanted)
        _name_slugs(turn.upload, chosen)
        turn.stores(applied_at=now, content=b"")  # last: until then the row is free for a wish to cancel


def reason(upload: Import) -> str:
    """Say in the history why something was changed."""
    return f"Import: {upload.file_name}"[:100]


def _fresh(turn: Turn, say: Callable[[int], object]) -> list[Compared]:
    """Compare the sheet with what is kept now. Raises _StaleError where a row would do anything unseen."""
    rows: list[Compared] = []
    for chunk in _compared(turn, columns.told(_opened(turn))):
        rows += chunk
        say(len(rows))
    _refuse_stale(turn.upload, rows)
    return rows


def _refuse_stale(upload: Import, rows: list[Compared]) -> None:
    """Show anew, and mark, the rows that would do something else than what was previewed."""
    seen = {row.number: row for row in upload.rows.all()}
    stale = []
    for fresh in (_found(upload, row) for row in rows):
        shown = seen[fresh.number]
        if any(getattr(shown, name) != getattr(fresh, name) for name in ("outcome", "changes", "problems")):
            fresh.pk, fresh.is_stale = shown.pk, True
            stale.append(fresh)
    if stale:
        raise _StaleError(stale)


def _show_stale(turn: Turn, stale: list[ImportRow]) -> None:
    fields = ["outcome", "slug", "title", "changes", "problems", "like", "is_stale"]
    ImportRow.objects.bulk_update(stale, fields, batch_size=100)
    text = ngettext(
        "Nothing was stored: since the preview, what %d row would do has changed. It is marked.",
        "Nothing was stored: since the preview, what %d rows would do has changed. They are marked.",
        len(stale),
    )
    turn.ends(state=State.PREVIEWED, error=text % len(stale))


def _lock(rows: list[Compared]) -> None:
    """Make whoever writes to these initiatives, or to what hangs on them, wait until we have."""
    keys = [row.initiative.pk for row in rows if row.initiative and row.changes]
    for some in batches(keys, INDEXED_AT_ONCE):
        list(Initiative.objects.filter(pk__in=some).order_by("pk").select_for_update().values_list("pk"))


def _chosen(upload: Import, rows: list[Compared]) -> list[Compared]:
    numbers = {*upload.rows.writing().values_list("number", flat=True)}
    return [row for row in rows if row.number in numbers]


def _name_slugs(upload: Import, rows: list[Compared]) -> None:
    """Say in the preview which initiative came of a row."""
    slugs = {row.number: row.slug for row in rows}
    kept = list(upload.rows.filter(number__in=slugs) if len(slugs) <= AT_ONCE else upload.rows.all())
    named = [row for row in kept if row.slug != slugs.get(row.number, row.slug)]
    for row in named:
        row.slug = slugs[row.number]
    ImportRow.objects.bulk_update(named, ["slug"], batch_size=writing.BATCH)


def _index(turn: Turn) -> None:
    """Tell the search of what was written; whoever goes on after an interruption begins anew."""
    slugs = list(turn.upload.rows.writing().values_list("slug", flat=True))
    done = 0
    turn.at(0, rows_total=len(slugs), is_cancel_asked=False)
    for some in batches(slugs, INDEXED_AT_ONCE):
        with transaction.atomic():  # a hundred rows written at once go much faster than one by one
            search.index(Initiative.objects.filter(slug__in=some))
        done += len(some)
        turn.at(done)
