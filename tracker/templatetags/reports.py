"""An edition of a report in templates."""

import textwrap

from django import template
from django.utils.text import wrap

from tracker.reports.content import Content
from tracker.reports.edition import Edition

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


@register.simple_tag
def edition(content: Content) -> Edition:
    """Tell the content in the active language, which must be its own."""
    return Edition(content)


@register.filter
def indented(words: str) -> str:
    """Wrap words for a text mail and set them in by two blanks."""
    return textwrap.indent(wrap(words, 70), "  ")


@register.filter
def shape(name: str) -> str:
    return SHAPES.get(name, "")
