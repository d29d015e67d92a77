"""Writes what a sheet would do: many rows with few statements, and each leaves its history all the same."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils.text import slugify
from simple_history.utils import bulk_create_with_history

from tracker import progress
from tracker.ingest.spreadsheet.batches import batches
from tracker.ingest.spreadsheet.columns import PLAIN, TEXTS
from tracker.ingest.spreadsheet.row import Compared
from tracker.models import Deadline, Initiative, Quote, Responsibility

BATCH = 500
WRITTEN = (*PLAIN, "announced_on", "announced_precision")
TRANSLATED = {name: name.rpartition("_")[0] for name in TEXTS}
"""What has a column for each language, and one more that follows the first language."""
LONGEST_STEM = 110
"""Letters of a slug that is made from a title; a number may follow."""

_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_SPELT = "a,b,v,g,d,e,e,zh,z,i,y,k,l,m,n,o,p,r,s,t,u,f,kh,ts,ch,sh,shch,,y,,e,yu,ya"
_LATIN = {ord(letter): latin for letter, latin in zip(_LETTERS, _SPELT.split(","), strict=True)}


@dataclass(frozen=True)
class Author:
    """In whose name, for which reason and when the history says that something was written."""

    user: User | None
    reason: str
    now: dt.datetime

    def records(self) -> dict[str, Any]:
        return {
            "default_user": self.user,
            "default_change_reason": self.reason,
            "default_date": self.now,
            "batch_size": BATCH,
        }


def write(*, rows: list[Compared], author: Author, go_on: Callable[[], None]) -> None:
    """Write rows that make or change an initiative, and name in each the slug that it has now.

    Call it in a transaction. `go_on` is called before each batch, and raises to end the work. The search does
    not know the rows yet: index them afterwards.
    """
    _name(rows)
    for some in batches(rows, BATCH):
        go_on()
        _write(some, author)


def _write(rows: list[Compared], author: Author) -> None:
    new = [row for row in rows if row.initiative is None]
    changed = [row for row in rows if row.initiative is not None]
    _take_parties(changed, author)
    _make(new)
    _change(changed, author.now)
    _set_places(rows)
    _keep_history(new, author, update=False)
    _keep_history(changed, author, update=True)
    _give_parties(rows, author)
    _add_quotes(rows, author)
    _set_deadlines(rows, author)


def _name(rows: list[Compared]) -> None:
    taken = {*Initiative.objects.values_list("slug", flat=True), *(row.slug for row in rows)}
    for row in rows:
        row.slug = row.slug or _free_slug(row.values, taken)


def _make(rows: list[Compared]) -> None:
    for row in rows:
        row.initiative = Initiative(slug=row.slug)
        _fill(row)
    Initiative.objects.bulk_create([_made(row) for row in rows])


def _change(rows: list[Compared], now: dt.datetime) -> None:
    for row in rows:
        _fill(row)
        _made(row).updated_at = now
    named = {name for row in rows for name in row.values if name in WRITTEN}
    columns = {*named, "updated_at"} | {TRANSLATED[name] for name in named & TRANSLATED.keys()}
    Initiative.objects.bulk_update([_made(row) for row in rows], sorted(columns), batch_size=BATCH // 5)


def _fill(row: Compared) -> None:
    for name in WRITTEN:
        if name in row.values:
            setattr(row.initiative, name, row.values[name])


def _made(row: Compared) -> Initiative:
    assert row.initiative is not None  # noqa: S101  # for the type checker
    return row.initiative


def _free_slug(values: dict[str, Any], taken: set[str]) -> str:
    """Make a slug from the title that is nearest to Latin letters, and take it."""
    titles = [values.get(f"title_{code}") or "" for code in ("en", "de", "ru")]
    title = next(filter(None, titles)).lower().translate(_LATIN)
    stem = slugify(title)[:LONGEST_STEM].strip("-_") or "initiative"
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    taken.add(slug)
    return slug


def _set_places(rows: list[Compared]) -> None:
    through: Any = Initiative.places.through
    placed = [row for row in rows if "places" in row.values]
    through.objects.filter(initiative__in=[_made(row) for row in placed]).delete()
    links = [
        through(initiative=_made(row), place_id=place) for row in placed for place in row.values["places"]
    ]
    through.objects.bulk_create(links, batch_size=BATCH)


def _keep_history(rows: list[Compared], author: Author, *, update: bool) -> None:
    """Record the initiatives as they are now; simple-history leaves out the lists on them in bulk."""
    past: Any = Initiative.history  # type: ignore[attr-defined]  # simple-history's
    initiatives = [_made(row) for row in rows]
    records = past.bulk_history_create(initiatives, update=update, **author.records())
    by_initiative = {record.id: record for record in records or ()}
    for field in past.model._history_m2m_fields:
        through = getattr(Initiative, field.name).through
        links = through.objects.filter(initiative__in=initiatives)
        copy = getattr(past.model, field.name).model
        names = [column.attname for column in through._meta.fields]
        copies = [
            copy(history=by_initiative[link.initiative_id], **{name: getattr(link, name) for name in names})
            for link in links
        ]
        copy.objects.bulk_create(copies, batch_size=BATCH)


def _take_parties(rows: list[Compared], author: Author) -> None:
    """Take roles away before others get them: there is one lead, and one role for each party."""
    for row in rows:
        wanted = row.values["parties"]
        part: Any  # simple-history asks it who deletes it, and why
        for part in _made(row).responsibilities.all():
            if wanted.get(part.party_id) == part.role:
                del wanted[part.party_id]
            else:
                part._history_user, part._change_reason = author.user, author.reason
                part.delete()


def _give_parties(rows: list[Compared], author: Author) -> None:
    given = [
        Responsibility(initiative=_made(row), party_id=party, role=role)
        for row in rows
        for party, role in row.values["parties"].items()
    ]
    bulk_create_with_history(given, Responsibility, **author.records())


def _add_quotes(rows: list[Compared], author: Author) -> None:
    quotes = []
    for row in rows:
        if "quote" in row.values:
            row.values["quote"].initiative = row.initiative
            quotes.append(row.values["quote"])
    bulk_create_with_history(quotes, Quote, **author.records())


def _set_deadlines(rows: list[Compared], author: Author) -> None:
    given = [row for row in rows if "deadline" in row.values]
    progress.set_first_deadlines(deadlines=[_deadline(row) for row in given], now=author.now, by=author.user)


def _deadline(row: Compared) -> Deadline:
    """Give the deadline of a row: evidence of it is the quote beside it that holds its words."""
    said, quote = row.values["deadline"], row.values.get("quote")
    return Deadline(
        initiative=_made(row),
        said_on=_made(row).announced_on,
        quote=quote if quote and said["wording"] and said["wording"] in quote.exact else None,
        **said,
    )
