"""Where an initiative stands: derived from its reports and deadlines, for now or as of a day."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.query import ModelIterable

from tracker.models.dating import Precision
from tracker.models.deadline import Deadline
from tracker.models.progress import Status, StatusUpdate

CURRENT_STATE = (
    "status",
    "confidence",
    "last_reported_on",
    "due_on",
    "due_precision",
    "due_wording",
    "baseline_due_on",
)
"""Columns derived from the reports and deadlines of an initiative. `tracker.progress` alone writes them."""


class AsOfIterable(ModelIterable):
    """Yields initiatives whose current state is the one annotated by `as_of`. They are not for saving."""

    def __iter__(self) -> Iterator[Any]:
        for row in super().__iter__():
            for column in CURRENT_STATE:
                setattr(row, column, getattr(row, f"as_of_{column}"))
            yield row


def current_state(*, known_by: dt.date) -> dict[str, Any]:
    """Give, for each column of `CURRENT_STATE`, the expression `as_of_<column>` that derives it.

    Newest means last by the day it tells of; on one day, last recorded. `date.max` means everything known.
    """
    reports = (
        StatusUpdate.objects.standing().known_by(known_by).filter(initiative=OuterRef("pk")).newest_first()
    )
    deadlines = Deadline.objects.standing().known_by(known_by).filter(initiative=OuterRef("pk"))
    newest = deadlines.newest_first()
    judged = reports.exclude(confidence="")
    return {
        "as_of_status": Coalesce(Subquery(reports.values("status")[:1]), Value(Status.ANNOUNCED)),
        "as_of_confidence": Coalesce(Subquery(judged.values("confidence")[:1]), Value("")),
        "as_of_last_reported_on": Subquery(reports.values("happened_on")[:1]),
        "as_of_due_on": Subquery(newest.values("due_on")[:1]),
        "as_of_due_precision": Coalesce(Subquery(newest.values("precision")[:1]), Value(Precision.UNDATED)),
        "as_of_due_wording": Coalesce(Subquery(newest.values("wording")[:1]), Value("")),
        "as_of_baseline_due_on": Subquery(newest.reverse().values("due_on")[:1]),
    }
