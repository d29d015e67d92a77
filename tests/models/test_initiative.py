"""What one loaded initiative knows of itself, and that querysets say the same."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest

from tests import factories as make
from tracker.models import Health, Initiative, Precision, Status

pytestmark = pytest.mark.django_db

RECENTLY = make.day(-1)


@pytest.mark.parametrize(
    ("due_in_days", "expected"),
    [
        (-1, [Health.OVERDUE]),
        (0, [Health.DUE_SOON]),
        (1, [Health.DUE_SOON]),
        (30, [Health.DUE_SOON]),
        (31, [Health.ON_TRACK]),
        (None, [Health.NO_DEADLINE]),
    ],
)
def test_health_follows_from_the_days_until_the_deadline(
    due_in_days: int | None, expected: list[Health]
) -> None:
    due_on = None if due_in_days is None else make.day(due_in_days)

    initiative = make.initiative(due_on=due_on, last_reported_on=RECENTLY)

    assert initiative.health(make.TODAY) == expected


@pytest.mark.parametrize(("days_ago", "expected"), [(59, [Health.ON_TRACK]), (60, [Health.SILENT])])
def test_an_initiative_is_silent_from_the_sixtieth_day(days_ago: int, expected: list[Health]) -> None:
    initiative = make.initiative(due_on=make.day(100), last_reported_on=make.day(-days_ago))

    assert initiative.health(make.TODAY) == expected


def test_several_conditions_hold_at_once_gravest_first() -> None:
    initiative = make.initiative(due_on=make.day(-9), last_reported_on=make.day(-90))

    assert initiative.health(make.TODAY) == [Health.OVERDUE, Health.SILENT]


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.DROPPED])
def test_a_closed_initiative_is_nothing_but_closed(status: Status) -> None:
    initiative = make.initiative(status=status, due_on=make.day(-400), last_reported_on=make.day(-400))

    assert initiative.health(make.TODAY) == [Health.CLOSED]
    assert initiative.days_overdue(make.TODAY) == 0


def test_an_initiative_on_hold_still_answers_for_its_deadline() -> None:
    initiative = make.initiative(status=Status.ON_HOLD, due_on=make.day(-2), last_reported_on=RECENTLY)

    assert initiative.health(make.TODAY) == [Health.OVERDUE]
    assert initiative.days_overdue(make.TODAY) == 2


def test_about_a_year_is_not_late_before_its_last_month_has_ended() -> None:
    parks = make.initiative(
        due_on=dt.date(2026, 2, 28),
        due_precision=Precision.APPROXIMATE,
        last_reported_on=dt.date(2026, 2, 27),
    )

    assert parks.health(dt.date(2026, 2, 28)) == [Health.DUE_SOON]
    assert parks.health(dt.date(2026, 3, 1)) == [Health.OVERDUE]


def test_silence_counts_from_the_report_else_the_announcement_else_the_recording() -> None:
    told = make.make_initiative(announced_on=make.day(-9), last_reported_on=make.day(-3))
    announced = make.make_initiative(announced_on=make.day(-9))
    undated = make.make_initiative(announced_on=None)
    undated.created_at = make.moment(-5)

    assert told.silent_days(make.TODAY) == 3
    assert announced.silent_days(make.TODAY) == 9
    assert undated.silent_days(make.TODAY) == 5


def test_silence_is_never_negative() -> None:
    assert make.initiative(announced_on=make.day(3)).silent_days(make.TODAY) == 0


@pytest.mark.parametrize(
    ("baseline", "due", "expected"),
    [(0, 0, 0), (0, 31, 31), (31, 0, -31), (None, 0, None), (0, None, None), (None, None, None)],
)
def test_slippage_is_the_days_from_the_first_to_the_newest_deadline(
    baseline: int | None, due: int | None, expected: int | None
) -> None:
    first = None if baseline is None else make.day(baseline)
    newest = None if due is None else make.day(due)

    assert make.initiative(baseline_due_on=first, due_on=newest).slipped_days == expected


def test_a_bare_initiative_misses_every_element() -> None:
    initiative = make.make_initiative()

    assert initiative.missing_elements == ["owner", "date", "measure", "place", "money"]


def test_a_full_initiative_misses_nothing() -> None:
    initiative = make.make_initiative(measure="Six buses", money="3 million", due_on=make.TODAY)
    initiative.places.add(make.make_place())
    make.make_responsibility(initiative, make.make_party(), "support")

    assert initiative.missing_elements == []


@pytest.mark.parametrize("role", ["counterpart", "controller"])
def test_the_other_side_does_not_own(role: str) -> None:
    initiative = make.make_initiative()
    make.make_responsibility(initiative, make.make_party(), role)

    assert "owner" in initiative.missing_elements
    assert initiative.lead is None


def test_the_lead_is_the_party_that_answers() -> None:
    initiative, party = make.make_initiative(), make.make_party()
    make.make_responsibility(initiative, make.make_party(), "support")
    make.make_responsibility(initiative, party, "lead")

    assert initiative.lead is not None
    assert initiative.lead.party == party


def _every_combination() -> list[Initiative]:
    """Rows on and around each boundary of health; recorded shortly before and after local midnight."""
    midnight = dt.datetime.combine(make.day(-60), dt.time(), tzinfo=ZoneInfo("Europe/Moscow"))
    moments = [midnight - dt.timedelta(minutes=30), midnight + dt.timedelta(minutes=30)]
    due = [None, *map(make.day, (-2, -1, 0, 30, 31, 32))]
    reported = [None, *map(make.day, (-61, -60, -59, -1))]
    announced = [None, *map(make.day, (-60, -59))]
    rows = []
    for status, due_on, told, said, created_at in itertools.product(
        Status, due, reported, announced, moments
    ):
        row = make.initiative(status=status, due_on=due_on, last_reported_on=told, announced_on=said)
        row.measure = created_at.isoformat()
        rows.append(row)
    return rows


@pytest.fixture
def _combinations() -> None:
    rows = Initiative.objects.bulk_create(_every_combination())
    for row in rows:
        row.created_at = dt.datetime.fromisoformat(row.measure)
    Initiative.objects.bulk_update(rows, ["created_at"], batch_size=200)


@pytest.mark.usefixtures("_combinations")
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_row_and_the_querysets_agree_on_health(offset: int) -> None:
    on = make.day(offset)
    rows, conditions = Initiative.objects.conditions(on)

    by_query = {
        health: set(rows.filter(condition).values_list("pk", flat=True))
        for health, condition in conditions.items()
    }

    every = list(Initiative.objects.all())
    assert by_query == {health: {row.pk for row in every if health in row.health(on)} for health in Health}
    assert all(by_query.values())


@pytest.mark.usefixtures("_combinations")
@pytest.mark.parametrize("name", ["overdue", "due_soon", "silent", "no_deadline"])
def test_a_queryset_named_as_a_condition_keeps_the_rows_in_it(name: str) -> None:
    kept = set(getattr(Initiative.objects, name)(make.TODAY).values_list("pk", flat=True))

    every = Initiative.objects.all()
    assert kept == {row.pk for row in every if Health(name) in row.health(make.TODAY)}
