"""The page of one initiative, now or as it stood on a day, and the history of its public changes."""

import datetime as dt
from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker import wording
from tracker.filters import SENSIBLE_DAYS
from tracker.history.changes import public_changes
from tracker.models import Initiative
from tracker.public.paging import page_of


class StoodOn(forms.Form):
    """The day on which the reader wants to see the page; empty for today."""

    on = forms.DateField(label=gettext_lazy("Day"), validators=SENSIBLE_DAYS, required=False)

    def __init__(self, data: Any, *, today: dt.date) -> None:
        super().__init__(data)
        self.today = today

    def clean_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["on"]
        if day and day > self.today:
            raise forms.ValidationError(
                _("%(day)s lies in the future. Enter a day up to today.") % {"day": wording.day(day)}
            )
        return None if day == self.today else day


def initiative_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an initiative as it stands; with `on` as it stood at the end of that day.

    400 for a day that cannot be read or lies ahead, 404 where it was not announced yet. Other parameters are
    none of ours: those who share an address add to it.
    """
    today = timezone.localdate()
    asked = StoodOn(request.GET, today=today)
    then = asked.cleaned_data["on"] if asked.is_valid() else None
    initiative = None if asked.errors else _as_it_stood(slug, then)
    if initiative is None:
        context = {
            "initiative": get_object_or_404(Initiative.objects.published(), slug=slug),
            "problems": asked.errors.get("on"),
            "then": then,
            "today": today,
        }
        return render(request, "public/initiative_no_day.html", context, status=400 if asked.errors else 404)
    context = {
        "initiative": initiative,
        "on": then or today,
        "then": then,
        "today": today,
        "address": settings.SITE_URL + initiative.get_absolute_url(),
    }
    return render(request, "public/initiative_detail.html", context)


def initiative_history(request: HttpRequest, slug: str) -> HttpResponse:
    """List what the public saw change in an initiative, newest first, by days."""
    initiative = get_object_or_404(Initiative.objects.published(), slug=slug)
    page = page_of(public_changes(initiative_id=initiative.pk), request.GET)
    context = {
        "initiative": initiative,
        "page": page,
        "days": [(day, list(rows)) for day, rows in groupby(page, key=lambda c: timezone.localdate(c.at))],
        "today": timezone.localdate(),
    }
    return render(request, "public/initiative_history.html", context)


def _as_it_stood(slug: str, then: dt.date | None) -> Initiative | None:
    known_by = then or dt.date.max
    rows = Initiative.objects.published().with_parties().with_quotes(known_by).with_record(known_by)
    if then:
        rows = rows.as_of(then)
    found: Initiative | None = rows.prefetch_related("places", "corrections").filter(slug=slug).first()
    return found
