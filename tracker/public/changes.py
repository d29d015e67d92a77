"""What changed between any two days."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tracker.filters import SENSIBLE_DAYS, InitiativeFilter
from tracker.models import Initiative
from tracker.reports import difference
from tracker.reports.edition import Edition

DAYS = ("since", "until")
STATES = ("silent_owners", "due_next")
"""Sections that tell how things stand at the end, not what changed."""
USUAL = dt.timedelta(days=30)
"""How far back the page looks where nobody says."""
SPANS = {
    7: gettext_lazy("the last 7 days"),
    30: gettext_lazy("the last 30 days"),
    91: gettext_lazy("the last quarter"),
    365: gettext_lazy("the last year"),
}


class TwoDays(forms.Form):
    """The two days; `until` is today where it is not said, and `since` lies before it."""

    since = forms.DateField(label=gettext_lazy("from the end of"), validators=SENSIBLE_DAYS, required=False)
    until = forms.DateField(label=gettext_lazy("to the end of"), validators=SENSIBLE_DAYS, required=False)

    def __init__(self, data: Any, *, today: dt.date) -> None:
        super().__init__(data)
        self.today = today

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        until = said.get("until") or self.today
        since = said.get("since") or until - USUAL
        if not self.errors and until > self.today:
            self.add_error("until", _("This day is still to come. Choose one up to today."))
        elif not self.errors and since >= until:
            self.add_error("since", _("This day does not lie before the other one."))
        return {"since": since, "until": until}


def changes(request: HttpRequest) -> HttpResponse:
    """Show what differs between the ends of two days, of what the list's own filters choose."""
    today = timezone.localdate()
    days = TwoDays(request.GET, today=today)
    scope = _others(request.GET)
    asked = InitiativeFilter(scope, Initiative.objects.published(), today=today)
    problems = {**days.errors, **asked.problems}
    if "on" in scope:
        problems["on"] = [_("Leave this out: this page compares two days.")]
    if problems:
        return render(request, "public/bad_filter.html", {"problems": problems}, status=400)
    since, until = days.cleaned_data["since"], days.cleaned_data["until"]
    content = difference.between(
        since=since,
        until=until,
        scope=scope.urlencode(),
        language=get_language() or "",
        now=timezone.now(),
    )
    it = Edition(content)
    context = {
        "it": it,
        "sections": [section for section in it.filled if section.name not in STATES],
        "since": since,
        "until": until,
        "scope": [(name, value) for name, values in scope.lists() for value in values],
        "spans": [(words, today - dt.timedelta(days=days), today) for days, words in SPANS.items()],
        "today": today,
        "on": until,
    }
    return render(request, "public/changes.html", context)


def _others(query: QueryDict) -> QueryDict:
    """Give what is asked besides the days; empty fields of a form are no question."""
    others = query.copy()
    for name, values in query.lists():
        if name in DAYS or not any(values):
            del others[name]
    return others
