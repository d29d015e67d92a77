"""Stands before every address of the admin, whichever view is behind it, also one that asks nobody in."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from tracker.admin.accounts import second_factor

OPEN = ("login", "logout")
"""Addresses of the admin at which one may change one's mind."""


class SecondStep:
    """Leads a login that no code has confirmed from the admin to the second step."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or "admin" not in match.app_names or match.url_name in OPEN:
            return None
        if not second_factor.is_owed(request):
            return None
        query = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{reverse('second-factor')}?{query}")
