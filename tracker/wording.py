"""How days and conditions are said, wherever they are said: on pages, in mails, in a PDF."""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.models import Health, Initiative, Precision, Quote

DAY_IN_RANGE = {"de": "j."}
"""The first day of a range within one month, where it is not the bare number: „16.–22. November 2026“."""
DAY_AND_MONTH = {"de": "j. F", "ru": "j E"}
QUOTATION_MARKS = {"ru": ("«", "»"), "de": ("„", "“"), "en": ("“", "”")}


def day(value: dt.date | None, precision: str = Precision.DAY) -> str:
    """Say a day no more exactly than it is known: "3 February 2025", "about February 2026"."""
    return _day(value, precision, translation.get_language())


@lru_cache(maxsize=4096)  # a mail or a page says the same few days over and over
def _day(value: dt.date | None, precision: str, language: str | None) -> str:
    """Say a day in the active language, which is `language`."""
    if value is None:
        return _("no date")
    if precision == Precision.DAY:
        return formats.date_format(value, "DATE_FORMAT")
    month = formats.date_format(value, "YEAR_MONTH_FORMAT")
    if language == "ru":
        month = month.lower()  # Django gives the name as it begins a sentence
    names = {
        Precision.WEEK: _("the week to %(day)s") % {"day": formats.date_format(value, "DATE_FORMAT")},
        Precision.MONTH: month,
        Precision.QUARTER: _("quarter %(number)s of %(year)s")
        % {"number": (value.month + 2) // 3, "year": value.year},
        Precision.HALF_YEAR: _("half-year %(number)s of %(year)s")
        % {"number": 1 if value.month <= 6 else 2, "year": value.year},
        Precision.SEASON: _("season to %(month)s") % {"month": month},
        Precision.YEAR: str(value.year),
        Precision.APPROXIMATE: _("about %(month)s") % {"month": month},
    }
    return names[Precision(precision)]


def days(first: dt.date, last: dt.date) -> str:
    """Say a stretch of days, both included: "16–22 November 2026", "November 2026", "quarter 4 of 2026"."""
    if first == last:
        return day(last)
    whole = _whole(first, last)
    if whole:
        return day(last, whole)
    if (first.year, first.month) == (last.year, last.month):
        return f"{_said(first, DAY_IN_RANGE, 'j')}–{day(last)}"
    if first.year == last.year:
        return f"{_said(first, DAY_AND_MONTH, 'j F')} – {day(last)}"
    return f"{day(first)} – {day(last)}"


def month(value: dt.date) -> str:
    """Say the month alone, as it begins a line: "November"."""
    return formats.date_format(value, "F")


def short_day(value: dt.date) -> str:
    """Say a day without its year."""
    return _said(value, DAY_AND_MONTH, "j F")


def _said(value: dt.date, by_language: dict[str, str], otherwise: str) -> str:
    return formats.date_format(value, by_language.get(translation.get_language() or "", otherwise))


def _whole(first: dt.date, last: dt.date) -> Precision | None:
    """Name the calendar unit that these days fill, if they fill one."""
    if first.day != 1 or (last + dt.timedelta(days=1)).day != 1:
        return None
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months == 1:
        return Precision.MONTH
    if months == 3 and first.month in (1, 4, 7, 10):
        return Precision.QUARTER
    return Precision.YEAR if months == 12 and first.month == 1 else None


def condition(health: Health, initiative: Initiative, on: dt.date) -> str:
    """Say one condition in words, with its days where it has any."""
    if health == Health.OVERDUE:
        late = initiative.days_overdue(on)
        return ngettext("%(days)d day late", "%(days)d days late", late) % {"days": late}
    if health == Health.SILENT:
        silent = initiative.silent_days(on)
        text = ngettext("nothing reported for %(days)d day", "nothing reported for %(days)d days", silent)
        return text % {"days": silent}
    if health == Health.DUE_SOON and initiative.due_on:
        left = (initiative.due_on - on).days
        text = ngettext("%(days)d day left", "%(days)d days left", left) if left else _("due today")
        return text % {"days": left}
    return str(health.label)


def quoted(words: str, language: str) -> str:
    """Set words between the quotation marks of their language."""
    opening, closing = QUOTATION_MARKS.get(language, QUOTATION_MARKS["en"])
    return f"{opening}{words}{closing}"


def leading_quote(quotes: Iterable[Quote]) -> Quote | None:
    """Give the announcing words that were recorded first, else the first words at all.

    Staff, and the seeds, record the words that say most before those that add to them.
    """
    rows = list(quotes)
    announcing = [quote for quote in rows if quote.relation == Quote.Relation.ANNOUNCES]
    return min(announcing or rows, key=lambda quote: quote.pk, default=None)


def slip(initiative: Initiative) -> str:
    """Say by how many days the deadline has moved; empty when it has not."""
    days = initiative.slipped_days or 0
    if days > 0:
        return ngettext("moved %(days)d day later", "moved %(days)d days later", days) % {"days": days}
    if days < 0:
        text = ngettext("brought forward %(days)d day", "brought forward %(days)d days", -days)
        return text % {"days": -days}
    return ""
