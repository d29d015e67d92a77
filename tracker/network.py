"""Where a request comes from, as far as it can be believed."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def origin(request: HttpRequest) -> str | None:
    """Give the address that a request comes from; of IPv6 the first of the /64 network one customer has.

    Behind `settings.PROXIES` proxies of ours it is the entry that the outermost of them added to
    X-Forwarded-For; what the client itself wrote there stands further left and is not believed. None where
    nothing tells.
    """
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    proxies: int = settings.PROXIES
    seen = told[-proxies] if 0 < proxies <= len(told) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(seen)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)
