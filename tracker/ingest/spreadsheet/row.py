"""One row of a sheet beside the initiative that it names: what it would change, and what is refused."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tracker.ingest.spreadsheet.columns import PLAIN, ROLES, SHOWN, TITLES, Known, Parsed, Problem, plain
from tracker.ingest.spreadsheet.reading import tidy
from tracker.models import Initiative, Party, Place, Precision, Quote, Responsibility
from tracker.models.dating import last_day
from tracker.models.imported import ImportRow
from tracker.sheets import LIST_SEPARATOR

Outcome = ImportRow.Outcome
DUE = ("due_on", "due_precision", "due_wording")


@dataclass
class Compared:
    """What one row would do. `values` holds what is to be written: columns of the initiative by their names,
    `parties` by role as keys, `places` as keys, `quote` unsaved, and the first deadline.
    """

    number: int
    outcome: Outcome
    slug: str
    title: str
    initiative: Initiative | None = None
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    like: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


class Row:
    """One row beside the initiative that it names, if there is one."""

    def __init__(self, row: Parsed, initiative: Initiative | None, known: Known, today: dt.date) -> None:
        self.row, self.initiative, self.known, self.today = row, initiative, known, today
        title = next((row.text(name) for name in TITLES if row.text(name)), "")
        self.done = Compared(
            row.number, Outcome.SAME, row.text("slug"), title or (initiative.title if initiative else "")
        )
        self.done.initiative = initiative
        self.done.problems += row.problems

    def compared(self) -> Compared:
        self._compare_plain()
        self._compare_announcement()
        self._compare_deadline()
        self._compare_parties()
        self._compare_places()
        self._compare_quote()
        return self.done

    def _refuse(self, column: str, seen: object, wanted: str) -> None:
        if all(problem.column != column for problem in self.done.problems):
            self.done.problems.append(Problem(column, str(seen or "")[:SHOWN], wanted))

    def _change(self, column: str, before: object, after: object) -> None:
        self.done.changes.append((column, str(before or "")[:SHOWN], str(after or "")[:SHOWN]))

    def _compare_plain(self) -> None:
        for name in PLAIN:
            if name not in self.row.values:
                continue
            before, after = plain(self.initiative, name) if self.initiative else "", self.row.text(name)
            if before != after:
                self._change(name, before, after)
                self.done.values[name] = after
        for name in ("firmness", "sector"):
            kept = plain(self.initiative, name) if self.initiative and name not in self.row.values else ""
            if not (kept or self.row.text(name)):
                self._refuse(name, "", _("one of: %s") % ", ".join(_choices(name)))
        if not self._has_title():
            self._refuse(TITLES[0], "", _("a title in at least one language"))

    def _has_title(self) -> bool:
        kept = self.initiative
        return any(
            self.row.text(name) or (kept and name not in self.row.values and plain(kept, name))
            for name in TITLES
        )

    def _compare_announcement(self) -> None:
        if not {"announced_on", "announced_precision"} & self.row.values.keys():
            if self.initiative is None:
                self.done.values["announced_precision"] = Precision.UNDATED
            return
        kept = (
            (self.initiative.announced_on, self.initiative.announced_precision) if self.initiative else None
        )
        day, precision = self._dated("announced_on", "announced_precision", kept)
        if (day is None) != (precision == Precision.UNDATED):
            self._refuse("announced_precision", precision, _("a day with its precision, or neither"))
        if (day, precision) != (kept or (None, Precision.UNDATED)):
            if day and day > self.today:
                self._refuse("announced_on", day, _("a day up to today"))
            before = kept or ("", "")
            for name, old, new in zip(
                ("announced_on", "announced_precision"), before, (day, precision), strict=True
            ):
                if old != new:
                    self._change(name, old, new)
        self.done.values |= {"announced_on": day, "announced_precision": precision}

    def _dated(
        self, day_column: str, precision_column: str, kept: tuple[dt.date | None, str] | None
    ) -> tuple[dt.date | None, str]:
        """Read a day with its precision; a vague new one is moved to the last day that its words allow."""
        day: Any = self.row.values.get(day_column, kept[0] if kept else None)
        precision = self.row.text(precision_column)
        if not precision:
            precision = Precision.UNDATED if day is None else Precision.DAY
            if kept and kept[0] == day:
                precision = kept[1]
        if day is not None and (day, precision) != kept:
            day = last_day(day, precision)
        return day, precision

    def _compare_deadline(self) -> None:
        if self.initiative is not None:
            self._keep_deadline(self.initiative)
            return
        day, precision = self._dated("due_on", "due_precision", None)
        wording = self.row.text("due_wording")
        if day is not None and precision == Precision.UNDATED:
            self._refuse("due_precision", precision, _("how exactly the day is known"))
        if day is None and not wording:
            if precision != Precision.UNDATED:
                self._refuse("due_on", "", _("a day, or the words in which a time was named"))
            return
        self.done.values["deadline"] = {"due_on": day, "precision": precision, "wording": wording}
        for name, value in zip(DUE, (day, precision, wording), strict=True):
            if value:
                self._change(name, "", value)

    def _keep_deadline(self, initiative: Initiative) -> None:
        for name in DUE:
            kept: Any = getattr(initiative, name)
            kept = tidy(kept) if isinstance(kept, str) else kept
            seen = self.row.values.get(name, kept)
            is_blank = name == "due_precision" and not seen and kept == Precision.UNDATED
            if seen != kept and not is_blank:
                wanted = _(
                    "“%s”, as recorded; a deadline is moved on the page of the initiative, with a reason"
                )
                self._refuse(name, seen, wanted % (kept or ""))

    def _compare_parties(self) -> None:
        kept = list(self.initiative.responsibilities.all()) if self.initiative else []
        roles = {part.party_id: part.role for part in kept}
        for role in ROLES:
            wanted = self.row.values.get(role)
            if not isinstance(wanted, tuple):
                continue
            before = {part.party_id for part in kept if part.role == role}
            after = {*wanted} | _unseen(
                kept, role, replaced=role == Responsibility.Role.LEAD and bool(wanted)
            )
            if before != after:
                self._change(role, self._names(Party, before), self._names(Party, after))
            roles = {party: given for party, given in roles.items() if given != role or party in after}
            for party in after - before:
                roles = self._given(roles, party, role)
        self.done.values["parties"] = roles

    def _given(self, roles: dict[int, str], party: int, role: str) -> dict[int, str]:
        """Give a party a role; that it has another one is only right if this row takes that one away."""
        other = roles.get(party)
        if other is not None:
            named = self.row.values.get(other)
            if not isinstance(named, tuple) or party in named:
                name = self._names(Party, {party})
                self._refuse(role, name, _("each party once; it is “%s” as well") % other)
        return {**roles, party: role}

    def _compare_places(self) -> None:
        wanted = self.row.values.get("places")
        if not isinstance(wanted, tuple):
            return
        before = {place.pk for place in self.initiative.places.all()} if self.initiative else set()
        if before != {*wanted}:
            self._change("places", self._names(Place, before), self._names(Place, {*wanted}))
            self.done.values["places"] = wanted

    def _names(self, model: type, keys: set[int]) -> str:
        return LIST_SEPARATOR.join(sorted(self.known.by_key[model, key] for key in keys))

    def _compare_quote(self) -> None:
        words, slug = self.row.text("quote"), self.row.text("quote_source")
        kept = list(self.initiative.quotes.all()) if self.initiative else []
        quoted = [quote for quote in kept if tidy(quote.exact) == words]
        if not words:
            if slug:
                self._refuse("quote", "", _("the words that stand in this source, or no source"))
        elif not quoted:
            self._add_quote(words, slug, kept)
        elif slug and all(quote.source.slug != slug for quote in quoted):
            self._refuse("quote_source", slug, _("“%s”, as recorded") % quoted[0].source.slug)

    def _add_quote(self, words: str, slug: str, kept: Sequence[Quote]) -> None:
        source = self.known.sources.get(slug)
        if source is None:
            self._refuse("quote_source", slug, _("the slug of a recorded source of these words"))
            return
        quote = Quote(source=source, exact=words)
        try:
            if text := self.known.text_of(source):
                quote.locate(text)
        except ValidationError as error:
            self._refuse("quote", words, " ".join(error.messages))
        if quote.start is not None and any(
            (other.source_id, other.start) == (source.pk, quote.start) for other in kept
        ):
            self._refuse("quote", words, _("other words than those that are quoted from there already"))
        self._change("quote", "", words)
        self.done.values["quote"] = quote


def _choices(name: str) -> list[str]:
    field: Any = Initiative._meta.get_field(name)
    return [value for value, _label in field.choices]


def _unseen(kept: list[Responsibility], role: str, *, replaced: bool) -> set[int]:
    """Give the draft parties of a role: an export leaves them out, so a sheet may do so as well."""
    if replaced:
        return set()
    return {part.party_id for part in kept if part.role == role and not part.party.is_published}
