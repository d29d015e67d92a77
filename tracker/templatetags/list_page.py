"""What stands around the list: its headline numbers, the heads of its table, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import template
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import npgettext_lazy

from tracker.filters import InitiativeFilter
from tracker.moulds import Mould
from tracker.templatetags.filter_form import NEWEST, grouped

register = template.Library()


@dataclass(frozen=True)
class Heading:
    """The head of a column; `order` is what a click on it asks for, empty where it cannot be sorted by."""

    label: str
    ascending: str = ""
    descending: str = ""
    is_number: bool = False
    wanted: str = ""

    @property
    def name(self) -> str:
        return self.ascending

    @property
    def sorted(self) -> str:
        """How the table is sorted by this column, as aria-sort says it; empty if it is not."""
        return (
            {self.ascending: "ascending", self.descending: "descending"}.get(self.wanted, "")
            if self.name
            else ""
        )

    @property
    def order(self) -> str:
        return self.descending if self.sorted == "ascending" else self.ascending

    @property
    def arrow(self) -> str:
        return {"ascending": " ↑", "descending": " ↓"}.get(self.sorted, "")


HEADLINES = [
    ("status", ("announced",), npgettext_lazy("headline", "only announced", "only announced", "n")),
    ("status", ("in_progress", "partly_done"), npgettext_lazy("headline", "under way", "under way", "n")),
    ("status", ("completed",), npgettext_lazy("headline", "completed", "completed", "n")),
    ("health", ("overdue",), npgettext_lazy("headline", "overdue", "overdue", "n")),
    ("health", ("silent",), npgettext_lazy("headline", "without news", "without news", "n")),
    ("health", ("no_deadline",), npgettext_lazy("headline", "without a deadline", "without a deadline", "n")),
]
"""The filter of each headline number, its values, and the words under the number."""


@register.simple_tag(takes_context=True)
def headlines(context: template.Context, tallies: Mapping[str, Mapping[str, int]]) -> SafeString:
    """Write the headline numbers, each leading to its own filter with the others as they are."""
    rest = {name: _query(context, without=("page", name)) for name in ("status", "health")}
    written = []
    for name, values, words in HEADLINES:
        number = sum(tallies[name].get(value, 0) for value in values)
        address = f"{rest[name]}{'&' if rest[name] else '?'}{name}={','.join(values)}"
        is_alarming = bool(number) and values == ("overdue",)
        written.append(_FIGURE.fill(address, grouped(number), words % {"n": number}, is_alarming))
    return SafeString("".join(written))


_FIGURE = Mould("public/figure.html", "address", "number", "words", "alarm")


@register.simple_tag
def headings(asked: InitiativeFilter) -> list[Heading]:
    wanted = asked.form.cleaned_data["ordering"] or NEWEST
    return [
        Heading(_("Initiative"), "title", "-title", wanted=wanted),
        Heading(_("Status")),
        Heading(_("Lead")),
        Heading(_("Sector")),
        Heading(_("Place")),
        Heading(_("Announced"), "announced_on", "-announced_on", wanted=wanted),
        Heading(_("Due"), "due_on", "-due_on", wanted=wanted),
        Heading(_("Days late"), is_number=True),
        Heading(_("Days moved"), is_number=True),
        Heading(_("Last report")),
        Heading(_("Days silent"), is_number=True),
        Heading(_("Source")),
    ]


# --- addresses ------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def only_view(context: template.Context) -> str:
    """Give the query string of the whole list, shown as it is shown now."""
    return "?view=table" if context["request"].GET.get("view") == "table" else ""


@register.simple_tag(takes_context=True)
def back_query(context: template.Context) -> str:
    """Give the query string of the list from which the choices of a filter were asked for."""
    return _query(context, without=("find", "page"))


@register.simple_tag(takes_context=True)
def toggled(context: template.Context, asked: InitiativeFilter, name: str, value: str) -> str:
    """Give the query string of the list with one more value of a filter, or with one less if it is set."""
    query: QueryDict = context["request"].GET.copy()
    for unwanted in ("page", "find"):
        query.pop(unwanted, None)
    values = asked.narrowing.get(name, [])
    rest = [other for other in values if other != value]
    query.setlist(name, rest if value in values else [*rest, value])
    return f"?{query.urlencode()}" if query.urlencode() else ""


def _query(context: template.Context, *, without: tuple[str, ...]) -> str:
    query: QueryDict = context["request"].GET.copy()
    for name in without:
        query.pop(name, None)
    return f"?{query.urlencode()}" if query else ""
