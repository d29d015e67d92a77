"""How often one connection may send something. Counted in Django's cache, where no address is kept readable.

Without a shared cache each server process counts by itself, so the limit is that of one process.
"""

import datetime as dt
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from tracker.network import origin


@dataclass(frozen=True)
class Limit:
    """At most so many times in each stretch of so much time."""

    name: str
    most: int
    per: dt.timedelta

    def free_again(self, request: HttpRequest, now: dt.datetime) -> dt.datetime | None:
        """Count one more from where the request comes; None within the limit, else until when it is not."""
        return self.free_again_for(origin(request) or "unknown", now)

    def free_again_for(self, whom: str, now: dt.datetime) -> dt.datetime | None:
        """Count one more of somebody's, as of an address that is written to; answer as `free_again`."""
        length = int(self.per.total_seconds())
        stretch = int(now.timestamp()) // length
        whose = salted_hmac("tracker.public.limiting", whom, algorithm="sha256").hexdigest()[:32]
        key = f"limit:{self.name}:{stretch}:{whose}"
        cache.add(key, 0, timeout=length)
        try:
            count = cache.incr(key)
        except ValueError:  # thrown out between the two lines, for want of room
            return None
        return dt.datetime.fromtimestamp((stretch + 1) * length, dt.UTC) if count > self.most else None


def with_wait(response: HttpResponse, until: dt.datetime, now: dt.datetime) -> HttpResponse:
    """Tell a program how many seconds to wait until it is free to ask again (RFC 9110, 10.2.3)."""
    response.headers["Retry-After"] = str(max(1, int((until - now).total_seconds())))
    return response
