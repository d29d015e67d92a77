"""The newest changes as a feed, and the due days as a calendar."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from tracker.exports import atom, changes, events
from tracker.public.asking import Asked, for_programs, streamed, unless_same
from tracker.public.keeping import kept


@require_safe
@for_programs
@kept
def feed(request: HttpRequest) -> HttpResponseBase:
    """Give the newest changes of what the query string asks for, as Atom."""
    asked = Asked(request, "lang", "initiative")
    slug = request.GET.get("initiative")
    content = atom.written(
        changes.newest(asked.rows, until=asked.past),
        language=translation.get_language() or "",
        path=request.get_full_path(),
        page=reverse("initiative", args=[slug]) if slug else reverse("initiatives"),
        about=asked.title,
    )
    return HttpResponse(content, content_type="application/atom+xml; charset=utf-8")


@require_safe
@for_programs
def calendar(request: HttpRequest) -> HttpResponseBase:
    """Give the due days of what the query string asks for, as iCalendar."""
    asked = Asked(request, "lang", "initiative")

    def make() -> HttpResponseBase:
        response = streamed(
            lambda: events.written(asked.rows, about=asked.title), "text/calendar; charset=utf-8"
        )
        if response.streaming:
            response.headers["Content-Disposition"] = 'inline; filename="deadlines.ics"'
        return response

    return unless_same(request, make)
