"""Due days as calendar entries (RFC 5545), for the file in a mail and for the one at an address alike.

The lines are put together here: icalendar takes as long for one entry as all else of a mail takes.
"""

import datetime as dt
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from tracker import wording
from tracker.models import Initiative, Milestone, Precision, Status

LINE = 75
"""Bytes that a line has room for, without the end of the line (RFC 5545, 3.1)."""
BEGINNING = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Commitment tracker//deadlines//EN",
    "METHOD:PUBLISH",
)
ESCAPES = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n", "\r": None, "\0": None})
"""How text is written in a value (RFC 5545, 3.3.11)."""


@dataclass(frozen=True)
class Entry:
    """One day. A calendar that has its `key` already moves it there, if `stamped_at` is later."""

    key: str
    day: dt.date
    summary: str
    description: str
    path: str
    stamped_at: dt.datetime
    is_cancelled: bool = False


def due_day(initiative: Initiative, *, stamped_at: dt.datetime) -> Entry | None:
    """Make the entry of the day on which an initiative is due; None where no day is known."""
    if initiative.due_on is None:
        return None
    return Entry(
        key=f"initiative-{initiative.pk}",
        day=initiative.due_on,
        summary=initiative.title,
        description=_described(initiative.due_wording, initiative.due_on, initiative.due_precision),
        path=initiative.get_absolute_url(),
        stamped_at=stamped_at,
        is_cancelled=initiative.status == Status.DROPPED,
    )


def milestone_day(milestone: Milestone, initiative: Initiative, *, stamped_at: dt.datetime) -> Entry | None:
    """Make the entry of the day on which a step is due; None where no day is known."""
    if milestone.due_on is None:
        return None
    return Entry(
        key=f"milestone-{milestone.pk}",
        day=milestone.due_on,
        summary=f"{initiative.title}: {milestone.title}",
        description=_described("", milestone.due_on, milestone.due_precision),
        path=initiative.get_absolute_url(),
        stamped_at=stamped_at,
        is_cancelled=initiative.status == Status.DROPPED,
    )


def written(entries: Iterable[Entry], *, headers: Iterable[str] = ()) -> Generator[bytes]:
    """Write a calendar piece by piece. `headers` are lines about the whole, their texts made by `escaped`."""
    yield b"".join(_folded(line) for line in (*BEGINNING, *headers))
    for entry in entries:
        yield b"".join(_folded(line) for line in _lines(entry))
    yield _folded("END:VCALENDAR")


def escaped(text: str) -> str:
    return text.translate(ESCAPES)


def _described(words: str, on: dt.date, precision: str) -> str:
    """Give the words that named the time, and how the day follows from them where they name none."""
    if precision == Precision.DAY:
        return words
    vague = _("Not an exact day: %(time)s. The last day that this allows is shown.")
    said = vague % {"time": wording.day(on, precision)}
    return f"{words}\n{said}" if words else said


def _lines(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.key}@{urlsplit(settings.SITE_URL).hostname}"
    yield f"DTSTAMP:{entry.stamped_at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"
    yield f"SUMMARY:{escaped(entry.summary)}"
    if entry.description:
        yield f"DESCRIPTION:{escaped(entry.description)}"
    yield f"URL:{settings.SITE_URL}{entry.path}"
    if entry.is_cancelled:
        yield "STATUS:CANCELLED"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _folded(line: str) -> bytes:
    """End a line, and go on in a new one, one space in, where it has no more room; no letter is cut."""
    rest, pieces = line.encode(), []
    while len(rest) > LINE:
        end = LINE
        while rest[end] & 0b1100_0000 == 0b1000_0000:  # in the middle of a letter
            end -= 1
        pieces.append(rest[:end])
        rest = b" " + rest[end:]
    return b"\r\n".join([*pieces, rest, b""])
