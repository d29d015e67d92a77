"""The page on which a reader leaves a report. GET and HEAD change nothing: mail scanners open every link.

POST is also what a mail program sends for its own button (RFC 8058), without cookies; it follows no redirect.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tracker.reports import leaving


# No cookie is at work here that another site could use in the reader's name: the token is the secret.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to send no more of a report, and take the answer by POST, as often as it comes."""
    place = leaving.find(token)
    if place is None:
        return _careful(render(request, "public/unsubscribe_refused.html", status=404))
    if request.method == "POST":
        language = get_language() or settings.LANGUAGE_CODE
        leaving.leave(place, language=language, now=timezone.now())
    context = {"place": place, "has_left": leaving.has_left(place)}
    return _careful(render(request, "public/unsubscribe.html", context))


def _careful(response: HttpResponse) -> HttpResponse:
    """Keep the address to those who have it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
