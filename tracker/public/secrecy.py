"""Pages whose address is a secret, because it holds a signed link."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

View = Callable[[HttpRequest, str], HttpResponse]


def keeps_its_address_secret(view: View) -> View:
    """Let no answer be cached, indexed, or told to another site as the page that one came from."""

    @wraps(view)
    def careful(request: HttpRequest, token: str) -> HttpResponse:
        response = never_cache(view)(request, token)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return careful
