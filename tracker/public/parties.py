"""The parties: what they lead and take part in, and how it stands."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.models import Party
from tracker.overview import parties, tallies
from tracker.public.paging import page_of
from tracker.public.searching import SearchForm


class PartySearch(SearchForm):
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All kinds")), *Party.Kind.choices]
    )


def party_list(request: HttpRequest) -> HttpResponse:
    """List the parties, those that lead most first, with what of it is late or silent."""
    asked = PartySearch(request.GET)
    if asked.problems:
        return render(request, "public/bad_filter.html", {"problems": asked.problems}, status=400)
    on = timezone.localdate()
    page = page_of(parties.listed(asked.cleaned_data["q"], asked.cleaned_data["kind"]), request.GET)
    context = {
        "asked": asked,
        "page": page,
        "rows": tallies.with_bars(page, parties.led_by(page.object_list, on)),
        "on": on,
    }
    return render(request, "public/party_list.html", context)


def party_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a party leads and takes part in, how that stands, and what was last heard of it."""
    party = get_object_or_404(Party.objects.published(), slug=slug)
    on = timezone.localdate()
    context = {
        "party": party,
        "parts": parties.parts(party),
        "led": parties.led_by([party], on).get(party.pk, tallies.NOTHING),
        "reports": parties.last_reports(party),
        "on": on,
    }
    return render(request, "public/party_detail.html", context)
