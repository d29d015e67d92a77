"""The months are counted as `as_of` would count each of them."""

import datetime as dt
import random
from collections import Counter

import pytest

from tests import factories as make
from tracker import progress
from tracker.models import Initiative, Status
from tracker.overview import history

pytestmark = pytest.mark.django_db


def as_of(day: dt.date) -> dict[str, int]:
    rows = Initiative.objects.published().as_of(day)
    counts = Counter(row.status for row in rows)
    return {status: counts[status] for status in Status.values}


def test_without_any_initiative_there_is_no_month() -> None:
    make.make_initiative()

    assert history.statuses_by_month(make.TODAY) == []


def test_the_last_month_ends_today_and_the_others_with_their_last_day() -> None:
    make.make_published(announced_on=dt.date(2026, 9, 30))

    months = history.statuses_by_month(make.TODAY)

    assert [month.on.isoformat() for month in months] == ["2026-09-30", "2026-10-31", "2026-11-23"]
    assert [month.total for month in months] == [1, 1, 1]


def test_what_was_before_the_longest_stretch_is_in_its_first_month() -> None:
    make.make_published(announced_on=dt.date(1990, 1, 1))

    months = history.statuses_by_month(make.TODAY)

    assert (len(months), months[0].total) == (history.LONGEST, 1)


def test_an_announcement_or_report_to_come_is_not_counted() -> None:
    make.make_published(announced_on=make.day(1))
    bridge = make.make_published(announced_on=make.day(-5))
    make.status_update(bridge, "completed", happened_on=make.day(1)).save()

    assert [month.counts["announced"] for month in history.statuses_by_month(make.TODAY)] == [1]


def test_an_undated_report_counts_from_its_recording_and_never_over_a_dated_one() -> None:
    late, early = (make.make_published(announced_on=make.day(-400)) for _ in range(2))
    for bridge, days in ((late, -30), (early, -90)):
        make.status_update(bridge, "in_progress", happened_on=make.day(days)).save()
        make.status_update(bridge, "completed", happened_on=None, recorded_at=make.moment(-60)).save()

    for month in history.statuses_by_month(make.TODAY):
        assert month.counts == as_of(month.on), month.on


@pytest.mark.parametrize("seed", range(6))
def test_each_month_is_counted_as_it_stood_on_its_last_day(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(12):
        known = chance.random() < 0.8
        bridge = make.make_published(announced_on=make.day(-chance.randrange(300)) if known else None)
        Initiative.objects.filter(pk=bridge.pk).update(created_at=make.moment(-chance.randrange(200)))
        for _ in range(chance.randrange(5)):
            row = make.status_update(
                bridge,
                chance.choice(Status.values),
                happened_on=make.day(-chance.randrange(330)) if chance.random() < 0.7 else None,
                recorded_at=make.moment(-chance.randrange(250)),
            )
            row.save()
            if chance.random() < 0.2:
                progress.withdraw(record=row, reason="A slip.", now=make.NOW)

    months = history.statuses_by_month(make.TODAY)

    assert len(months) > 1
    assert {month.on: month.counts for month in months} == {month.on: as_of(month.on) for month in months}
