"""What the lines of the list show, fifty of them read quickly.

Of an initiative, its parties, quotes and places only what is shown is read, and no model is made of it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import get_language

from tracker.facets import spoken
from tracker.filters import InitiativeFilter
from tracker.models import Initiative, Party, Quote, Responsibility, Source
from tracker.models.addresses import Address, address
from tracker.models.initiative import InitiativeQuerySet
from tracker.public.prepared import plain, rows_of, slice_of
from tracker.stamp import Kept


class Part(NamedTuple):
    role: str
    name: str
    slug: str


class Words(NamedTuple):
    """A quote with its source, as far as a line shows them."""

    pk: int
    relation: str
    exact: str
    title: str
    slug: str
    language: str
    publisher: str
    published_on: dt.date | None
    precision: str


class Columns(NamedTuple):
    pk: int
    slug: str
    title: str
    status: str
    sector: str
    announced_on: dt.date | None
    announced_precision: str
    created_at: dt.datetime
    last_reported_on: dt.date | None
    due_on: dt.date | None
    due_precision: str
    due_wording: str
    baseline_due_on: dt.date | None


class Row(Columns):
    """What is read of an initiative. It has the columns that these rules of an initiative read."""

    __slots__ = ()

    is_closed: Any = Initiative.is_closed
    heard_of_on: Any = Initiative.heard_of_on
    silent_days: Any = Initiative.silent_days
    days_overdue: Any = Initiative.days_overdue
    slipped_days: Any = Initiative.slipped_days
    health: Any = Initiative.health


NOBODY = Part("", "", "")
SILENCE = Words(0, "", "", "", "", "", "", None, "")

NEAR = 1_000
"""Rows up to here are read at once with their columns."""


class Around(NamedTuple):
    """What is the same for every line of a page."""

    on: dt.date
    language: str
    initiative: Address
    party: Address
    source: Address


class Line(NamedTuple):
    """One initiative of the list, with what is shown of others."""

    row: Row
    parts: tuple[Part, ...]
    quotes: tuple[Words, ...]
    places: tuple[str, ...]

    @property
    def lead(self) -> Part:
        return next((part for part in self.parts if part.role == Responsibility.Role.LEAD), NOBODY)

    @property
    def others(self) -> str:
        return ", ".join([part.name for part in self.parts if part.role != Responsibility.Role.LEAD])


def around(on: dt.date) -> Around:
    language = get_language() or ""
    return Around(on, language, *(address(name, language) for name in ("initiative", "party", "source")))


def lines(asked: InitiativeFilter, rows: "QuerySet[Initiative]", *, in_table: bool, stamp: str) -> list[Line]:
    """Read the lines of these rows of the list, in their order: three or four queries, and one for places.

    `rows` is a slice of `asked.qs`. Names of parties and sources are kept as long as `stamp` stands: to join
    them costs more than all the rest.
    """
    on: dt.date | None = asked.form.cleaned_data["on"]
    found = _rows(asked, rows, on)
    keys = [row.pk for row in found]
    parts, quotes = _parts(keys, stamp), _quotes(keys, on, stamp)
    places = _grouped(rows_of(_named_places, keys)) if in_table else {}
    beside = (parts, quotes, places)
    return [Line(row, *(tuple(linked.get(row.pk, ())) for linked in beside)) for row in found]


def _rows(asked: InitiativeFilter, rows: "QuerySet[Initiative]", on: dt.date | None) -> list[Row]:
    """Read the rows of a slice; first only their keys, which an index gives even of a page far behind.

    Near the beginning of the whole list that would be a detour.
    """
    first: int = rows.query.low_mark
    if not asked.narrowing and first <= NEAR:
        ordering = asked.form.cleaned_data["ordering"]
        return [
            Row(*row) for row in slice_of(ordering, lambda: plain(asked.qs).values_list(*_columns()), first)
        ]
    keys = list(plain(rows).values_list("pk", flat=True))
    found = {row[0]: Row(*row) for row in (_as_of(on, keys) if on else rows_of(_of_now, keys))}
    return [found[pk] for pk in keys if pk in found]


def _parts(keys: Sequence[int], stamp: str) -> Mapping[int, list[Part]]:
    parties = _names(Party, "name", stamp)
    rows = rows_of(_responsibilities, keys)
    return _grouped((pk, Part(role, *parties[party])) for pk, role, party in rows if party in parties)


def _quotes(keys: Sequence[int], on: dt.date | None, stamp: str) -> Mapping[int, list[Words]]:
    sources = _names(Source, "title", stamp, "language", "publisher", "published_on", "published_precision")
    rows = _said_by(on, keys) if on else rows_of(_said, keys)
    return _grouped((pk, Words(*words, *sources[source])) for pk, source, *words in rows if source in sources)


def _names(model: Any, called: str, stamp: str, *more: str) -> Mapping[int, tuple[Any, ...]]:
    """Give the name in the reader's language, the address part and more of each public row."""

    def read() -> dict[int, tuple[Any, ...]]:
        rows = plain(model.objects.published().order_by()).values_list("pk", spoken(called), "slug", *more)
        return {pk: tuple(values) for pk, *values in rows.iterator(chunk_size=2000)}

    return _kept_names.get(stamp, (model, get_language()), read)


_kept_names: Kept[Mapping[int, tuple[Any, ...]]] = Kept(8)


def _grouped(rows: Iterable[tuple[int, Any]]) -> Mapping[int, list[Any]]:
    found = defaultdict(list)
    for initiative, value in rows:
        found[initiative].append(value)
    return found


def _of_now(keys: Sequence[int]) -> "QuerySet[Any, Any]":
    rows = Initiative.objects.published().filter(pk__in=keys).order_by()
    return plain(rows).values_list(*_columns())


def _as_of(on: dt.date, keys: Sequence[int]) -> "QuerySet[Any, Any]":
    rows = Initiative.objects.published().as_of(on).filter(pk__in=keys).order_by()
    return plain(rows).values_list(*_columns(rows))


def _columns(rows: InitiativeQuerySet | None = None) -> list[Any]:
    names = Columns._fields if rows is None else map(rows.column, Columns._fields)
    return [spoken("title") if name == "title" else name for name in names]


def _responsibilities(keys: Sequence[int]) -> "QuerySet[Any, Any]":
    rows = Responsibility.objects.filter(initiative__in=keys).order_by("pk")
    return plain(rows).values_list("initiative_id", "role", "party_id")


def _said(keys: Sequence[int]) -> "QuerySet[Any, Any]":
    return _said_by(dt.date.max, keys)


def _said_by(on: dt.date, keys: Sequence[int]) -> "QuerySet[Any, Any]":
    rows = Quote.objects.said_by(on).filter(initiative__in=keys).order_by()
    return plain(rows).values_list("initiative_id", "source_id", "pk", "relation", "exact")


def _named_places(keys: Sequence[int]) -> "QuerySet[Any, Any]":
    rows = Initiative.places.through.objects.filter(initiative__in=keys)
    return plain(rows.order_by("place_id")).values_list("initiative_id", spoken("place__name"))
