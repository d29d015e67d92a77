"""The way back after a step: to the home where it began there, so that the next one is under the hand."""

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

FROM_HOME = "?back=home"
"""Stands behind the address of a page that the home leads to."""


def lead_back(request: HttpRequest, page: str, *args: Any) -> HttpResponseRedirect:
    """Lead to the home if the step began there, else to the named page of the admin."""
    if is_from_home(request):
        return HttpResponseRedirect(reverse("admin:index"))
    return HttpResponseRedirect(reverse(f"admin:{page}", args=args))


def is_from_home(request: HttpRequest) -> bool:
    return request.GET.get("back") == "home"
