"""What was known of every initiative at a moment: from the histories, from reports and from deadlines.

Reports and deadlines are never edited, so when they were recorded and withdrawn tells what was known;
everything else is read from the histories. So the same question has the same answer at any later time. Only
what is deleted outright takes its reports along.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import F, Model, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from tracker.models import Deadline, Initiative, Party, Precision, Quote, Responsibility, Source, Status
from tracker.models import StatusUpdate as Update

LANGUAGES = ("ru", "en", "de")
"""In the order in which one stands in for another that is missing."""

Words = tuple[str, ...]
"""The same words in each of `LANGUAGES`."""

_model: Any = Initiative  # its rules ask for nothing but what a `State` has, too


class View(NamedTuple):
    """Looks at the end of the day `on`, knowing what was known before the moment `at`.

    What tells of no day counts from `undated_on`; None: from the day on which it was recorded.
    """

    on: dt.date
    at: dt.datetime
    undated_on: dt.date | None = None

    def reaches(self, day: dt.date | None, recorded_at: dt.datetime) -> bool:
        return (day or self.undated_on or _site_day(recorded_at)) <= self.on


class Fact(NamedTuple):
    """What is known of an initiative besides reports and deadlines."""

    slug: str
    titles: Words
    announced_on: dt.date | None
    created_at: dt.datetime


class Said(NamedTuple):
    """A report or a deadline. `day` is the one it tells of; `told` is what it says."""

    pk: int
    initiative: int
    day: dt.date | None
    recorded_at: dt.datetime
    withdrawn_at: dt.datetime | None
    told: tuple[Any, ...]

    def holds(self, view: View) -> bool:
        """Answer whether it is seen: not of a later day, recorded before, and not withdrawn by then."""
        is_withdrawn = self.withdrawn_at is not None and self.withdrawn_at < view.at
        is_known = self.recorded_at < view.at and not is_withdrawn
        return is_known and view.reaches(self.day, self.recorded_at)


@dataclass(frozen=True, slots=True)
class State:
    """An initiative at the end of a day. `report` and `promise` say so, where anybody does."""

    pk: int
    slug: str
    titles: Words
    status: str
    due_on: dt.date | None
    due_precision: str
    due_wording: str
    baseline_due_on: dt.date | None
    last_reported_on: dt.date | None
    heard_of_on: dt.date
    report: Said | None
    promise: Said | None

    is_closed = _model.is_closed
    days_overdue = _model.days_overdue
    silent_days = _model.silent_days
    slipped_days = _model.slipped_days
    health = _model.health


class Named(NamedTuple):
    """A party or a source as it was known, if the public may see it."""

    slug: str
    names: Words
    url: str


class Evidence(NamedTuple):
    """On what a report or a deadline rests: the publisher and address of its source, else who told us."""

    words: Words
    source: Words
    url: str


def in_language(words: Words, language: str) -> str:
    """Choose words in a language, else in the first one in which there are any."""
    order = (LANGUAGES.index(language), *range(len(LANGUAGES)))
    return next((words[index] for index in order if words[index]), "")


class Knowledge:
    """Everything that was known before `at`. Read once, in a number of queries that no data changes."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at
        self._reports = sorted(_said(Update, "happened_on", ["status", "happened_precision"], at), key=_order)
        promised = ["due_on", "precision", "wording"]
        self._promises = sorted(_said(Deadline, "said_on", promised, at), key=_order)

    def states(self, view: View) -> dict[int, State]:
        """Give each initiative that was public at the moment of a view, as it stood at the end of its day.

        Left out are those announced later. The moment may lie before the one of this knowledge.
        """
        reports = {row.initiative: row for row in self._reports if row.holds(view)}
        promises = [row for row in self._promises if row.holds(view)]
        newest = {row.initiative: row for row in promises}
        first = {row.initiative: row for row in reversed(promises)}
        return {
            pk: _state(pk, fact, reports.get(pk), newest.get(pk), first.get(pk))
            for pk, fact in self._public(view.at).items()
            if view.reaches(fact.announced_on, fact.created_at)
        }

    def _public(self, at: dt.datetime) -> dict[int, Fact]:
        return self._public_now if at == self.at else _public(at)

    @cached_property
    def _public_now(self) -> dict[int, Fact]:
        return _public(self.at)

    def once_public(self, at: dt.datetime) -> set[int]:
        """Give the initiatives that the public has seen at some time before a moment."""
        rows = _history(Initiative).filter(history_date__lt=at, published_at__isnull=False)
        return set(rows.values_list("id", flat=True).distinct())

    @cached_property
    def leads(self) -> dict[int, Named]:
        """Give the leading party of each initiative, as far as the public may see it."""
        parties = dict(self._named(Party, "name", "slug"))
        rows = _as_known(Responsibility, self.at, "initiative_id", "party_id", "role")
        return {
            initiative: parties[party]
            for _pk, initiative, party, role in rows
            if role == Responsibility.Role.LEAD and party in parties
        }

    def evidence(self, model: type[Update] | type[Deadline], pks: Iterable[int]) -> dict[int, Evidence]:
        """Give what these reports, or these deadlines, rest on."""
        words, teller = ("note", "told_by_id") if model is Update else ("reason", "moved_by_id")
        columns = ["pk", "url", "quote_id", teller, *_in_all(words)]
        rows = list(model._default_manager.filter(pk__in=list(pks)).values_list(*columns))
        quotes = dict(_as_known(Quote, self.at, "source_id", pks={row[2] for row in rows}))
        sources = dict(self._named(Source, "title", "url", "publisher", pks=set(quotes.values())))
        parties = dict(self._named(Party, "name", "slug", pks={row[3] for row in rows}))
        return {
            pk: _evidence(tuple(said), url, sources.get(quotes.get(quote, 0)), parties.get(party))
            for pk, url, quote, party, *said in rows
        }

    def _named(
        self, model: type[Model], words: str, *columns: str, pks: set[int] | None = None
    ) -> Iterator[tuple[int, Named]]:
        """Give rows that the public may see. A source goes by its publisher, where it names one."""
        rows = _as_known(model, self.at, "published_at", *_in_all(words), *columns, pks=pks)
        for pk, published_at, *values in rows:
            names, (address, *publisher) = tuple(values[: len(LANGUAGES)]), values[len(LANGUAGES) :]
            if published_at is not None:
                names = tuple(publisher * len(LANGUAGES)) if any(publisher) else names
                yield pk, Named(slug=address, names=names, url=address)


