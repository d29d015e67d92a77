"""The columns of every export, said once: CSV, XLSX, JSON, its schema and the page that explains them.

Whatever is kept in several languages has a column for each, empty where nobody has translated it: nothing is
lent from another language here, so a reader can tell what there is.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from tracker.exports import reading
from tracker.exports.reading import Read, Value
from tracker.models import (
    Confidence,
    Firmness,
    Health,
    Initiative,
    Precision,
    Responsibility,
    Sector,
    Status,
)
from tracker.sheets import LANGUAGES, LIST_SEPARATOR

Words = str | Promise
Labels = Mapping[str, Words]


class Kind(StrEnum):
    TEXT = "text"
    WORD = "word"
    DAY = "day"
    MOMENT = "moment"
    NUMBER = "number"
    LIST = "list"
    ADDRESS = "address"


KIND_NAMES = {
    Kind.TEXT: _("text"),
    Kind.WORD: _("one of these words"),
    Kind.DAY: _("day, ISO 8601"),
    Kind.MOMENT: _("moment, ISO 8601, UTC"),
    Kind.NUMBER: _("whole number"),
    Kind.LIST: _("list"),
    Kind.ADDRESS: _("web address"),
}


@dataclass(frozen=True)
class Column:
    """`labels` are the words that may stand in it, where these are fixed, with what they are called."""

    name: str
    kind: Kind
    meaning: Words
    example: Any
    read: Read
    labels: Labels | None = None
    may_be_empty: bool = True

    @property
    def kind_name(self) -> Words:
        return KIND_NAMES[self.kind]

    @property
    def shown_example(self) -> str:
        return LIST_SEPARATOR.join(self.example) if isinstance(self.example, list) else str(self.example)


def columns() -> tuple[Column, ...]:
    return _COLUMNS


def values(initiative: Initiative, on: dt.date) -> list[Value]:
    """Read every column of one initiative, as of a day. Load it by `rows.loaded`."""
    row = reading.row(initiative, on)
    return [column.read(row) for column in _COLUMNS]


def _in_each_language(
    name: str,
    meaning: Words,
    examples: Mapping[str, Any],
    read: Callable[[str], Read],
    kind: Kind = Kind.TEXT,
) -> Iterator[Column]:
    for code, in_language in LANGUAGES.items():
        said = format_lazy("{}, {}", meaning, in_language)
        yield Column(f"{name}_{code}", kind, said, examples[code], read(code))


def _choices(choices: Iterable[tuple[str, Words]]) -> dict[str, Words]:
    return {str(value): label for value, label in choices}


PRECISIONS = _choices(Precision.choices)
MISSING = {
    "owner": _("owner"),
    "date": _("date"),
    "measure": _("measure"),
    "place": _("place"),
    "money": _("money"),
}
ROLES = {
    Responsibility.Role.SUPPORT: ("support", _("Parties that support the lead")),
    Responsibility.Role.COUNTERPART: ("counterpart", _("Parties on the other side")),
    Responsibility.Role.CONTROLLER: ("controller", _("Parties that alone may accept it as completed")),
}
PARTY = {"ru": "Минтранс", "en": "Ministry of Transport", "de": "Verkehrsministerium"}
BODY = {"ru": ["Администрация"], "en": ["Administration"], "de": ["Verwaltung"]}


def _identity() -> Iterator[Column]:
    slug = _("Name of the initiative in addresses; it never changes, so join tables by it")
    yield Column("slug", Kind.TEXT, slug, "amur-bridge", reading.plain("slug"), may_be_empty=False)
    page = _("Its page on this site")
    example = "https://example.org/ru/initiatives/amur-bridge/"
    yield Column("url", Kind.ADDRESS, page, example, reading.address, may_be_empty=False)
    titles = {"ru": "Мост через Амур", "en": "Bridge over the Amur", "de": "Brücke über den Amur"}
    yield from _in_each_language(
        "title", _("What was announced, in our words"), titles, reading.in_language("title")
    )
    summaries = {"ru": "Строится мост.", "en": "A bridge is built.", "de": "Eine Brücke wird gebaut."}
    yield from _in_each_language(
        "summary", _("One to three sentences more"), summaries, reading.in_language("summary")
    )


def _standing() -> Iterator[Column]:
    status, confidence = _("Where the work stands"), _("How sure the last reporter was of delivery")
    health = _("Conditions that hold on the day of the export; several may hold at once")
    missing = _("What the sources leave out")
    firmness, sector = _("How firmly it was said"), _("Field it belongs to")
    yield Column(
        "status", Kind.WORD, status, "in_progress", reading.plain("status"), _choices(Status.choices), False
    )
    yield Column(
        "health", Kind.LIST, health, ["overdue", "silent"], reading.health, _choices(Health.choices), False
    )
    judged = _choices(Confidence.choices)
    yield Column("confidence", Kind.WORD, confidence, "amber", reading.plain("confidence"), judged)
    firm = _choices(Firmness.choices)
    yield Column("firmness", Kind.WORD, firmness, "planned", reading.plain("firmness"), firm, False)
    yield Column(
        "sector", Kind.WORD, sector, "transport", reading.plain("sector"), _choices(Sector.choices), False
    )
    yield Column(
        "missing_elements", Kind.LIST, missing, ["money"], reading.plain("missing_elements"), MISSING
    )
    measures = {"ru": "Один мост", "en": "One bridge", "de": "Eine Brücke"}
    counted = _("What can be counted, as the sources say it")
    yield from _in_each_language("measure", counted, measures, reading.in_language("measure"))
    yield Column(
        "money", Kind.TEXT, _("A sum that the sources state"), "2 million dollars", reading.words("money")
    )


def _time() -> Iterator[Column]:
    announced = _("Day of the announcement; of a vague one, the last day its words allow")
    vague = _("How exactly the day before is known")
    due = _("Current deadline: the last day that its words allow; empty where they name no day")
    words = _("Words in which the current deadline was named, unchanged")
    slipped = _("Days from the first to the current deadline; negative where it was brought forward")
    overdue = _("Days since the deadline on the day of the export; 0 when closed or not late")
    silent = _("Days without a report, or since the announcement, on the day of the export")
    day = "2026-03-01"
    yield Column("announced_on", Kind.DAY, announced, day, reading.plain("announced_on"))
    said = reading.plain("announced_precision")
    yield Column("announced_precision", Kind.WORD, vague, "day", said, PRECISIONS, False)
    yield Column("due_on", Kind.DAY, due, "2027-02-28", reading.plain("due_on"))
    said = reading.plain("due_precision")
    yield Column("due_precision", Kind.WORD, vague, "approximate", said, PRECISIONS, False)
    yield Column("due_wording", Kind.TEXT, words, "примерно через год", reading.words("due_wording"))
    baseline = _("First deadline ever named")
    yield Column("baseline_due_on", Kind.DAY, baseline, "2026-12-31", reading.plain("baseline_due_on"))
    yield Column("slipped_days", Kind.NUMBER, slipped, 59, reading.plain("slipped_days"))
    yield Column("days_overdue", Kind.NUMBER, overdue, 0, reading.days_overdue, may_be_empty=False)
    yield Column(
        "last_reported_on", Kind.DAY, _("Day of the last report"), day, reading.plain("last_reported_on")
    )
    yield Column("silent_days", Kind.NUMBER, silent, 12, reading.silent_days, may_be_empty=False)


def _people() -> Iterator[Column]:
    lead = _("Party that answers for it; empty where no source names one")
    yield Column("lead", Kind.TEXT, lead, "ministry-of-transport", reading.lead("slug"))
    yield from _in_each_language("lead_name", _("Its name"), PARTY, lambda code: reading.lead(f"name_{code}"))
    for role, (name, meaning) in ROLES.items():
        yield Column(name, Kind.LIST, meaning, ["administration"], reading.parties(role, "slug"))
        yield from _in_each_language(
            f"{name}_names", _("Their names"), BODY, reading.party_names(role), Kind.LIST
        )
    places = {"ru": ["Амур"], "en": ["Amur"], "de": ["Amur"]}
    yield Column("places", Kind.LIST, _("Where it is to happen"), ["amur"], reading.places("slug"))
    yield from _in_each_language(
        "place_names", _("Their names"), places, lambda code: reading.places(f"name_{code}"), Kind.LIST
    )


def _evidence() -> Iterator[Column]:
    exact = _("Words that announced it, as the source has them")
    ours = _("Our translation of these words; empty in the language of the source")
    slug, sources = _("Their source on this site"), _("All sources quoted for it")
    said = {"ru": "Мост будет построен.", "en": "The bridge will be built.", "de": "Die Brücke wird gebaut."}
    spoken = {code: code for code in LANGUAGES}
    language, publisher = reading.quote("source.language"), reading.quote("source.publisher")
    yield Column("quote", Kind.TEXT, exact, "Мост будет построен.", reading.quote("exact"))
    yield Column("quote_language", Kind.WORD, _("Their language"), "ru", language, spoken)
    yield from _in_each_language("quote_translation", ours, said, reading.translated_quote)
    yield Column("quote_publisher", Kind.TEXT, _("Who published them"), "BelTA", publisher)
    published = reading.quote("source.published_on", otherwise=None)
    yield Column("quote_published_on", Kind.DAY, _("When they were published"), "2026-03-01", published)
    yield Column("quote_source", Kind.TEXT, slug, "belta-2026-03-01", reading.quote("source.slug"))
    elsewhere = _("Where their publisher shows them")
    yield Column(
        "quote_url", Kind.ADDRESS, elsewhere, "https://example.org/news/1", reading.quote("source.url")
    )
    yield Column("sources", Kind.LIST, sources, ["belta-2026-03-01"], reading.sources)
    changed = _("When the entry was last changed")
    example = "2026-11-23T09:00:00Z"
    yield Column("updated_at", Kind.MOMENT, changed, example, reading.plain("updated_at"), may_be_empty=False)


_COLUMNS = (*_identity(), *_standing(), *_time(), *_people(), *_evidence())
