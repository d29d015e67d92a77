"""How often one connection may send something. Counted in Django's cache, where no address is kept readable.

Without a shared cache each server process counts by itself, so the limit is that of one process.
"""

import datetime as dt
import ipaddress
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac


@dataclass(frozen=True)
class Limit:
    """At most so many times in each stretch of so much time."""

    name: str
    most: int
    per: dt.timedelta

    def free_again(self, request: HttpRequest, now: dt.datetime) -> dt.datetime | None:
        """Count one more from where the request comes; None within the limit, else until when it is not."""
        return self.free_again_for(network(request), now)

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


def network(request: HttpRequest) -> str:
    """Name where a request comes from: an IPv4 address, or the /64 network that one customer is given.

    Behind `settings.PROXIES` proxies of ours it is the entry that the outermost of them added to
    X-Forwarded-For; what the client itself wrote there stands further left and is not believed.
    """
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    proxies: int = settings.PROXIES
    seen = told[-proxies] if 0 < proxies <= len(told) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(seen)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)
