"""The shapes and colours of a status or condition, where no style sheet reaches: in a badge, on a card.

They are those of `templates/public/status.html` and `tokens.css`, on the light ground.
"""

GROUND = "#fbfaf7"
LINE = "#d9d4c8"
MUTED = "#59616a"

COLOURS = {
    "announced": "#46587a",
    "in_progress": "#1d5fa8",
    "partly_done": "#5b4bb0",
    "completed": "#1e6b3a",
    "on_hold": "#7f5300",
    "dropped": MUTED,
    "overdue": "#a8201a",
    "due_soon": "#7f5300",
    "silent": MUTED,
    "no_deadline": MUTED,
    "on_track": MUTED,
    "closed": MUTED,
}

_RING = '<circle cx="8" cy="8" r="6"/>'
_SHAPES = {
    "announced": _RING,
    "in_progress": f'{_RING}<path d="M8 2a6 6 0 0 1 0 12z" fill="{{colour}}"/>',
    "partly_done": f'{_RING}<path d="M8 8V2a6 6 0 1 1-6 6z" fill="{{colour}}"/>',
    "completed": (
        '<circle cx="8" cy="8" r="7" fill="{colour}"/><path d="M4.5 8.5l2.5 2.5 4.5-5" stroke="{ground}"/>'
    ),
    "on_hold": '<path d="M5 2v12M11 2v12" stroke-width="3"/>',
    "dropped": '<path d="M3 3l10 10M13 3L3 13" stroke-width="2.5"/>',
    "overdue": '<path d="M8 1v8.5M8 12v3" stroke-width="3.5"/>',
    "due_soon": f'{_RING}<path d="M8 4.5V8l2.5 2"/>',
    "silent": '<path d="M1.5 8h3M6.5 8h3M11.5 8h3" stroke-width="3"/>',
    "no_deadline": '<circle cx="8" cy="8" r="6" stroke-dasharray="3 3.3"/>',
    "on_track": '<path d="M2 8h11M9 4l4 4-4 4"/>',
    "closed": '<path d="M3 3h10v10H3z" fill="{colour}"/>',
}


def shape(name: str, *, colour: str, ground: str) -> str:
    """Draw a shape in a square of 16 by 16."""
    drawn = _SHAPES[name].format(colour=colour, ground=ground)
    return f'<g fill="none" stroke="{colour}" stroke-width="2">{drawn}</g>'


def picture(name: str) -> str:
    """Give a shape, in its own colour, as a picture by itself."""
    drawn = shape(name, colour=COLOURS[name], ground=GROUND)
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">{drawn}</svg>'
