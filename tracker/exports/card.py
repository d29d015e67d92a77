"""The picture that stands for an initiative where its link is shared: 1200 by 630, drawn by typst.

Drawing takes some 20 ms of a processor, so whoever asks keeps it by its `key`. The letters in `fonts/` are
those of the site; typst does not read them as browsers do.
"""

import datetime as dt
import hashlib
import json
import threading
from functools import cache
from pathlib import Path

import typst
from django.conf import settings
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tracker.exports.marks import COLOURS, picture
from tracker.models import Health, Initiative, Quote
from tracker.wording import condition, day, leading_quote, quoted

TEMPLATES = settings.BASE_DIR / "templates" / "exports"
FONTS = Path(__file__).parent / "fonts"
LONGEST_TITLE = 130
LONGEST_QUOTE = 260
LONGEST_NAME = 60
LONGEST_WORD = 26
"""Letters that have room on a card: what is longer is cut at a word, a word that fills a line anywhere."""
SOFT_HYPHEN = "\u00ad"

_turn = threading.Lock()


class BusyError(Exception):
    """Other cards are being drawn."""


def told(initiative: Initiative, *, language: str, on: dt.date) -> str:
    """Write down all that the card says, in the active language, which is `language`; prefetch the quotes."""
    quote = leading_quote(initiative.quotes.all())
    state_day = day(on)
    said = {
        "language": language,
        "site": _("Commitment tracker"),
        "state": _("State of %(state_day)s") % {"state_day": state_day},
        "title": _cut(initiative.title, LONGEST_TITLE),
        "quote": quoted(_cut(quote.exact, LONGEST_QUOTE), quote.source.language) if quote else "",
        "quote_language": quote.source.language if quote else language,
        "attribution": _attribution(quote) if quote else "",
        "marks": _marks(initiative, on),
        "due": _due(initiative, quote),
    }
    return json.dumps(said, ensure_ascii=False)


def key(said: str) -> str:
    """Name what `told` gave: other words, another name."""
    return f"card-{hashlib.blake2b(said.encode(), digest_size=16).hexdigest()}"


def drawn(said: str, *, patience: float) -> bytes:
    """Draw a card as PNG; one at a time, so that cards leave a processor for pages.

    Raises BusyError when its turn has not come after `patience` seconds.
    """
    if not _turn.acquire(timeout=patience):
        raise BusyError
    try:
        picture: bytes = typst.compile(
            TEMPLATES / "card.typ",
            root=TEMPLATES,
            format="png",
            ppi=72,
            sys_inputs={"card": said},
            font_paths=_fonts(),
            ignore_system_fonts=True,
        )
    finally:
        _turn.release()
    return picture


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[FONTS])


def _cut(text: str, letters: int) -> str:
    """Cut at the last word that has room, and let words break that have none in a line."""
    words = " ".join(text.split())
    if len(words) > letters:
        words = f"{words[:letters].rsplit(' ', 1)[0].rstrip(' ,;:–—-(')}…"
    return " ".join(map(_breakable, words.split()))


def _breakable(word: str) -> str:
    if len(word) <= LONGEST_WORD:
        return word
    return SOFT_HYPHEN.join(word[start : start + 8] for start in range(0, len(word), 8))


def _attribution(quote: Quote) -> str:
    source = quote.source
    name = Truncator(source.publisher or source.title).chars(LONGEST_NAME)
    return f"{name}, {day(source.published_on, source.published_precision)}"


def _marks(initiative: Initiative, on: dt.date) -> list[dict[str, str]]:
    """Give the status, and what it is late or silent by, each with its shape and colour."""
    marks = [(initiative.status, str(initiative.get_status_display()))]
    health = initiative.health(on)[0]
    if health not in (Health.CLOSED, Health.NO_DEADLINE):
        marks.append((health.value, condition(health, initiative, on)))
    return [
        {"shape": picture(name), "colour": COLOURS[name], "words": capfirst(words)} for name, words in marks
    ]


def _due(initiative: Initiative, quote: Quote | None) -> str:
    due = capfirst(pgettext("state", "due: %(day)s"))
    if initiative.due_on:
        return due % {"day": day(initiative.due_on, initiative.due_precision)}
    if initiative.due_wording:
        language = quote.source.language if quote else ""
        return due % {"day": quoted(_cut(initiative.due_wording, LONGEST_NAME), language)}
    return "" if initiative.is_closed else capfirst(pgettext("state", "no date was named"))
