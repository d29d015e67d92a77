"""The page on which a reader corrects an entry. GET and HEAD change nothing.

No cookie is at work: a stamp says that the form was opened here, and when. What is sent goes before the staff
and nowhere else.
"""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from tracker import proposals
from tracker.models import Initiative, Proposal
from tracker.public.correct_form import CorrectForm
from tracker.public.limiting import Limit, with_wait

LIMIT = Limit("correct", most=5, per=dt.timedelta(hours=1))


# No cookie is at work here that another site could use in the reader's name: the stamp stands for the form.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask what is wrong with an entry, and take it by POST as a proposal."""
    initiative = get_object_or_404(Initiative.objects.published().with_quotes(), slug=slug)
    now = timezone.now()
    if request.method != "POST":
        return _page(request, initiative, CorrectForm(slug=slug, now=now))
    form = CorrectForm(request.POST, slug=slug, now=now)
    if not form.is_valid():
        return _page(request, initiative, form, problem=_("Nothing is sent yet. Look at what is marked."))
    if free_again := LIMIT.free_again(request, now):
        return _too_often(request, initiative, form, free_again)
    said = form.cleaned_data
    proposals.propose(
        kind=Proposal.Kind.CORRECTION,
        initiative=initiative,
        wanted={name: said[name] for name in ("words", "quote")},
        url=said["url"],
        by=proposals.Reader(said["name"], said["address"], get_language() or settings.LANGUAGE_CODE),
        now=now,
    )
    return redirect("correct-thanks", slug)


@require_safe
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what happens next, and when. It says the same to everybody, whatever they sent."""
    initiative = get_object_or_404(Initiative.objects.published(), slug=slug)
    context = {
        "initiative": initiative,
        "read_within": proposals.READ_WITHIN.days,
        "read_by": timezone.localdate() + proposals.READ_WITHIN,
        "kept_days": proposals.READERS_KEPT.days,
    }
    return render(request, "public/correct_thanks.html", context)


def _too_often(
    request: HttpRequest, initiative: Initiative, form: CorrectForm, free_again: dt.datetime
) -> HttpResponse:
    """Refuse for now, and keep what was typed."""
    response = _page(request, initiative, form, status=429, free_again=timezone.localtime(free_again))
    return with_wait(response, free_again, form.now)


def _page(
    request: HttpRequest, initiative: Initiative, form: CorrectForm, *, status: int = 200, **context: object
) -> HttpResponse:
    context |= {
        "initiative": initiative,
        "form": form.renewed() if form.is_bound else form,
        "most": LIMIT.most,
        "kept_days": proposals.READERS_KEPT.days,
        "on": timezone.localdate(),
    }
    return render(request, "public/correct.html", context, status=status)
