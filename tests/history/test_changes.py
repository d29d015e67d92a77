"""The history of an initiative tells what the public saw change: all of it, and nothing else."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine

from tests import factories as make
from tracker import publishing
from tracker.history.changes import Change, public_changes
from tracker.models import Initiative, Quote

pytestmark = pytest.mark.django_db


@contextmanager
def on_day(offset: int) -> Iterator[dt.datetime]:
    with time_machine.travel(make.moment(offset), tick=False):
        yield make.moment(offset)


def told(initiative: Initiative) -> list[Any]:
    """Give day, kind, before and after of every change but the first publication, oldest first."""
    *later, first = public_changes(initiative_id=initiative.pk)
    assert first.what == "published"
    later.sort(key=_offset)
    return [(_offset(change), change.what, change.old, change.new) for change in later]


def _offset(change: Change) -> int:
    return (change.at - make.NOW).days


@pytest.fixture
def bridge() -> Initiative:
    """Written on day 0, and published on day 1."""
    with on_day(0):
        bridge = make.make_initiative(slug="bridge", title="Bridge", money="1 million")
        make.make_responsibility(bridge, make.make_party(name="The Krai"))
        make.make_quote(initiative=bridge, exact="We build it", translation_en="Ours")
        bridge.milestones.create(title_en="Pillars", due_on=make.day(9))
        make.report(bridge, "in_progress")
        bridge.title_en = "Bridge over the Amur"
        bridge.save()
    with on_day(1) as now:
        publishing.publish(initiative=bridge, now=now)
    return bridge


def test_what_was_written_before_publication_is_no_change(bridge: Initiative) -> None:
    assert told(bridge) == []
    assert [change.at for change in public_changes(initiative_id=bridge.pk)] == [make.moment(1)]


def test_a_draft_has_no_history(bridge: Initiative) -> None:
    draft = make.make_initiative(title="Draft")
    draft.title_en = "Another draft"
    draft.save()

    assert public_changes(initiative_id=draft.pk) == []


def test_each_word_that_changes_is_told_with_what_stood_before(bridge: Initiative) -> None:
    with on_day(2):
        bridge.title_en, bridge.money, bridge.sector = "Two bridges", "", "trade"
        bridge.save()

    assert told(bridge) == [
        (2, "title", "Bridge over the Amur", "Two bridges"),
        (2, "money", "1 million", None),
        (2, "sector", "industry", "trade"),
    ]


def test_a_save_that_changes_nothing_public_is_not_told(bridge: Initiative) -> None:
    with on_day(2):
        bridge.save()
        quote = bridge.quotes.get()
        quote.prefix = "And so "
        quote.save()
        bridge.muted_rules.add(make.make_rule())

    assert told(bridge) == []


def test_parties_places_and_milestones_come_go_and_change(bridge: Initiative) -> None:
    place, party = make.make_place(), make.make_party(published_at=make.NOW)
    with on_day(2):
        bridge.places.add(place)
        part = make.make_responsibility(bridge, party, "support")
    with on_day(3):
        bridge.places.clear()
        part.role = "counterpart"
        part.save()
        bridge.milestones.get().delete()
    with on_day(4):
        part.delete()

    step = ((None, "Pillars", None), make.day(9), "day", None)
    changes = public_changes(initiative_id=bridge.pk)
    assert told(bridge) == [
        (2, "place", None, place.pk),
        (2, "part", None, "support"),
        (3, "place", place.pk, None),
        (3, "part", "support", "counterpart"),
        (3, "milestone", step, None),
        (4, "part", "counterpart", None),
    ]
    assert [change.row for change in changes if change.what in ("place", "part")] == [
        *[party, place, party],
        *[place, party],
    ]


def test_a_quote_is_told_with_its_source_and_takes_its_translations_along(bridge: Initiative) -> None:
    source = make.make_source(published_at=make.NOW)
    with on_day(2):
        quote = make.make_quote(
            initiative=bridge, source=source, exact="Floods", translation_en="Floods, ours"
        )
    with on_day(3):
        quote.translation_en = "Flooding, ours"
        quote.save()
    with on_day(4):
        quote.delete()

    changes = public_changes(initiative_id=bridge.pk)
    assert told(bridge) == [
        (2, "quote", None, ("Floods", "announces")),
        (3, "translation", "Floods, ours", "Flooding, ours"),
        (4, "quote", ("Floods", "announces"), None),
    ]
    assert [(change.language, change.row) for change in changes[:3]] == [
        ("", source),
        ("en", None),
        ("", source),
    ]


def test_a_quote_given_to_another_initiative_is_gone_from_this_one(bridge: Initiative) -> None:
    with on_day(2):
        Quote.objects.get(initiative=bridge).delete()
        quote = make.make_quote(initiative=bridge, source=make.make_source(published_at=make.NOW))
    with on_day(3):
        quote.initiative = make.make_initiative()
        quote.save()

    assert [(day, what, new) for day, what, _old, new in told(bridge)][-1] == (3, "quote", None)


def test_reports_and_deadlines_are_told_with_the_state_that_follows(bridge: Initiative) -> None:
    first = make.set_deadline(bridge, make.day(30), now=make.moment(2), said_on=make.day(1))
    moved = make.set_deadline(bridge, make.day(60), now=make.moment(3), said_on=make.day(2), reason="Floods.")
    done = make.report(bridge, "partly_done", now=make.moment(4), happened_on=make.day(3))
    late = make.report(bridge, "announced", now=make.moment(5), happened_on=make.day(-9))
    make.progress.withdraw(record=done, reason="It was not.", now=make.moment(6))

    assert told(bridge) == [
        (2, "deadline", None, first.pk),
        (2, "due", (None, "undated"), (make.day(30), "day")),
        (3, "deadline", None, moved.pk),
        (3, "due", (make.day(30), "day"), (make.day(60), "day")),
        (4, "report", None, done.pk),
        (4, "status", "in_progress", "partly_done"),
        (5, "report", None, late.pk),
        (6, "report", done.pk, None),
        (6, "status", "partly_done", "in_progress"),
    ]


def test_the_state_told_last_is_the_one_that_is_stored(bridge: Initiative) -> None:
    make.set_deadline(bridge, make.day(39), now=make.moment(1))
    for number, offset in enumerate([1, None, 2, 1, None, 3, 0]):
        status = ("in_progress", "partly_done", "on_hold")[number % 3]
        day = None if offset is None else make.day(offset)
        make.report(bridge, status, now=make.moment(2 + number), happened_on=day)
        due = make.day(40 + number)
        make.set_deadline(bridge, due, now=make.moment(2 + number), said_on=day, reason="Moved.")

    last = {what: new for _day, what, _old, new in told(bridge)}
    assert (last["status"], last["due"]) == (bridge.status, (bridge.due_on, bridge.due_precision))


def test_what_changed_while_it_was_hidden_is_told_when_it_is_shown_again(bridge: Initiative) -> None:
    with on_day(2):
        publishing.hide(initiative=bridge)
    with on_day(3):
        bridge.title_en = "A name that nobody saw"
        bridge.save()
    with on_day(4):
        bridge.title_en = "New bridge"
        bridge.save()
    with on_day(5) as now:
        publishing.publish(initiative=bridge, now=now)

    assert told(bridge) == [
        (2, "hidden", None, None),
        (5, "shown", None, None),
        (5, "title", "Bridge over the Amur", "New bridge"),
    ]


def test_a_party_or_a_source_that_is_not_public_is_told_of_only_from_the_day_it_is(
    bridge: Initiative,
) -> None:
    gone, later = make.make_party(), make.make_party()
    with on_day(2):
        make.make_responsibility(bridge, gone, "support").delete()
        make.make_responsibility(bridge, later, "support")
        make.make_quote(initiative=bridge, exact="Hidden")
    before = told(bridge)
    later.published_at = make.moment(3)
    later.save()
    gone.published_at = make.moment(4)
    gone.save()

    assert before == []
    assert told(bridge) == [(3, "part", None, "support")]


@pytest.mark.parametrize("rows", [1, 9])
def test_however_much_there_is_it_takes_ten_queries(
    rows: int, bridge: Initiative, count_queries: Any
) -> None:
    for number in range(rows):
        bridge.places.add(make.make_place())
        make.make_responsibility(bridge, make.make_party(published_at=make.NOW), "support")
        quote = make.make_quote(initiative=bridge, source=make.make_source(published_at=make.NOW))
        make.report(bridge, note=f"Step {number}", quote=quote, told_by=make.make_party())
        make.set_deadline(bridge, make.day(number), reason="Floods.", moved_by=make.make_party())

    assert count_queries(lambda: public_changes(initiative_id=bridge.pk)) == 10
