"""Editions that went out, on the public site as they were sent."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import get_language

from tracker.models import Report
from tracker.reports.content import Content
from tracker.reports.edition import Edition
from tracker.wording import days

LIFE = 300
"""Seconds for which a copy may be kept: an edition never changes, but its series may become private."""
NEWEST = 12
"""So many editions of a series are listed at once; the older ones are behind a disclosure."""
FILES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def report_list(request: HttpRequest) -> HttpResponse:
    """List the public editions by series, each once: in the reader's language if there is one."""
    light = Report.objects.published().select_related("series").defer("content", "pdf", "xlsx")
    rows = light.order_by("series__name", "series_id", "-period_end", "-period_start", "language")
    chosen = [
        _in_readers_language(list(editions))
        for _key, editions in groupby(rows, key=lambda row: (row.series_id, row.period_end, row.period_start))
    ]
    by_series = [
        (series, [(row, days(row.period_start, row.last_day)) for row in editions])
        for series, editions in groupby(chosen, key=lambda row: row.series)
    ]
    context = {
        "by_series": [(series, rows[:NEWEST], rows[NEWEST:]) for series, rows in by_series],
    }
    return render(request, "public/report_list.html", context)


def report_detail(request: HttpRequest, number: int) -> HttpResponse:
    """Show an edition. Asked for in another language, lead to its edition there, or name those there are."""
    report = get_object_or_404(Report.objects.published().select_related("series"), pk=number)
    editions = _editions(report)
    there = editions.get(get_language() or "")
    if there is None:
        return render(request, "public/report_elsewhere.html", {"editions": editions.values()}, status=404)
    if there.pk != report.pk:
        return redirect(there)  # the language of the address is the active one
    context = {
        "report": report,
        "editions": editions,
        "it": Edition(Content.from_json(report.content)),
        "on": report.last_day,
    }
    return render(request, "public/report_detail.html", context)


def report_file(request: HttpRequest, number: int, ending: str) -> HttpResponse:
    """Give a file of an edition as it was attached."""
    rows = Report.objects.published().defer("content")
    report = get_object_or_404(rows, pk=number)
    kept = bytes(report.pdf if ending == "pdf" else report.xlsx)
    if not kept:
        raise Http404
    response = HttpResponse(kept, content_type=FILES[ending])
    shown = "inline" if ending == "pdf" else "attachment"
    response.headers["Content-Disposition"] = f'{shown}; filename="{report.file_name}.{ending}"'
    response.headers["ETag"] = etag = quote_etag(f"{report.pk}-{report.built_at.timestamp():.0f}")
    patch_cache_control(response, public=True, max_age=LIFE)
    return get_conditional_response(request, etag=etag, response=response) or response


def _editions(report: Report) -> dict[str, Report]:
    """Give the public editions of the same period by language."""
    rows = Report.objects.published().defer("content", "pdf", "xlsx")
    same = rows.filter(
        series=report.series_id, period_start=report.period_start, period_end=report.period_end
    )
    return {row.language: row for row in same}


def _in_readers_language(editions: list[Report]) -> Report:
    return next((row for row in editions if row.language == get_language()), editions[0])
