"""An edition of a report in templates."""

import textwrap

from django import template
from django.utils.text import wrap

register = template.Library()

SHAPES = {
    "announced": "○",
    "in_progress": "◐",
    "partly_done": "◕",
    "completed": "✓",
    "on_hold": "‖",
    "dropped": "×",
    "overdue": "!",
    "due_soon": "◷",
    "silent": "…",
}
"""Letters that stand for the shapes of the site in mail, where nothing can be drawn."""


@register.filter
def indented(words: str) -> str:
    """Wrap words for a text mail and set them in by two blanks."""
    return textwrap.indent(wrap(words, 70), "  ")


@register.filter
def shape(name: str) -> str:
    return SHAPES.get(name, "")
