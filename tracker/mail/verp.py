"""The envelope's sender, by which a mail that comes back tells which one it was.

Every mail has its own (VERP): of `bounces@example.org` mail 7 has `bounces+7-TOKEN@example.org`. The token is
a signature, so that nobody can report as dead an address that was not theirs. Small letters and digits only:
some servers change the case.
"""

import re
from base64 import b32encode
from email.utils import parseaddr

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

TOKEN_BYTES = 8


def sender_of(pk: int) -> str:
    """Give the address to which mail `pk` returns."""
    if not settings.BOUNCE_ADDRESS:
        return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    local, _at, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{local}+{pk}-{_token(pk)}@{domain}"


def read(address: str) -> int | None:
    """Return the mail that an address was made for; None if we made no such address."""
    local, _at, domain = settings.BOUNCE_ADDRESS.lower().rpartition("@")
    ours = re.fullmatch(
        rf"{re.escape(local)}\+(?P<pk>\d{{1,18}})-(?P<token>[a-z2-7]+)@{re.escape(domain)}", address.lower()
    )
    if ours and constant_time_compare(ours["token"], _token(int(ours["pk"]))):
        return int(ours["pk"])
    return None


def _token(pk: int) -> str:
    signature = salted_hmac("tracker.mail.verp", str(pk), algorithm="sha256").digest()
    return b32encode(signature[:TOKEN_BYTES]).decode().rstrip("=").lower()
