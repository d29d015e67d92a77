"""How the columns of the exports are read from one initiative."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from django.conf import settings

from tracker.models import Initiative, Place, Quote, Responsibility
from tracker.wording import leading_quote

Value = str | int | dt.date | dt.datetime | list[str] | None


@dataclass(frozen=True, slots=True)
class Row:
    """An initiative as of a day, with what hangs on it in plain lists.

    A list is taken once, while each `initiative.quotes` makes a manager anew: most of the time of an export.
    """

    initiative: Initiative
    on: dt.date
    parts: list[Responsibility]
    places: list[Place]
    quotes: list[Quote]
    quote: Quote | None


Read = Callable[[Row], Value]


def row(initiative: Initiative, on: dt.date) -> Row:
    """Take an initiative that was loaded by `rows.loaded`."""
    quotes = list(initiative.quotes.all())
    return Row(
        initiative=initiative,
        on=on,
        parts=list(initiative.responsibilities.all()),
        places=list(initiative.places.all()),
        quotes=quotes,
        quote=leading_quote(quotes),
    )


def plain(attribute: str) -> Read:
    get = attrgetter(attribute)
    return lambda row: get(row.initiative)


def words(attribute: str) -> Read:
    """Read a text; a translation that is missing is None in the database, and empty here."""
    get = attrgetter(attribute)
    return lambda row: get(row.initiative) or ""


def in_language(field: str) -> Callable[[str], Read]:
    return lambda code: words(f"{field}_{code}")


def address(row: Row) -> str:
    return f"{settings.SITE_URL}/{settings.LANGUAGE_CODE}/initiatives/{row.initiative.slug}/"


def health(row: Row) -> list[str]:
    return [health.value for health in row.initiative.health(row.on)]


def days_overdue(row: Row) -> int:
    return row.initiative.days_overdue(row.on)


def silent_days(row: Row) -> int:
    return row.initiative.silent_days(row.on)


def lead(attribute: str) -> Read:
    get = attrgetter(attribute)
    role = Responsibility.Role.LEAD
    return lambda row: next((get(part.party) or "" for part in row.parts if part.role == role), "")


def parties(role: str, attribute: str) -> Read:
    """Read something of each party in a role; what one lacks is empty, so that lists keep their places."""
    get = attrgetter(attribute)
    return lambda row: [get(part.party) or "" for part in row.parts if part.role == role]


def party_names(role: str) -> Callable[[str], Read]:
    return lambda code: parties(role, f"name_{code}")


def places(attribute: str) -> Read:
    get = attrgetter(attribute)
    return lambda row: [get(place) or "" for place in row.places]


def quote(attribute: str, *, otherwise: Value = "") -> Read:
    """Read something of the words that announced it."""
    get = attrgetter(attribute)
    return lambda row: (get(row.quote) or otherwise) if row.quote else otherwise


def translated_quote(language: str) -> Read:
    return lambda row: row.quote.translation_into(language) if row.quote else ""


def sources(row: Row) -> list[str]:
    """Name each source once, in the order of its first quote."""
    return list(dict.fromkeys(quote.source.slug for quote in row.quotes))
