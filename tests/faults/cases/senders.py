"""Senders that are killed, and what they leave."""

from tests.faults import rows
from tests.faults.case import catalogue
from tests.faults.work import QuickClock, send_for_ever, send_slowly
from tests.faults.world import World

TWO = 2
SPEED = 100
"""A lease of five minutes ends after three seconds."""


@catalogue.add("F40", "burst: all due at once, two senders")
def burst(world: World) -> None:
    rows.decide(world, world.size(2_000, 10_000))
    with world.herd(TWO, send_for_ever, QuickClock()):
        world.settle()


@catalogue.add("F1", "senders killed, in doubt is held")
def killed_and_held(world: World) -> None:
    _kill_senders(world, "note")


@catalogue.add("F1", "senders killed, in doubt is sent again")
def killed_and_resent(world: World) -> None:
    _kill_senders(world, rows.RESENT_KIND)


def _kill_senders(world: World, kind: str) -> None:
    rows.decide(world, world.size(300, 5_000), kind=kind)
    world.sink.behave(takes_seconds=0.005)
    with world.herd(TWO, send_for_ever, QuickClock(speed=SPEED)) as senders:
        senders.kill_at_random(most=world.size(6, 100))
        world.settle()
    assert world.injected["kills"], "no sender was killed while there was work"


@catalogue.add("F2", "senders killed between the lease and the first word")
def killed_before_the_first_word(world: World) -> None:
    rows.decide(world, world.size(60, 500))
    with world.herd(TWO, send_slowly, QuickClock(speed=SPEED), 0.05) as senders:
        senders.kill_at_random(most=world.size(4, 20), between=(0.03, 0.15))
        world.settle()
    assert world.injected["kills"], "no sender was killed while there was work"
