"""The calendar entries that come with a reminder: the due days of what it tells of.

The lines are put together here: icalendar takes as long for one entry as all else of a mail takes.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.conf import settings

from tracker.models import Initiative

LINE = 75
"""Bytes that a line has room for, without the end of the line (RFC 5545, 3.1)."""
BEGINNING = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Commitment tracker//reminders//EN",
    "METHOD:PUBLISH",
)
ESCAPES = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n", "\r": None, "\0": None})
"""How text is written in a value (RFC 5545, 3.3.11)."""


def entries(initiatives: Iterable[Initiative], *, decided_at: dt.datetime) -> bytes:
    """Write the due days as all-day events (RFC 5545), in the active language; nothing where none is known.

    An event keeps its UID, so a calendar that has it moves it when a later reminder names another day.
    """
    events = [line for initiative in initiatives for line in _event(initiative, decided_at)]
    if not events:
        return b""
    return b"".join(_folded(line) for line in (*BEGINNING, *events, "END:VCALENDAR"))


def _event(initiative: Initiative, decided_at: dt.datetime) -> Iterator[str]:
    if initiative.due_on is None:
        return
    yield "BEGIN:VEVENT"
    yield f"UID:initiative-{initiative.pk}@{urlsplit(settings.SITE_URL).hostname}"
    yield f"DTSTAMP:{decided_at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{initiative.due_on:%Y%m%d}"
    yield f"SUMMARY:{initiative.title.translate(ESCAPES)}"
    yield f"DESCRIPTION:{initiative.due_wording.translate(ESCAPES)}"
    yield f"URL:{settings.SITE_URL}{initiative.get_absolute_url()}"
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
