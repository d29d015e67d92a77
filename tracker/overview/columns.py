"""Where the columns of statuses over time stand, and the names beside the last one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.models import Status
from tracker.overview.history import Month

HEIGHT = 220
"""Of the room for the highest column, in pixels."""
LINE = 18
"""Of a name, in pixels: no two stand closer."""
GAP = 0.15
"""Between two columns, as a share of one."""


@dataclass(frozen=True)
class Segment:
    """A stretch of a column: `x` and `width` in percent, `y` and `height` in pixels from the top."""

    name: str
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True)
class Name:
    """The name of a status at the height of its stretch of the last column."""

    name: str
    label: str
    count: int
    y: float


def segments(months: Sequence[Month]) -> list[Segment]:
    """Stack the statuses of each month from the ground up, in the order of the scale turned round.

    What is only announced stands on top: it is what the other statuses have not taken away.
    """
    highest = max((month.total for month in months), default=0)
    if not highest:
        return []
    room = 100 / len(months)
    found = []
    for number, month in enumerate(months):
        top = HEIGHT * (1 - month.total / highest)
        for status in Status.values:
            height = HEIGHT * month.counts[status] / highest
            if height:
                across = (_short(number * room), _short(room * (1 - GAP)))
                found.append(Segment(status, *across, y=_short(top), height=_short(height)))
            top += height
    return found


def names(last: Month) -> list[Name]:
    """Name what stands in the last column, from the top down, each as near to its middle as there is room."""
    labels = dict(Status.choices)
    found: list[Name] = []
    top = 0.0
    for status in Status.values:
        if count := last.counts[status]:
            height = HEIGHT * count / last.total
            middle = top + height / 2
            lowest = found[-1].y + LINE if found else LINE / 2
            found.append(Name(status, str(labels[status]), count, max(middle, lowest)))
            top += height
    return _lifted(found)


def _lifted(found: list[Name]) -> list[Name]:
    """Move up what would stand below the ground."""
    lowest, lifted = HEIGHT - LINE / 2, []
    for name in reversed(found):
        y = min(name.y, lowest)
        lifted.append(Name(name.name, name.label, name.count, _short(y)))
        lowest = y - LINE
    return lifted[::-1]


def _short(value: float) -> float:
    return round(value, 2)
