"""Three addresses for whatever watches over the program."""

import datetime as dt

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from tracker.mail import watching


def live(request: HttpRequest) -> HttpResponse:
    """Answer that the process is up, without asking anything of anybody."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """Answer whether pages can be served: 200 when the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database does not answer\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


def work(request: HttpRequest) -> JsonResponse:
    """Answer how mail and the schedule are, in numbers: 503 when mail waits too long or a part is dead.

    Ages are in seconds; null stands for what does not wait, and for what has never been seen.
    """
    found = watching.work(now=timezone.now())
    numbers = {
        "well": found.is_well,
        "oldest_due_age": _seconds(found.oldest_due),
        "leased_too_long": found.leased_too_long,
        "held": found.held,
        "in_doubt": found.in_doubt,
        "failed_last_24_hours": found.failed_today,
        "heartbeat_ages": {part.name: _seconds(part.age) for part in found.parts},
    }
    return JsonResponse(numbers, status=200 if found.is_well else 503)


def _seconds(age: dt.timedelta | None) -> int | None:
    return None if age is None else round(age.total_seconds())
