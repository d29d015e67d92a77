"""The page on which a reminder is answered, for whoever holds its link; no login, and no cookie.

GET and HEAD change nothing, for mail scanners open every link. The token in the address is the secret, so no
answer is cached, indexed, or told to another site as the page that one came from.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from tracker import proposals
from tracker.models import EvidenceFile, Initiative, Proposal, Reminder
from tracker.public.answer_forms import FORMS, STANDS, AnswerForm
from tracker.public.evidence import EvidenceUpload
from tracker.reminders import answering
from tracker.reminders.answering import Answer, Obstacle

View = Callable[[HttpRequest, str], HttpResponse]


def _keeps_its_address_secret(view: View) -> View:
    @wraps(view)
    def careful(request: HttpRequest, token: str) -> HttpResponse:
        response = never_cache(view)(request, token)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return careful


# No cookie is at work here that another site could use in the reader's name: the token is the secret.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@_keeps_its_address_secret
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for an answer to a reminder, and take it by POST, once."""
    now = timezone.now()
    found = answering.find(token, now)
    if found.reminder is None or found.obstacle:
        return _refused(request, token, found)
    if request.method != "POST":
        return _page(request, found.reminder, _forms(found.reminder, now), request.GET.get("answer", ""))
    request.upload_handlers = [EvidenceUpload(request)]
    return _taken(request, token, found.reminder, now)


@require_safe
@_keeps_its_address_secret
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    """Say what was recorded, and what happens with it."""
    found = answering.find(token, timezone.now())
    given = _last_answer(found.reminder) if found.reminder else None
    if given is None or found.obstacle in (Obstacle.HIDDEN, Obstacle.EXPIRED):
        return _refused(request, token, found) if found.obstacle else redirect("answer", token)
    return render(request, "public/answer_thanks.html", {"token": token, **_told(given)})


def _taken(request: HttpRequest, token: str, reminder: Reminder, now: dt.datetime) -> HttpResponse:
    chosen = request.POST.get("answer", "")
    forms = _forms(reminder, now, request)
    if chosen not in forms:
        problem = _("No answer is chosen. Choose one of these.")
        return _page(request, reminder, forms, "", problem)
    form = forms[Answer(chosen)]
    if not form.is_valid():
        return _page(request, reminder, forms, chosen, _("Nothing is sent yet. Look at what is marked."))
    given = answering.answer(
        reminder=reminder, chosen=Answer(chosen), said=form.said, url=form.link, file=form.attached, now=now
    )
    if given is None:  # somebody else with this link was a moment faster
        return _refused(request, token, answering.find(token, now))
    return redirect("answer-thanks", token)


def _forms(
    reminder: Reminder, now: dt.datetime, request: HttpRequest | None = None
) -> dict[Answer, AnswerForm]:
    """Make the form of each answer; of a POST, the chosen one is bound and the others keep what was typed."""
    today = timezone.localdate(now)
    forms = {}
    for offered, words in answering.answers_of(reminder).items():
        values: dict[str, Any] = {"initial": _initial(reminder, offered, today)}
        if request and request.POST.get("answer") == offered:
            values |= {"data": request.POST, "files": request.FILES}
        elif request:
            typed = {name.removeprefix(f"{offered}-"): value for name, value in request.POST.items()}
            values["initial"] |= typed
        forms[offered] = FORMS[offered](
            label=words, initiative=reminder.initiative, today=today, prefix=offered.value, **values
        )
    return forms


def _initial(reminder: Reminder, offered: Answer, today: dt.date) -> dict[str, Any]:
    """Begin with today and the present state, or with the answer that staff have sent back."""
    back = answering.last_returned(reminder)
    if back and answering.given(back) == offered:
        return {**back.wanted, "url": back.url}
    stands = dict(STANDS)
    status = reminder.initiative.status
    return {"happened_on": today, "status": status if status in stands else "in_progress"}


def _page(
    request: HttpRequest, reminder: Reminder, forms: dict[Answer, AnswerForm], chosen: str, problem: str = ""
) -> HttpResponse:
    rows = Initiative.objects.published().with_parties().with_quotes().with_record()
    initiative = get_object_or_404(rows, pk=reminder.initiative_id)
    reports = list(initiative.updates.all())
    back = answering.last_returned(reminder)
    context = {
        "initiative": initiative,
        "last_report": reports[-1] if reports else None,
        "forms": forms,
        "chosen": chosen if chosen in forms else "",
        "problem": problem,
        "returned": _told(back) if back else None,
        "expires_on": timezone.localdate(answering.expires_at(reminder)),
        "on": timezone.localdate(),
    }
    return render(request, "public/answer.html", context)


def _refused(request: HttpRequest, token: str, found: answering.Found) -> HttpResponse:
    """Explain why there is nothing to answer: 404 for a link that is none of ours, else 410."""
    shown = found.reminder if found.obstacle != Obstacle.HIDDEN else None
    context = {
        "obstacle": found.obstacle,
        "reminder": shown,
        "token": token,
        "expired_on": timezone.localdate(answering.expires_at(shown)) if shown else None,
    }
    status = 404 if found.obstacle == Obstacle.ALTERED else 410
    return render(request, "public/answer_refused.html", context, status=status)


def _last_answer(reminder: Reminder) -> Proposal | None:
    files = Prefetch("files", EvidenceFile.objects.defer("content"))
    rows = reminder.proposals.select_related("initiative").prefetch_related(files)
    return rows.order_by("-proposed_at", "-pk").first()


def _told(proposal: Proposal) -> dict[str, Any]:
    return {
        "proposal": proposal,
        "headline": proposals.headline(proposal),
        "own_words": proposals.own_words(proposal),
    }
