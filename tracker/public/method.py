"""The page that says how the tracker works. Its numbers and examples come from the rules themselves."""

import datetime as dt
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker import proposals
from tracker.models import Firmness, Health, Initiative, Precision, Status
from tracker.models.dating import last_day
from tracker.models.initiative import DUE_SOON_DAYS, SILENT_AFTER_DAYS
from tracker.wording import day

STATUSES = {
    Status.ANNOUNCED: _("It was said. No source shows a step."),
    Status.IN_PROGRESS: _("A source, or whoever answers for it, shows a concrete step."),
    Status.PARTLY_DONE: _("A part that can be checked is there; the rest is not."),
    Status.COMPLETED: _(
        "What was announced is there: the words of a source say so, or a controller has accepted it."
    ),
    Status.ON_HOLD: _("Whoever answers for it says that the work rests."),
    Status.DROPPED: _("It was given up. It stays in the list."),
}
FIRMNESSES = {
    Firmness.PROPOSED: _("It is being discussed; somebody is ready or interested."),
    Firmness.PLANNED: _("Somebody says that they will do it."),
    Firmness.AGREED: _("The sides have signed it."),
    Firmness.ORDERED: _("Somebody who may has ordered it."),
}
READINGS = [
    (_("by 1 July 2026"), Precision.DAY, dt.date(2026, 7, 1)),
    (_("in the week of 6 July 2026"), Precision.WEEK, dt.date(2026, 7, 6)),
    (_("in June 2026"), Precision.MONTH, dt.date(2026, 6, 1)),
    (_("in the third quarter of 2026"), Precision.QUARTER, dt.date(2026, 7, 1)),
    (_("in the first half of 2026"), Precision.HALF_YEAR, dt.date(2026, 1, 1)),
    (_("in spring 2026"), Precision.SEASON, dt.date(2026, 3, 1)),
    (_("in 2026"), Precision.YEAR, dt.date(2026, 1, 1)),
    (_("in about a year, said on 3 February 2025"), Precision.APPROXIMATE, dt.date(2026, 2, 3)),
]
"""Words, how exactly they name a day, and a day within what they name."""


class Reading(NamedTuple):
    """How one wording is read. `overdue_from` is the first day on which it counts as late."""

    words: Any
    shown: str
    last: dt.date
    overdue_from: dt.date


def method(request: HttpRequest) -> HttpResponse:
    """Say what counts, how it is read and judged, who decides, and what is kept of readers."""
    context = {
        "statuses": [(status, status.label, words) for status, words in STATUSES.items()],
        "firmnesses": [(firmness.label, words) for firmness, words in FIRMNESSES.items()],
        "healths": [(health, health.label) for health in Health],
        "readings": [_read(*reading) for reading in READINGS],
        "due_soon_days": DUE_SOON_DAYS,
        "silent_days": SILENT_AFTER_DAYS,
        "read_within": proposals.READ_WITHIN.days,
        "kept_days": proposals.READERS_KEPT.days,
        "cited": settings.SITE_URL + reverse("initiative", args=["example"]),
        "on": timezone.localdate(),
    }
    return render(request, "public/method.html", context)


def _read(words: Any, precision: Precision, within: dt.date) -> Reading:
    due_on = last_day(within, precision)
    promised = Initiative(status=Status.ANNOUNCED, due_on=due_on, due_precision=precision)
    days = (due_on + dt.timedelta(days=number) for number in range(3))
    overdue_from = next(on for on in days if promised.days_overdue(on))
    return Reading(words, day(due_on, precision), due_on, overdue_from)
