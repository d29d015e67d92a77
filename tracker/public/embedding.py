"""The list for a frame in pages that are not ours."""

from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from tracker.public.asking import PAGE_ONLY, Asked, for_programs
from tracker.public.keeping import kept

MOST = 20


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@require_safe
@for_programs
@kept
def embed(request: HttpRequest) -> HttpResponseBase:
    """Show the first rows of the list; anybody may frame this, and this alone. Its links open the tracker."""
    asked = Asked(request, "lang")
    total = asked.rows.count()
    rest = request.GET.copy()
    for name in ("lang", *PAGE_ONLY):
        rest.pop(name, None)

    context: dict[str, Any] = {
        "rows": asked.rows.defer("search_stems").with_parties()[:MOST],
        "total": total,
        "on": asked.on,
        "site": settings.SITE_URL,
        "all": reverse("initiatives") + (f"?{rest.urlencode()}" if rest else ""),
    }
    return render(request, "exports/embed.html", context)
