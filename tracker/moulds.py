"""Templates that are written many times over on one page: rendered once, then only filled.

A template is rendered with a gap in place of each value that is there, once for each language and each set
of values that are there; what is then filled in is escaped. So a template may write a value, and ask if it is
there, and nothing else. That makes it some ten times faster than rendering it each time.
"""

import html
import re
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

_GAP = re.compile("\0(\\d+)\0")


class Mould:
    """A template with gaps for `names`; `fixed` are variables that it may do anything with."""

    def __init__(self, template: str, *names: str, **fixed: str) -> None:
        self._template, self._names, self._fixed = template, names, tuple(fixed.items())

    def fill(self, *values: Any, language: str = "") -> SafeString:
        """Fill in the values, in the order of the names; None, False, 0 and an empty text are not there.

        `language` is the active one, where it is at hand: to ask for it takes longer than to escape a text.
        """
        there = tuple([bool(value) for value in values])
        language = language or get_language() or ""
        with_gaps = _with_gaps(self._template, self._names, self._fixed, there, language)
        return SafeString(with_gaps.format(*[_escaped(value) if value else "" for value in values]))


def _escaped(value: Any) -> str:
    """Escape as Django's `conditional_escape` does, without its detour for what is lazy."""
    return value.__html__() if hasattr(value, "__html__") else html.escape(str(value))


@lru_cache(maxsize=2048)
def _with_gaps(
    template: str,
    names: tuple[str, ...],
    fixed: tuple[tuple[str, str], ...],
    there: tuple[bool, ...],
    language: str,
) -> str:
    """Render a template so that `str.format` fills its gaps. `language` is the one that is active."""
    gaps = {name: mark_safe(f"\0{place}\0") for place, name in enumerate(names) if there[place]}  # noqa: S308
    written = " ".join(render_to_string(template, {**dict(fixed), **gaps}).split())
    return _GAP.sub(r"{\1}", written.replace("{", "{{").replace("}", "}}"))


def mark(value: str, label: str, *, language: str = "") -> SafeString:
    """Write the mark of a status or condition, as `public/status.html` does."""
    return _mark(str(value), label, language or get_language() or "")


@lru_cache(maxsize=4096)
def _mark(value: str, label: str, language: str) -> SafeString:
    return Mould("public/status.html", "label", value=value).fill(label)
