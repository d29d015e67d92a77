"""The state of one initiative as a picture, small for a text and large for a link that is shared."""

import datetime as dt

from django.conf import settings
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from tracker.exports import badge, card
from tracker.models import Initiative, Quote
from tracker.public.asking import LIFE, WAIT, for_programs, only_known, unless_same
from tracker.stamp import Kept

CARDS_KEPT = 60
"""So many drawn cards are kept by each process, eight megabytes of them."""
PATIENCE = 5
"""Seconds for which a card waits for its turn to be drawn."""

_cards: Kept[bytes] = Kept(CARDS_KEPT)


@require_safe
@for_programs
def show_badge(request: HttpRequest, slug: str) -> HttpResponseBase:
    only_known(request, "lang")
    initiative = get_object_or_404(Initiative.objects.published(), slug=slug)

    def make() -> HttpResponse:
        return HttpResponse(
            badge.drawn(initiative, timezone.localdate()), content_type="image/svg+xml; charset=utf-8"
        )

    return unless_same(request, make)


@require_safe
def show_card(request: HttpRequest, language: str, slug: str) -> HttpResponseBase:
    """Give the picture for shared links; it is drawn anew when what it says has changed."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    quotes = Quote.objects.published().select_related("source").defer("source__text")
    rows = Initiative.objects.published().prefetch_related(Prefetch("quotes", quotes))
    initiative = get_object_or_404(rows.defer("search_stems"), slug=slug)
    on = timezone.localdate()
    with translation.override(language):
        said = card.told(initiative, language=language, on=on)
    etag = quote_etag(card.key(said))
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    try:
        response = response or HttpResponse(_drawn(said, on), content_type="image/png")
    except card.BusyError:
        return HttpResponse(status=503, headers={"Retry-After": str(WAIT)})
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, max_age=LIFE)
    return response


def _drawn(said: str, on: dt.date) -> bytes:
    """Draw a card, or give it as it was drawn today: what says the same looks the same."""
    return _cards.get(on.isoformat(), said, lambda: card.drawn(said, patience=PATIENCE))
