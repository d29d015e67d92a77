"""What one edition of a report says, as plain values."""

import datetime as dt
import json
from dataclasses import asdict, dataclass, fields, is_dataclass
from types import UnionType
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """One initiative at the end of the period."""

    slug: str
    title: str
    status: str
    lead: str
    due_on: dt.date | None
    due_precision: str
    due_wording: str
    days_overdue: int
    silent_days: int


@dataclass(frozen=True)
class Row:
    """One initiative at the end of the period, with all that the sheet says of it."""

    line: Line
    health: tuple[str, ...]
    baseline_due_on: dt.date | None
    slipped_days: int | None
    last_reported_on: dt.date | None


@dataclass(frozen=True)
class Move:
    line: Line
    old_due_on: dt.date | None
    new_due_on: dt.date | None
    days: int | None
    reason: str
    source: str
    url: str


@dataclass(frozen=True)
class Change:
    line: Line
    old_status: str
    new_status: str
    happened_on: dt.date | None
    happened_precision: str
    note: str
    source: str
    url: str


@dataclass(frozen=True)
class Owner:
    slug: str
    name: str
    initiatives: int
    silent_days: int


@dataclass(frozen=True)
class Part(Generic[T]):
    rows: tuple[T, ...]
    total: int


@dataclass(frozen=True)
class Number:
    name: str
    now: int
    before: int | None


@dataclass(frozen=True)
class Snapshot:
    on: dt.date
    counts: dict[str, int]


@dataclass(frozen=True)
class Month:
    month: dt.date
    due: int


@dataclass(frozen=True)
class Content:
    """One edition. Both days belong to the period; `numbers` tell the state at the end of `last_day`.

    `in_scope` and `was_in_scope` hold, by primary key, what the filter of the series chose at the end of the
    period and before it; None is everything. They are kept because a filter reads what is known now, and this
    content must come out the same whenever it is built again.
    """

    series: str
    scope: str
    language: str
    start: dt.date
    last_day: dt.date
    is_first: bool
    numbers: tuple[Number, ...]
    newly_overdue: Part[Line]
    moved: Part[Move]
    changed: Part[Change]
    silent_owners: Part[Owner]
    due_next: Part[Line]
    closed: Part[Line]
    new: Part[Line]
    snapshots: tuple[Snapshot, ...]
    overdue_before: int
    months: tuple[Month, ...]
    in_scope: tuple[int, ...] | None = None
    was_in_scope: tuple[int, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """Give plain values; days as ISO 8601."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), default=dt.date.isoformat))
        return plain

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Content":
        """Build the content again from `as_json`."""
        built: Content = _built(cls, stored)
        return built


def _built(kind: Any, value: Any) -> Any:
    """Build a value of the annotated type from its plain form."""
    origin, arguments = get_origin(kind), get_args(kind)
    if value is None:
        return None
    if origin is UnionType:
        return _built(arguments[0], value)
    if origin is tuple:
        return tuple(_built(arguments[0], row) for row in value)
    if origin is Part:
        rows = tuple(_built(arguments[0], row) for row in value["rows"])
        return Part(rows=rows, total=value["total"])
    if kind is dt.date:
        return dt.date.fromisoformat(value)
    if is_dataclass(kind):
        made: Any = kind
        hints = get_type_hints(kind)
        return made(**{field.name: _built(hints[field.name], value[field.name]) for field in fields(kind)})
    return value
