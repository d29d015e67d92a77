"""Tells states and their differences in one language."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from tracker.models import Health, Precision
from tracker.reports.content import Change, Line, Move, Owner, Part, Row
from tracker.reports.knowledge import Evidence, Named, State, in_language


class Telling:
    """`evidence` is of what is new in the period, by the row that says it."""

    def __init__(self, language: str, on: dt.date, leads: Mapping[int, Named]) -> None:
        self._language, self._on, self._leads = language, on, leads

    def line(self, state: State) -> Line:
        lead = self._leads.get(state.pk)
        return Line(
            slug=state.slug,
            title=in_language(state.titles, self._language),
            status=state.status,
            lead=in_language(lead.names, self._language) if lead else "",
            due_on=state.due_on,
            due_precision=state.due_precision,
            due_wording=state.due_wording,
            days_overdue=state.days_overdue(self._on),
            silent_days=state.silent_days(self._on),
        )

    def row(self, state: State) -> Row:
        return Row(
            line=self.line(state),
            health=tuple(health.value for health in state.health(self._on)),
            baseline_due_on=state.baseline_due_on,
            slipped_days=state.slipped_days,
            last_reported_on=state.last_reported_on,
        )

    def move(self, state: State, before: State, why: Evidence | None) -> Move:
        """Without `why`, a deadline stands again because a later one was withdrawn."""
        return Move(
            line=self.line(state),
            old_due_on=before.due_on,
            new_due_on=state.due_on,
            days=shift(state, before),
            reason=self._said(why.words) if why else "",
            source=self._said(why.source) if why else "",
            url=why.url if why else "",
        )

    def change(self, state: State, before: State, why: Evidence | None) -> Change:
        """Without `why`, a status stands again because a later report was withdrawn."""
        happened_on, precision = None, Precision.UNDATED.value
        if why and state.report:
            happened_on, precision = state.report.day, state.report.told[1]
        return Change(
            line=self.line(state),
            old_status=before.status,
            new_status=state.status,
            happened_on=happened_on,
            happened_precision=precision,
            note=self._said(why.words) if why else "",
            source=self._said(why.source) if why else "",
            url=why.url if why else "",
        )

    def silent_owners(self, states: Iterable[State], *, kept: int) -> Part[Owner]:
        """Count what is silent by who leads it, the most first. What nobody leads has a nameless owner."""
        silent: dict[tuple[str, str], list[int]] = defaultdict(list)
        for state in states:
            if Health.SILENT in state.health(self._on):
                lead = self._leads.get(state.pk)
                key = (lead.slug, in_language(lead.names, self._language)) if lead else ("", "")
                silent[key].append(state.silent_days(self._on))
        owners = [Owner(slug, name, len(days), max(days)) for (slug, name), days in silent.items()]
        owners.sort(key=lambda owner: (-owner.initiatives, -owner.silent_days, owner.slug))
        return Part(tuple(owners[:kept]), len(owners))

    def _said(self, words: tuple[str, ...]) -> str:
        return in_language(words, self._language)


def shift(state: State, before: State) -> int | None:
    """Give the days by which a deadline was moved; None where either is unknown."""
    return (state.due_on - before.due_on).days if state.due_on and before.due_on else None
