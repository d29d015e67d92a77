"""The bars of the charts are true to their numbers."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from tests.reports import examples
from tracker.reports import charts

COUNTS = st.lists(st.integers(0, 10_000), min_size=1, max_size=6)


@given(counts=COUNTS, beyond=st.integers(0, 10_000))
def test_shares_never_overflow_and_none_that_exists_vanishes(counts: list[int], beyond: int) -> None:
    whole = sum(counts) + beyond

    shares = charts.shares(counts, of=whole)

    assert sum(shares) <= 100
    assert [share > 0 for share in shares] == [count > 0 for count in counts]


@given(counts=COUNTS.filter(any))
def test_shares_of_all_there_is_fill_the_bar(counts: list[int]) -> None:
    assert sum(charts.shares(counts, of=sum(counts))) == 100


@given(counts=COUNTS, beyond=st.integers(0, 10_000))
def test_a_share_is_off_by_as_little_as_whole_percents_allow(counts: list[int], beyond: int) -> None:
    whole = sum(counts) + beyond

    shares = charts.shares(counts, of=whole)

    wrong = [
        (share, count)
        for share, count in zip(shares, counts, strict=True)
        if abs(share - (count * 100 / whole if whole else 0)) > len(counts)
    ]
    assert wrong == []


def test_parts_of_a_bar_stand_side_by_side() -> None:
    for bar in charts.statuses_over_time(examples.snapshots()):
        ends = [part.start + part.width for part in bar.parts]

        assert [part.start for part in bar.parts] == [0, *ends[:-1]]


def test_the_longest_bar_is_the_one_with_most_initiatives() -> None:
    bars = charts.statuses_over_time(examples.snapshots())

    assert [bar.width for bar in bars][-1] == 100
    assert [bar.count for bar in bars] == [58, 59, 61, 62, 64, 66, 67, 68]


def test_due_dates_begin_with_what_is_overdue_and_name_each_year_once() -> None:
    bars = charts.due_dates(12, examples.months())

    assert [bar.label for bar in bars][:4] == ["Overdue", "November 2026", "December", "January 2027"]
    assert [bar.count for bar in bars][:4] == [12, 2, 5, 1]
    assert "2027" not in "".join(bar.label for bar in bars[4:])


def test_months_in_none_of_which_anything_is_due_are_left_out() -> None:
    nothing_ahead = [dataclasses.replace(row, due=0) for row in examples.months()]

    bars = charts.due_dates(12, nothing_ahead)

    assert [(bar.label, bar.count) for bar in bars] == [("Overdue", 12)]


def test_nothing_due_draws_no_bar() -> None:
    assert [bar.parts for bar in charts.due_dates(0, [])] == [()]
