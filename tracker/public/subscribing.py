"""The page on which anybody follows by mail, and the one that confirms it. GET and HEAD change nothing.

No cookie is at work: a stamp says that the form was opened here. The answer is the same for every address.
"""

import datetime as dt

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from tracker.filters import InitiativeFilter
from tracker.following import asking, changing, confirming, forgetting, links
from tracker.models import Initiative, Series, Subscription
from tracker.public.limiting import Limit, with_wait
from tracker.public.secrecy import keeps_its_address_secret
from tracker.public.subscribe_form import SubscribeForm, problem_of
from tracker.reports import naming, own_page, periods, scope
from tracker.wording import day

FROM_ONE_CONNECTION = Limit("subscribe", most=10, per=dt.timedelta(hours=1))
FOR_ONE_ADDRESS = Limit("subscribe-address", most=5, per=dt.timedelta(hours=1))


# No cookie is at work here that another site could use in the reader's name.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Say what will be followed, ask how, and write to the address, by POST."""
    now = timezone.now()
    text = scope.of_list(request.GET)
    if problems := _problems(text, now):
        return render(request, "public/bad_filter.html", {"problems": problems}, status=400)
    if request.method != "POST":
        initial = {"frequency": Series.Frequency.WEEKLY.value, "language": get_language()}
        return _page(request, text, SubscribeForm(now=now, initial=initial))
    form = SubscribeForm(request.POST, now=now)
    if not form.is_valid():
        return _page(request, text, form)
    said = form.cleaned_data
    if free_again := too_often(request, said["address"], now):
        return with_wait(_page(request, text, form, 429, timezone.localtime(free_again)), free_again, now)
    asking.ask(
        scope=text,
        frequency=said["frequency"],
        address=said["address"],
        language=said["language"],
        now=now,
    )
    return redirect("subscribe-asked")


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """Say what happens next: the same whatever was sent, and for whichever address."""
    return render(request, "public/subscribe_asked.html", {"days": links.CONFIRM_WITHIN.days})


# The token is the secret, and no cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_its_address_secret
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what an address was asked to confirm, and take it by POST; a second time nothing is left."""
    now = timezone.now()
    found = links.find_asked(token, now=now)
    if found is None:
        return render(request, "public/unsubscribe_refused.html", status=404)
    if found.is_expired:
        return render(
            request, "public/subscribe_expired.html", {"days": links.CONFIRM_WITHIN.days}, status=410
        )
    begun: list[Subscription] = []
    if request.method == "POST":
        wanted = request.POST.getlist("wanted")
        chosen = [row.pk for row in confirming.waiting(found.address, now=now) if str(row.pk) in wanted]
        begun = confirming.confirm(address=found.address, pks=chosen, now=now)
    waiting = list(confirming.waiting(found.address, now=now))
    context = {
        "address": found.address,
        "begun": [(named(row, now), _first_mail(row, now)) for row in begun],
        "waiting": [(row.pk, named(row, now), row.series.get_frequency_display()) for row in waiting],
        "is_undecided": request.method == "POST" and not begun and bool(waiting),
        "follows": changing.followed(found.address).exists(),
        "own_page": own_page.path(found.address, now=now),
    }
    return render(request, "public/subscribe_confirm.html", context)


def named(row: Subscription, now: dt.datetime) -> str:
    """Say in the active language what a subscription is about."""
    return naming.of_series(row.series, today=timezone.localdate(now))


def too_often(request: HttpRequest, address: str, now: dt.datetime) -> dt.datetime | None:
    """Count one more request from this connection for this address; None if both are within their limits."""
    waits = [FROM_ONE_CONNECTION.free_again(request, now), FOR_ONE_ADDRESS.free_again_for(address, now)]
    return max(filter(None, waits), default=None)


def _problems(text: str, now: dt.datetime) -> dict[str, list[str]]:
    found = scope.read(text, today=timezone.localdate(now)).problems
    longest = Series._meta.get_field("scope").max_length or 0
    if not found and len(text) > longest:
        found = {"?": [_("These are too many filters at once to be followed. Take some away.")]}
    return found


def _first_mail(row: Subscription, now: dt.datetime) -> str:
    """Say when a subscription that has begun is heard of for the first time."""
    if row.series.frequency == Series.Frequency.AT_ONCE:
        return _("You get a mail when something changes.")
    first = periods.next_due_at(series=row.series, now=now)
    return _("The first report comes on %(day)s.") % {"day": day(timezone.localdate(first))}


def _page(
    request: HttpRequest,
    text: str,
    form: SubscribeForm,
    status: int = 200,
    free_again: dt.datetime | None = None,
) -> HttpResponse:
    today = timezone.localdate(form.now)
    public = InitiativeFilter(QueryDict(text), Initiative.objects.published(), today=today)
    context = {
        "form": form.renewed() if form.is_bound else form,
        "problem": problem_of(form) if form.is_bound else "",
        "free_again": free_again,
        "parts": naming.parts(text, today=today),
        "number": public.qs.count(),
        "scope": text,
        "days": links.CONFIRM_WITHIN.days,
        "kept_days": forgetting.UNCONFIRMED_KEPT.days,
    }
    return render(request, "public/subscribe.html", context, status=status)
