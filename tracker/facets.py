"""How many initiatives each choice of the list's filters would leave, under all the other filters.

What can be told from an initiative itself is counted in one pass, by every combination that occurs; the rest
is added up here. What links it with others takes a query each. All of it is kept until the public can see
something else.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Count, F, Model, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language

from tracker.filters import InitiativeFilter
from tracker.models import Firmness, Health, Party, Place, Responsibility, Sector, Source, Status
from tracker.stamp import Kept

FIXED: dict[str, Any] = {
    "status": Status,
    "health": Health,
    "sector": Sector,
    "firmness": Firmness,
    "role": Responsibility.Role,
}
"""Filters whose choices are always the same ones."""
LINKED: dict[str, tuple[type[Model], str]] = {
    "party": (Party, "name"),
    "place": (Place, "name"),
    "source": (Source, "title"),
}
"""Filters whose choices are rows; there may be thousands of them."""
OWN = ("status", "health", "sector", "firmness")
OFFERED = 8
"""So many rows are offered at once, those with the most initiatives; what is chosen is always offered too."""


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Facets:
    """`counts` by fixed choice; `offered` and `many` of the linked rows: the first ones, and how many.

    Where nothing is left, `without` gives for each filter that is set how many there would be if it were
    taken away; and if that never helps, `alone` how many if it were kept alone.
    """

    total: int
    counts: Mapping[str, Mapping[str, int]]
    offered: Mapping[str, list[Choice]]
    many: Mapping[str, int]
    without: Mapping[str, int] = field(default_factory=dict)
    alone: Mapping[str, int] = field(default_factory=dict)


_kept: Kept[Facets] = Kept(300)
_kept_cells: Kept[list[tuple[Any, ...]]] = Kept(20)


def facets(asked: InitiativeFilter, *, stamp: str) -> Facets:
    """Count for every choice, exactly. Read `asked.problems` before; `stamp` is the present one."""
    narrowing = tuple((name, *values) for name, values in asked.narrowing.items())
    return _kept.get(stamp, (asked.on_day, get_language(), narrowing), lambda: _counted(asked, stamp))


def linked(asked: InitiativeFilter, name: str) -> list[Choice]:
    """Count every row of one linked filter that would leave something, or that is chosen; the most first."""
    counts = _linked_counts(asked, name)
    return sorted(_named(asked, name, counts, counts), key=lambda choice: (-choice.count, choice.label))


def _counted(asked: InitiativeFilter, stamp: str) -> Facets:
    own, total = _own_counts(asked, stamp)
    by_row = {name: _linked_counts(asked, name) for name in LINKED}
    without = {} if total else _relaxed(asked, {name: {name} for name in asked.narrowing})
    is_stuck = not total and not without and len(asked.narrowing) > 1
    return Facets(
        total=total,
        counts={**own, "role": _linked_counts(asked, "role")},
        offered={name: _offered(asked, name, counts) for name, counts in by_row.items()},
        many={name: len(counts) for name, counts in by_row.items()},
        without=without,
        alone=_relaxed(asked, {name: {*asked.narrowing} - {name} for name in asked.narrowing})
        if is_stuck
        else {},
    )


# --- what an initiative itself tells --------------------------------------------------------------


def _own_counts(asked: InitiativeFilter, stamp: str) -> tuple[dict[str, dict[str, int]], int]:
    """Add up the cells for each choice of the initiative's own filters, and for all of them together."""
    chosen = [{*asked.form.cleaned_data[name]} for name in ("status", "sector", "firmness")]
    healthy = sum(_bit(health) for health in asked.form.cleaned_data["health"])
    total, by_health = 0, Counter[str]()
    by_column = [Counter[str](), Counter[str](), Counter[str]()]
    for *values, mask, n in _cells(asked, stamp):
        fits = [not wanted or value in wanted for value, wanted in zip(values, chosen, strict=True)]
        is_healthy = not healthy or bool(mask & healthy)
        if is_healthy:
            for place, counter in enumerate(by_column):
                if all(fits[:place]) and all(fits[place + 1 :]):
                    counter[values[place]] += n
        if all(fits):
            total += n if is_healthy else 0
            for health in Health.values:
                if mask & _bit(health):
                    by_health[health] += n
    status, sector, firmness = by_column
    return {"status": status, "health": by_health, "sector": sector, "firmness": firmness}, total


