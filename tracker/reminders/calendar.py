"""The calendar entries that come with a reminder: the due days of what it tells of."""

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event

from tracker.models import Initiative


def entries(initiatives: Iterable[Initiative], *, decided_at: dt.datetime) -> bytes:
    """Write the due days as all-day events (RFC 5545), in the active language; nothing where none is known.

    An event keeps its UID, so a calendar that has it moves it when a later reminder names another day.
    """
    dated = [initiative for initiative in initiatives if initiative.due_on]
    if not dated:
        return b""
    calendar = Calendar()
    calendar.add("prodid", "-//Commitment tracker//reminders//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for initiative in dated:
        calendar.add_component(_event(initiative, decided_at))
    return bytes(calendar.to_ical())


def _event(initiative: Initiative, decided_at: dt.datetime) -> Event:
    event = Event()
    event.add("uid", f"initiative-{initiative.pk}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", decided_at.astimezone(dt.UTC))
    event.add("dtstart", initiative.due_on)
    event.add("summary", initiative.title)
    event.add("description", initiative.due_wording)
    event.add("url", settings.SITE_URL + initiative.get_absolute_url())
    event.add("transp", "TRANSPARENT")
    return event
