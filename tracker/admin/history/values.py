"""How a stored value is said: as the forms say it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.admin.history.recorded import MANY, Recorded, told_columns
from tracker.models import Correction, Figure, Milestone, Quote, Responsibility

NOTHING = "—"
LONGEST_NAME = 80


def cells(record: Any) -> Iterator[tuple[Any, Any]]:
    """Give each column of a record with its value; None for what is empty, keys for what it was joined to."""
    for column in told_columns(record.instance_type):
        value = getattr(record, column.attname)
        yield column, None if value == "" else value
    for many in MANY if hasattr(record, "joined") else ():
        yield many, record.joined[many.name] or None


def facts(record: Any, recorded: Recorded) -> Iterator[tuple[str, str, str]]:
    """Give the name of each column of a record, how it is called, and what it says."""
    for column, value in cells(record):
        yield column.name, label(column), said(column, value, recorded)


def label(column: Any) -> str:
    return capfirst(str(column.verbose_name))


def said(column: Any, value: Any, recorded: Recorded) -> str:
    """Say one value of a column."""
    if value is None:
        return NOTHING
    if column.many_to_many:
        return ", ".join(sorted(_name(column, key, recorded) for key in value))
    if column.is_relation:
        return _name(column, value, recorded)
    if isinstance(value, dt.datetime):
        return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, dt.date):
        return formats.date_format(value, "DATE_FORMAT")
    return str(dict(column.flatchoices).get(value) or formats.localize(value))


def _name(column: Any, key: Any, recorded: Recorded) -> str:
    return recorded.names.get((column.related_model, key), f"#{key}")


def name_of(record: Any, recorded: Recorded) -> str:
    """Name what a record is of, a part with its own name: "Responsibility: Ministry of Fish"."""
    model = record.instance_type
    kind = capfirst(str(model._meta.verbose_name))
    words = _own_name(model, record, recorded)
    if not words:
        return kind
    short = words if len(words) <= LONGEST_NAME else f"{words[: LONGEST_NAME - 1]}…"
    return _("%(kind)s: %(name)s") % {"kind": kind, "name": short}


def _own_name(model: Any, record: Any, recorded: Recorded) -> str:
    if model is Responsibility:
        return said(model._meta.get_field("party"), record.party_id, recorded)
    if model is Correction:
        return said(model._meta.get_field("corrected_on"), record.corrected_on, recorded)
    if model is Quote:
        return str(record.exact)
    if model in (Milestone, Figure):
        return _in_words(record, "title" if model is Milestone else "what")
    return ""


def _in_words(record: Any, name: str) -> str:
    """Give words in the reader's language, else in one that has them."""
    languages = [get_language(), *dict(settings.LANGUAGES)]
    return next(filter(None, (getattr(record, f"{name}_{code}", "") for code in languages)), "")
