"""The quarters in which something is due, as lines of a chart. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tracker.models import Health, Precision
from tracker.models.dating import last_day
from tracker.overview.counting import Quarter
from tracker.reports.charts import Bar, bar
from tracker.wording import day

PAST_SHOWN = 8
AHEAD_SHOWN = 8
"""Quarters that are told one by one; those before and after them are told together."""


@dataclass(frozen=True)
class DueLine:
    label: str
    quarter: Quarter
    bar: Bar


def lines(quarters: Sequence[Quarter], on: dt.date) -> list[DueLine]:
    """Label and draw the quarters, oldest first; the one that holds a day is the last of the past."""
    past = [quarter for quarter in quarters if quarter.start <= on]
    ahead = quarters[len(past) :]
    older, newer = past[:-PAST_SHOWN], ahead[AHEAD_SHOWN:]
    told = [(_name(quarter), quarter) for quarter in (*past[-PAST_SHOWN:], *ahead[:AHEAD_SHOWN])]
    if older:
        told.insert(0, (_("up to %(quarter)s") % {"quarter": _name(older[-1])}, _together(older)))
    if newer:
        told.append((_("from %(quarter)s") % {"quarter": _name(newer[0])}, _together(newer)))
    longest = max((quarter.total for _label, quarter in told), default=0)
    return [DueLine(label, quarter, _bar(quarter, longest)) for label, quarter in told]


def _name(quarter: Quarter) -> str:
    return day(last_day(quarter.start, Precision.QUARTER), Precision.QUARTER)


def _together(quarters: Sequence[Quarter]) -> Quarter:
    sums = (sum(counts) for counts in zip(*(quarter[1:] for quarter in quarters), strict=True))
    return Quarter(quarters[0].start, *sums)


def _bar(quarter: Quarter, longest: int) -> Bar:
    parts = [
        ("overdue", str(Health.OVERDUE.label), quarter.overdue),
        ("due", _("to come"), quarter.ahead),
        ("closed", str(Health.CLOSED.label), quarter.closed),
    ]
    return bar("", parts, of=longest)
