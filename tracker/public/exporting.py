"""The list as a file, and the page that explains it."""

import json
from collections.abc import Callable, Generator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tracker.exports import dataset, rows, tables, workbook
from tracker.exports.columns import columns
from tracker.exports.schema import schema
from tracker.models import Initiative
from tracker.public.asking import Asked, for_programs, only_known, streamed, unless_same
from tracker.public.keeping import kept

WRITERS: dict[str, Callable[..., Generator[bytes]]] = {
    "csv": tables.as_csv,
    "xlsx": workbook.as_xlsx,
    "json": tables.as_json,
}
SCRIPT_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
"""So that no word ends the script element that holds it."""


@require_safe
@for_programs
def export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """Give every row of the list, in its order; no page, no limit."""
    asked = Asked(request)

    def make() -> HttpResponseBase:
        media_type = dataset.MEDIA_TYPES[ending]
        charset = "; charset=utf-8" if ending == "csv" else ""
        response = streamed(
            lambda: WRITERS[ending](rows.loaded(asked.rows), on=asked.on), f"{media_type}{charset}"
        )
        shown = "inline" if ending == "json" else "attachment"
        if response.streaming:
            response.headers["Content-Disposition"] = f'{shown}; filename="initiatives-{asked.on}.{ending}"'
        return response

    return unless_same(request, make)


@require_safe
@for_programs
def export_schema(request: HttpRequest) -> HttpResponseBase:
    only_known(request, "lang")
    response = JsonResponse(
        schema(f"{settings.SITE_URL}{request.path}"),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        content_type="application/schema+json",
    )
    patch_cache_control(response, public=True, max_age=3600)
    return response


@kept
def data(request: HttpRequest) -> HttpResponseBase:
    """Explain every column, and lead to everything that programs read."""
    files = {ending: settings.SITE_URL + reverse(f"export-{ending}") for ending in WRITERS}
    page = settings.SITE_URL + reverse("data")
    today = timezone.localdate()
    example = Initiative.objects.published().order_by("-published_at", "-pk").defer("search_stems").first()
    language = get_language() or settings.LANGUAGE_CODE
    context = {
        "columns": columns(),
        "files": files,
        "licence": dataset.LICENCE,
        "licence_name": dataset.LICENCE_NAME,
        "on": today,
        "site": settings.SITE_URL,
        "page": page,
        "example": example,
        "dataset": _in_script(dataset.described(page=page, files=files, on=today, language=language)),
    }
    return render(request, "exports/data.html", context)


def _in_script(described: dict[str, Any]) -> str:
    return mark_safe(json.dumps(described, ensure_ascii=False).translate(SCRIPT_ESCAPES))  # noqa: S308  # escaped
