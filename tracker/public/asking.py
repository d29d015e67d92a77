"""What programs ask for: the list's query string, a language, and nothing that is not known."""

import datetime as dt
import hashlib
import threading
from collections.abc import Callable, Generator, Iterator
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import gettext as _

from tracker import stamp
from tracker.filters import InitiativeFilter, unknown
from tracker.models import Initiative
from tracker.models.initiative import InitiativeQuerySet

LIFE = 300
"""Seconds for which a copy may be kept unasked."""
PAGE_ONLY = {"page", "view"}
"""Say how the page shows its list; passed over here, so that its query string can be taken as it is."""
AT_ONCE = 2
"""So many long answers are written at once by a process; the rest of its threads serve pages."""
WAIT = 30

View = Callable[..., HttpResponseBase]


class RefusedError(Exception):
    """Nothing is answered rather than something else than was asked for; `problems` by parameter."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__(problems)
        self.problems = problems


class Asked:
    """A query string that was understood. Raises RefusedError for another.

    `own` are parameters that the address knows beside those of the list: `lang`, and `initiative`, the slug
    of the only one that is wanted.
    """

    def __init__(self, request: HttpRequest, *own: str) -> None:
        today = timezone.localdate()
        asked = InitiativeFilter(
            request.GET, Initiative.objects.published(), today=today, also={*own, *PAGE_ONLY}
        )
        problems = {**asked.problems, **language_problems(request)} if "lang" in own else asked.problems
        if problems:
            raise RefusedError(problems)
        self.rows: InitiativeQuerySet = asked.qs
        self.on: dt.date = asked.on_day
        self.past: dt.date | None = asked.form.cleaned_data.get("on")
        self.title = ""
        slug = request.GET.get("initiative") if "initiative" in own else None
        if slug:
            self._narrow(slug)

    def _narrow(self, slug: str) -> None:
        self.rows = self.rows.filter(slug=slug)
        found = Initiative.objects.published().filter(slug=slug).first() if "\0" not in slug else None
        if found is None:
            reason = _("“%(seen)s” is the slug of no initiative on this site.")
            raise RefusedError({"initiative": [reason % {"seen": slug}]})
        self.title = found.title


def language_problems(request: HttpRequest) -> dict[str, list[str]]:
    language, known = request.GET.get("lang"), [code for code, _name in settings.LANGUAGES]
    if not language or language in known:
        return {}
    reason = _("“%(seen)s” is none of these languages: %(known)s.")
    return {"lang": [reason % {"seen": language, "known": ", ".join(known)}]}


def for_programs(view: View) -> View:
    """Let programs of other sites read what a view answers, in the language of `lang` if they name one.

    Where it raises RefusedError they are told why with 400: from an address in .json as JSON, else as text.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        language = request.GET.get("lang")
        if language and not language_problems(request):
            translation.activate(language)  # for what is streamed later, too; the next request chooses anew
        try:
            response = view(request, *args, **kwargs)
        except RefusedError as refused:
            response = _refusal(refused.problems, as_json=request.path.endswith(".json"))
        response.headers["Content-Language"] = translation.get_language() or ""
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return answer


def _refusal(problems: dict[str, list[str]], *, as_json: bool) -> HttpResponse:
    if as_json:
        return JsonResponse(problems, status=400)
    lines = [f"{name}: {said}\n" for name, reasons in problems.items() for said in reasons]
    return HttpResponse("".join(lines), status=400, content_type="text/plain; charset=utf-8")


def only_known(request: HttpRequest, *known: str) -> None:
    """Raise RefusedError for a parameter, or a language, that is not known."""
    if problems := {**unknown(request.GET, {*known}), **language_problems(request)}:
        raise RefusedError(problems)


def unless_same(request: HttpRequest, make: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Answer 304 where the reader has it already, else what `make` makes, with what it is asked again by.

    It is the same as long as the public reads the same data, on the same day.
    """
    said = (
        stamp.current(),
        timezone.localdate().isoformat(),
        request.get_full_path(),
        translation.get_language(),
    )
    etag = quote_etag(hashlib.blake2b(repr(said).encode(), digest_size=12).hexdigest())
    response: HttpResponseBase = get_conditional_response(request, etag=etag) or make()
    if response.status_code in (200, 304):
        response.headers["ETag"] = etag
        patch_cache_control(response, public=True, max_age=LIFE)
    return response


_turns = threading.BoundedSemaphore(AT_ONCE)


class _Turn:
    """Gives on pieces, and gives its turn back when it is closed, however far it came."""

    def __init__(self, pieces: Generator[bytes]) -> None:
        self._pieces = pieces
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._pieces.close()
            _turns.release()

    def __del__(self) -> None:
        """Nobody closes an answer that is dropped on its way to the server."""
        self.close()


def streamed(pieces: Callable[[], Generator[bytes]], media_type: str) -> HttpResponseBase:
    """Answer piece by piece; 503 where as many others are being answered so as there may be."""
    if not _turns.acquire(blocking=False):
        words = _("Others are being served. Ask again in %(seconds)d seconds.") % {"seconds": WAIT}
        busy = HttpResponse(f"{words}\n", status=503, content_type="text/plain; charset=utf-8")
        busy.headers["Retry-After"] = str(WAIT)
        return busy
    return StreamingHttpResponse(_Turn(pieces()), content_type=media_type)
