"""How many initiatives stood where at the end of each month.

The same as `as_of` of each of these days would count, but in two queries: an initiative begins as announced,
and each report that became the newest moves it from one status to another. What is public now is counted,
also for the months before it was published.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, Value, Window
from django.db.models.functions import Coalesce, Greatest, Lag, TruncDate, TruncMonth

from tracker.models import Initiative, Precision, Status, StatusUpdate
from tracker.models.dating import last_day

LONGEST = 48
"""Months that are told at most; what was before is in the first of them."""


class Month(NamedTuple):
    """The statuses at the end of a day: the last of a month, or today."""

    on: dt.date
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def statuses_by_month(on: dt.date) -> list[Month]:
    """Count from the first announcement's month until a day, which ends the last month; empty without any."""
    changes: dict[dt.date, Counter[str]] = {}
    for month, count in _announcements(on):
        changes.setdefault(month, Counter())[Status.ANNOUNCED.value] += count
    for month, before, after, count in _moves(on):
        changes.setdefault(month, Counter()).update({after: count})
        changes[month].subtract({before: count})
    return list(_added_up(changes, on))[-LONGEST:]


def _added_up(changes: dict[dt.date, Counter[str]], on: dt.date) -> Iterator[Month]:
    month, counts = min(changes, default=on + dt.timedelta(days=1)), Counter[str]()
    while month <= on:
        counts.update(changes.get(month, {}))
        end = last_day(month, Precision.MONTH)
        yield Month(min(end, on), {status: counts[status] for status in Status.values})
        month = end + dt.timedelta(days=1)


def _announcements(on: dt.date) -> Iterator[tuple[dt.date, int]]:
    announced = Coalesce("announced_on", TruncDate("created_at"))
    rows = Initiative.objects.published().alias(announced_by=announced).filter(announced_by__lte=on)
    yield from rows.order_by().values_list(TruncMonth("announced_by")).annotate(Count("pk"))


def _moves(on: dt.date) -> Iterator[tuple[dt.date, str, str, int]]:
    """Count the moves from status to status by the month from which they hold.

    A report of no known day is older than every dated one. Where a dated one was there first, it never
    becomes the newest.
    """
    standing: Any = StatusUpdate.objects.standing().filter(initiative__published_at__isnull=False)
    dated_before = StatusUpdate.objects.standing().filter(
        initiative=OuterRef("initiative"), happened_on__lte=OuterRef("recorded_on")
    )
    rows = (
        standing.alias(recorded_on=TruncDate("recorded_at"))
        .filter(Q(happened_on__isnull=False) | ~Exists(dated_before))
        .annotate(
            known_on=Coalesce("happened_on", "recorded_on"),
            announced_by=Coalesce("initiative__announced_on", TruncDate("initiative__created_at")),
        )
        .annotate(
            month=TruncMonth(Greatest("known_on", "announced_by")),
            before=Window(
                Lag("status", default=Value(Status.ANNOUNCED.value)),
                partition_by=F("initiative_id"),
                order_by=[F("happened_on").asc(nulls_first=True), F("recorded_at").asc(), F("pk").asc()],
            ),
        )
        .filter(known_on__lte=on, announced_by__lte=on)
        .order_by()
    )
    sql, params = rows.values("month", "before", "status").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT month, before, status, COUNT(*) FROM ({sql}) AS moves GROUP BY 1, 2, 3",  # noqa: S608  # ours
            params,
        )
        for month, before, after, count in cursor.fetchall():
            if before != after:
                yield _day(month), before, after, count


def _day(value: Any) -> dt.date:
    """Read a month as each database gives it to whoever asks past Django: as text, or as a moment."""
    if isinstance(value, str):
        return dt.date.fromisoformat(value[:10])
    return value.date() if isinstance(value, dt.datetime) else value
