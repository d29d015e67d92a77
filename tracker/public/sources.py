"""The sources: what they announced, in which words, and what became of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from tracker.filters import unknown
from tracker.models import Source
from tracker.overview import sources, tallies
from tracker.public.paging import page_of
from tracker.public.searching import SearchForm


def source_list(request: HttpRequest) -> HttpResponse:
    """List the sources, newest first, with what became of what each of them announced."""
    asked = SearchForm(request.GET)
    if asked.problems:
        return render(request, "public/bad_filter.html", {"problems": asked.problems}, status=400)
    on = timezone.localdate()
    page = page_of(sources.listed(asked.cleaned_data["q"]), request.GET)
    context = {
        "asked": asked,
        "page": page,
        "rows": tallies.with_bars(page, sources.announced_by(page.object_list, on)),
        "on": on,
    }
    return render(request, "public/source_list.html", context)


def source_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a source announced, in which words, what became of it, and the figures it claims."""
    if problems := unknown(request.GET, {"page"}):
        return render(request, "public/bad_filter.html", {"problems": problems}, status=400)
    source = get_object_or_404(Source.objects.published().defer("text"), slug=slug)
    on = timezone.localdate()
    context = {
        "source": source,
        "announced": tallies.of_all(sources.announced(source), on),
        "page": page_of(sources.quoted(source), request.GET),
        "figure_quotes": sources.figured(source),
        "on": on,
    }
    return render(request, "public/source_detail.html", context)
