"""Addresses of public pages. A list has hundreds of them, and Django takes long to put one together."""

from collections.abc import Callable
from functools import lru_cache

from django.urls import reverse
from django.utils.translation import get_language

Address = Callable[[str], str]


def address_of(page: str, part: str) -> str:
    """Give the path of a page in the active language; `page` is a named address with one part, as a slug."""
    return address(page, get_language() or "")(part)


@lru_cache(maxsize=32)
def address(page: str, language: str) -> Address:
    """Give the function that puts a part into an address; no part, no address.

    `language` is the active one. The part is set in as it is: a slug or a signed token needs no quoting.
    """
    before, gap, after = reverse(page, args=["-gap-"]).partition("-gap-")
    return lambda part: f"{before}{part}{after}" if gap and part else ""
