"""What was changed in an initiative: by whom, when, before and after."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.ingest.seeds import SEEDED
from tracker.models import Initiative, Milestone, Quote, Responsibility

SHOWN = 50


@dataclass(frozen=True)
class Change:
    """One saved row; `fields` holds name, before and after of each column that differs."""

    at: dt.datetime
    who: str
    what: str
    fields: tuple[tuple[str, str, str], ...]


def changes_of(initiative: Initiative) -> list[Change]:
    """List the newest changes of an initiative and of its parts, newest first, at most `SHOWN`."""
    keys = {
        Initiative: "id",
        Responsibility: "initiative_id",
        Quote: "initiative_id",
        Milestone: "initiative_id",
    }
    changes = []
    for model, key in keys.items():
        records = model.history.filter(**{key: initiative.pk}).select_related("history_user")  # type: ignore[attr-defined]  # simple-history adds it
        before: dict[int, Any] = {}
        for record in records.order_by("history_date", "history_id"):
            change = _change(record, before.get(record.id))
            if change.fields or record.history_type != "~":  # saved without a difference: nothing to tell
                changes.append(change)
            before[record.id] = record
    return sorted(changes, key=lambda change: change.at, reverse=True)[:SHOWN]


def _change(record: Any, before: Any) -> Change:
    what = {"+": _("%(row)s added"), "~": _("%(row)s changed"), "-": _("%(row)s removed")}[
        record.history_type
    ]
    model = record.instance_type._meta
    return Change(
        at=record.history_date,
        who=_who(record),
        what=what % {"row": capfirst(str(model.verbose_name))},
        fields=tuple(_differences(record, before)) if before else (),
    )


def _who(record: Any) -> str:
    """Name the person, else what made the change in nobody's name."""
    if record.history_user:
        return str(record.history_user)
    return _("the seeds") if record.history_change_reason == SEEDED else ""


def _differences(record: Any, before: Any) -> Iterator[tuple[str, str, str]]:
    for name in (field.attname for field in record.tracked_fields):
        old, new = getattr(before, name), getattr(record, name)
        if old != new and name != "updated_at":
            field = record.instance_type._meta.get_field(name.removesuffix("_id"))
            yield str(field.verbose_name), _shown(field, old), _shown(field, new)


def _shown(field: Any, value: Any) -> str:
    """Say a stored value as the forms say it."""
    if value in (None, ""):
        return "—"
    if isinstance(value, dt.datetime):
        return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    return str(dict(field.flatchoices).get(value, value))
