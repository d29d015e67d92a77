"""The log of corrections: everything that was corrected after it was public."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tracker.filters import unknown
from tracker.models import Correction
from tracker.public.paging import page_of


def correction_list(request: HttpRequest) -> HttpResponse:
    """List the published corrections, newest first."""
    if problems := unknown(request.GET, {"page"}):
        return render(request, "public/bad_filter.html", {"problems": problems}, status=400)
    rows = Correction.objects.published().select_related("initiative")
    context = {"page": page_of(rows, request.GET), "on": timezone.localdate()}
    return render(request, "public/correction_list.html", context)
