"""Who guesses has to wait. A wrong code counts as a wrong password does; axes keeps the count."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.utils import reset
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tracker.network import origin


def has_to_wait(request: HttpRequest, user: User) -> bool:
    return not AxesProxyHandler.is_allowed(request, {"username": user.get_username()})


def count_wrong_code(request: HttpRequest, user: User) -> None:
    """Count it. After too many the answer becomes `locked_page`, by the middleware of axes."""
    credentials = {"username": user.get_username()}
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)


def forget_failures(request: HttpRequest, user: User) -> None:
    reset(ip=origin(request), username=user.get_username())


def locked_page(request: HttpRequest, *said: Any) -> HttpResponse:
    """Say why nothing was tried, when it may be, and what to do meanwhile."""
    wait = settings.AXES_COOLOFF_TIME
    context = {
        **admin.site.each_context(request),
        "title": _("Too many attempts"),
        "minutes": int(wait.total_seconds()) // 60,
    }
    response = render(request, "admin/accounts/locked.html", context, status=429)
    response.headers["Retry-After"] = str(int(wait.total_seconds()))
    return response
