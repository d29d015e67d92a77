"""The one writer of status and deadline. Every change leaves a row with old, new, reason, source and who."""

import datetime as dt
from typing import TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.models import Deadline, Initiative, Quote, Status, StatusUpdate
from tracker.models.current_state import CURRENT_STATE, current_state

_Row = TypeVar("_Row", StatusUpdate, Deadline)


@transaction.atomic
def report(*, update: StatusUpdate, now: dt.datetime, by: User | None = None) -> StatusUpdate:
    """Record what happened to an initiative, and let its state follow.

    `update` is a row not yet saved, with its initiative set; `by` is None for a machine or a signed link.
    A report of an earlier day than the newest is kept without changing the state. Raises ValidationError for
    a day to come, for completion by somebody who may not accept it, and for completion on words that do not
    say so: an interim report never completes an initiative.
    """
    initiative = _locked(update.initiative_id)
    _refuse_future(update, "happened_on", now)
    if update.status == Status.COMPLETED:
        _refuse_completion(update, by)
    update.old_status = initiative.status
    return _record(update, now, by)


@transaction.atomic
def set_deadline(*, deadline: Deadline, now: dt.datetime, by: User | None = None) -> Deadline:
    """Record a promise of time: the first one is the baseline, each later one moves it.

    `deadline` is a row not yet saved, with its initiative set. Raises ValidationError when a deadline is
    moved without a reason, or was said on a day to come.
    """
    initiative = _locked(deadline.initiative_id)
    _refuse_future(deadline, "said_on", now)
    if not deadline.reason and Deadline.objects.standing().filter(initiative=initiative).exists():
        raise ValidationError({"reason": _("This initiative has a deadline already. Say why it is moved.")})
    deadline.old_due_on = initiative.due_on
    return _record(deadline, now, by)


@transaction.atomic
def set_first_deadlines(*, deadlines: list[Deadline], now: dt.datetime, by: User | None = None) -> None:
    """Record the baselines of many initiatives, one for each, with a handful of statements.

    `deadlines` are rows not yet saved, each with an initiative of its own. Raises ValidationError where one
    has a deadline already or it was said on a day to come, and IntegrityError where a rule of the database
    is broken; nothing is recorded then.
    """
    initiatives = Initiative.objects.filter(pk__in=[deadline.initiative_id for deadline in deadlines])
    list(initiatives.order_by("pk").select_for_update().values_list("pk"))
    if Deadline.objects.standing().filter(initiative__in=initiatives).exists():
        raise ValidationError({"reason": _("This initiative has a deadline already. Say why it is moved.")})
    for deadline in deadlines:
        _refuse_future(deadline, "said_on", now)
        deadline.recorded_at, deadline.recorded_by = now, by
        deadline.clean_fields(exclude=["initiative", "quote", "moved_by", "recorded_by"])  # a query each
    Deadline.objects.bulk_create(deadlines)
    _restate(initiatives, now)


@transaction.atomic
def withdraw(
    *, record: StatusUpdate | Deadline, reason: str, now: dt.datetime, by: User | None = None
) -> None:
    """Take back a report or a deadline; what stood before it stands again. The row itself stays.

    Raises ValidationError without a reason. A second call changes nothing.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why this is withdrawn.")})
    _locked(record.initiative_id)
    type(record)._default_manager.filter(pk=record.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=now, withdrawn_by=by, withdrawal_reason=reason
    )
    record.refresh_from_db()
    _restate(Initiative.objects.filter(pk=record.initiative_id), now)


def _record(row: _Row, now: dt.datetime, by: User | None) -> _Row:
    row.recorded_at, row.recorded_by = now, by
    row.full_clean()
    row.save(force_insert=True)
    _restate(Initiative.objects.filter(pk=row.initiative_id), now)
    return row


def _locked(initiative_id: int) -> Initiative:
    """Make changes of one initiative wait for each other (on SQLite every writer waits anyway)."""
    return Initiative.objects.select_for_update().get(pk=initiative_id)


def _restate(initiatives: QuerySet[Initiative], now: dt.datetime) -> None:
    """Derive the current state anew from every standing report and deadline."""
    derived = current_state(known_by=dt.date.max)
    initiatives.update(**{column: derived[f"as_of_{column}"] for column in CURRENT_STATE}, updated_at=now)


def _refuse_future(row: StatusUpdate | Deadline, field: str, now: dt.datetime) -> None:
    day = getattr(row, field)
    if day is not None and day > timezone.localdate(now):
        raise ValidationError(
            {field: _("%(day)s lies in the future. Enter a day up to today.") % {"day": day}}
        )


def _refuse_completion(update: StatusUpdate, by: User | None) -> None:
    if by is not None and not by.has_perm("tracker.accept_completion"):
        raise ValidationError({"status": _("Only a controller accepts an initiative as completed.")})
    if update.quote is not None and update.quote.relation != Quote.Relation.COMPLETES:
        raise ValidationError(
            {"quote": _("These words do not say that it is completed. Choose a quote that does.")}
        )
