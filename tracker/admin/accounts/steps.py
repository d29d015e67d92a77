"""The second step of a login: a code; or, the first time, setting up what makes codes."""

from base64 import b32encode
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp.plugins.otp_totp.models import TOTPDevice

from tracker.admin.accounts import qr, second_factor, throttling

SHOWN = "second_factor_shown"
"""In the session: the device whose recovery codes are on the screen."""

View = Callable[[HttpRequest, User], HttpResponse]


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=32,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        return second_factor.plain(self.cleaned_data["code"])


def of_staff(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Give the page to staff whose password was right, and to nobody's cache."""

    @never_cache
    @sensitive_post_parameters("code")
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not user.is_staff:
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        if request.method == "POST" and throttling.has_to_wait(request, user):
            return throttling.locked_page(request)
        return view(request, user)

    return guarded


@of_staff
def ask(request: HttpRequest, user: User) -> HttpResponse:
    """Ask for a code; show those who gave one what they have."""
    if second_factor.is_confirmed(user):
        return _page(request, "state", _("Second factor"), codes_left=second_factor.codes_left(user))
    if not second_factor.has_one(user):
        return HttpResponseRedirect(_with_next(request, "second-factor-set-up"))
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if device := second_factor.matching(user, form.cleaned_data["code"]):
            second_factor.confirm_login(request, device)
            throttling.forget_failures(request, user)
            return HttpResponseRedirect(_next(request))
        _refuse(request, user, form)
    return _page(request, "code", _("Confirm your login"), form=form)


@of_staff
def set_up(request: HttpRequest, user: User) -> HttpResponse:
    """Show the key, as a picture and in letters, until a code proves that it has arrived.

    Who has a device already must have confirmed the login with it: else a password alone would replace it.
    """
    if second_factor.has_one(user) and not second_factor.is_confirmed(user):
        return HttpResponseRedirect(_with_next(request, "second-factor"))
    device = second_factor.waiting_device(request, user)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if second_factor.set_up(device, form.cleaned_data["code"]):
            request.session[SHOWN] = device.pk
            request.session[second_factor.OWED] = True
            return _recovery_codes(request, user)
        _refuse(request, user, form)
    return _page(request, "set_up", _("Set up the second factor"), form=form, **_key(device))


@require_POST
@of_staff
def keep(request: HttpRequest, user: User) -> HttpResponse:
    """Let in who has just set up a device, and has the recovery codes."""
    shown = request.session.pop(SHOWN, None)
    if device := TOTPDevice.objects.filter(pk=shown, user=user, confirmed=True).first():
        second_factor.confirm_login(request, device)
        throttling.forget_failures(request, user)
    return HttpResponseRedirect(_next(request))


@require_POST
@of_staff
def renew_codes(request: HttpRequest, user: User) -> HttpResponse:
    if not second_factor.is_confirmed(user):
        return HttpResponseRedirect(reverse("second-factor"))
    return _recovery_codes(request, user)


def _recovery_codes(request: HttpRequest, user: User) -> HttpResponse:
    """Show new codes, in this one answer and nowhere else."""
    return _page(request, "codes", _("Recovery codes"), codes=second_factor.new_recovery_codes(user))


def _refuse(request: HttpRequest, user: User, form: CodeForm) -> None:
    throttling.count_wrong_code(request, user)
    form.add_error("code", _("This code does not work, or was used already. Wait for the next one."))


def _key(device: TOTPDevice) -> dict[str, Any]:
    letters = b32encode(device.bin_key).decode()
    path, size = qr.path(device.config_url)
    return {
        "key": " ".join(letters[i : i + 4] for i in range(0, len(letters), 4)),
        "path": path,
        "size": size,
    }


def _next(request: HttpRequest) -> str:
    """Give where the reader wanted to go; never another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("admin:index")


def _with_next(request: HttpRequest, name: str) -> str:
    return f"{reverse(name)}?{urlencode({'next': _next(request)})}"


def _page(request: HttpRequest, name: str, title: str, **context: Any) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": title, "next": _next(request), **context}
    return render(request, f"admin/accounts/{name}.html", context)
