"""The list as it stood on a day."""

import datetime as dt

import pytest

from tests import factories as make
from tracker.models import Health, Initiative, Status

pytestmark = pytest.mark.django_db


def _as_of(day: dt.date) -> list[tuple[str, str, dt.date | None]]:
    return [(row.slug, row.status, row.due_on) for row in Initiative.objects.as_of(day).order_by("slug")]


def test_an_initiative_is_absent_before_its_announcement() -> None:
    make.make_initiative(slug="bridge", announced_on=make.day(-10))

    assert _as_of(make.day(-11)) == []
    assert _as_of(make.day(-10)) == [("bridge", "announced", None)]


def test_what_was_announced_on_an_unknown_day_is_there_from_its_recording() -> None:
    initiative = make.make_initiative(slug="bridge", announced_on=None)
    Initiative.objects.filter(pk=initiative.pk).update(created_at=make.moment(-10))

    assert _as_of(make.day(-11)) == []
    assert _as_of(make.day(-10)) == [("bridge", "announced", None)]


def test_status_and_deadline_are_those_of_the_day() -> None:
    bridge = make.make_initiative(slug="bridge", announced_on=make.day(-30))
    make.report(bridge, Status.IN_PROGRESS, happened_on=make.day(-20))
    make.report(bridge, Status.COMPLETED, happened_on=make.day(-5))
    make.set_deadline(bridge, make.day(10), said_on=make.day(-30))
    make.set_deadline(bridge, make.day(40), said_on=make.day(-8), reason="Floods.")

    assert _as_of(make.day(-21)) == [("bridge", "announced", make.day(10))]
    assert _as_of(make.day(-20)) == [("bridge", "in_progress", make.day(10))]
    assert _as_of(make.day(-8)) == [("bridge", "in_progress", make.day(40))]
    assert _as_of(make.day(-5)) == [("bridge", "completed", make.day(40))]


def test_a_report_of_an_unknown_day_counts_from_its_recording() -> None:
    bridge = make.make_initiative(slug="bridge", announced_on=make.day(-30))
    make.report(bridge, Status.ON_HOLD, happened_on=None, now=make.moment(-7))

    assert _as_of(make.day(-8)) == [("bridge", "announced", None)]
    assert _as_of(make.day(-7)) == [("bridge", "on_hold", None)]


def test_health_is_derived_from_the_state_of_the_day() -> None:
    bridge = make.make_initiative(announced_on=make.day(-30))
    make.set_deadline(bridge, make.day(-10), said_on=make.day(-30))
    make.report(bridge, Status.COMPLETED, happened_on=make.day(-5))
    on = make.day(-9)

    rows = Initiative.objects.as_of(on)

    assert [row.health(on) for row in rows] == [[Health.OVERDUE]]
    assert [row.pk for row in rows.overdue(on)] == [bridge.pk]
    assert list(Initiative.objects.overdue(on)) == []
