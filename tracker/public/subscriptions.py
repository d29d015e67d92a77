"""The page on which readers see and change what they follow, for whoever holds its link."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tracker.following import asking, changing, confirming, links
from tracker.models import Subscription
from tracker.public.limiting import with_wait
from tracker.public.secrecy import keeps_its_address_secret
from tracker.public.subscribe_form import FORMS, FREQUENCIES, AddressForm, problem_of
from tracker.public.subscribing import named, too_often
from tracker.reports import own_page


# No cookie is at work here that another site could use in the reader's name.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """Write to an address how to come to its page, by POST; the answer is the same for every address."""
    now = timezone.now()
    form = AddressForm(request.POST if request.method == "POST" else None, now=now)
    free_again = None
    if form.is_bound and form.is_valid():
        address = form.cleaned_data["address"]
        free_again = too_often(request, address, now)
        if free_again is None:
            language = get_language() or settings.LANGUAGE_CODE
            asking.ask_for_link(address=address, language=language, now=now)
            return redirect("subscribe-asked")
    context = {
        "form": form.renewed() if form.is_bound else form,
        "problem": problem_of(form) if form.is_bound else "",
        "free_again": timezone.localtime(free_again) if free_again else None,
    }
    response = render(request, "public/subscriptions_link.html", context, status=429 if free_again else 200)
    return with_wait(response, free_again, now) if free_again else response


# The token is the secret, and no cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_its_address_secret
def own(request: HttpRequest, token: str) -> HttpResponse:
    """Show what an address follows, and take one change by POST, as often as it comes."""
    now = timezone.now()
    owner = own_page.find(token, now=now)
    if owner is None:
        return render(request, "public/unsubscribe_refused.html", status=404)
    if owner.is_expired:
        return render(request, "public/subscriptions_expired.html", {"days": own_page.LIFE.days}, status=410)
    done = _changed(request, owner.address, now) if request.method == "POST" else ""
    rows = list(changing.followed(owner.address))
    asked = [
        (row.asked_at, named(row, now)) for row in confirming.waiting(owner.address, now=now) if row.asked_at
    ]
    context = {
        "address": owner.address,
        "done": done,
        "rows": [(row, named(row, now)) for row in rows],
        "language": rows[-1].language if rows else "",
        "offered_languages": settings.LANGUAGES,
        "frequencies": FREQUENCIES,
        "asked": [name for _moment, name in asked],
        "confirm_path": links.confirm_path(owner.address, asked_at=max(asked)[0]) if asked else "",
    }
    return render(request, "public/subscriptions.html", context)


def _changed(request: HttpRequest, address: str, now: dt.datetime) -> str:
    """Do what a form of the page says, and say what was done; what makes no sense changes nothing."""
    what = request.POST.get("do", "")
    if what == "leave_all":
        changing.leave(address=address, series=None, now=now)
        return _("You follow nothing any more.")
    form = FORMS[what](request.POST) if what in FORMS else None
    if form is None or not form.is_valid():
        return _("Nothing was changed. Choose again.")
    return DEEDS[what](address, form.cleaned_data, now)


def _speak(address: str, said: dict[str, Any], now: dt.datetime) -> str:
    changing.speak(address=address, language=said["language"])
    name = dict(settings.LANGUAGES)[said["language"]]
    return _("Mail comes in this language from now on: %(language)s.") % {"language": name}


def _come(address: str, said: dict[str, Any], now: dt.datetime) -> str:
    changing.come(address=address, pk=said["pk"], frequency=said["frequency"], now=now)
    return _("It is changed: %(frequency)s.") % {"frequency": dict(FREQUENCIES)[said["frequency"]]}


def _leave(address: str, said: dict[str, Any], now: dt.datetime) -> str:
    row: Subscription | None = changing.followed(address).filter(pk=said["pk"]).first()
    if row is not None:
        changing.leave(address=address, series=(row.series_id,), now=now)
    return _("You do not follow this any more.")


DEEDS: dict[str, Callable[[str, dict[str, Any], dt.datetime], str]] = {
    "language": _speak,
    "frequency": _come,
    "leave": _leave,
}
