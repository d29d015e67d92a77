"""The list of initiatives: as cards or as a table, and all the choices of one of its filters."""

from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker import stamp
from tracker.facets import LINKED, facets, linked
from tracker.filters import InitiativeFilter
from tracker.models import Initiative
from tracker.public import cards
from tracker.public.keeping import kept
from tracker.public.lines import around as around_lines
from tracker.public.lines import lines
from tracker.public.paging import page_of
from tracker.stamp import Kept

PAGE_SIZE = 50
VIEWS = ("cards", "table")
ALSO = ("page", "view")
"""Parameters of the page itself."""


class CountedPaginator(Paginator):
    """A paginator whose count came with the other counts."""

    def __init__(self, rows: QuerySet[Initiative], *, total: int) -> None:
        super().__init__(rows, PAGE_SIZE)
        self.total = total

    @cached_property
    def count(self) -> int:
        return self.total


@kept
def initiative_list(request: HttpRequest) -> HttpResponse:
    """List published initiatives as the query string asks; 400 with the reasons when it cannot be read.

    A form sends its empty fields too; they are dropped, so that each combination has one short address.
    """
    if has_empty_fields(request.GET):
        return redirect(_filled(request))
    asked = _asked(request, ALSO)
    if problems := {**asked.problems, **_view_problems(request.GET)}:
        return render(request, "public/bad_filter.html", {"problems": problems}, status=400)
    seen = stamp.current()
    found = facets(asked, stamp=seen)
    in_table = request.GET.get("view") == "table"
    page = _page(asked.qs, found.total, request.GET)
    rows: Any = page.object_list
    read = lines(asked, rows, in_table=in_table, stamp=seen)
    write, around = (cards.table_row if in_table else cards.card), around_lines(asked.on_day)
    context = {
        "asked": asked,
        "facets": found,
        "tallies": {"total": found.total, **found.counts},
        "in_table": in_table,
        "lines": SafeString("".join([write(line, around) for line in read])),
        "page": page,
        "on": asked.on_day,
        "then": asked.form.cleaned_data["on"],
    }
    context["form"], context["figures"] = _around(request, context, stamp=seen)
    return render(request, "public/initiative_list.html", context)


@kept
def choices(request: HttpRequest, name: str) -> HttpResponse:
    """List every choice of a filter that has many, with what it would leave under the other filters.

    `find` keeps those whose name has these words.
    """
    if name not in LINKED:
        raise Http404(_("There is no such filter."))
    if has_empty_fields(request.GET):
        return redirect(_filled(request))
    asked = _asked(request, (*ALSO, "find"))
    if problems := {**asked.problems, **_view_problems(request.GET)}:
        return render(request, "public/bad_filter.html", {"problems": problems}, status=400)
    find = request.GET.get("find", "").casefold()
    found = [choice for choice in linked(asked, name) if find in choice.label.casefold()]
    context = {"asked": asked, "name": name, "page": page_of(found, request.GET), "on": asked.on_day}
    return render(request, "public/choices.html", context)


def _around(request: HttpRequest, context: dict[str, Any], *, stamp: str) -> tuple[str, str]:
    """Write the form and the headline numbers; both are the same for every page of a list, and kept."""
    query = request.GET.copy()
    query.pop("page", None)
    key = (get_language(), context["on"], query.urlencode())

    def write() -> tuple[str, str]:
        form, figures = ("public/filters.html", "public/standfirst.html")
        return render_to_string(form, context, request), render_to_string(figures, context, request)

    return _kept_around.get(stamp, key, write)


_kept_around: Kept[tuple[str, str]] = Kept(100)


def _asked(request: HttpRequest, also: tuple[str, ...]) -> InitiativeFilter:
    return InitiativeFilter(
        request.GET, Initiative.objects.published(), today=timezone.localdate(), also=also
    )


def _view_problems(query: QueryDict) -> dict[str, list[str]]:
    view = query.get("view", VIEWS[0])
    if view in VIEWS:
        return {}
    reason = _("“%(seen)s” is no way to show the list. Known are: %(known)s.")
    return {"view": [reason % {"seen": view, "known": ", ".join(VIEWS)}]}


def has_empty_fields(query: QueryDict) -> bool:
    return any("" in values for _name, values in query.lists())


def _filled(request: HttpRequest) -> str:
    """Give the address of this page without the parameters that have no value."""
    filled = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        if said := [value for value in values if value]:
            filled.setlist(name, said)
    return f"{request.path}?{filled.urlencode()}" if filled else request.path


def _page(rows: QuerySet[Initiative], total: int, query: QueryDict) -> Page[Any]:
    try:
        return CountedPaginator(rows, total=total).page(query.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page of this list.")) from error