def _evidence(words: Words, url: str, source: Named | None, teller: Named | None) -> Evidence:
    if source:
        return Evidence(words, source.names, source.url or url)
    return Evidence(words, teller.names if teller else ("",) * len(LANGUAGES), url)


def _state(pk: int, fact: Fact, report: Said | None, promise: Said | None, first: Said | None) -> State:
    due_on, precision, wording = promise.told if promise else (None, Precision.UNDATED.value, "")
    reported_on = report.day if report else None
    return State(
        pk=pk,
        slug=fact.slug,
        titles=fact.titles,
        status=report.told[0] if report else Status.ANNOUNCED.value,
        due_on=due_on,
        due_precision=precision,
        due_wording=wording,
        baseline_due_on=first.told[0] if first else None,
        last_reported_on=reported_on,
        heard_of_on=reported_on or fact.announced_on or _site_day(fact.created_at),
        report=report,
        promise=promise,
    )


def _said(model: type[Model], day: str, told: list[str], at: dt.datetime) -> Iterator[Said]:
    columns = ["pk", "initiative_id", day, "recorded_at", "withdrawn_at", *told]
    rows = model._default_manager.order_by().filter(recorded_at__lt=at).values_list(*columns)
    for pk, initiative, told_of, recorded_at, withdrawn_at, *words in rows.iterator():
        yield Said(pk, initiative, told_of, recorded_at, withdrawn_at, tuple(words))


def _order(said: Said) -> tuple[Any, ...]:
    """Sort as `StandingQuerySet.newest_first` does, but oldest first."""
    return said.day is not None, said.day or dt.date.min, said.recorded_at, said.pk


def _public(at: dt.datetime) -> dict[int, Fact]:
    rows = _as_known(Initiative, at, "published_at", "slug", "announced_on", "created_at", *_in_all("title"))
    return {
        pk: Fact(slug, tuple(titles), announced_on, created_at)
        for pk, published_at, slug, announced_on, created_at, *titles in rows
        if published_at is not None
    }


def _as_known(
    model: type[Model], at: dt.datetime, *columns: str, pks: set[int] | None = None
) -> Iterator[Any]:
    """Give the primary key and these columns of each row as it stood before a moment."""
    newest_first = [F("history_date").desc(), F("history_id").desc()]
    rows = _history(model).filter(history_date__lt=at)
    if pks is not None:
        rows = rows.filter(id__in=pks - {None})
    numbered = rows.annotate(age=Window(RowNumber(), partition_by=F("id"), order_by=newest_first))
    newest = numbered.filter(age=1).order_by("id").values_list("history_type", "id", *columns)
    # A condition on the type in the query would be applied before the rows are numbered.
    return (tuple(row) for kind, *row in newest.iterator() if kind != "-")


def _history(model: Any) -> Any:
    return model.history.order_by()


def _in_all(column: str) -> list[str]:
    return [f"{column}_{language}" for language in LANGUAGES]


def _site_day(moment: dt.datetime) -> dt.date:
    return timezone.localdate(moment, timezone.get_default_timezone())
