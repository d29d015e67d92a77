"""How a scope is said in words of the active language, and with it a series that readers follow by mail."""

import datetime as dt
from typing import Any

from django.forms import ModelMultipleChoiceField
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.filters import InitiativeFilter
from tracker.models import Series
from tracker.reports import scope
from tracker.wording import day

LONGEST = 120
"""Characters of a name: in the subject of a report the finding follows it."""

NAMES = {
    "q": gettext_lazy("Search"),
    "initiative": gettext_lazy("Initiative"),
    "status": gettext_lazy("Status"),
    "health": gettext_lazy("Condition"),
    "sector": gettext_lazy("Sector"),
    "firmness": gettext_lazy("Firmness"),
    "place": gettext_lazy("Place"),
    "party": gettext_lazy("Party"),
    "role": gettext_lazy("Role of the party"),
    "source": gettext_lazy("Source"),
    "announced_after": gettext_lazy("Announced from"),
    "announced_before": gettext_lazy("Announced up to"),
    "due_after": gettext_lazy("Due from"),
    "due_before": gettext_lazy("Due up to"),
}
"""Every parameter that a scope may hold, in the order in which they are said."""


def parts(text: str, *, today: dt.date) -> list[tuple[str, str]]:
    """Say each filter of a scope: its name, and its values. Empty for everything, and for what is refused."""
    asked = scope.read(text, today=today)
    if asked.problems:
        return []
    return [
        (str(name), _said(asked, field)) for field, name in NAMES.items() if asked.form.cleaned_data[field]
    ]


def name(text: str, *, today: dt.date) -> str:
    """Say a scope in one line: "All initiatives", "Sector: agriculture · Status: announced"."""
    if not text:
        return _("All initiatives")
    said = parts(text, today=today)
    if not said:
        return _("Initiatives that are not public at present")
    values = (
        [values for _label, values in said]
        if _names_initiatives(text)
        else [": ".join(part) for part in said]
    )
    return Truncator(" · ".join(values)).chars(LONGEST)


def of_series(series: Series, *, today: dt.date) -> str:
    """Name a series: as staff do, or by its scope where it is for followers."""
    return name(series.scope, today=today) if series.is_for_followers else series.name


def _names_initiatives(text: str) -> bool:
    return text.startswith("initiative=") and "&" not in text


def _said(asked: InitiativeFilter, field: str) -> str:
    value: Any = asked.form.cleaned_data[field]
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(asked.form.fields[field], ModelMultipleChoiceField):
        return ", ".join(sorted(str(row) for row in value))
    if isinstance(value, list):
        choice: Any = asked.form.fields[field]
        labels = dict(choice.choices)
        return ", ".join(str(labels[chosen]) for chosen in value)
    return capfirst(str(value))
