"""What was changed in a row and its parts: by whom, when, why, before and after."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.admin.history import authors, values
from tracker.admin.history.recorded import Recorded, Step, read
from tracker.models import Deadline, Initiative, StatusUpdate
from tracker.wording import day

KEPT_APART = {"published_at"}
"""Columns that are never restored: publishing has its own rules."""


VERSION = "version"
"""The kind of undoing that restores earlier values."""


class Undo(NamedTuple):
    """The page that takes a change back: a report or a deadline is withdrawn, a version restored."""

    kind: str
    address: str


@dataclass(frozen=True)
class Change:
    """One change; `fields` holds name, before and after of each column that differs.

    `is_new`: there was nothing before, so there is none to show.
    """

    at: dt.datetime
    who: str
    what: str
    fields: tuple[tuple[str, str, str], ...]
    why: str = ""
    is_new: bool = False
    undo: Undo | None = None


def changes_of(row: Any) -> list[Change]:
    """List every change of a row, newest first; of an initiative also of its parts, reports and deadlines."""
    recorded = read(row)
    said: list[Any] = [*recorded.updates, *recorded.deadlines]
    changes = [*_steps(recorded), *(change for told in said for change in _said(told, recorded))]
    return sorted(changes, key=lambda change: change.at)[::-1]


def differing(step: Step, recorded: Recorded) -> Iterator[tuple[str, str, str, str]]:
    """Give name, label, before and after of each column in which a record differs from the one before it.

    Of what came or went, each column that says something.
    """
    record, before = step
    gone = record.history_type == "-"
    after = {} if gone else dict(values.cells(record))
    former = before or (record if gone else None)
    earlier = dict(values.cells(former)) if former else {}
    for column in after or earlier:
        old, new = earlier.get(column), after.get(column)
        if old != new:
            told = (values.said(column, value, recorded) for value in (old, new))
            yield (column.name, values.label(column), *told)


def _steps(recorded: Recorded) -> Iterator[Change]:
    for step in recorded.steps:
        record = step.record
        differences = list(differing(step, recorded))
        if not differences and record.history_type == "~":  # saved without a difference: nothing to tell
            continue
        author = authors.of_record(record, recorded)
        yield Change(
            at=record.history_date,
            who=author.who,
            what=_what(record) % {"row": values.name_of(record, recorded)},
            fields=tuple((label, old, new) for _name, label, old, new in differences),
            why=author.why,
            is_new=record.history_type == "+",
            undo=_restoring(step, {name for name, *_told in differences}),
        )


def _what(record: Any) -> str:
    said = {"+": _("%(row)s added"), "~": _("%(row)s changed"), "-": _("%(row)s removed")}
    return said[record.history_type]


def _restoring(step: Step, names: set[str]) -> Undo | None:
    record = step.record
    if record.instance_type is not Initiative or not step.before or not names - KEPT_APART:
        return None
    address = reverse("admin:tracker_initiative_restore", args=[record.id, record.history_id])
    return Undo(VERSION, address)


def _said(row: StatusUpdate | Deadline, recorded: Recorded) -> Iterator[Change]:
    """Tell of a report or a deadline: that it was recorded, and that it was withdrawn."""
    kind = "report" if isinstance(row, StatusUpdate) else "deadline"
    name = capfirst(str(row._meta.verbose_name))
    address = reverse(f"admin:tracker_initiative_withdraw_{kind}", args=[row.initiative_id, row.pk])
    author = authors.of_said(row, recorded)
    told = _report(row) if isinstance(row, StatusUpdate) else _promise(row)
    yield Change(
        at=row.recorded_at,
        who=author.who,
        what=_("%(row)s recorded") % {"row": name},
        fields=tuple(field for field in told if field[1] != field[2]),
        why=author.why,
        undo=None if row.withdrawn_at else Undo(kind, address),
    )
    if row.withdrawn_at:
        yield Change(
            at=row.withdrawn_at,
            who=str(row.withdrawn_by or _("unknown")),
            what=_("%(row)s withdrawn") % {"row": _("%(kind)s: %(name)s") % {"kind": name, "name": row}},
            fields=(),
            why=row.withdrawal_reason,
        )


def _report(update: StatusUpdate) -> Iterator[tuple[str, str, str]]:
    yield _named(update, "status", update.get_old_status_display(), update.get_status_display())
    happened = day(update.happened_on, update.happened_precision) if update.happened_on else ""
    yield _named(update, "happened_on", "", happened)
    yield _named(update, "confidence", "", update.get_confidence_display())
    yield _named(update, "note", "", update.note)
    yield from _evidence(update, "told_by")


def _promise(deadline: Deadline) -> Iterator[tuple[str, str, str]]:
    old = day(deadline.old_due_on) if deadline.old_due_on else ""
    due = day(deadline.due_on, deadline.precision) if deadline.due_on else ""
    yield _named(deadline, "due_on", old, due)
    yield _named(deadline, "wording", "", deadline.wording)
    yield _named(deadline, "said_on", "", day(deadline.said_on) if deadline.said_on else "")
    yield _named(deadline, "reason", "", deadline.reason)
    yield from _evidence(deadline, "moved_by")


def _evidence(row: StatusUpdate | Deadline, teller: str) -> Iterator[tuple[str, str, str]]:
    yield _named(row, teller, "", str(getattr(row, teller) or ""))
    yield _named(row, "quote", "", str(row.quote or ""))
    yield _named(row, "url", "", row.url)


def _named(row: Any, name: str, old: Any, new: Any) -> tuple[str, str, str]:
    label = capfirst(str(row._meta.get_field(name).verbose_name))
    return label, str(old or values.NOTHING), str(new or values.NOTHING)
