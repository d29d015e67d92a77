"""Planners of reports that race, die and sleep, and readers who leave."""

import datetime as dt
import itertools
import signal
from collections import Counter
from functools import partial

from django.utils import timezone

from tests.faults import rows
from tests.faults.case import catalogue
from tests.faults.work import die_after_inserts, send_once
from tests.faults.world import World
from tracker.models import Mail, Report, Series, Subscription
from tracker.reports import editions

READERS = 20
WEEK = dt.timedelta(days=7)


def _weekly(world: World) -> Series:
    """Make a report that is due today, and readers who wait for it."""
    now, today = timezone.now(), timezone.localdate()
    rows.initiatives(10, due_on=today - dt.timedelta(days=3))
    series = Series.objects.create(
        name="Weekly report",
        frequency="weekly",
        day=today.isoweekday(),
        starts_on=today - 10 * WEEK,
        with_pdf=False,  # drawing it takes time and changes nothing here
    )
    Subscription.objects.bulk_create(
        Subscription(series=series, address=f"reader-{number}@example.org", language="en", confirmed_at=now)
        for number in range(READERS)
    )
    world.inject("readers", READERS)
    return series


def _see_that_one_edition_is_made() -> None:
    made = Report.objects.count(), Mail.objects.filter(kind="report").count()
    assert made == (1, READERS), f"{made} editions and mails for {READERS} readers"


@catalogue.add("F4 F5", "planners of a report killed after each insert, then eight at once")
def report_planners(world: World) -> None:
    _weekly(world)
    plan = partial(editions.plan, now=timezone.now())
    for number in itertools.count(1):
        child = world.start(die_after_inserts, number, plan)
        child.join()
        if child.exitcode != -signal.SIGKILL:
            break
        made = Report.objects.count(), Mail.objects.count()
        assert made in ((0, 0), (1, READERS)), f"an edition was made by halves: {made}"
        world.inject("kills")
    Report.objects.all().delete()
    Mail.objects.all().delete()
    world.together(8, plan)
    world.inject("planners", 8)
    _see_that_one_edition_is_made()
    world.expected.remember()
    world.run(send_once)


@catalogue.add("F7 F24", "three weeks without a report: one edition about them all")
def late_report(world: World) -> None:
    series = _weekly(world)
    now = timezone.now()
    for moment in (now - 3 * WEEK, now, now):
        world.run(editions.plan, now=moment)
    world.inject("weeks asleep", 3)
    first, second = series.reports.order_by("period_end")
    assert first.period_end == second.period_start, "days were left out or told twice"
    assert second.period_end - second.period_start == 3 * WEEK, "not every week was told"
    world.expected.remember()
    world.run(send_once)
    by_reader = Counter(line.to for line in world.sink.lines())
    assert set(by_reader.values()) == {2}, f"{by_reader.most_common(1)} for two editions"


@catalogue.add("F29", "readers leave between the edition and the hand-over")
def readers_leave(world: World) -> None:
    _weekly(world)
    editions.plan(now=timezone.now())
    world.expected.remember()
    leaving = Subscription.objects.filter(address__endswith="0@example.org")
    world.expected.unwanted = dict.fromkeys(leaving.values_list("address", flat=True), 0.0)
    world.inject("readers gone", leaving.update(unsubscribed_at=timezone.now()))
    world.run(send_once)
    assert Mail.objects.filter(state="cancelled", reason="unsubscribed").count() == 2
