"""The overview: a few charts, each with the sentence that it shows and the numbers that it is drawn from."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tracker.filters import unknown
from tracker.overview.columns import HEIGHT
from tracker.overview.story import Story


def overview(request: HttpRequest) -> HttpResponse:
    """Tell how all published initiatives stand together."""
    if problems := unknown(request.GET, set()):
        return render(request, "public/bad_filter.html", {"problems": problems}, status=400)
    on = timezone.localdate()
    context = {"story": Story(on), "height": HEIGHT, "on": on}
    return render(request, "public/overview.html", context)
