"""A Redis without room, and one that gives work out twice."""

import time

import redis
from django.test import Client
from django.utils import timezone

from tests.faults import rows
from tests.faults.case import catalogue
from tests.faults.cases.machines import BOUND, beat, worker
from tests.faults.impatient import AGAIN
from tests.faults.world import World
from tests.starting import wait_until
from tracker.models import Mail, PlannedDay

FEW = 5


@catalogue.add("F11", "Redis has no room: it refuses, then throws away", on=("sqlite",))
def redis_full(world: World) -> None:
    """The worker and the schedule live through it; the commands and the site do not notice."""
    rows.notes(FEW, kind="before")
    with world.celery(worker("one"), beat(world, "one")) as running:
        world.settle(seconds=BOUND)
        for _ in range(world.size(6, 30)):
            with world.redis.full("noeviction"):
                time.sleep(0.3)  # a task is on its way in some of these moments
            world.inject("times without room")
            time.sleep(0.3)
        for policy in ("noeviction", "allkeys-random"):
            with world.redis.full(policy) as client:
                world.inject("times without room")
                assert policy != "noeviction" or _refuses(client), "this Redis is not full"
                time.sleep(world.size(2, 20))
                _see_that_all_goes_on(world, policy)
            rows.notes(FEW, kind=f"after_{policy}")
            world.settle(seconds=BOUND)
    assert not running.ended, f"it was too much for {running.ended}\n{world.last_words()}"
    world.expected.remember()


def _refuses(client: redis.Redis) -> bool:
    try:
        client.set("one", "more")
    except redis.OutOfMemoryError:
        return True
    return False


def _see_that_all_goes_on(world: World, name: str) -> None:
    """Plan, send and look at a page while there is no Redis to speak of."""
    rows.owners(FEW, due_on=[timezone.localdate()], name=name)
    PlannedDay.objects.all().delete()
    world.let_go()
    world.manage("plan_reminders")
    world.manage("send_outbox")
    reminded = Mail.objects.filter(kind="reminder", state="sent", address__startswith=name).count()
    assert reminded == FEW, f"{reminded} of {FEW} were reminded"
    world.run(_look_at_the_site)


def _look_at_the_site() -> None:
    for path in ("/api/v1/initiatives/", "/health/ready"):
        answer = Client().get(path, headers={"host": "localhost"})
        assert answer.status_code == 200, f"{path}: {answer.status_code}"


# --- given out twice ------------------------------------------------------------------------------

SLOW = 5.0


@catalogue.add("F13", "each task given out again after 2 s; a mail server that takes 5 s", on=("postgresql",))
def given_out_again(world: World) -> None:
    rows.decide(world, world.size(1, 12))
    rows.staff(1)
    rows.overdue()
    world.sink.behave(takes_seconds=SLOW)
    with world.celery(worker("one"), worker("two"), beat(world, "one"), app="impatient"):
        wait_until(lambda: _given_again(world) > 0, seconds=BOUND)
        world.settle()
    world.inject("tasks given out again", _given_again(world))
    world.expected.remember()


def _given_again(world: World) -> int:
    return world.log.read_text().count(AGAIN)
