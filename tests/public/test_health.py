"""What the program says of itself to whoever watches over it."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from tests import factories as make
from tracker import tasks
from tracker.mail import watching
from tracker.models import Heartbeat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]


@pytest.fixture(autouse=True)
def _schedule_runs() -> None:
    for name in watching.PARTS:
        watching.beat(name, now=make.NOW - dt.timedelta(seconds=60))


def _ago(**time: int) -> dt.datetime:
    return make.NOW - dt.timedelta(**time)


def test_all_is_well_when_nothing_waits(client: Client) -> None:
    answer = client.get("/health/work")

    found = answer.json()
    ages = found.pop("heartbeat_ages")
    assert (answer.status_code, set(ages.values())) == (200, {60})
    assert set(ages) == {"sender", "reminders", "reports", "digests", "notices"}
    assert found == {
        "well": True,
        "oldest_due_age": None,
        "leased_too_long": 0,
        "held": 0,
        "in_doubt": 0,
        "failed_last_24_hours": 0,
    }


@pytest.mark.parametrize(("minutes", "status"), [(0, 200), (15, 200), (16, 503)])
def test_a_mail_that_waits_for_a_quarter_of_an_hour_is_an_alarm(
    minutes: int, status: int, client: Client
) -> None:
    make.make_mail(next_attempt_at=_ago(minutes=minutes))

    answer = client.get("/health/work")

    assert (answer.status_code, answer.json()["oldest_due_age"]) == (status, minutes * 60)


def test_a_mail_whose_time_has_not_come_is_not_due(client: Client) -> None:
    make.make_mail(decided_at=_ago(days=3), next_attempt_at=make.moment(1))

    assert client.get("/health/work").json()["oldest_due_age"] is None


@pytest.mark.parametrize("name", ["sender", "reminders", "reports", "digests", "notices"])
@pytest.mark.parametrize(("seconds", "status"), [(120, 200), (121, 503)])
def test_a_part_not_seen_for_two_periods_is_an_alarm(
    seconds: int, status: int, name: str, client: Client
) -> None:
    Heartbeat.objects.filter(name=name).update(beat_at=_ago(seconds=seconds))

    assert client.get("/health/work").status_code == status


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (120, 200), (121, 503)])
def test_a_part_that_was_never_seen_has_its_periods_from_the_installation_on(
    seconds: int, status: int, client: Client
) -> None:
    Heartbeat.objects.filter(name="sender").delete()
    MigrationRecorder.Migration.objects.update(applied=make.NOW)
    MigrationRecorder.Migration.objects.filter(app="tracker").update(applied=_ago(seconds=seconds))

    answer = client.get("/health/work")

    assert (answer.status_code, answer.json()["heartbeat_ages"]["sender"]) == (status, None)


def test_what_waits_for_a_person_is_counted_and_is_no_alarm(client: Client) -> None:
    make.make_mail(state="held")
    make.make_mail(state="in_doubt")
    make.make_mail(state="failed", next_attempt_at=_ago(hours=23))
    make.make_mail(state="failed", next_attempt_at=_ago(hours=25))
    make.make_mail(state="sending", lease_until=_ago(seconds=1))

    answer = client.get("/health/work")

    names = ("held", "in_doubt", "failed_last_24_hours", "leased_too_long")
    assert (answer.status_code, [answer.json()[name] for name in names]) == (200, [1, 1, 1, 1])


@pytest.mark.parametrize(
    ("task", "name"),
    [
        (tasks.send_outbox, "sender"),
        (tasks.plan_reminders, "reminders"),
        (tasks.plan_reports, "reports"),
        (tasks.plan_attention_digests, "digests"),
        (tasks.plan_notices, "notices"),
    ],
)
def test_each_task_is_seen_when_it_has_done_its_work(task: Callable[[], None], name: str) -> None:
    Heartbeat.objects.all().delete()

    task()

    assert list(Heartbeat.objects.values_list("name", "beat_at")) == [(name, timezone.now())]


def test_no_address_is_in_it(client: Client) -> None:
    make.make_mail(address="anna@example.org", state="failed", server_reply="550 anna@example.org unknown")

    assert "anna" not in client.get("/health/work").content.decode()
