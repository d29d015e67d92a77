"""The calendar file that comes with a reminder: the due days of what it tells of."""

import datetime as dt
from collections.abc import Iterable

from tracker import calendar
from tracker.models import Initiative


def entries(initiatives: Iterable[Initiative], *, decided_at: dt.datetime) -> bytes:
    """Write the due days as all-day events, in the active language; nothing where none is known.

    An event keeps its UID, so a calendar that has it moves it when a later reminder names another day.
    """
    days = [day for row in initiatives if (day := calendar.due_day(row, stamped_at=decided_at))]
    return b"".join(calendar.written(days)) if days else b""
