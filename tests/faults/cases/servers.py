"""Mail servers that refuse, hang, hang up, or are not there."""

import datetime as dt
import time

from django.utils import timezone

from tests.faults import rows
from tests.faults.case import catalogue
from tests.faults.sink import EVERYBODY
from tests.faults.work import QuickClock, send_for_ever, send_once, send_with_a_broken_template
from tests.faults.world import World
from tracker.models import Mail, Suppression

FEW = 20
REST = 30.0
"""Seconds that must lie between two attempts to reach a server that cannot be reached."""


def minutes(number: float) -> dt.timedelta:
    return dt.timedelta(minutes=number)


@catalogue.add("F3", "the answer is lost: taken, then hung up")
def answer_lost(world: World) -> None:
    """A kind that is held, and one that is sent again, in one queue."""
    _hang_up(world, "DATA")


@catalogue.add("F3", "the server hangs up before it has the mail")
def hung_up_early(world: World) -> None:
    _hang_up(world, "RCPT")


def _hang_up(world: World, step: str) -> None:
    number = world.size(40, 400)
    rows.decide(world, number)
    rows.decide(world, number, kind=rows.RESENT_KIND)
    world.sink.behave(drops_at=step, drops_each=9)
    with world.herd(2, send_for_ever, QuickClock(speed=100)):
        world.settle()
    world.inject("hang-ups", len(world.sink.lines("dropped")), interrupts=True)


@catalogue.add("F16", "greylisted for 15 minutes, then taken")
def greylisted(world: World) -> None:
    rows.decide(world, FEW)
    world.sink.behave(answers={EVERYBODY: "451 greylisted"})
    world.run(send_once)
    world.inject("451 answers", FEW)
    soon = timezone.now() + minutes(4.5)
    assert not Mail.objects.filter(next_attempt_at__lt=soon).exists(), "tried again within 5 minutes"

    world.run(send_once, after=minutes(4))
    assert _connections(world) == 1, "somebody knocked while every mail waited"
    world.run(send_once, after=minutes(8))
    world.inject("451 answers", FEW)
    soon = timezone.now() + minutes(8 + 11)
    assert not Mail.objects.filter(next_attempt_at__lt=soon).exists(), "waits do not grow"

    world.sink.behave()
    world.run(send_once, after=minutes(40))


@catalogue.add("F16", "450, 451, 452 from a few; others go at once")
def passing_refusals(world: World) -> None:
    codes = ("450 busy", "451 later", "452 full")
    rows.decide(world, FEW)
    world.sink.behave(answers={f"note-{3 * index}@example.org": code for index, code in enumerate(codes)})
    world.run(send_once)
    world.inject("4xx answers", len(codes))
    assert rows.states() == {"sent": FEW - len(codes), "queued": len(codes)}, dict(rows.states())
    world.sink.behave()
    world.run(send_once, after=minutes(9))


@catalogue.add("F16", "421: the server is left alone for a while")
def closing(world: World) -> None:
    rows.decide(world, FEW)
    world.sink.behave(answers={EVERYBODY: "421 closing"})
    for _ in range(3):
        world.run(send_once)
    world.inject("421 answers")
    assert _connections(world) == 1, f"it was asked {_connections(world)} times at once"
    assert rows.states() == {"queued": FEW}, dict(rows.states())
    world.sink.behave()
    world.run(send_once, after=minutes(9))


@catalogue.add("F17", "550, 552, 553, 554: failed, and not written to again")
def final_refusals(world: World) -> None:
    codes = ("550 unknown", "552 too big", "553 not allowed", "554 no")
    rows.decide(world, FEW)
    world.sink.behave(answers={f"note-{3 * index}@example.org": code for index, code in enumerate(codes)})
    world.run(send_once)
    world.inject("5xx answers", len(codes))
    failed = Mail.objects.filter(state="failed", attempts=1, server_reply__in=codes).count()
    assert failed == len(codes), f"{failed} failed at the first attempt"
    assert Suppression.objects.filter(address="note-0@example.org").exists(), "550 does not suppress"


@catalogue.add("F18", "a server that refuses is asked at most once in 30 s")
def refusing(world: World) -> None:
    """Four senders, five minutes of their time."""
    rows.decide(world, FEW)
    world.sink.behave(refuses=True)
    clock = QuickClock(speed=60)
    began = clock()
    with world.herd(4, send_for_ever, clock):
        time.sleep(5)
        passed = (clock() - began).total_seconds()
        knocks = _connections(world)
        world.inject("knocks in 5 minutes", knocks)
        world.sink.behave()
        world.settle()
    assert knocks <= passed / REST + 1, f"{knocks} knocks in {passed:.0f} s"


@catalogue.add("F18", "no server at the port, then it comes back")
def port_closed(world: World) -> None:
    rows.decide(world, FEW)
    world.sink.stop()
    world.inject("closed port")
    with world.herd(2, send_for_ever, QuickClock(speed=60)):
        time.sleep(1)
        touched = Mail.objects.exclude(state="queued").count() + Mail.objects.filter(attempts__gt=0).count()
        world.let_go()
        world.sink.start()
        world.settle()
    assert not touched, f"{touched} mails were taken from the queue although nobody could take them"


@catalogue.add("F19", "a server that hangs at EHLO, then one at DATA")
def hanging(world: World) -> None:
    rows.decide(world, FEW)
    world.sink.behave(hangs_at="EHLO")
    sender = world.start(send_once, timeout=1.0)
    time.sleep(0.6)
    _no_transaction_is_open(world)
    sender.join()
    world.inject("hangs at EHLO")
    assert rows.states() == {"queued": FEW}, dict(rows.states())

    world.sink.behave(hangs_at="DATA")
    sender = world.start(send_once, after=minutes(2), timeout=0.7)
    time.sleep(0.5)
    _no_transaction_is_open(world)
    time.sleep(1)
    world.sink.behave()
    sender.join()
    hung = Mail.objects.filter(state="in_doubt").count()
    world.inject("hangs at DATA", hung, interrupts=True)
    assert hung, "no mail met the hanging server"
    world.run(send_once, after=minutes(20))


def _no_transaction_is_open(world: World) -> None:
    """Others can write while a sender waits for the server."""
    if world.postgres:
        [(number,)] = world.postgres.say(
            "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
            " AND now() - state_change > interval '0.2 s'"
        )
        assert not number, "a transaction is open while the server hangs"
    began = time.monotonic()
    Mail.objects.filter(kind="nothing").update(reason="")
    assert time.monotonic() - began < 0.5, "a writer waited for the hanging server"


@catalogue.add("F15", "rows that cannot be sent, at the head of the queue")
def poison(world: World) -> None:
    rows.notes(FEW)
    poisoned = {
        "note:0": {"subject": "One line\nBcc: spy@example.org"},
        "note:1": {"address": "a@b@c"},
        "note:2": {"address": "no address\r\nBcc: spy@example.org"},
        "note:3": {"kind": "broken"},
        "note:4": {"address": "имя@example.org"},
    }
    for key, values in poisoned.items():
        Mail.objects.filter(key=key).update(**values, next_attempt_at=timezone.now() - minutes(1))
    world.expected.remember()
    world.inject("poisoned rows", len(poisoned))
    world.run(send_with_a_broken_template)
    others = Mail.objects.exclude(key__in=poisoned).filter(state="sent").count()
    assert others == FEW - len(poisoned), f"only {others} of the others went"
    assert not any("spy" in line.to for line in world.sink.lines()), "a header was smuggled in"


def _connections(world: World) -> int:
    return len(world.sink.lines("connected"))
