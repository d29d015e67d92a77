"""Loads `seeds/`: the initiatives of the first five texts.

Loading is one transaction and may be repeated. What staff changed since stays: a column is written anew
only while its present value came from the seeds, and a row that staff deleted does not come back. What the
seeds wrote stands in the history, under the reason `SEEDED`.
"""

import datetime as dt
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from simple_history.utils import update_change_reason

from tracker import progress, publishing
from tracker.models import (
    Deadline,
    Figure,
    Initiative,
    Party,
    Place,
    Quote,
    Responsibility,
    Source,
    StatusUpdate,
)

SEEDED = "seeded"


class SeedError(Exception):
    """Something in the seeds is wrong; the message names the file, what was seen and what was wanted."""


@dataclass(frozen=True)
class Loaded:
    """How many initiatives were read, how many are new, and against how many texts quotes were checked."""

    initiatives: int
    new: int
    texts_checked: int


@transaction.atomic
def load(
    *, folder: Path, texts: Path | None, now: dt.datetime, say: Callable[[str], object] = lambda line: None
) -> Loaded:
    """Load every seed below `folder`, check quotes against the full texts below `texts`, publish what is new.

    `say` hears of progress. Raises SeedError, and loads nothing, when a file is missing or malformed, a text
    is not the one named, or a quote does not stand in its text.
    """
    known = _Known(texts)
    with _explained(folder / "places.yaml") as records:
        for record in records:
            known.places[record["slug"]] = _sow(Place, {"slug": record["slug"]}, _place(record))
    with _explained(folder / "parties.yaml") as records:
        for record in records:
            known.parties[record["slug"]] = _sow(Party, {"slug": record["slug"]}, _party(record))
    with _explained(folder / "sources.yaml") as records:
        for record in records:
            _load_source(record, known)
    files = sorted((folder / "initiatives").glob("*.yaml"))
    new = 0
    for number, file in enumerate(files, start=1):
        with _explained(file) as record:
            new += _load_initiative(file.stem, record, known, now)
        if number % 10 == 0 or number == len(files):
            say(f"{number} of {len(files)} initiatives")
    return Loaded(initiatives=len(files), new=new, texts_checked=len(known.texts))


@dataclass
class _Known:
    """Rows by slug, None where staff deleted one, and the full texts that are at hand."""

    texts_dir: Path | None
    places: dict[str, Any] = field(default_factory=dict)
    parties: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


@contextmanager
def _explained(file: Path) -> Iterator[Any]:
    """Read a file, and name it in what goes wrong with what it says."""
    try:
        yield yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SeedError(f"{file.name} cannot be read: {error}") from None
    except KeyError as error:
        raise SeedError(f"{file.name}: {error} is missing, or is listed in no file.") from None
    except ValidationError as error:
        raise SeedError(f"{file.name}: {'; '.join(error.messages)}") from None
    except DatabaseError as error:
        raise SeedError(f"{file.name} breaks a rule of the database: {error}") from None


def _sow(model: type[models.Model], key: dict[str, Any], values: dict[str, Any]) -> Any:
    """Make or renew one row; return None if staff deleted it."""
    row = model._default_manager.filter(**key).first()
    history = model.history.filter(**key).order_by("-history_id")  # type: ignore[attr-defined]  # simple-history's
    if row is None:
        if history.filter(history_change_reason=SEEDED).exists():
            return None
        row = model._default_manager.create(**key, **values)
        update_change_reason(row, SEEDED)
        return row
    differing = [name for name, value in values.items() if getattr(row, name) != value]
    renewed = [name for name in differing if _is_seeded(name, history)]
    if renewed:
        for name in renewed:
            setattr(row, name, values[name])
        row.save()
        update_change_reason(row, SEEDED)
    return row


def _is_seeded(name: str, history: Iterable[Any]) -> bool:
    """Answer whether a column took its present value from the seeds; `history` is newest first."""
    present = itertools.groupby(history, key=lambda record: getattr(record, name))
    _value, records = next(present, (None, ()))
    return [record.history_change_reason for record in records][-1:] == [SEEDED]


def _translated(name: str, record: dict[str, Any], key: str | None = None) -> dict[str, str]:
    texts = record.get(key or name) or {}
    return {f"{name}_{code}": texts.get(code, "") for code in ("ru", "en", "de")}


def _dated(day: str, precision: str, record: dict[str, Any] | None) -> dict[str, Any]:
    if not record:
        return {day: None, precision: "undated"}
    return {day: record.get("on"), precision: record["precision"]}


