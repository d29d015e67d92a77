"""How the admin shows whether a row is public, leads to its public page, and shows that page beforehand."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.models import Initiative, Quote
from tracker.models.publication import Publication


class PublicationAdmin(admin.ModelAdmin):
    @admin.display(description=_("public"), boolean=True, ordering="published_at")
    def is_public(self, row: Publication) -> bool:
        return row.is_published

    def view_on_site(self, row: Any) -> str | None:
        return row.get_absolute_url() if row.is_published else None


def preview_of(request: HttpRequest, initiative: Initiative, on: dt.date | None = None) -> HttpResponse:
    """Show the public page of an initiative as if it, its parties and its sources were published.

    With a day as it stood at its end; 404 where it was not announced yet.
    """
    today = timezone.localdate()
    then = None if on == today else on
    known_by = then or dt.date.max
    quotes = Prefetch("quotes", Quote.objects.said_by(known_by).select_related("source"))
    rows = Initiative.objects.with_record(known_by).with_parties(of_public=False).as_of(known_by)
    rows = rows.prefetch_related(quotes, "places", "corrections")
    context = {
        "initiative": get_object_or_404(rows, pk=initiative.pk),
        "on": then or today,
        "then": then,
        "today": today,
        "address": settings.SITE_URL + initiative.get_absolute_url(),
    }
    return render(request, "admin/tracker/initiative/preview.html", context)
