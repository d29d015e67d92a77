"""The newest changes that the public can see, as a feed tells them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest

from tracker.models import Deadline, Initiative, StatusUpdate
from tracker.models.initiative import InitiativeQuerySet

MOST = 100


class Kind(StrEnum):
    ANNOUNCED = "announced"
    REPORTED = "reported"
    STATUS = "status"
    NAMED = "named"
    MOVED = "moved"


@dataclass(frozen=True)
class Change:
    """Something that could be seen from `at` on. `row` is the report or the deadline that says so."""

    kind: Kind
    at: dt.datetime
    initiative: Initiative
    row: StatusUpdate | Deadline | None = None

    @property
    def key(self) -> str:
        """Name it for ever."""
        if self.row is None:
            return f"announced/{self.initiative.pk}"
        return f"{type(self.row)._meta.model_name}/{self.row.pk}"


@dataclass(frozen=True)
class _Seen:
    kind: Kind
    at: dt.datetime
    initiative_id: int
    row: StatusUpdate | Deadline | None = None


def newest(rows: InitiativeQuerySet, *, until: dt.date | None = None, most: int = MOST) -> list[Change]:
    """Give the newest changes of published initiatives, newest first.

    A change counts from the moment at which it was recorded and its initiative published, so a reader who
    asks again misses none. With `until`, those that tell of a later day are left out. What is withdrawn is
    gone.
    """
    seen = [*_announced(rows, most), *_reports(rows, until, most), *_deadlines(rows, until, most)]
    seen.sort(key=_age)
    shown = seen[:most]
    initiatives = (
        Initiative.objects.filter(pk__in={one.initiative_id for one in shown})
        .defer("search_stems")
        .with_quotes()
        .in_bulk()
    )
    return [Change(one.kind, one.at, initiatives[one.initiative_id], one.row) for one in shown]


def _age(seen: _Seen) -> tuple[float, int, int]:
    """Sort the newest first; of one moment, what came last, so an announcement stands below its reports."""
    order = [Kind.MOVED, Kind.NAMED, Kind.STATUS, Kind.REPORTED, Kind.ANNOUNCED].index(seen.kind)
    return -seen.at.timestamp(), order, -(seen.row.pk if seen.row else seen.initiative_id)


def _announced(rows: InitiativeQuerySet, most: int) -> Iterator[_Seen]:
    newest_first = rows.order_by("-published_at", "-pk").values_list("pk", "published_at")
    for pk, published_at in newest_first[:most]:
        if published_at:  # all of them are; the type does not know
            yield _Seen(Kind.ANNOUNCED, published_at, pk)


def _reports(rows: InitiativeQuerySet, until: dt.date | None, most: int) -> Iterator[_Seen]:
    standing = StatusUpdate.objects.standing().known_by(until or dt.date.max)
    found = standing.filter(initiative__in=_keys(rows)).select_related("quote__source", "told_by")
    for row in (
        found.annotate(seen_at=_SEEN_AT).defer("quote__source__text").order_by("-seen_at", "-pk")[:most]
    ):
        kind = Kind.REPORTED if row.status == row.old_status else Kind.STATUS
        yield _Seen(kind, row.seen_at, row.initiative_id, row)


def _deadlines(rows: InitiativeQuerySet, until: dt.date | None, most: int) -> Iterator[_Seen]:
    """Find what was moved, or named after the initiative was published; the rest belongs to that."""
    standing = Deadline.objects.standing()
    earlier = Q(recorded_at__lt=OuterRef("recorded_at")) | Q(
        recorded_at=OuterRef("recorded_at"), pk__lt=OuterRef("pk")
    )
    is_moved = Exists(standing.filter(earlier, initiative=OuterRef("initiative")))
    found = (
        standing.known_by(until or dt.date.max)
        .filter(initiative__in=_keys(rows))
        .annotate(seen_at=_SEEN_AT, is_moved=is_moved)
        .filter(Q(is_moved=True) | Q(recorded_at__gt=F("initiative__published_at")))
        .select_related("quote__source", "moved_by")
        .defer("quote__source__text")
    )
    for row in found.order_by("-seen_at", "-pk")[:most]:
        yield _Seen(Kind.MOVED if row.is_moved else Kind.NAMED, row.seen_at, row.initiative_id, row)


_SEEN_AT = Greatest("recorded_at", "initiative__published_at")


def _keys(rows: InitiativeQuerySet) -> Any:
    return rows.order_by().values("pk")
