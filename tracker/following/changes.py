"""What became public of late and is told at once, as far as nobody has been told of it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef
from django.utils import timezone

from tracker.models import Deadline, Initiative, Notice, StatusUpdate
from tracker.reports.periods import ONE_DAY

Kind = Notice.Kind
SAID: dict[Kind, tuple[type[StatusUpdate] | type[Deadline], str]] = {
    Kind.REPORTED: (StatusUpdate, "happened_on"),
    Kind.DEADLINE: (Deadline, "said_on"),
}
"""What is told of rows that were recorded: the rows, and the column of the day they tell of."""
TAKEN_BACK: dict[Kind, Kind] = {
    Kind.REPORT_WITHDRAWN: Kind.REPORTED,
    Kind.DEADLINE_WITHDRAWN: Kind.DEADLINE,
}
"""What is told of rows that were withdrawn, and what had been told of them before."""


class Change(NamedTuple):
    """One public change: its key, since when the public can see it, and the day before it took effect."""

    initiative: int
    kind: str
    row: int
    at: dt.datetime
    day_before: dt.date
    is_part_of_a_new_one: bool = False
    """Recorded before its initiative became public, whose own notice tells of it."""


def untold(*, since: dt.datetime) -> list[Change]:
    """List what became public at `since` or later and was not told, in the order of its key.

    What was hidden for a while and is shown again is not new. A withdrawal is told where the row was.
    """
    published = list(_published(since))
    new = {change.initiative: change.at for change in published}
    said = [change for kind in SAID for change in _said(kind, since, new)]
    back = [change for kind in TAKEN_BACK for change in _taken_back(kind, since)]
    return sorted([*published, *said, *back])


def _published(since: dt.datetime) -> Iterator[Change]:
    history: Any = Initiative
    earlier = history.history.filter(
        id=OuterRef("pk"), published_at__isnull=False, published_at__lt=OuterRef("published_at")
    )
    rows = Initiative.objects.published().filter(published_at__gte=since)
    rows = rows.exclude(_is_told(Kind.PUBLISHED, "pk", row=0)).exclude(Exists(earlier))
    for pk, at in rows.order_by().values_list("pk", "published_at"):
        yield Change(pk, Kind.PUBLISHED, 0, at, timezone.localdate(at) - ONE_DAY)


def _said(kind: Kind, since: dt.datetime, new: dict[int, dt.datetime]) -> Iterator[Change]:
    model, day = SAID[kind]
    rows = model.objects.standing().filter(recorded_at__gte=since)
    rows = rows.exclude(_is_told(kind, "initiative", row=OuterRef("pk")))
    for pk, initiative, at, on, public_at in _of_public_ones(rows, "recorded_at", day):
        is_part = initiative in new and at <= new[initiative]
        day_before = (on or timezone.localdate(at)) - ONE_DAY
        yield Change(initiative, kind, pk, max(at, public_at), day_before, is_part)


def _taken_back(kind: Kind, since: dt.datetime) -> Iterator[Change]:
    model, day = SAID[TAKEN_BACK[kind]]
    rows = model.objects.filter(withdrawn_at__gte=since)
    rows = rows.filter(_is_told(TAKEN_BACK[kind], "initiative", row=OuterRef("pk")))
    rows = rows.exclude(_is_told(kind, "initiative", row=OuterRef("pk")))
    for pk, initiative, at, _on, public_at in _of_public_ones(rows, "withdrawn_at", day):
        yield Change(initiative, kind, pk, max(at, public_at), timezone.localdate(at) - ONE_DAY)


def _is_told(kind: Kind, initiative: str, *, row: Any) -> Exists:
    return Exists(Notice.objects.filter(initiative=OuterRef(initiative), kind=kind, row=row))


def _of_public_ones(rows: Any, moment: str, day: str) -> Iterator[tuple[Any, ...]]:
    public = rows.filter(initiative__published_at__isnull=False)
    columns = ("pk", "initiative_id", moment, day, "initiative__published_at")
    return iter(public.order_by().values_list(*columns))
