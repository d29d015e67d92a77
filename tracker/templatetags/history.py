"""How a change is said: what it is of, what stood before, and what stands there now."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django import template
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from tracker.history.changes import LANGUAGES, Change
from tracker.models import Firmness, Precision, Responsibility, Sector, Status
from tracker.wording import day

register = template.Library()

NAMES = {
    "title": gettext_lazy("Title"),
    "summary": gettext_lazy("In our words"),
    "measure": gettext_lazy("What can be counted"),
    "slug": gettext_lazy("Address of the page"),
    "money": gettext_lazy("Money"),
    "firmness": gettext_lazy("How firmly it was said"),
    "sector": gettext_lazy("Sector"),
    "announced": pgettext_lazy("day", "Announced"),
    "place": gettext_lazy("Place"),
    "translation": gettext_lazy("Our translation"),
    "milestone": gettext_lazy("Milestone"),
    "status": gettext_lazy("Status"),
    "due": gettext_lazy("Deadline"),
}


class Told(NamedTuple):
    """`name` says what has changed; `old` or `new` is empty where there was, or is, nothing."""

    name: str
    old: str
    new: str


@register.filter
def told(change: Change) -> Told:
    """Say a change of a plain fact, in the reader's language."""
    old, new = (_words(change, value) for value in (change.old, change.new))
    return Told(_name(change), old, new)


def _name(change: Change) -> str:
    name = str(NAMES.get(change.what, ""))
    if change.language and change.language != translation.get_language():
        language = get_language_info(change.language)["name_translated"]
        return _("%(what)s (%(language)s)") % {"what": name, "language": language}
    return name


def _words(change: Change, value: Any) -> str:
    if value is None:
        return ""
    if change.what == "place":
        return str(change.row or "")
    return str(SAYINGS.get(change.what, str)(value))


def _step(value: Any) -> str:
    titles, due_on, precision, reached_on = value
    by_language = dict(zip(LANGUAGES, titles, strict=True))
    said = [by_language.get(translation.get_language() or "") or next(filter(None, titles), "")]
    if due_on:
        said.append(_("due: %(day)s") % {"day": day(due_on, precision)})
    if reached_on:
        said.append(_("reached: %(day)s") % {"day": day(reached_on, Precision.DAY)})
    return ", ".join(said)


SAYINGS: dict[str, Callable[[Any], Any]] = {
    "firmness": lambda value: Firmness(value).label,
    "sector": lambda value: Sector(value).label,
    "status": lambda value: Status(value).label,
    "part": lambda value: Responsibility.Role(value).label,
    "announced": lambda value: day(*value),
    "due": lambda value: day(*value),
    "milestone": lambda value: capfirst(_step(value)),
}
