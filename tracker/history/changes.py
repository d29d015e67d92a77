"""What the public saw change, told from what it saw before and after each moment.

So what was written before the first publication, or while an initiative was hidden, is no change; what is
different when it is shown again, is one. Nobody is named who made a change.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from tracker.history.recorded import Moment, Recorded, read
from tracker.models import Precision, Status

TEXTS = ("title", "summary", "measure")
PLAIN = ("slug", "money", "firmness", "sector")
PARTS = ("place", "part", "quote", "translation", "milestone", "report", "deadline")
ORDER = ("hidden", "published", "shown", *TEXTS, *PLAIN, "announced", *PARTS, "status", "due")
"""In which what changed at one moment is told."""
LANGUAGES = [code for code, _name in settings.LANGUAGES]

Key = tuple[Any, ...]
"""What a fact is of: its kind, then the row and the language where it has any."""
Facts = dict[Key, Any]


@dataclass(frozen=True)
class Change:
    """One thing that the public saw change; `old` None: it came; `new` None: it went.

    `what` is "published", "hidden", "shown" or the kind of a fact. `language` is set for words that are kept
    in several. `row` is the report, deadline, party, source or place concerned, where there is one.
    """

    at: dt.datetime
    what: str
    language: str = ""
    old: Any = None
    new: Any = None
    row: Any = None


@dataclass
class _Known:
    """What is recorded at a moment: by kind and primary key."""

    rows: dict[str, dict[int, Any]] = field(default_factory=dict)

    def take(self, moment: Moment) -> None:
        rows = self.rows.setdefault(moment.kind, {})
        if moment.row is None:
            rows.pop(moment.pk, None)
        else:
            rows[moment.pk] = moment.row

    def of(self, kind: str) -> dict[int, Any]:
        return self.rows.get(kind, {})


def public_changes(*, initiative_id: int) -> list[Change]:
    """List every change of an initiative that the public saw, newest first; at one moment in `ORDER`."""
    told = sorted(_changes(read(initiative_id)), key=lambda change: ORDER.index(change.what))
    return sorted(told, key=lambda change: change.at, reverse=True)


def _changes(recorded: Recorded) -> Iterator[Change]:
    known = _Known()
    seen: Facts | None = None
    is_shown = False
    for moment in recorded.moments:
        known.take(moment)
        [whole] = known.of("whole").values() or [None]
        was_shown, is_shown = is_shown, bool(whole and whole.published_at)
        if was_shown and not is_shown:
            yield Change(moment.at, "hidden")
        if not is_shown:
            continue
        facts = dict(_facts(known, whole))
        if not was_shown:
            yield Change(moment.at, "published" if seen is None else "shown")
        if seen is not None:
            yield from _differences(moment.at, seen, facts, recorded)
        seen = facts


def _facts(known: _Known, whole: Any) -> Iterator[tuple[Key, Any]]:
    """Give every fact that the public sees of an initiative that is shown."""
    for name in TEXTS:
        for language in LANGUAGES:
            yield (name, language), getattr(whole, f"{name}_{language}") or None
    for name in PLAIN:
        yield (name,), getattr(whole, name) or None
    yield ("announced",), (whole.announced_on, whole.announced_precision)
    for place in whole.place_ids:
        yield ("place", place), place
    parties, sources = known.of("party"), known.of("source")
    for part in known.of("responsibility").values():
        if part.party_id in parties:
            yield ("part", part.id, part.party_id), part.role
    for quote in known.of("quote").values():
        if quote.source_id in sources:
            yield from _quoted(quote)
    for step in known.of("milestone").values():
        yield from _step(step)
    yield from _state(known)


def _quoted(quote: Any) -> Iterator[tuple[Key, Any]]:
    yield ("quote", quote.id, quote.source_id), (quote.exact, quote.relation)
    for language in LANGUAGES:
        yield ("translation", quote.id, language), getattr(quote, f"translation_{language}") or None


def _step(step: Any) -> Iterator[tuple[Key, Any]]:
    titles = tuple(getattr(step, f"title_{language}") for language in LANGUAGES)
    yield ("milestone", step.id), (titles, step.due_on, step.due_precision, step.reached_on)


def _state(known: _Known) -> Iterator[tuple[Key, Any]]:
    """Give the reports and deadlines that stand, and the state that follows from the newest of them."""
    reports, deadlines = known.of("report"), known.of("deadline")
    for kind, rows in (("report", reports), ("deadline", deadlines)):
        for pk in rows:
            yield (kind, pk), pk
    report = max(reports.values(), key=lambda row: _order(row, row.happened_on), default=None)
    yield ("status",), report.status if report else Status.ANNOUNCED.value
    deadline = max(deadlines.values(), key=lambda row: _order(row, row.said_on), default=None)
    yield ("due",), (deadline.due_on, deadline.precision) if deadline else (None, Precision.UNDATED.value)


def _order(row: Any, day: dt.date | None) -> tuple[Any, ...]:
    """Sort as `StandingQuerySet.newest_first` does, but oldest first."""
    return day is not None, day or dt.date.min, row.recorded_at, row.pk


def _differences(at: dt.datetime, seen: Facts, facts: Facts, recorded: Recorded) -> Iterator[Change]:
    """Tell what differs; a quote that comes or goes takes its translations along without a word."""
    coming_or_going = _quotes(seen) ^ _quotes(facts)
    for key in {**seen, **facts}:
        old, new = seen.get(key), facts.get(key)
        follows = key[0] == "translation" and key[1] in coming_or_going
        if old != new and not follows:
            language = key[-1] if key[-1] in LANGUAGES else ""
            yield Change(at, key[0], language, old, new, _row(key, recorded))


def _quotes(facts: Facts) -> set[int]:
    return {key[1] for key in facts if key[0] == "quote"}


def _row(key: Key, recorded: Recorded) -> Any:
    rows: dict[str, dict[int, Any]] = {
        "part": recorded.parties,
        "quote": recorded.sources,
        "place": recorded.places,
        "report": recorded.reports,
        "deadline": recorded.deadlines,
    }
    return rows[key[0]].get(key[-1]) if key[0] in rows else None
