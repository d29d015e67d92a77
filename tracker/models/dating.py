"""How exactly a day is known. A vague date is kept as the last day that its words allow.

The convention is the upper bound of an EDTF interval (ISO 8601-2:2019): "February 2025" is stored as
28 February 2025 with the precision "month". So nothing is called late, or silent, before it is.
"""

import calendar
import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Precision(models.TextChoices):
    DAY = "day", _("day")
    WEEK = "week", _("week")
    MONTH = "month", _("month")
    QUARTER = "quarter", _("quarter")
    HALF_YEAR = "half_year", _("half-year")
    SEASON = "season", _("season")
    YEAR = "year", _("year")
    APPROXIMATE = "approximate", _("approximate")
    UNDATED = "undated", _("no date")


def precision_field() -> "models.CharField[str, str]":
    return models.CharField(
        _("precision"),
        max_length=12,
        choices=Precision,
        default=Precision.DAY,
        help_text=_("How exactly the words name the day. Of a vague date the last possible day is kept."),
    )


def dated_exactly_when_known(name: str, *, day: str, precision: str) -> models.CheckConstraint:
    """Say that `day` is empty exactly when its precision is `undated`."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{day}__isnull": True, precision: Precision.UNDATED})
        | (Q(**{f"{day}__isnull": False}) & ~Q(**{precision: Precision.UNDATED})),
        violation_error_message=_(
            "A day and the precision “no date” exclude each other: enter a day, or choose “no date”."
        ),
    )


def last_day(within: dt.date, precision: str) -> dt.date:
    """Give the last day of the week, month, quarter, half-year, season or year that holds a day.

    Weeks end on Sunday; winter ends with February. An approximate day is held for its month. Without a
    precision of its own the day stands for itself.
    """
    if precision == Precision.WEEK:
        return within + dt.timedelta(days=7 - within.isoweekday())
    season_end = within.month + (2 - within.month) % 3  # February, May, August, November
    ends = {
        Precision.MONTH: within.month,
        Precision.APPROXIMATE: within.month,
        Precision.QUARTER: (within.month + 2) // 3 * 3,
        Precision.HALF_YEAR: 6 if within.month <= 6 else 12,
        Precision.SEASON: season_end,
        Precision.YEAR: 12,
    }
    if precision not in ends:
        return within
    years, month = divmod(ends[Precision(precision)] - 1, 12)
    year = within.year + years
    return dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1])
