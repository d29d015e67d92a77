"""The stamp changes with every write to what the public reads, whoever writes, and with nothing else."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from tests import factories as make
from tracker import stamp
from tracker.models import (
    Correction,
    Deadline,
    Figure,
    Initiative,
    Milestone,
    Party,
    Place,
    PublicWrite,
    Quote,
    Responsibility,
    Source,
    StatusUpdate,
)

pytestmark = pytest.mark.django_db

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time."
)


def _everything() -> None:
    bridge = make.make_initiative()
    bridge.places.add(make.make_place())
    make.make_responsibility(bridge, make.make_party())
    quote = make.make_quote(initiative=bridge)
    make.make_figure(quote=quote)
    make.publish(bridge)
    make.report(bridge, quote=quote)
    make.set_deadline(bridge, make.day(9), quote=quote)
    Milestone.objects.create(initiative=bridge, title_en="Piers", due_on=make.TODAY)


WRITES: dict[str, Callable[[], object]] = {
    "an initiative": lambda: Initiative.objects.update(title_en="Tunnel"),
    "a place": lambda: Place.objects.update(name_en="Brest"),
    "where it is": lambda: Initiative.places.through.objects.all().delete(),
    "a party": lambda: Party.objects.update(published_at=None),
    "a part": lambda: Responsibility.objects.update(role="support"),
    "a source": lambda: Source.objects.update(publisher="BelTA"),
    "a quote": lambda: Quote.objects.update(exact="Words"),
    "a figure": lambda: Figure.objects.all().delete(),
    "a report": lambda: StatusUpdate.objects.update(note="Begun."),
    "a deadline": lambda: Deadline.objects.update(reason="Floods."),
    "a milestone": lambda: Milestone.objects.update(reached_on=make.TODAY),
    "many at once": lambda: Initiative.objects.bulk_create(make.initiative() for _ in range(3)),
}


@pytest.mark.parametrize("what", WRITES)
def test_a_write_of_any_kind_changes_the_stamp(what: str) -> None:
    _everything()
    before = stamp.current()

    WRITES[what]()

    assert stamp.current() != before
    assert stamp.current() == stamp.current()


def test_what_the_public_does_not_read_leaves_the_stamp_alone() -> None:
    before = stamp.current()

    make.make_mail()
    make.make_user()

    assert stamp.current() == before


def test_a_write_that_is_undone_leaves_the_stamp_as_it_was() -> None:
    make.make_initiative()
    before = stamp.current()

    with transaction.atomic():
        make.make_initiative()
        inside = stamp.current()
        transaction.set_rollback(True)

    assert inside != before
    assert stamp.current() == before


def test_every_table_that_is_watched_has_its_triggers_after_the_migrations() -> None:
    wanted = {model._meta.db_table for model in stamp.WATCHED}

    assert _watched() == wanted
    assert Correction._meta.db_table in wanted


def test_a_table_that_lost_its_triggers_gets_them_back() -> None:
    lost = Place._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER {stamp.TRIGGER} ON {lost}")
        else:
            for event in ("insert", "update", "delete"):
                cursor.execute(f"DROP TRIGGER {lost}_{event}_{stamp.TRIGGER}")
    assert lost not in _watched()

    stamp.watch("default")

    assert lost in _watched()


def _watched() -> set[str]:
    query = (
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%%' || %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [stamp.TRIGGER])
        return {table for (table,) in cursor.fetchall()}


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_writer_that_ends_late_is_seen_and_makes_nobody_wait() -> None:
    first, second = make.make_initiative(), make.make_initiative()
    wrote, may_end = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            Initiative.objects.filter(pk=first.pk).update(title_en="Late")
            wrote.set()
            may_end.wait(10)
        connection.close()

    slow = threading.Thread(target=write_slowly)
    slow.start()
    wrote.wait(10)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        Initiative.objects.filter(pk=second.pk).update(title_en="Quick")
    between = stamp.current()
    may_end.set()
    slow.join()

    assert stamp.current() != between


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_only_the_last_writes_are_remembered() -> None:
    row = make.make_initiative()

    for number in range(stamp.KEPT_ROWS + 20):
        Initiative.objects.filter(pk=row.pk).update(title_en=str(number))

    assert PublicWrite.objects.count() <= stamp.KEPT_ROWS + 1


# --- what is kept under a stamp -------------------------------------------------------------------


def test_a_thing_is_made_once_under_one_stamp() -> None:
    kept: stamp.Kept[list[int]] = stamp.Kept(9)

    assert kept.get("a", "key", lambda: [1]) == kept.get("a", "key", lambda: [2]) == [1]
    assert kept.get("a", "other", lambda: [3]) == [3]


def test_another_stamp_makes_it_anew() -> None:
    kept: stamp.Kept[list[int]] = stamp.Kept(9)
    kept.get("a", "key", lambda: [1])

    assert kept.get("b", "key", lambda: [2]) == [2]
    assert kept.get("a", "key", lambda: [3]) == [3]


def test_the_oldest_goes_where_there_is_no_room() -> None:
    kept: stamp.Kept[list[int]] = stamp.Kept(2)
    for key in ("one", "two"):
        kept.get("a", key, lambda: [1])
    kept.get("a", "one", lambda: [2])
    kept.get("a", "three", lambda: [1])

    assert kept.get("a", "one", lambda: [9]) == [1]
    assert kept.get("a", "two", lambda: [9]) == [9]


def test_what_was_made_while_the_stamp_changed_is_not_kept() -> None:
    kept: stamp.Kept[list[int]] = stamp.Kept(9)

    def slow() -> list[int]:
        kept.get("b", "other", lambda: [0])
        return [1]

    assert kept.get("a", "key", slow) == [1]
    assert kept.get("b", "key", lambda: [2]) == [2]


def test_threads_that_want_the_same_at_once_make_it_once() -> None:
    kept: stamp.Kept[list[int]] = stamp.Kept(9)
    began, made = threading.Barrier(4), []

    def make_slowly() -> list[int]:
        made.append(1)
        threading.Event().wait(0.05)
        return [1]

    def ask() -> None:
        began.wait()
        kept.get("a", "key", make_slowly)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == [1]


def test_a_maker_that_fails_blocks_nobody() -> None:
    kept: stamp.Kept[list[int]] = stamp.Kept(9)

    def fail() -> list[int]:
        raise ValueError

    with pytest.raises(ValueError):
        kept.get("a", "key", fail)
    assert kept.get("a", "key", lambda: [1]) == [1]
