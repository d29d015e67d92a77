"""Keeps whole answers for as long as what the public can see stays the same, and tells who has one already.

A page that is asked for again costs one query: that for the stamp. No answer is staler than the last write.
"""

import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from tracker import stamp

SIZE = 200
"""So many answers are kept by each process: some 25 megabytes."""
LEVEL = 6
_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Answer:
    plain: bytes
    packed: bytes
    etag: str
    media_type: str

    def response(self, *, packed: bool) -> HttpResponse:
        response = HttpResponse(self.packed if packed else self.plain, content_type=self.media_type)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return response


class _NotKeptError(Exception):
    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.response = response


_kept: stamp.Kept[Answer] = stamp.Kept(SIZE)


def kept(view: View) -> View:
    """Keep what a view answers with 200 to GET, without cookies: it says the same to everybody on one day.

    A view that answers otherwise is asked each time.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") or not settings.KEEPS_PAGES:
            return view(request, *args, **kwargs)

        def make() -> Answer:
            return _answer(view(request, *args, **kwargs))

        address = (request.scheme, request.get_host(), request.path, request.META.get("QUERY_STRING", ""))
        key = (*address, get_language(), timezone.localdate())
        try:
            found = _kept.get(stamp.current(), key, make)
        except _NotKeptError as other:
            return other.response
        return _told(request, found)

    return answer


def _answer(response: HttpResponseBase) -> Answer:
    if response.status_code != 200 or response.cookies or not isinstance(response, HttpResponse):
        raise _NotKeptError(response)
    plain = response.content
    digest = hashlib.blake2b(plain, digest_size=12).hexdigest()
    return Answer(
        plain, gzip.compress(plain, LEVEL, mtime=0), f'W/"{digest}"', response.headers["Content-Type"]
    )


def _told(request: HttpRequest, answer: Answer) -> HttpResponse:
    is_packed = bool(_GZIP.search(request.headers.get("Accept-Encoding", "")))
    is_known = "If-None-Match" in request.headers
    made = get_conditional_response(request, etag=answer.etag) if is_known else None
    response: HttpResponse = made or answer.response(packed=is_packed)
    response.headers["ETag"] = answer.etag
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    return response