def _place(record: dict[str, Any]) -> dict[str, Any]:
    return {"country": record["country"], **_translated("name", record)}


def _party(record: dict[str, Any]) -> dict[str, Any]:
    return {"kind": record["kind"], "country": record["country"], **_translated("name", record)}


def _load_source(record: dict[str, Any], known: _Known) -> None:
    values = {
        "publisher": record["publisher"],
        "language": record["language"],
        "sha256": record["sha256"],
        "url": record.get("url", ""),
        **_translated("title", record),
        **_translated("note", record),
        **_dated("published_on", "published_precision", record.get("published")),
    }
    source = _sow(Source, {"slug": record["slug"]}, values)
    known.sources[record["slug"]] = source
    if known.texts_dir:
        known.texts[record["slug"]] = _full_text(known.texts_dir / record["file"], record["sha256"])
    for figure in record.get("figures", []):
        _load_figure(figure, record["slug"], known)


def _full_text(file: Path, sha256: str) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise SeedError(f"The full text {file.name} cannot be read: {error.strerror}.") from None
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise SeedError(f"{file.name} is another text: its SHA-256 is {found}, the seeds name {sha256}.")
    return content.decode("utf-8")


def _load_quote(record: dict[str, Any], slug: str, relation: str, initiative: Any, known: _Known) -> Any:
    start, end, exact = record["start"], record["end"], record["exact"]
    text = known.texts.get(slug)
    if text is not None and text[start:end] != exact:
        raise SeedError(
            f"{slug}: “{exact[:60]}” does not stand at {start} to {end}; “{text[start:end][:60]}” does."
        )
    if known.sources[slug] is None:
        return None
    key = {"initiative": initiative, "source": known.sources[slug], "start": start, "end": end}
    values = {
        "relation": relation,
        "exact": exact,
        "prefix": record.get("prefix", ""),
        "suffix": record.get("suffix", ""),
        **_translated("translation", record),
    }
    return _sow(Quote, key, values)


def _load_figure(record: dict[str, Any], slug: str, known: _Known) -> None:
    quote = _load_quote(record, slug, Quote.Relation.GIVES_FIGURE, None, known)
    if quote is None:
        return
    values = {
        "claimed_by": known.parties.get(record.get("claimed_by", "")),
        **_translated("what", record),
        **_translated("unit", record),
        **_translated("period", record),
    }
    _sow(Figure, {"quote": quote, "value": record["value"]}, values)


def _load_initiative(slug: str, record: dict[str, Any], known: _Known, now: dt.datetime) -> bool:
    """Load one initiative with all that belongs to it; answer whether it is new."""
    values = {
        "firmness": record["firmness"],
        "sector": record["sector"],
        "money": record.get("money", ""),
        **_translated("title", record),
        **_translated("summary", record),
        **_translated("measure", record),
        **_dated("announced_on", "announced_precision", record.get("announced")),
    }
    is_new = not Initiative.history.filter(slug=slug).exists()  # type: ignore[attr-defined]
    initiative = _sow(Initiative, {"slug": slug}, values)
    if initiative is None:
        return False
    for part in record["parties"]:
        if party := known.parties[part["party"]]:
            _sow(Responsibility, {"initiative": initiative, "party": party}, {"role": part["role"]})
    quotes = [
        _load_quote(quote, quote["source"], quote["relation"], initiative, known)
        for quote in record["quotes"]
    ]
    if is_new:  # these are never edited, only followed by others; and hiding is staff's to undo
        initiative._change_reason = SEEDED
        initiative.places.set([known.places[place] for place in record["places"]])
        _load_progress(initiative, record, quotes, now)
        publishing.publish(initiative=initiative, now=now, reason=SEEDED)
    return is_new


def _load_progress(
    initiative: Initiative, record: dict[str, Any], quotes: list[Any], now: dt.datetime
) -> None:
    if deadline := record.get("deadline"):
        row = Deadline(
            initiative=initiative,
            said_on=initiative.announced_on,
            due_on=deadline.get("on"),
            precision=deadline["precision"],
            wording=deadline["wording"],
            quote=next((quote for quote in quotes if deadline["wording"] in quote.exact), quotes[0]),
        )
        progress.set_deadline(deadline=row, now=now)
    for update in record.get("updates", []):
        report = StatusUpdate(
            initiative=initiative,
            status=update["status"],
            quote=quotes[update["quote"]],
            **_translated("note", update),
            **_dated("happened_on", "happened_precision", update if update.get("on") else None),
        )
        progress.report(update=report, now=now)
