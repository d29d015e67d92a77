"""The public pages. Read only; whoever looks needs no session and gets no cookie."""

from django.conf import settings
from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.filters import InitiativeFilter
from tracker.models import Initiative, Party, Place, Responsibility, Source

PAGE_SIZE = 50


class CountedPaginator(Paginator):
    """A paginator whose count came with the other counts, in one query."""

    def __init__(self, rows: QuerySet[Initiative], *, total: int) -> None:
        super().__init__(rows, PAGE_SIZE)
        self.total = total

    @cached_property
    def count(self) -> int:
        return self.total


def home(request: HttpRequest) -> HttpResponse:
    """Send the reader to the list in the language that their browser asks for."""
    return redirect("initiatives")


def initiative_list(request: HttpRequest) -> HttpResponse:
    """List published initiatives as the query string asks; 400 with the reasons when it cannot be read.

    A form sends its empty fields too; they are dropped, so that each combination has one short address.
    """
    if "" in (value for _name, values in request.GET.lists() for value in values):
        return redirect(f"{request.path}?{_filled(request.GET).urlencode()}")
    asked = InitiativeFilter(
        request.GET, Initiative.objects.published(), today=timezone.localdate(), also=["page"]
    )
    if asked.problems:
        return render(request, "public/bad_filter.html", {"problems": asked.problems}, status=400)
    tallies = asked.tallies()
    rows = asked.qs.with_parties().with_quotes()
    context = {
        "asked": asked,
        "page": _page(rows, tallies["total"], request.GET),
        "tallies": tallies,
        "choices": _choices(),
        "on": asked.on_day,
    }
    return render(request, "public/initiative_list.html", context)


def initiative_detail(request: HttpRequest, slug: str) -> HttpResponse:
    rows = (
        Initiative.objects.published().with_parties().with_quotes().with_record().prefetch_related("places")
    )
    initiative = get_object_or_404(rows, slug=slug)
    context = {"initiative": initiative, "on": timezone.localdate()}
    return render(request, "public/initiative_detail.html", context)


def party_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a party leads and takes part in, by role."""
    party = get_object_or_404(Party.objects.published(), slug=slug)
    parts = (
        party.responsibilities.filter(initiative__published_at__isnull=False)
        .select_related("initiative")
        .order_by("-initiative__announced_on", "initiative_id")
    )
    by_role = [
        (label, [part.initiative for part in parts if part.role == role])
        for role, label in Responsibility.Role.choices
    ]
    context = {
        "party": party,
        "roles": [(label, rows) for label, rows in by_role if rows],
        "on": timezone.localdate(),
    }
    return render(request, "public/party_detail.html", context)


def source_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a source announced, in which words, and the figures it claims."""
    source = get_object_or_404(Source.objects.published(), slug=slug)
    quotes = source.quotes.filter(initiative__published_at__isnull=False).select_related("initiative")
    shown = Q(initiative__isnull=True) | Q(initiative__published_at__isnull=False)
    figures = source.quotes.filter(shown, figures__isnull=False).distinct()
    context = {
        "source": source,
        "quotes": quotes,
        "figure_quotes": figures.prefetch_related("figures__claimed_by"),
        "on": timezone.localdate(),
    }
    return render(request, "public/source_detail.html", context)


def _filled(query: QueryDict) -> QueryDict:
    """Keep the parameters that have a value."""
    filled = QueryDict(mutable=True)
    for name, values in query.lists():
        if said := [value for value in values if value]:
            filled.setlist(name, said)
    return filled


def _page(rows: QuerySet[Initiative], total: int, query: QueryDict) -> Page:
    try:
        return CountedPaginator(rows, total=total).page(query.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page of this list.")) from error


def _choices() -> dict[str, list[tuple[str, str]]]:
    """List the parties, places and sources that can be filtered by, in one query."""
    rows = {
        "party": Party.objects.published().filter(initiatives__published_at__isnull=False),
        "place": Place.objects.filter(initiatives__published_at__isnull=False),
        "source": Source.objects.published(),
    }
    named = [
        model.annotate(what=Value(what), label=_label("title" if what == "source" else "name"))
        .order_by()
        .values_list("what", "slug", "label")
        .distinct()
        for what, model in rows.items()
    ]
    choices: dict[str, list[tuple[str, str]]] = {what: [] for what in rows}
    for what, slug, label in sorted(named[0].union(*named[1:]), key=lambda row: row[2].casefold()):
        choices[what].append((slug, label))
    return choices


def _label(field: str) -> Coalesce:
    """Name a row in the reader's language, else in the first one it has a name in."""
    languages = [get_language() or settings.LANGUAGE_CODE, *settings.MODELTRANSLATION_FALLBACK_LANGUAGES]
    names = (NullIf(f"{field}_{language}", Value("")) for language in languages)
    return Coalesce(*names, Value(""), output_field=CharField())
