"""What search engines read first."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from tracker.exports import sitemap

LIFE = 3600
"""Seconds for which a copy may be kept unasked."""
CLOSED = (
    "/admin/",
    "/api/v1/",
    "/api/schema/",
    "/dev/",
    "/embed/",
    "/export.",
    "/health/",
    "/*/answer/",
    "/*/confirm/",
    "/*/correct/",
    "/*/subscribe/asked/",
    "/*/subscriptions/",
    "/*/unsubscribe/",
    "/*?*&",
)
"""Robots leave alone what is somebody's own, what only programs read, and filters upon filters."""


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return _xml(sitemap.index())


@require_safe
def file(request: HttpRequest, name: str, number: int) -> HttpResponse:
    written = sitemap.file(name, number)
    if written is None:
        raise Http404
    return _xml(written)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell robots where not to go; a demonstration is for none."""
    if settings.DEMONSTRATION:
        lines = ["User-agent: *", "Disallow: /"]
    else:
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
        lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}"]
    response = HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
    patch_cache_control(response, public=True, max_age=LIFE)
    return response


def _xml(written: str) -> HttpResponse:
    response = HttpResponse(written, content_type="application/xml; charset=utf-8")
    patch_cache_control(response, public=True, max_age=LIFE)
    return response
