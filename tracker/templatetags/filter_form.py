"""The list's filters as a form and as chips: what is offered, what is asked for, and how each is named."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django import template
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from tracker.filters import InitiativeFilter

register = template.Library()

FIELD_NAMES = {
    "q": gettext_lazy("Search"),
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
    "changed_since": gettext_lazy("Changed since"),
    "on": gettext_lazy("As it stood on"),
}
"""Every parameter that narrows the list, in the order in which the page names them."""

Named = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool
    count: int | None


@dataclass(frozen=True)
class Chip:
    """One filter that is set, and the query string without it."""

    field: str
    value: str
    without: str


@register.simple_tag
def options(
    asked: InitiativeFilter, name: str, named: Named | None = None, counts: Mapping[str, int] | None = None
) -> list[Option]:
    """List what a field offers, marking what is asked for; `named` spares the query for rows."""
    given = asked.form[name].value() or []
    chosen = {given} if isinstance(given, str) else {*given}
    offered = named if named is not None else asked.form.fields[name].choices
    return [
        Option(value, capfirst(str(label)), value in chosen, counts[value] if counts else None)
        for value, label in offered
        if value
    ]


@register.simple_tag(takes_context=True)
def chips(context: template.Context, asked: InitiativeFilter, choices: Mapping[str, Named]) -> list[Chip]:
    """List the filters that are set, each value by itself."""
    query_dict = context["request"].GET.copy()
    query_dict.pop("page", None)
    found = []
    for name, field in FIELD_NAMES.items():
        given = asked.form[name].value() or []
        values: list[str] = [given] if isinstance(given, str) else given
        for value in values:
            rest = query_dict.copy()
            rest.setlist(name, [other for other in values if other != value])
            found.append(Chip(str(field), _said(asked, name, value, choices), f"?{rest.urlencode()}"))
    return found


def _said(asked: InitiativeFilter, name: str, value: str, choices: Mapping[str, Named]) -> str:
    """Say one value of the query string as the form says it."""
    cleaned = asked.form.cleaned_data[name]
    if isinstance(cleaned, dt.date):
        return formats.date_format(cleaned, "DATE_FORMAT")
    offered = choices[name] if name in choices else getattr(asked.form.fields[name], "choices", [])
    return str(dict(offered).get(value, value))


@register.filter
def several(offered: Iterable[Option]) -> bool:
    """Answer whether more than one option is chosen."""
    return sum(option.chosen for option in offered) > 1
