"""The drawings are true to their numbers, and no name stands over another."""

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from tests import factories as make
from tracker.models import Status
from tracker.overview import columns, due
from tracker.overview.columns import HEIGHT, LINE
from tracker.overview.counting import Quarter
from tracker.overview.history import Month

COUNTS = st.lists(st.integers(0, 100_000), min_size=6, max_size=6).filter(any)


def month(counts: list[int]) -> Month:
    return Month(make.TODAY, dict(zip(Status.values, counts, strict=True)))


@given(months=st.lists(COUNTS.map(month), min_size=1, max_size=48))
def test_columns_stand_on_the_ground_side_by_side_and_the_highest_fills_the_room(months: list[Month]) -> None:
    segments = columns.segments(months)

    by_column: dict[float, list[columns.Segment]] = {}
    for segment in segments:
        by_column.setdefault(segment.x, []).append(segment)
    heights = [sum(segment.height for segment in column) for column in by_column.values()]
    assert len(by_column) == len(months)
    assert abs(max(heights) - HEIGHT) < 0.1
    for column in by_column.values():
        assert abs(column[-1].y + column[-1].height - HEIGHT) < 0.1
    assert all(segment.x + segment.width <= 100 for segment in segments)


@given(counts=COUNTS)
def test_names_keep_their_order_stand_within_and_apart(counts: list[int]) -> None:
    names = columns.names(month(counts))

    heights = [name.y for name in names]
    assert [name.name for name in names] == [
        value for value, count in zip(Status.values, counts, strict=True) if count
    ]
    assert all(LINE / 2 - 0.1 <= height <= HEIGHT - LINE / 2 + 0.1 for height in heights)
    assert all(below - above >= LINE - 0.1 for above, below in itertools.pairwise(heights))


def test_without_anything_nothing_is_drawn() -> None:
    assert columns.segments([]) == []
    assert columns.segments([month([0] * 6)]) == []


def test_far_quarters_are_told_together() -> None:
    starts = [dt.date(year, first, 1) for year in range(2023, 2031) for first in (1, 4, 7, 10)]
    quarters = [
        Quarter(start, 1, 0, 2) if start <= make.TODAY else Quarter(start, 0, 3, 0) for start in starts
    ]

    lines = due.lines(quarters, make.TODAY)

    labels = [line.label for line in lines]
    assert len(lines) == due.PAST_SHOWN + due.AHEAD_SHOWN + 2
    assert (labels[0], labels[1]) == ("up to quarter 4 of 2024", "quarter 1 of 2025")
    assert (labels[8], labels[9]) == ("quarter 4 of 2026", "quarter 1 of 2027")
    assert labels[-1] == "from quarter 1 of 2029"
    assert sum(line.quarter.total for line in lines) == sum(quarter.total for quarter in quarters)
    assert lines[0].quarter[1:] == (8, 0, 16)
    assert max(line.bar.width for line in lines) == 100