def _cells(asked: InitiativeFilter, stamp: str) -> list[tuple[Any, ...]]:
    """Count by status, sector, firmness and conditions, under every filter but these; one query.

    They are the same whatever is chosen of these four, and kept for all of it.
    """
    others = tuple((name, *values) for name, values in asked.narrowing.items() if name not in OWN)
    return _kept_cells.get(stamp, (asked.on_day, others), lambda: list(_counted_cells(asked)))


def _counted_cells(asked: InitiativeFilter) -> Iterable[tuple[Any, ...]]:
    rows, health = asked.narrowed(asked.queryset, without=OWN).conditions(asked.on_day)
    holding = (Case(When(condition, then=_bit(name)), default=0) for name, condition in health.items())
    mask: Any = next(holding)
    for more in holding:
        mask = mask + more
    columns = (rows.column("status"), "sector", "firmness", "mask")
    return rows.annotate(mask=mask).order_by().values_list(*columns).annotate(n=Count("*"))


def _bit(health: str) -> int:
    return 1 << Health.values.index(health)


# --- what links it --------------------------------------------------------------------------------


def _linked_counts(asked: InitiativeFilter, name: str) -> dict[Any, int]:
    """Count the initiatives of each place, source, party or role, under all the other filters; one query."""
    together = ("party", "role") if name in ("party", "role") else (name,)
    initiatives = asked.narrowed(asked.queryset, without=together).order_by().values("pk")
    links = asked.links(name, asked={**asked.form.cleaned_data, name: None}).filter(
        initiative__in=initiatives
    )
    once = name in ("party", "place")  # each of them is linked with an initiative once at most
    counted = links.values_list(name).annotate(n=Count("*") if once else Count("initiative", distinct=True))
    return dict(counted)


def _offered(asked: InitiativeFilter, name: str, counts: Mapping[int, int]) -> list[Choice]:
    first = heapq.nsmallest(OFFERED, counts, key=lambda pk: (-counts[pk], pk))
    choices = _named(asked, name, counts, {*first, *(row.pk for row in asked.form.cleaned_data[name])})
    return sorted(choices, key=lambda choice: (-choice.count, choice.label))


def _named(
    asked: InitiativeFilter, name: str, counts: Mapping[int, int], wanted: Iterable[int]
) -> Iterator[Choice]:
    model, called = LINKED[name]
    rows = model._default_manager.filter(pk__in={*wanted, *(row.pk for row in asked.form.cleaned_data[name])})
    for pk, slug, label in rows.order_by().values_list("pk", "slug", spoken(called)):
        yield Choice(slug, label, counts.get(pk, 0))


def spoken(column: str) -> Coalesce:
    """Give a translated column in the reader's language, else in the first one in which it is there."""
    languages = [get_language() or settings.LANGUAGE_CODE, *settings.MODELTRANSLATION_FALLBACK_LANGUAGES]
    names = (NullIf(F(f"{column}_{language}"), Value("")) for language in dict.fromkeys(languages))
    return Coalesce(*names, Value(""), output_field=CharField())


# --- where nothing is left ------------------------------------------------------------------------


def _relaxed(asked: InitiativeFilter, left_out: Mapping[str, set[str]]) -> dict[str, int]:
    """Count under fewer filters, a query for each name; those that leave nothing either are not named.

    The day as of which the list is shown is no filter that stands in the way.
    """
    counts = {
        name: asked.narrowed(asked.queryset, without=names).order_by().count()
        for name, names in left_out.items()
        if name != "on"
    }
    return {name: n for name, n in counts.items() if n}
