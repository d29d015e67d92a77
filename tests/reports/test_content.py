"""An edition tells what differs between two days, and says the same whenever it is built again."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from tests import factories as make
from tests.factories import day, moment
from tests.reports import examples
from tracker import progress, publishing
from tracker.models import Initiative, Party, Quote, Source, Status
from tracker.reports import comparison, scope
from tracker.reports.comparison import Comparison, Coverage
from tracker.reports.content import Content
from tracker.reports.knowledge import Knowledge, View

pytestmark = pytest.mark.django_db

# The period is 16–22 November 2026: offsets -7 to -1 of `TODAY`. `moment(-10)` lies in the week before,
# `moment(-3)` in the week itself, and all is known before `KNOWN_AT`.
START, END = day(-7), day(0)
KNOWN_BEFORE = dt.datetime(2026, 11, 15, 21, 0, tzinfo=dt.UTC)
KNOWN_AT = dt.datetime(2026, 11, 22, 21, 0, tzinfo=dt.UTC)


@contextmanager
def at(offset: int) -> Iterator[dt.datetime]:
    """Set the clock, by which the histories are written, so many days after `NOW`."""
    with time_machine.travel(moment(offset), tick=False):
        yield moment(offset)


def published(offset: int = -30, **values: Any) -> Initiative:
    """An initiative that was announced and published then."""
    with at(offset) as now:
        initiative = make.make_initiative(**{"announced_on": day(offset), **values})
        make.make_quote(initiative=initiative)
        publishing.publish(initiative=initiative, now=now)
    return initiative


def led(initiative: Initiative, offset: int = -30, **values: Any) -> Party:
    with at(offset) as now:
        party = make.make_party(**{"published_at": now, **values})
        make.make_responsibility(initiative, party)
    return party


def reported(initiative: Initiative, status: str, offset: int, **values: Any) -> Any:
    with at(offset) as now:
        return make.report(initiative, status, now=now, **{"happened_on": day(offset), **values})


def due(initiative: Initiative, due_on: dt.date | None, offset: int = -30, **values: Any) -> Any:
    with at(offset) as now:
        return make.set_deadline(initiative, due_on, now=now, **{"said_on": day(offset), **values})


def coverage(**values: Any) -> Coverage:
    """The second edition of a weekly report on everything."""
    defaults: dict[str, Any] = {
        "name": "Weekly report",
        "scope": "",
        "start": START,
        "end": END,
        "known_at": KNOWN_AT,
        "before_at": KNOWN_BEFORE,
    }
    return Coverage(**{**defaults, **values})


def told(language: str = "en", **values: Any) -> Content:
    return Comparison(coverage(**values)).content(language)


def first(**values: Any) -> Content:
    return told(before_at=None, **values)


def scoped(query: str, **values: Any) -> Content:
    return told(
        scope=query,
        in_scope=scope.plain(scope.chosen(query, on=day(-1))),
        was_in_scope=scope.plain(scope.chosen(query, on=day(-8))),
        **values,
    )


def slugs(part: Any) -> list[str]:
    return [getattr(row, "line", row).slug for row in part.rows]


def number(content: Content, name: str) -> tuple[int, int | None]:
    [found] = [row for row in content.numbers if row.name == name]
    return found.now, found.before


def test_it_survives_json() -> None:
    for content in (examples.full(), examples.first(), replace(examples.quiet(), in_scope=(1, 2))):
        assert Content.from_json(content.as_json()) == content


def test_the_numbers_tell_the_state_at_the_end_and_the_one_before() -> None:
    late, begun = published(), published()
    due(late, day(-3))
    reported(begun, "in_progress", -5)
    published(-70)

    content = told()

    assert {row.name: (row.now, row.before) for row in content.numbers} == {
        "total": (3, 3),
        "announced": (2, 3),
        "in_progress": (1, 0),
        "partly_done": (0, 0),
        "completed": (0, 0),
        "on_hold": (0, 0),
        "dropped": (0, 0),
        "overdue": (1, 0),
        "silent": (1, 1),
        "no_deadline": (2, 2),
    }


def test_a_first_edition_has_nothing_before_it() -> None:
    published()

    content = first()

    assert content.is_first
    assert {row.before for row in content.numbers} == {None}


def test_in_a_first_edition_the_calendar_decides_what_belongs_to_the_period() -> None:
    """All was typed in yesterday, as on the first day of a tracker."""
    old, fresh, begun, late = (published(-2, announced_on=day(offset)) for offset in (-90, -5, -90, -90))
    due(late, day(-4), -2)
    reported(old, "completed", -2, happened_on=day(-60))
    reported(begun, "in_progress", -2, happened_on=day(-3))

    content = first()

    assert slugs(content.new) == [fresh.slug]
    assert slugs(content.changed) == [begun.slug]
    assert slugs(content.newly_overdue) == [late.slug]
    assert slugs(content.closed) == []


def test_in_a_first_edition_what_tells_of_no_day_lies_before_the_period() -> None:
    undated = published(-2, announced_on=None)
    reported(undated, "completed", -2, happened_on=None)

    content = first(recounted=(day(-15),))

    assert (slugs(content.new), slugs(content.closed), slugs(content.changed)) == ([], [], [])
    assert [row.counts["completed"] for row in content.snapshots] == [1, 1]
    assert number(content, "completed") == (1, None)


def test_in_a_later_edition_it_counts_from_the_day_on_which_it_was_recorded() -> None:
    initiative = published()
    reported(initiative, "completed", -2, happened_on=None)

    assert slugs(told().closed) == [initiative.slug]


def test_what_became_overdue_in_the_period_is_told_the_longest_overdue_first() -> None:
    long_ago, last_day, just, earlier, closed = (published() for _ in range(5))
    for initiative, due_on in (
        (long_ago, day(-9)),
        (last_day, day(-1)),
        (just, day(-2)),
        (earlier, day(-8)),
        (closed, day(-3)),
    ):
        due(initiative, due_on)
    reported(closed, "completed", -2)

    content = told()

    assert slugs(content.newly_overdue) == [earlier.slug, just.slug]
    assert [row.days_overdue for row in content.newly_overdue.rows] == [7, 1]
    assert number(content, "overdue") == (3, 1)


def test_a_moved_deadline_is_told_with_its_reason_and_source() -> None:
    initiative = published()
    with at(-30) as now:
        source = make.make_source(publisher="BelTA", url="https://example.org/1", published_at=now)
        quote = make.make_quote(initiative=initiative, source=source, relation="moves_deadline")
    due(initiative, day(10))
    due(initiative, day(100), -3, reason="The supplier is late.", quote=quote)

    [move] = told().moved.rows

    assert (move.old_due_on, move.new_due_on, move.days) == (day(10), day(100), 90)
    assert (move.reason, move.source, move.url) == (
        "The supplier is late.",
        "BelTA",
        "https://example.org/1",
    )
    assert move.line.due_on == day(100)


def test_a_first_deadline_moves_nothing() -> None:
    due(published(), day(10), -3)

    assert told().moved.total == 0


def test_deadlines_are_told_from_the_unknown_and_the_furthest_down() -> None:
    little, far, unknown, earlier = (published() for _ in range(4))
    for initiative, new in ((little, day(11)), (far, day(90)), (unknown, None), (earlier, day(5))):
        due(initiative, day(10))
        due(initiative, new, -3, reason="So it is.")

    moved = told().moved

    assert slugs(moved) == [unknown.slug, far.slug, little.slug, earlier.slug]
    assert [row.days for row in moved.rows] == [None, 80, 1, -5]


def test_a_deadline_moved_twice_is_told_once_as_a_whole() -> None:
    initiative = published()
    due(initiative, day(10))
    due(initiative, day(20), -5, reason="First.")
    due(initiative, day(40), -3, reason="Then.")

    [move] = told().moved.rows

    assert (move.old_due_on, move.new_due_on, move.days, move.reason) == (day(10), day(40), 30, "Then.")


def test_a_change_of_status_is_told_with_its_note_and_source() -> None:
    initiative = published()
    with at(-30) as now:
        teller = make.make_party(name="Ministry", published_at=now)
    reported(initiative, "in_progress", -4, note="Begun.", told_by=teller, happened_on=day(-20))

    [change] = told().changed.rows

    assert (change.old_status, change.new_status, change.note) == ("announced", "in_progress", "Begun.")
    assert (change.happened_on, change.happened_precision) == (day(-20), "day")
    assert (change.source, change.url) == ("Ministry", "https://example.org/evidence")


def test_a_report_that_changes_no_status_is_no_change() -> None:
    initiative = published()
    reported(initiative, "in_progress", -10)
    reported(initiative, "in_progress", -4)
    reported(initiative, "on_hold", -3, happened_on=day(-20))

    assert told().changed.total == 0


def test_changes_are_told_the_gravest_first() -> None:
    done, dropped, held, begun = (published() for _ in range(4))
    for initiative, status in (
        (done, "completed"),
        (dropped, "dropped"),
        (held, "on_hold"),
        (begun, "in_progress"),
    ):
        reported(initiative, status, -3)

    content = told()

    assert slugs(content.changed) == [dropped.slug, held.slug, begun.slug, done.slug]
    assert slugs(content.closed) == [dropped.slug, done.slug]


def test_a_withdrawn_report_is_told_as_a_way_back_without_its_words() -> None:
    initiative = published()
    wrong = reported(initiative, "completed", -10, note="Finished, it seems.")
    with at(-3) as now:
        progress.withdraw(record=wrong, reason="Another bridge.", now=now)

    content = told()

    [change] = content.changed.rows
    assert (change.old_status, change.new_status) == ("completed", "announced")
    assert (change.note, change.source, change.url, change.happened_on) == ("", "", "", None)
    assert number(content, "completed") == (0, 1)


def test_what_is_recorded_late_appears_in_one_edition_alone() -> None:
    initiative = published()
    reported(initiative, "in_progress", -3, happened_on=day(-25))

    week_before = told(start=day(-14), end=START, known_at=KNOWN_BEFORE, before_at=moment(-15))
    this_week = told()
    next_week = told(start=END, end=day(7), known_at=moment(6), before_at=KNOWN_AT)

    assert [week.changed.total for week in (week_before, this_week, next_week)] == [0, 1, 0]


def test_silent_owners_are_counted_and_nobody_is_an_owner_too() -> None:
    one, two, three, heard = (published(offset) for offset in (-100, -80, -61, -59))
    party = led(one, -100, name="Ministry", slug="ministry")
    with at(-80):
        make.make_responsibility(two, party)
        make.make_responsibility(heard, party)
    reported(published(-100), "completed", -90)
    assert three.lead is None

    owners = told().silent_owners

    assert [(row.slug, row.name, row.initiatives, row.silent_days) for row in owners.rows] == [
        ("ministry", "Ministry", 2, 99),
        ("", "", 1, 60),
    ]


def test_what_is_due_next_is_told_by_its_day() -> None:
    later, sooner, today, beyond, closed = (published() for _ in range(5))
    for initiative, due_on in (
        (later, day(6)),
        (sooner, day(0)),
        (today, day(-1)),
        (beyond, day(7)),
        (closed, day(3)),
    ):
        due(initiative, due_on)
    reported(closed, "dropped", -10)

    assert slugs(told().due_next) == [sooner.slug, later.slug]


def test_new_is_what_was_first_published_in_the_period() -> None:
    hidden = published()
    with at(-15):
        publishing.hide(initiative=hidden)
    with at(-3) as now:
        publishing.publish(initiative=hidden, now=now)
    published()
    new = published(-4, announced_on=day(-200))

    assert slugs(told().new) == [new.slug]


def test_a_draft_is_told_nowhere() -> None:
    initiative = published()
    with at(-20):
        draft = make.make_initiative(title="canary-title", announced_on=day(-90))
        party = make.make_party(name="canary-party")
        source = make.make_source(publisher="canary-publisher", url="https://example.org/canary")
        make.make_responsibility(initiative, party)
        make.make_responsibility(draft, make.make_party(name="canary-lead"))
        quote = make.make_quote(initiative=initiative, source=source)
    due(draft, day(-3))
    reported(initiative, "in_progress", -3, quote=quote, url="", told_by=party)
    reported(draft, "in_progress", -3, note="canary-note")
    with at(-1):  # made public after the state of knowledge, or hidden again before it
        publishing.hide(initiative=published(-20, title="canary-hidden"))
    with at(0) as now:
        publishing.publish(initiative=published_draft(), now=now)

    content = told()

    assert "canary" not in str(content.as_json())
    assert number(content, "total") == (1, 2)


def published_draft() -> Initiative:
    draft = make.make_initiative(title="canary-later", announced_on=day(-90))
    make.make_quote(initiative=draft)
    return draft


def test_a_quiet_period_has_no_rows() -> None:
    due(published(), day(60))

    content = told()

    parts = ("newly_overdue", "moved", "changed", "silent_owners", "due_next", "closed", "new")
    assert {name: getattr(content, name).total for name in parts} == dict.fromkeys(parts, 0)
    assert all(row.now == row.before for row in content.numbers)


def test_a_tracker_without_anything_can_be_told_of() -> None:
    content = first(recounted=(day(-15), day(-8)))

    assert number(content, "total") == (0, None)
    assert [row.on for row in content.snapshots] == [day(-1)]


def test_hundreds_of_changes_are_counted_and_the_first_two_hundred_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(comparison, "KEPT", 2)
    for _number in range(3):
        reported(published(), "in_progress", -3)

    content = told()

    assert (len(content.changed.rows), content.changed.total) == (2, 3)


def test_words_come_in_the_language_asked_for_or_in_another_where_there_are_none() -> None:
    initiative = published(title="", title_ru="Мост", title_de="Brücke")
    led(initiative, name="", name_ru="Минтранс", name_en="Ministry")

    comparison_ = Comparison(coverage(before_at=KNOWN_BEFORE, start=day(-40)))
    lines = {code: comparison_.rows(code)[0].line for code in ("ru", "en", "de")}

    assert {code: (line.title, line.lead) for code, line in lines.items()} == {
        "ru": ("Мост", "Минтранс"),
        "en": ("Мост", "Ministry"),
        "de": ("Brücke", "Минтранс"),
    }


def test_the_first_snapshots_are_counted_from_the_days_before() -> None:
    initiative = published(-60)
    reported(initiative, "in_progress", -10)

    content = first(recounted=(day(-100), day(-15), day(-8)))

    assert [(row.on, row.counts["announced"], row.counts["in_progress"]) for row in content.snapshots] == [
        (day(-15), 1, 0),
        (day(-8), 0, 1),
        (day(-1), 0, 1),
    ]


def test_later_snapshots_are_the_ones_that_were_told_eight_in_all() -> None:
    earlier = examples.snapshots(8)

    content = told(told=earlier)

    assert content.snapshots[:-1] == earlier[1:]
    assert content.snapshots[-1].on == day(-1)


def test_the_timeline_counts_what_is_due_in_each_of_twelve_months() -> None:
    for due_on in (day(-3), day(-1), day(3), day(40), dt.date(2027, 10, 31), dt.date(2027, 11, 1)):
        due(published(), due_on)

    content = told()

    assert content.overdue_before == 1
    assert [(row.month.isoformat(), row.due) for row in content.months if row.due] == [
        ("2026-11-01", 2),
        ("2027-01-01", 1),
        ("2027-10-01", 1),
    ]
    assert len(content.months) == 12


# --- scope ----------------------------------------------------------------------------------------


def test_a_scope_is_any_filter_of_the_list() -> None:
    inside, outside = published(sector="trade"), published(sector="culture")
    with at(-30) as now:
        party = make.make_party(slug="ministry", published_at=now)
        make.make_responsibility(inside, party)
    for initiative in (inside, outside):
        reported(initiative, "in_progress", -3)

    for query in ("sector=trade", "party=ministry&role=lead", "sector=trade,industry&status=in_progress"):
        content = scoped(query)
        assert (slugs(content.changed), number(content, "total")[0]) == ([inside.slug], 1), query


def test_what_leaves_the_scope_by_its_change_is_told() -> None:
    initiative, other = published(), published()
    reported(initiative, "completed", -3)

    content = scoped("status=announced")

    assert slugs(content.closed) == slugs(content.changed) == [initiative.slug]
    assert number(content, "total") == (1, 2)
    assert slugs(content.new) == []
    assert other.slug not in slugs(content.changed)


def test_a_scope_that_the_list_refuses_is_refused_in_its_words() -> None:
    wrong = scope.problems("sektor=trade&status=begun&on=2026-01-01", today=day(0))

    assert [line.split(":")[0] for line in wrong] == ["status", "sektor", "on"]
    assert scope.problems("sector=trade&q=bridge", today=day(0)) == []
    with pytest.raises(ValidationError, match="Unknown parameter"):
        scope.chosen("sektor=trade", on=day(-1))


# --- the same at any later time -------------------------------------------------------------------


def _full_of_everything() -> list[Initiative]:
    rows = [published(-90, sector="trade") for _ in range(6)]
    statuses = (Status.IN_PROGRESS, Status.PARTLY_DONE, Status.ON_HOLD, Status.DROPPED)
    for number_, (row, status) in enumerate(zip(rows, statuses, strict=False)):
        party = led(row, -90, name=f"Party {number_}")
        due(row, day(number_ * 5 - 9), -90)
        with at(-80) as now:
            source = make.make_source(published_at=now)
            quote = make.make_quote(initiative=row, source=source)
        reported(row, status, -4, note="A step.", quote=quote, told_by=party)
        due(row, day(number_ * 30), -4, reason="So it is.", quote=quote, moved_by=party)
    return rows


def _change_everything(rows: list[Initiative]) -> None:
    """Change after `KNOWN_AT` whatever staff can change, telling of days in the period where it has one."""
    with at(0) as now:
        for row in rows:
            row.refresh_from_db()
            for update in row.updates.filter(withdrawn_at=None):
                progress.withdraw(record=update, reason="Wrong.", now=now)
            for deadline in row.deadlines.filter(withdrawn_at=None):
                progress.withdraw(record=deadline, reason="Wrong.", now=now)
            make.report(row, "dropped", now=now, happened_on=day(-5), note="Changed")
            make.set_deadline(row, day(-4), now=now, said_on=day(-6), reason="Changed")
            row.title_en = row.title_ru = "Changed"
            row.slug, row.announced_on, row.sector = f"changed-{row.pk}", day(-2), "culture"
            row.save()
            row.responsibilities.all().delete()
            make.make_responsibility(row, make.make_party(name="Changed", published_at=now))
        for model in (Party, Source):
            for thing in model.objects.all():
                thing.published_at = None
                thing.save()
        for quote in Quote.objects.all():
            quote.source = make.make_source(publisher="Changed", published_at=now)
            quote.save()
        for row in rows[::2]:
            publishing.hide(initiative=row)
    published(1, announced_on=day(-3), title="Changed")


@pytest.mark.parametrize("before_at", [None, KNOWN_BEFORE])
@pytest.mark.parametrize("query", ["", "sector=trade"])
def test_built_again_it_is_the_same_whatever_was_changed_since(
    before_at: dt.datetime | None, query: str
) -> None:
    rows = _full_of_everything()
    covers = coverage(
        before_at=before_at,
        scope=query,
        in_scope=scope.plain(scope.chosen(query, on=day(-1))),
        was_in_scope=scope.plain(scope.chosen(query, on=day(-8))),
        recounted=(day(-22), day(-15), day(-8)),
    )
    built = Comparison(covers)
    kept, sheet = {code: built.content(code) for code in ("ru", "en")}, built.rows("en")
    _change_everything(rows)

    again = Comparison(covers)

    assert {code: again.content(code) for code in kept} == kept
    assert again.rows("en") == sheet
    assert "Changed" not in str(kept)
    assert all(getattr(kept["en"], part).total for part in ("moved", "changed", "silent_owners"))


def test_it_agrees_with_the_list_as_of_the_day() -> None:
    """The rules of the model hold here, too: nothing was recorded since, so both know the same."""
    _full_of_everything()
    on = day(-1)

    states = Knowledge(KNOWN_AT).states(View(on, KNOWN_AT))

    for row in Initiative.objects.published().as_of(on):
        state = states.pop(row.pk)
        assert (state.status, state.due_on, state.due_precision, state.due_wording) == (
            row.status,
            row.due_on,
            row.due_precision,
            row.due_wording,
        )
        assert (state.baseline_due_on, state.last_reported_on, state.heard_of_on) == (
            row.baseline_due_on,
            row.last_reported_on,
            row.heard_of_on,
        )
        assert (state.health(on), state.silent_days(on), state.days_overdue(on), state.slipped_days) == (
            row.health(on),
            row.silent_days(on),
            row.days_overdue(on),
            row.slipped_days,
        )
    assert states == {}


@pytest.mark.parametrize("copies", [1, 3])
def test_the_number_of_queries_is_the_same_for_one_initiative_and_for_many(
    copies: int, count_queries: Callable[..., int]
) -> None:
    for _copy in range(copies):
        _full_of_everything()

    def tell() -> None:
        comparison_ = Comparison(coverage())
        for code in ("ru", "en", "de"):
            comparison_.content(code)

    # Reports; deadlines; initiatives as known now, as known before, and once public; parties;
    # responsibilities; and for moves and for changes: the rows, their quotes, sources and parties.
    assert count_queries(tell) == 15
