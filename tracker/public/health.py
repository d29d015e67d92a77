"""Two addresses for whatever watches over the program."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse


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
