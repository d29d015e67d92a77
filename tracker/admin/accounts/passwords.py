"""Choosing a password by a link from a mail: Django's own views, in the look of the admin."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import views
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.admin.accounts import letters


class OfTheAdmin:
    """Gives a page what the frame of the admin shows."""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        page: Any = super()
        return {**admin.site.each_context(self.request), **page.get_context_data(**context)}  # type: ignore[attr-defined]


class RedirectAndWork(HttpResponseRedirect):
    """Works after the answer has gone out, so that nobody can tell from its time whether there was work."""

    def __init__(self, address: str, work: Callable[[], None]) -> None:
        super().__init__(address)
        self._work = work

    def close(self) -> None:
        try:
            self._work()
        finally:
            super().close()


class AskView(OfTheAdmin, views.PasswordResetView):
    """Take an address; the answer is the same for one that nobody has.

    Where mail is kept for everybody to read, a link would be a key for everybody: none is sent.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if settings.SHOWS_KEPT_MAIL:
            context = {**admin.site.each_context(request), "title": _("Password reset")}
            return render(request, "registration/password_reset_by_hand.html", context)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        users = list(form.get_users(form.cleaned_data["email"]))
        language, now = str(get_language()), timezone.now()
        work = partial(letters.send_resets, users, language=language, now=now)
        return RedirectAndWork(str(self.get_success_url()), work)


class AskedView(OfTheAdmin, views.PasswordResetDoneView): ...


class ChooseView(OfTheAdmin, views.PasswordResetConfirmView): ...


class ChosenView(OfTheAdmin, views.PasswordResetCompleteView): ...
