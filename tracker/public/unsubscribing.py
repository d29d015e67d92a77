"""The page on which a reader leaves a report or what they follow. GET and HEAD change nothing: mail scanners
open every link.

POST is also what a mail program sends for its own button (RFC 8058), without cookies; it follows no redirect.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tracker.following import changing, links
from tracker.models import Series
from tracker.public.secrecy import keeps_its_address_secret
from tracker.reports import leaving, naming


@dataclass(frozen=True)
class _Wish:
    """What a link leaves: one series, whoever is on its list; or with `followed` what an address follows."""

    address: str
    place: leaving.Place | None = None
    followed: tuple[int, ...] | None = None

    @property
    def is_of_all(self) -> bool:
        return self.place is None and self.followed is None

    @property
    def series(self) -> list[Series]:
        """What is named on the page; of everything, what is followed now."""
        if self.place:
            return [self.place.series]
        if self.followed is None:
            return [row.series for row in changing.followed(self.address)]
        return list(Series.objects.filter(pk__in=self.followed))

    @property
    def is_done(self) -> bool:
        if self.place:
            return leaving.has_left(self.place)
        return changing.has_left(address=self.address, series=self.followed)

    def do(self, now: dt.datetime) -> None:
        if self.place:
            leaving.leave(self.place, language=get_language() or settings.LANGUAGE_CODE, now=now)
        else:
            changing.leave(address=self.address, series=self.followed, now=now)


# No cookie is at work here that another site could use in the reader's name: the token is the secret.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_its_address_secret
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to send no more, and take the answer by POST, as often as it comes."""
    wish = _find(token)
    if wish is None:
        return render(request, "public/unsubscribe_refused.html", status=404)
    now = timezone.now()
    series = wish.series
    if request.method == "POST":
        wish.do(now)
    today = timezone.localdate(now)
    context = {
        "address": wish.address,
        "is_of_all": wish.is_of_all,
        "named": [(row, naming.of_series(row, today=today)) for row in series],
        "has_left": wish.is_done,
    }
    return render(request, "public/unsubscribe.html", context)


def _find(token: str) -> _Wish | None:
    if place := leaving.find(token):
        return _Wish(place.address, place=place)
    if followed := links.find_leaving(token):
        return _Wish(followed.address, followed=followed.series)
    return None
