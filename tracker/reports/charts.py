"""Numbers of the charts. Mail, page and PDF draw the same bars from them, each with its own means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.models import Health, Status
from tracker.reports.content import Month, Snapshot
from tracker.wording import day, month


@dataclass(frozen=True)
class Part:
    """One stretch of a bar; `start` and `width` are percent of the longest bar."""

    name: str
    label: str
    count: int
    start: int
    width: int

    @property
    def middle(self) -> int:
        return self.start + self.width // 2

    @property
    def has_room(self) -> bool:
        """Answer that the count can stand inside, on a phone too."""
        return self.width >= 1 + 3 * len(str(self.count))


@dataclass(frozen=True)
class Bar:
    """One line of a chart. Bars begin at zero; the longest of a chart is 100 percent."""

    label: str
    count: int
    parts: tuple[Part, ...]

    @property
    def width(self) -> int:
        return sum(part.width for part in self.parts)

    @property
    def rest(self) -> int:
        return 100 - self.width


def statuses_over_time(snapshots: Sequence[Snapshot]) -> tuple[Bar, ...]:
    """Draw a bar for the end of each period, oldest first, split by status."""
    longest = max((sum(row.counts.values()) for row in snapshots), default=0)
    return tuple(
        bar(
            day(row.on),
            [(value, str(label), row.counts.get(value, 0)) for value, label in Status.choices],
            of=longest,
        )
        for row in snapshots
    )


def due_dates(overdue_before: int, months: Sequence[Month]) -> tuple[Bar, ...]:
    """Draw what is due in each month, after a bar of what was due before and is still open.

    Where nothing is due in any month, that bar stands alone.
    """
    months = months if any(row.due for row in months) else ()
    longest = max(overdue_before, *(row.due for row in months), 0)
    rows = [(str(Health.OVERDUE.label).capitalize(), "overdue", overdue_before)]
    rows += [(_month_label(row, is_first=not number), "due", row.due) for number, row in enumerate(months)]
    return tuple(bar(label, [(name, label, count)], of=longest) for label, name, count in rows)


def shares(counts: Sequence[int], *, of: int) -> list[int]:
    """Give each count as whole percent of `of`: together never over 100, and none that exists vanishes.

    Percents lost by rounding down go to the largest remainders.
    """
    if not of:
        return [0] * len(counts)
    exact = [count * 100 / of for count in counts]
    whole = [max(int(value), 1) if value else 0 for value in exact]
    by_remainder = sorted(range(len(counts)), key=lambda i: exact[i] - whole[i], reverse=True)
    left = round(sum(exact)) - sum(whole)
    for i in by_remainder[: max(left, 0)]:
        whole[i] += 1
    while sum(whole) > 100:
        whole[whole.index(max(whole))] -= 1
    return whole


def bar(label: str, counted: Sequence[tuple[str, str, int]], *, of: int) -> Bar:
    """Draw one bar of parts, each told by name, label and count; `of` is what fills the whole width."""
    widths = shares([count for _name, _label, count in counted], of=of)
    parts = tuple(_parts(zip(counted, widths, strict=True)))
    return Bar(label=label, count=sum(part.count for part in parts), parts=parts)


def _parts(rows: Iterable[tuple[tuple[str, str, int], int]]) -> Iterable[Part]:
    start = 0
    for (name, label, count), width in rows:
        if count:
            yield Part(name=name, label=label, count=count, start=start, width=width)
        start += width


def _month_label(row: Month, *, is_first: bool) -> str:
    """Name the year where it begins, and in the first line."""
    name = month(row.month)
    return f"{name} {row.month.year}" if is_first or row.month.month == 1 else name
