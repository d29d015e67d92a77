"""How an initiative and its parts stood at a moment, as it was recorded then; and how two moments differ."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.admin.history import values
from tracker.admin.history.recorded import Recorded
from tracker.models import (
    Correction,
    Deadline,
    Figure,
    Initiative,
    Milestone,
    Quote,
    Responsibility,
    StatusUpdate,
)
from tracker.wording import day

ORDER = [Initiative, None, Responsibility, Quote, Figure, Milestone, Correction]
"""In which the parts are shown; None: where the initiative stood."""

Key = tuple[int, Any]


class Part(NamedTuple):
    """One thing at a moment: its name, and what each of its columns says, by label."""

    name: str
    facts: dict[str, str]


class Difference(NamedTuple):
    """What differs in one thing; `came` and `went` tell that only the later, or only the earlier, has it."""

    name: str
    came: bool
    went: bool
    fields: list[tuple[str, str, str]]


def version_at(at: dt.datetime, recorded: Recorded) -> dict[Key, Part]:
    """Give everything that was recorded and not taken away by the end of a moment."""
    found = {}
    for record in _newest(at, recorded).values():
        number = ORDER.index(record.instance_type) if record.instance_type in ORDER else 0
        facts = {label: value for _name, label, value in values.facts(record, recorded)}
        found[number, record.id] = Part(values.name_of(record, recorded), facts)
    if found and isinstance(recorded.row, Initiative):
        found[ORDER.index(None), None] = Part(_("Where it stood"), dict(_state(at, recorded)))
    return dict(sorted(found.items()))


def differences(older: dict[Key, Part], newer: dict[Key, Part]) -> list[Difference]:
    """List the parts that differ, each with the fields that do."""
    found = []
    for key in sorted({**older, **newer}):
        before, after = older.get(key), newer.get(key)
        part: Any = after or before
        was, is_ = (side.facts if side else {} for side in (before, after))
        fields = [
            (label, was.get(label, values.NOTHING), is_.get(label, values.NOTHING))
            for label in part.facts
            if was.get(label, values.NOTHING) != is_.get(label, values.NOTHING)
        ]
        if fields:
            found.append(Difference(part.name, before is None, after is None, fields))
    return found


def _newest(at: dt.datetime, recorded: Recorded) -> dict[Any, Any]:
    newest: dict[Any, Any] = {}
    for record, _before in recorded.steps:
        if record.history_date > at:
            continue
        key = (record.instance_type, record.id)
        newest[key] = record
        elsewhere = getattr(record, "initiative_id", recorded.row.pk) != recorded.row.pk
        if record.history_type == "-" or elsewhere:
            del newest[key]
    return newest


def _state(at: dt.datetime, recorded: Recorded) -> Iterator[tuple[str, str]]:
    """Derive where an initiative stood from what was recorded by then, as `current_state` does."""
    reports, promises = (_standing(rows, at) for rows in (recorded.updates, recorded.deadlines))
    report, promise = reports[-1] if reports else None, promises[-1] if promises else None
    judged = [row for row in reports if row.confidence]
    due = _due(promise) if promise else ""
    first = promises[0].due_on if promises else None
    reported = report and report.happened_on
    status = report.get_status_display() if report else _("announced")
    yield _label("status"), capfirst(status)
    yield _label("confidence"), judged[-1].get_confidence_display() if judged else values.NOTHING
    yield _label("last_reported_on"), day(reported) if reported else values.NOTHING
    yield _label("due_on"), due or values.NOTHING
    yield _label("baseline_due_on"), day(first) if first else values.NOTHING


def _due(promise: Deadline) -> str:
    return day(promise.due_on, promise.precision) if promise.due_on else promise.wording


def _standing(rows: list[Any], at: dt.datetime) -> list[Any]:
    """Keep what stood at a moment, oldest first as `StandingQuerySet.newest_first` has it."""
    standing = [
        row for row in rows if row.recorded_at <= at and not (row.withdrawn_at and row.withdrawn_at <= at)
    ]
    return sorted(standing, key=_order)


def _order(row: Any) -> tuple[Any, ...]:
    told = row.happened_on if isinstance(row, StatusUpdate) else row.said_on
    return told is not None, told or dt.date.min, row.recorded_at, row.pk


def _label(name: str) -> str:
    column: Any = Initiative._meta.get_field(name)
    return capfirst(str(column.verbose_name))
