"""What the page of one initiative says besides the list: on what its state rests, and how its deadline moved.

Nothing here asks the database: the page has prefetched reports, deadlines, and quotes with their sources.
"""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

from django import template
from django.utils import translation
from django.utils.translation import ngettext

from tracker.models import Deadline, Initiative, Quote, StatusUpdate

register = template.Library()


@register.filter
def our_translation(quote: Quote) -> str:
    """Give our translation into the reader's language, where the reader needs one and there is one."""
    return quote.translation_into(translation.get_language() or "")


@register.filter
def newest_report(initiative: Initiative) -> StatusUpdate | None:
    """Give the report that the status rests on; None while it was only announced."""
    reports = list(initiative.updates.all())
    return reports[-1] if reports else None


@dataclass(frozen=True)
class Move:
    """A deadline that followed another one; `days` between them, None where either names no day."""

    before: Deadline
    after: Deadline

    @property
    def days(self) -> int | None:
        if self.before.due_on is None or self.after.due_on is None:
            return None
        return (self.after.due_on - self.before.due_on).days


@register.filter
def moves(initiative: Initiative) -> list[Move]:
    """List how the deadline moved, oldest first."""
    deadlines = list(initiative.deadlines.all())
    pairs = (Move(before, after) for before, after in pairwise(deadlines))
    return [move for move in pairs if move.before.due_on != move.after.due_on]


@register.filter
def move_to(initiative: Initiative, deadline: Deadline) -> Move | None:
    """Give the move that led to a deadline; None of the first one."""
    return next((move for move in moves(initiative) if move.after == deadline), None)


@register.filter
def slip_record(initiative: Initiative) -> str:
    """Say how often the deadline moved, and by how much in all; empty when it never did."""
    times = len(moves(initiative))
    if not times:
        return ""
    moved = ngettext("moved %(times)d time", "moved %(times)d times", times) % {"times": times}
    days = initiative.slipped_days
    return moved if days is None else f"{moved}, {shift(days)}"


@register.filter
def shift(days: int) -> str:
    """Say a number of days with its sign: "+210 days", "−1 day"."""
    sign = "−" if days < 0 else "+" if days else "±"
    text = ngettext("%(sign)s%(days)d day", "%(sign)s%(days)d days", abs(days))
    return text % {"sign": sign, "days": abs(days)}


@register.filter
def is_reached(day: dt.date | None, on: dt.date) -> bool:
    """Answer whether a milestone that was reached on `day` is so at the end of `on`."""
    return day is not None and day <= on
