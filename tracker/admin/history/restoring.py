"""The way back to earlier values: as a new version, which the history keeps as it keeps any other."""

import datetime as dt
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction

from tracker.admin.history import changes, values
from tracker.admin.history.authors import RESTORED
from tracker.admin.history.recorded import MANY, Recorded, Step
from tracker.models import Initiative

_JOINED = {many.name: many for many in MANY}


class Restorable(NamedTuple):
    """One field that would get its earlier value back: as it is now, and as it would be."""

    name: str
    label: str
    now: str
    then: str
    value: Any


def restorable(step: Step, recorded: Recorded) -> list[Restorable]:
    """Give the fields that a change wrote and that hold something else today than before it."""
    if step.before is None:
        return []
    written = {name for name, *_told in changes.differing(step, recorded)} - changes.KEPT_APART
    newest = [known.record for known in recorded.steps if known.record.instance_type is Initiative][-1]
    today = {name: value for name, _label, value in values.facts(newest, recorded)}
    return [
        Restorable(name, label, today[name], then, _value(step.before, name))
        for name, label, then in values.facts(step.before, recorded)
        if name in written and today[name] != then
    ]


@transaction.atomic
def restore(*, initiative: Initiative, fields: list[Restorable], of: dt.datetime, by: User) -> None:
    """Write earlier values, of the version of a moment, as a new version with its reason.

    Raises ValidationError where they are not valid today. What an initiative was joined to and is no more
    there, is left out.
    """
    row: Any = Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
    for field in fields:
        if field.name not in _JOINED:
            setattr(row, _column(field.name), field.value)
    row._history_user, row._change_reason = by, f"{RESTORED}{of.isoformat()}"
    row.full_clean()
    row.save()
    for field in fields:
        if field.name in _JOINED:
            there = _JOINED[field.name].related_model.objects.filter(pk__in=field.value)
            getattr(row, field.name).set(there)


def _value(record: Any, name: str) -> Any:
    if name in _JOINED:
        return record.joined[name]
    return getattr(record, _column(name))


def _column(name: str) -> str:
    field: Any = Initiative._meta.get_field(name)
    return str(field.attname)
