"""The state of one initiative as a small picture (SVG) for pages that are not ours."""

import datetime as dt
from functools import cache
from html import escape

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.exports.letters import for_xml
from tracker.exports.marks import COLOURS, GROUND, LINE, shape
from tracker.models import Health, Initiative
from tracker.wording import condition

SIZE = 11
HEIGHT = 22
PADDING = 8
SHAPE = 12
GAP = 5
FONT = "Verdana,Geneva,'DejaVu Sans',sans-serif"
"""Whichever of them is there: the text is set to the width that is reckoned here."""

_WIDTHS = {
    0.25: "'",
    0.3: " ,.IJijl’·\u00a0",
    0.35: "-/:;\\f|",
    0.4: "!()[]rt",
    0.5: '"*_`sz–„“”',
    0.55: "?Lcгзсэ",
    0.6: "FPTYaekovxyäö«»ГРТУабвекотухчьяё",
    0.65: "$0123456789EKSbdghnpqu{}üßЕЗийлнпрЁ",
    0.7: "ABCRVXZÄАБВКСХЧЬЭЯдцъ",
    0.75: "DGHNUÜИЙЛНПм",
    0.8: "&OQwÖДОЦы",
    0.85: "#+<=>M^~→МФЪфю",
    0.9: "Ыжш",
    0.95: "%mщ",
    1.0: "@W—…",
    1.1: "ЖЩЮШ",
}
"""How wide letters are in Verdana and its like, in parts of their size."""
USUAL_WIDTH = 0.7


def drawn(initiative: Initiative, on: dt.date) -> str:
    """Draw the status and the gravest condition of a day in the active language, for listeners in words."""
    status = capfirst(str(initiative.get_status_display()))
    health = initiative.health(on)[0]
    words = "" if health == Health.CLOSED else condition(health, initiative, on)
    title = f"{initiative.title}: {', '.join(filter(None, [status, words]))}"
    site = _("Commitment tracker")
    colour = COLOURS[initiative.status]
    mark = shape(initiative.status, colour=GROUND, ground=colour)
    left = 2 * PADDING + SHAPE + GAP + width(status)
    right = 2 * PADDING + width(words) if words else 0
    whole = f'width="{left + right}" height="{HEIGHT}"'
    inner = f'width="{left + right - 1}" height="{HEIGHT - 1}" rx="3"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {whole} role="img" aria-labelledby="title">',
        f'<title id="title">{escape(for_xml(f"{title} ({site})"))}</title>',
        f'<rect x=".5" y=".5" {inner} fill="{GROUND}" stroke="{LINE}"/>',
        f'<clipPath id="edge"><rect {whole} rx="3"/></clipPath>',
        f'<rect width="{left}" height="{HEIGHT}" fill="{colour}" clip-path="url(#edge)"/>',
        f'<g transform="translate({PADDING} 5) scale(.75)">{mark}</g>',
        f'<g font-family="{FONT}" font-size="{SIZE}">',
        _text(status, PADDING + SHAPE + GAP, GROUND),
        _text(words, left + PADDING, COLOURS[health]) if words else "",
        "</g></svg>\n",
    ]
    return "".join(parts)


def width(words: str) -> int:
    """Reckon how wide words are drawn, in pixels."""
    return round(sum(_letters().get(letter, USUAL_WIDTH) for letter in words) * SIZE)


def _text(words: str, x: int, colour: str) -> str:
    place = f'x="{x}" y="15" textLength="{width(words)}" lengthAdjust="spacingAndGlyphs"'
    return f'<text {place} fill="{colour}">{escape(for_xml(words))}</text>'


@cache
def _letters() -> dict[str, float]:
    return {letter: wide for wide, letters in _WIDTHS.items() for letter in letters}
