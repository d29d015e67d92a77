"""Each public change is told once to whoever follows it, and what comes close together in one mail."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.factories import NOW
from tests.following.arranging import ANNA, BORIS, LATER, ONE_MINUTE, follow, mails, published, told, withdraw
from tracker import publishing
from tracker.following import planning
from tracker.mail import restoring
from tracker.models import Initiative, Mail, Notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock_stands")]

QUESTIONS = 18


def test_a_follower_is_told_of_each_kind_of_change() -> None:
    follow()
    initiative = published()
    make.report(initiative, "in_progress")
    make.set_deadline(initiative, make.day(30))
    make.make_published()

    assert planning.plan(now=LATER) == 1
    assert told() == [f"{ANNA}: deadline, reported, published"]
    assert (
        Mail.objects.get().key == f"following:{initiative.pk}:deadline:{initiative.deadlines.get().pk}:{ANNA}"
    )


def test_a_second_run_adds_nothing() -> None:
    follow()
    make.report(published())

    planned = [planning.plan(now=LATER + number * ONE_MINUTE) for number in range(3)]

    assert planned == [1, 0, 0]


def test_it_waits_until_the_first_change_is_a_quarter_of_an_hour_old() -> None:
    follow()
    initiative = published()
    make.report(initiative, now=NOW)
    make.report(initiative, "on_hold", now=NOW + 10 * ONE_MINUTE)

    planned = [planning.plan(now=NOW + minutes * ONE_MINUTE) for minutes in (1, 14, 15)]

    assert planned == [0, 0, 1]
    assert told() == [f"{ANNA}: reported, reported"]


def test_what_changes_afterwards_comes_in_another_mail() -> None:
    follow()
    initiative = published()
    make.report(initiative)
    planning.plan(now=LATER)
    make.report(initiative, "on_hold", now=LATER)

    planning.plan(now=LATER + 15 * ONE_MINUTE)

    assert told() == [f"{ANNA}: reported", f"{ANNA}: reported"]


def test_who_follows_twice_is_told_once() -> None:
    follow()
    follow("Anna@Example.org", scope="sector=trade")
    follow(ANNA, scope="initiative=plant")
    make.report(published(slug="plant", sector="trade"))

    planning.plan(now=LATER)

    [[_notice, series]] = Mail.objects.get().about["told"]
    assert len(series) == 3


@pytest.mark.parametrize(
    ("scope", "is_told"),
    [
        ("", True),
        ("sector=trade", True),
        ("sector=culture", False),
        ("initiative=plant", True),
        ("initiative=bridge,plant", True),
        ("initiative=bridge", False),
        ("status=in_progress", True),
        ("status=announced", True),
        ("status=completed", False),
        ("health=no_deadline&sector=trade", True),
        ("party=nobody", False),
    ],
)
def test_a_change_is_told_of_what_is_in_scope_or_was_before_it(scope: str, is_told: bool) -> None:
    follow(scope=scope)
    published(slug="bridge", sector="culture")
    make.report(published(slug="plant", sector="trade"), "in_progress")

    planning.plan(now=LATER)

    assert len(mails()) == is_told


def test_only_who_had_confirmed_before_is_told() -> None:
    follow(confirmed_at=NOW)
    follow(BORIS, confirmed_at=NOW + dt.timedelta(seconds=1))
    follow("asked@example.org", confirmed_at=None, asked_at=NOW)
    follow("left@example.org", unsubscribed_at=NOW)
    follow("weekly@example.org", frequency="weekly")
    make.report(published())

    planning.plan(now=LATER)

    assert told() == [f"{ANNA}: reported"]


def test_without_followers_nothing_is_noted() -> None:
    make.report(published())

    planning.plan(now=LATER)

    assert Notice.objects.count() == 0


def test_what_was_recorded_before_an_initiative_is_public_is_part_of_it() -> None:
    follow()
    initiative = make.make_initiative()
    make.report(initiative)
    make.publish(initiative)

    planned = [planning.plan(now=LATER), planning.plan(now=LATER + 20 * ONE_MINUTE)]

    assert (planned, told()) == ([1, 0], [f"{ANNA}: published"])


def test_a_draft_is_told_of_to_nobody() -> None:
    follow()
    make.report(make.make_initiative())

    assert planning.plan(now=LATER) == 0


def test_what_was_hidden_for_a_while_is_not_new_but_its_later_changes_are() -> None:
    follow()
    initiative = published()
    publishing.hide(initiative=initiative)
    make.report(initiative, now=NOW)
    publishing.publish(initiative=initiative, now=NOW + ONE_MINUTE)

    planning.plan(now=LATER + ONE_MINUTE)

    assert told() == [f"{ANNA}: reported"]


def test_what_is_taken_back_within_the_window_is_not_told() -> None:
    follow()
    withdraw(make.report(published()), NOW + ONE_MINUTE)

    assert planning.plan(now=LATER) == 0


def test_what_was_told_and_is_taken_back_is_told_too() -> None:
    follow()
    row = make.report(published())
    planning.plan(now=LATER)
    withdraw(row, LATER)

    planned = [planning.plan(now=LATER + minutes * ONE_MINUTE) for minutes in (15, 30)]

    assert planned == [1, 0]
    assert told() == [f"{ANNA}: reported", f"{ANNA}: report_withdrawn"]


def test_after_an_outage_one_mail_tells_of_a_week_and_of_nothing_older() -> None:
    follow()
    old, initiative = published(-60), published(-60)
    make.report(old, now=make.moment(-8), happened_on=make.day(-8))
    for days in (-6, -3, -1):
        make.report(initiative, now=make.moment(days), happened_on=make.day(days))

    planning.plan(now=NOW)

    assert told() == [f"{ANNA}: reported, reported, reported"]


def test_after_a_backup_was_restored_what_may_have_been_told_is_held() -> None:
    follow()
    make.report(published())
    restoring.remember(now=LATER)

    planning.plan(now=LATER)

    assert [(row.state, row.reason) for row in mails()] == [("held", "restored")]


def test_a_mail_tells_of_fifty_changes_and_counts_the_others() -> None:
    follow()
    for _number in range(52):
        published(0)

    planning.plan(now=LATER)

    about = Mail.objects.get().about
    assert (len(about["told"]), about["more"]) == (50, 2)


@pytest.mark.parametrize("readers", [1, 40])
def test_neither_readers_nor_the_initiatives_they_follow_cost_more_questions(readers: int) -> None:
    for number in range(readers):
        follow(f"reader{number}@example.org", scope=f"initiative=plant-{number}")
        published(slug=f"plant-{number}")
    follow(scope="sector=industry")
    make.report(Initiative.objects.get(slug="plant-0"))

    with CaptureQueriesContext(connection) as questions:
        planned = planning.plan(now=LATER)

    # Who follows first; five kinds of change; the notice and what stands around it; the series, the slugs and
    # the scope of the sector; the readers; when it was restored; the mails. And the transaction's two.
    assert (planned, len(questions)) == (2, QUESTIONS)


@pytest.mark.django_db(transaction=True)
def test_of_planners_at_once_one_tells() -> None:
    for number in range(20):
        follow(f"reader{number}@example.org")
    for number in range(5):
        initiative = published()
        for status in ("in_progress", "on_hold", "partly_done"):
            make.report(initiative, status)

        planned = _at_once(4, LATER)

        assert sorted(planned) == [0, 0, 0, 20]
        assert (Notice.objects.count(), Mail.objects.count()) == (3 * (number + 1), 20 * (number + 1))


def _at_once(planners: int, now: dt.datetime) -> list[int]:
    start, planned = threading.Barrier(planners), list[int]()

    def run() -> None:
        start.wait()
        planned.append(planning.plan(now=now))
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(planners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return planned
