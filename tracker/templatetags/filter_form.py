"""The list's filters as a form and as chips: what is offered, what is asked for, and how each is named."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext

from tracker.facets import FIXED, LINKED, Facets
from tracker.filters import ORDERINGS, InitiativeFilter
from tracker.moulds import Mould, mark

register = template.Library()

FIELD_NAMES = {
    "q": gettext_lazy("Search"),
    "status": gettext_lazy("Status"),
    "health": gettext_lazy("Condition"),
    "party": gettext_lazy("Party"),
    "role": gettext_lazy("Role of the party"),
    "sector": gettext_lazy("Sector"),
    "place": gettext_lazy("Place"),
    "source": gettext_lazy("Source"),
    "firmness": gettext_lazy("Firmness"),
    "announced_after": gettext_lazy("Announced from"),
    "announced_before": gettext_lazy("Announced up to"),
    "due_after": gettext_lazy("Due from"),
    "due_before": gettext_lazy("Due up to"),
    "changed_since": gettext_lazy("Changed since"),
    "initiative": gettext_lazy("Initiative"),
    "on": gettext_lazy("As it stood on"),
}
"""Every parameter that narrows the list, in the order in which the page names them."""

CHOSEN = ("status", "health", "party", "role", "sector", "place", "source", "firmness")
AT_FIRST = ("status", "health")
"""Open before anything is chosen in them."""
MARKED = ("status", "health")
NEWEST = "-announced_on"
"""The order in which the list stands unless another is asked for."""


@dataclass(frozen=True)
class Chip:
    """One filter that is set, and the query string without it."""

    name: str
    field: str
    value: str
    without: str


@dataclass(frozen=True)
class Relief:
    """A filter that can be taken away, or kept alone, so that something is found."""

    field: str
    values: str
    address: str
    count: int
    is_alone: bool


@register.filter
@register.simple_tag
def grouped(number: int) -> str:
    """Write a whole number with its thousands apart."""
    return formats.number_format(number, use_l10n=True, force_grouping=True)


@register.simple_tag(takes_context=True)
def offered(context: template.Context, asked: InitiativeFilter, facets: Facets) -> SafeString:
    """Write the filters that offer choices, each with what it offers."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    return SafeString("".join([_facet(asked, facets, name, query.urlencode()) for name in CHOSEN]))


def _facet(asked: InitiativeFilter, facets: Facets, name: str, query: str) -> SafeString:
    language = get_language() or ""
    chosen = {*(asked.form[name].value() or ())}
    if name in LINKED:
        rows = [(row.value, row.label, row.count) for row in facets.offered[name]]
    else:
        counts = facets.counts[name]
        rows = [(value, label, counts.get(value, 0)) for value, label in _labels(name, language)]
    written = [_check(name, value, label, n, value in chosen, language) for value, label, n in rows]
    many = facets.many.get(name, 0)
    number = len(chosen)
    return _CHECKS.fill(
        name,
        FIELD_NAMES[name],
        name in AT_FIRST or chosen,
        number and ngettext("%(n)d chosen", "%(n)d chosen", number) % {"n": number},
        SafeString("".join(written)),
        f"{reverse('choices', args=[name])}{query and '?'}{query}" if many > len(rows) else "",
        grouped(many),
        language=language,
    )


@lru_cache(maxsize=64)
def _labels(name: str, language: str) -> list[tuple[str, str]]:
    """Name the choices of a fixed filter in the active language, which is `language`."""
    return [(value, capfirst(str(label))) for value, label in FIXED[name].choices]


@lru_cache(maxsize=4096)
def _check(name: str, value: str, label: str, count: int, chosen: bool, language: str) -> SafeString:
    shown = mark(value, label) if name in MARKED else label
    return _CHECK.fill(name, value, shown, count, grouped(count), chosen, language=language)


_CHECK = Mould("public/filter_check.html", "name", "value", "label", "count", "said", "chosen")
_CHECKS = Mould("public/filter_checks.html", "name", "label", "open", "chosen", "options", "more", "many")


@register.simple_tag
def field_name(name: str) -> str:
    return str(FIELD_NAMES[name])


@register.simple_tag
def is_chosen(asked: InitiativeFilter, name: str, value: str) -> bool:
    return value in asked.narrowing.get(name, ())


@register.simple_tag
def orderings(asked: InitiativeFilter) -> list[tuple[str, str, bool]]:
    """List the orders: the value, empty for the usual one, its words, and if it is asked for."""
    wanted = asked.form.cleaned_data["ordering"] or NEWEST
    return [
        ("" if value == NEWEST else value, capfirst(str(label)), value == wanted)
        for value, label in sorted(ORDERINGS.items(), key=lambda item: item[0] != NEWEST)
    ]


@register.simple_tag(takes_context=True)
def chips(context: template.Context, asked: InitiativeFilter, facets: Facets) -> list[Chip]:
    """List the filters that are set, each value by itself."""
    narrowing = asked.narrowing
    return [
        Chip(name, str(field), _said(asked, name, value, facets), _without(context, name, value=value))
        for name, field in FIELD_NAMES.items()
        for value in narrowing.get(name, ())
    ]


@register.simple_tag(takes_context=True)
def reliefs(context: template.Context, facets: Facets, set_: list[Chip]) -> list[Relief]:
    """Where nothing is left, list the filters without which something would be, the most first.

    If there is none, list those which alone would leave something.
    """
    counts, is_alone = (facets.without, False) if facets.without else (facets.alone, True)
    found = []
    for name, n in sorted(counts.items(), key=lambda item: -item[1]):
        values = ", ".join(chip.value for chip in set_ if chip.name == name)
        dropped = {chip.name for chip in set_ if (chip.name != name) == is_alone}
        found.append(Relief(str(FIELD_NAMES[name]), values, _without(context, *dropped), n, is_alone))
    return found


@register.simple_tag(takes_context=True)
def kept_in_form(context: template.Context, *names: str) -> list[tuple[str, str]]:
    """List what the query string says beside a form's fields, which have these names, to be sent with it."""
    left_out = {*names, "page"}
    return [
        (name, value)
        for name, values in context["request"].GET.lists()
        if name not in left_out
        for value in values
    ]


def _without(context: template.Context, *names: str, value: str = "") -> str:
    """Give the query string without some parameters, or without one value of one."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    for name in names:
        split = [
            part for text in query.getlist(name) for part in ([text] if name == "q" else text.split(","))
        ]
        query.setlist(name, [part for part in split if value and part not in ("", value)])
    return f"?{query.urlencode()}"


def _said(asked: InitiativeFilter, name: str, value: str, facets: Facets) -> str:
    """Say one value of the query string as the form says it."""
    cleaned = asked.form.cleaned_data[name]
    if isinstance(cleaned, dt.datetime):
        return formats.date_format(cleaned, "DATETIME_FORMAT")
    if isinstance(cleaned, dt.date):
        return formats.date_format(cleaned, "DATE_FORMAT")
    return dict(_names(asked, name, facets)).get(value, value)


def _names(asked: InitiativeFilter, name: str, facets: Facets) -> Iterator[tuple[str, str]]:
    if name in FIXED:
        yield from ((value, capfirst(str(label))) for value, label in FIXED[name].choices)
    elif name in LINKED:
        yield from ((row.value, row.label) for row in facets.offered[name])
    elif name == "initiative":
        yield from ((row.slug, str(row)) for row in asked.form.cleaned_data[name])
