"""The moments at which something was recorded of one initiative, read from the histories.

Whether the public saw it is not judged here. Read in a number of queries that no data changes.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tracker.models import Deadline, Initiative, Milestone, Party, Place, Quote, Source, StatusUpdate
from tracker.models import Responsibility as Part


class Moment(NamedTuple):
    """At `at` the row `pk` of this kind became `row`; None: it was taken away."""

    at: dt.datetime
    kind: str
    pk: int
    row: Any


@dataclass(frozen=True)
class Recorded:
    """`moments`, oldest first; and by primary key the rows that they name, as far as the public sees them."""

    moments: list[Moment]
    places: dict[int, Place]
    parties: dict[int, Party]
    sources: dict[int, Source]
    reports: dict[int, StatusUpdate] = field(default_factory=dict)
    deadlines: dict[int, Deadline] = field(default_factory=dict)


def read(initiative_id: int) -> Recorded:
    """Read everything that was ever recorded of an initiative."""
    wholes, places = _wholes(initiative_id)
    parts, quotes, steps = (list(_belonging(model, initiative_id)) for model in (Part, Quote, Milestone))
    reports, deadlines = (_said(model, initiative_id) for model in (StatusUpdate, Deadline))
    tellers = {row.told_by_id for row in reports.values()} | {row.moved_by_id for row in deadlines.values()}
    parties = _shown(Party, {moment.row.party_id for moment in parts if moment.row} | tellers)
    cited = {row.quote.source_id for row in (*reports.values(), *deadlines.values()) if row.quote}
    sources = _shown(Source, {moment.row.source_id for moment in quotes if moment.row} | cited)
    moments = [
        *_appearing("party", parties),
        *_appearing("source", sources),
        *_standing("report", reports),
        *_standing("deadline", deadlines),
        *parts,
        *quotes,
        *steps,
        *wholes,
    ]
    return Recorded(
        moments=sorted(moments, key=lambda moment: moment.at),
        places=places,
        parties=parties,
        sources=sources,
        reports=reports,
        deadlines=deadlines,
    )


def _wholes(initiative_id: int) -> tuple[list[Moment], dict[int, Place]]:
    """Give each saved state of the initiative itself, with its places at that time as `place_ids`."""
    history: Any = Initiative
    records = list(history.history.filter(id=initiative_id).order_by("history_date", "history_id"))
    through = history.history.model.places.model
    placed: dict[int, set[int]] = {}
    rows = through.objects.filter(history__id=initiative_id).values_list("history_id", "place_id")
    for record, place in rows:
        placed.setdefault(record, set()).add(place)
    for record in records:
        record.place_ids = frozenset(placed.get(record.history_id, ()))
    named = set().union(*placed.values())
    return list(_moments("whole", records)), Place.objects.in_bulk(named)


def _belonging(model: Any, initiative_id: int) -> Iterator[Moment]:
    """Give each saved state of the rows that ever belonged to the initiative; elsewhere is nowhere."""
    ever = model.history.filter(initiative_id=initiative_id).order_by().values("id")
    records = model.history.filter(id__in=ever).order_by("history_date", "history_id")
    for moment in _moments(model._meta.model_name, records):
        belongs = moment.row and moment.row.initiative_id == initiative_id
        yield moment if belongs else moment._replace(row=None)


def _moments(kind: str, records: Any) -> Iterator[Moment]:
    for record in records:
        row = None if record.history_type == "-" else record
        yield Moment(record.history_date, kind, record.id, row)


def _said(model: Any, initiative_id: int) -> dict[int, Any]:
    rows = model.objects.filter(initiative=initiative_id)
    teller = "told_by" if model is StatusUpdate else "moved_by"
    return {row.pk: row for row in rows.select_related("quote__source", teller)}


def _standing(kind: str, rows: dict[int, Any]) -> Iterator[Moment]:
    for pk, row in rows.items():
        yield Moment(row.recorded_at, kind, pk, row)
        if row.withdrawn_at:
            yield Moment(row.withdrawn_at, kind, pk, None)


def _shown(model: Any, pks: set[int | None]) -> dict[int, Any]:
    return {row.pk: row for row in model.objects.published().filter(pk__in=pks - {None})}


def _appearing(kind: str, rows: dict[int, Any]) -> Iterator[Moment]:
    for pk, row in rows.items():
        yield Moment(row.published_at, kind, pk, row)
