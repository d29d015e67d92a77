"""How facts are said in templates: a day with its precision, health in words, a query string changed."""

import datetime as dt

from django import template
from django.http import HttpRequest
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tracker.models import Health, Initiative, Precision

register = template.Library()

QUOTATION_MARKS = {"ru": "«»", "de": "„“", "en": "“”"}


@register.filter
def quoted(words: str, language: str) -> str:
    """Set words between the quotation marks of their language."""
    opening, closing = QUOTATION_MARKS.get(language, QUOTATION_MARKS["en"])
    return f"{opening}{words}{closing}"


@register.simple_tag
def day(value: dt.date | None, precision: str = Precision.DAY) -> str:
    """Say a day no more exactly than it is known: "3 February 2025", "February 2025", "about February 2026"."""
    if value is None:
        return _("no date")
    if precision == Precision.DAY:
        return formats.date_format(value, "DATE_FORMAT")
    month = formats.date_format(value, "YEAR_MONTH_FORMAT")
    names = {
        Precision.WEEK: _("the week to %(day)s") % {"day": formats.date_format(value, "DATE_FORMAT")},
        Precision.MONTH: month,
        Precision.QUARTER: _("quarter %(number)s of %(year)s") % {"number": (value.month + 2) // 3, "year": value.year},
        Precision.HALF_YEAR: _("half-year %(number)s of %(year)s")
        % {"number": 1 if value.month <= 6 else 2, "year": value.year},
        Precision.SEASON: _("season to %(month)s") % {"month": month},
        Precision.YEAR: str(value.year),
        Precision.APPROXIMATE: _("about %(month)s") % {"month": month},
    }
    return names[Precision(precision)]


@register.filter
def conditions(initiative: Initiative, on: dt.date) -> list[Health]:
    return initiative.health(on)


@register.filter
def days_overdue(initiative: Initiative, on: dt.date) -> int:
    return initiative.days_overdue(on)


@register.filter
def days_silent(initiative: Initiative, on: dt.date) -> int:
    return initiative.silent_days(on)


@register.filter
def missing_names(initiative: Initiative) -> list[str]:
    """Name the missing elements in the reader's language."""
    names = {
        "owner": pgettext("missing element", "owner"),
        "date": pgettext("missing element", "date"),
        "measure": pgettext("missing element", "measure"),
        "place": pgettext("missing element", "place"),
        "money": pgettext("missing element", "money"),
    }
    return [names[element] for element in initiative.missing_elements]


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """Give the present query string with some values changed; None or '' drops one."""
    request: HttpRequest = context["request"]
    values = request.GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            values.pop(name, None)
        else:
            values[name] = str(value)
    return f"?{values.urlencode()}" if values else "?"


@register.simple_tag(takes_context=True)
def in_language(context: template.Context, language: str) -> str:
    """Give the address of this very page in another language."""
    request: HttpRequest = context["request"]
    parts = request.path.split("/", 2)
    if len(parts) < 3 or parts[1] not in translation.trans_real.get_languages():
        return f"/{language}/"
    query_string = request.META.get("QUERY_STRING", "")
    return f"/{language}/{parts[2]}" + (f"?{query_string}" if query_string else "")
