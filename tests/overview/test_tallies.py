"""What is counted in the database agrees with what each initiative says of itself."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests import factories as make
from tracker.models import Initiative, Party, Quote
from tracker.overview import counting, parties, sources, tallies

pytestmark = pytest.mark.django_db


def _bridges() -> list[Initiative]:
    """One late, one silent without a deadline, one closed, one on track."""
    late = make.make_published(announced_on=make.day(-20))
    make.set_deadline(late, make.day(-2), said_on=make.day(-20))
    silent = make.make_published(announced_on=make.day(-100))
    closed = make.make_published(announced_on=make.day(-300))
    make.report(closed, "completed", happened_on=make.day(-200))
    fine = make.make_published(announced_on=make.day(-10))
    make.set_deadline(fine, make.day(200), said_on=make.day(-10))
    make.report(fine, happened_on=make.day(-4))
    return [late, silent, closed, fine]


def test_a_tally_counts_statuses_and_conditions() -> None:
    bridges = _bridges()
    make.make_initiative()

    tally = tallies.of_all(Initiative.objects.published(), make.TODAY)

    held = [health for bridge in bridges for health in bridge.health(make.TODAY)]
    assert {name: n for name, n in tally.health.items() if n} == Counter(held)
    assert (tally.total, tally.open) == (4, 3)
    assert {name: n for name, n in tally.statuses.items() if n} == {
        "announced": 2,
        "in_progress": 1,
        "completed": 1,
    }
    assert (tally.heard_of_on, tally.last_reported_on) == (make.day(-100), make.day(-4))


def test_what_occurs_twice_counts_once() -> None:
    source, bridge = make.make_source(published_at=make.NOW), make.make_initiative()
    for _ in range(3):
        make.make_quote(source=source, initiative=bridge)
    make.publish(bridge)

    [tally] = sources.announced_by([source], make.TODAY).values()

    assert tally.total == 1
    assert tallies.of_all(sources.announced(source), make.TODAY) == tally
    [row] = counting.publishers()
    assert row == ("BelTA", {"announced": 1})


def test_a_source_is_answered_for_what_it_announced_and_not_for_what_it_reports() -> None:
    source = make.make_source(published_at=make.NOW)
    bridge = make.make_initiative()
    make.make_quote(source=source, relation=Quote.Relation.REPORTS, initiative=bridge)
    make.publish(bridge)

    assert sources.announced_by([source], make.TODAY) == {}
    assert counting.publishers() == []


def test_what_a_party_leads_is_told_apart_from_what_it_takes_part_in() -> None:
    krai, other = (make.make_party(published_at=make.NOW) for _ in range(2))
    for role, bridge in zip(["lead", "lead", "support", "counterpart"], _bridges(), strict=True):
        make.make_responsibility(bridge, krai, role)
    make.make_responsibility(make.make_initiative(), krai)

    led = parties.led_by([krai, other], make.TODAY)

    assert list(led) == [krai.pk]
    assert (led[krai.pk].total, led[krai.pk].health["overdue"]) == (2, 1)
    listed = parties.listed().get(pk=krai.pk)
    assert (listed.leads, listed.supports) == (2, 2)
    assert [(part.role, part.total) for part in parties.parts(krai)] == [
        ("lead", 2),
        ("support", 1),
        ("counterpart", 1),
    ]


def test_the_longest_silent_lead_stands_first_by_the_last_word_about_any_of_its_open_ones() -> None:
    late, silent, closed, fine = _bridges()
    quiet, busy, done, hidden = (make.make_party(published_at=make.NOW) for _ in range(4))
    for party, bridge in ((quiet, silent), (busy, late), (busy, fine), (done, closed)):
        make.make_responsibility(bridge, party)
    Party.objects.filter(pk=hidden.pk).update(published_at=None)
    make.make_responsibility(make.make_published(announced_on=make.day(-999)), hidden)

    owners = counting.silent_owners(make.TODAY)

    assert [(owner.party, owner.open, owner.heard_of_on) for owner in owners] == [
        (quiet, 1, make.day(-100)),
        (busy, 2, make.day(-4)),
    ]


def test_quarters_tell_what_is_late_what_is_to_come_and_what_is_closed() -> None:
    _bridges()
    closed = make.make_published(announced_on=make.day(-300))
    make.set_deadline(closed, make.day(-2), said_on=make.day(-300))
    make.report(closed, "dropped")

    quarters = counting.due_by_quarter(make.TODAY)

    assert [(row.start.isoformat(), *row[1:]) for row in quarters] == [
        ("2026-10-01", 1, 0, 1),
        ("2027-04-01", 0, 1, 0),
    ]


def test_bars_of_a_list_are_as_long_as_their_counts() -> None:
    few, many = (make.make_party(published_at=make.NOW) for _ in range(2))
    for party, number in ((few, 1), (many, 4)):
        for _ in range(number):
            make.make_responsibility(make.make_published(), party)

    rows = tallies.with_bars([many, few, make.make_party()], parties.led_by([few, many], make.TODAY))

    assert [(tally.total, bar.width) for _party, tally, bar in rows] == [(4, 100), (1, 25), (0, 0)]


@pytest.mark.parametrize("count", [1, 20])
def test_each_count_is_one_query(count: int, count_queries: Callable[[Callable[[], object]], int]) -> None:
    party = make.make_party()
    for _ in range(count):
        bridge = make.make_initiative()
        make.make_responsibility(bridge, party)
        make.publish(bridge)

    asked = [counting.sectors, counting.publishers, lambda: counting.due_by_quarter(make.TODAY)]

    assert [count_queries(ask) for ask in asked] == [1, 1, 1]
    assert count_queries(lambda: counting.silent_owners(make.TODAY)) == 2  # and the names of the parties
