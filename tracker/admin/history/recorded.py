"""Everything that the histories hold of a row and its parts.

Read in a number of queries that no data changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

from django.db.models import Model
from modeltranslation.translator import NotRegistered, translator

from tracker.models import (
    Correction,
    Deadline,
    Figure,
    Initiative,
    Milestone,
    Proposal,
    Quote,
    Responsibility,
    StatusUpdate,
)

MANY: list[Any] = [Initiative._meta.get_field(name) for name in ("places", "muted_rules")]
"""What an initiative is joined to, of which its history keeps the keys."""

UNTOLD = {"id", "created_at", "updated_at", "recorded_at", "recorded_by", "proposal", "initiative"}
"""Columns that tell nothing of their own: the row they stand in says who and when."""

_HEAVY = {Quote: ["source__text"]}
"""Columns of what is referred to that are long, and of no use for its name."""


Names = dict[tuple[type[Model], Any], str]
"""What rows are called today, by model and key; those that are no more are missing."""


class Step(NamedTuple):
    """One row of a history, and the one before it, of the same thing; None: it is the first."""

    record: Any
    before: Any


@dataclass(frozen=True)
class Recorded:
    """`steps`, oldest first. What was reported and promised, and the proposals from which something came, are
    read when they are asked for.
    """

    row: Any
    steps: list[Step]
    names: Names

    @cached_property
    def updates(self) -> list[StatusUpdate]:
        return list(self._of(StatusUpdate).select_related("recorded_by", "withdrawn_by", "quote", "told_by"))

    @cached_property
    def deadlines(self) -> list[Deadline]:
        return list(self._of(Deadline).select_related("recorded_by", "withdrawn_by", "quote", "moved_by"))

    @cached_property
    def proposals(self) -> list[Proposal]:
        accepted = self._of(Proposal).filter(state=Proposal.State.ACCEPTED)
        return list(accepted.select_related("proposed_by__party"))

    def _of(self, model: Any) -> Any:
        """Give the rows of an initiative; nothing else has any."""
        rows = model._default_manager.all()
        return rows.filter(initiative=self.row.pk) if isinstance(self.row, Initiative) else rows.none()


def read(row: Any) -> Recorded:
    """Read everything that was ever recorded of a row; of an initiative, of its parts too."""
    if not isinstance(row, Initiative):
        steps = list(_steps(type(row).history.filter(id=row.pk)))
        return Recorded(row, steps, dict(_names(steps)))
    names: Names = {}
    steps = _of_initiative(row, names)
    ordered = sorted(steps, key=lambda step: step.record.history_date)
    return Recorded(row, ordered, {**names, **dict(_names(steps))})


@cache
def told_columns(model: Any) -> tuple[Any, ...]:
    """Give the columns whose values a person wants to read, each language by itself."""
    try:
        originals = set(translator.get_options_for_model(model).get_field_names())
    except NotRegistered:
        originals = set()
    columns = (model._meta.get_field(column.name) for column in model.history.model.tracked_fields)
    return tuple(column for column in columns if column.name not in UNTOLD | originals)


def _related(model: Any) -> list[Any]:
    return [column for column in told_columns(model) if column.is_relation]


def _of_initiative(initiative: Initiative, names: Names) -> list[Step]:
    wholes = list(_steps(_history(Initiative).filter(id=initiative.pk)))
    _join(initiative, [step.record for step in wholes], names)
    steps = wholes
    for model in (Responsibility, Quote, Milestone, Correction):
        ever = _history(model).filter(initiative_id=initiative.pk).order_by().values("id")
        steps += [
            step
            for step in _steps(_history(model).filter(id__in=ever))
            if initiative.pk in (step.record.initiative_id, step.before and step.before.initiative_id)
        ]
    quotes = _history(Quote).filter(initiative_id=initiative.pk).order_by().values("id")
    figures = _history(Figure).filter(quote_id__in=quotes).order_by().values("id")
    return [*steps, *_steps(_history(Figure).filter(id__in=figures))]


def _history(model: Any) -> Any:
    return model.history


def _steps(records: Any) -> Iterator[Step]:
    model = records.model.instance_type
    related = [column.name for column in _related(model)]
    rows = records.select_related("history_user", *related).defer(*_HEAVY.get(model, []))
    before: dict[int, Any] = {}
    for record in rows.order_by("history_date", "history_id"):
        yield Step(record, before.get(record.id))
        before[record.id] = record


def _join(initiative: Initiative, records: list[Any], names: Names) -> None:
    """Name in each record of an initiative, as `joined`, the keys of what it was joined to."""
    by_key = {record.history_id: record for record in records}
    for record in records:
        record.joined = {many.name: set() for many in MANY}
    for many in MANY:
        through = getattr(_history(Initiative).model, many.name).model
        joined = many.m2m_reverse_field_name()
        for link in through.objects.filter(history__id=initiative.pk).select_related(joined):
            key, row = getattr(link, f"{joined}_id"), getattr(link, joined)
            by_key[link.history_id].joined[many.name].add(key)
            if row is not None:
                names[many.related_model, key] = str(row)


def _names(steps: list[Step]) -> Iterator[tuple[tuple[type[Model], Any], str]]:
    for record, _before in steps:
        for column in _related(record.instance_type):
            row = getattr(record, column.name)
            if row is not None:
                yield (column.related_model, row.pk), str(row)
