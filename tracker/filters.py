"""One FilterSet for the list, its counts and the API; later for feed, calendar and exports.

Repeated or comma-separated values mean "any of". An unknown name or value is a problem with the field named,
never a silent full list (django-filter alone ignores a misspelt name).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import django_filters as filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker import search
from tracker.models import (
    Firmness,
    Health,
    Initiative,
    Party,
    Place,
    Quote,
    Responsibility,
    Sector,
    Source,
    Status,
)
from tracker.models.initiative import InitiativeQuerySet

ORDERINGS = {
    "announced_on": gettext_lazy("announced, oldest first"),
    "-announced_on": gettext_lazy("announced, newest first"),
    "due_on": gettext_lazy("due, earliest first"),
    "-due_on": gettext_lazy("due, latest first"),
    "updated_at": gettext_lazy("changed, oldest first"),
    "-updated_at": gettext_lazy("changed, newest first"),
    "title": gettext_lazy("title, A to Z"),
    "-title": gettext_lazy("title, Z to A"),
}


EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2999, 12, 31, tzinfo=dt.UTC)
"""Days beyond these are typing slips; and near the ends of the calendar counting days overflows."""
SENSIBLE_DAYS = [MinValueValidator(EARLIEST.date()), MaxValueValidator(LATEST.date())]
SENSIBLE_MOMENTS = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]


class AnyOf(forms.SelectMultiple):
    """Reads `?status=a&status=b` and `?status=a,b` alike; an empty value is no value."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        given = data.getlist(name) if isinstance(data, MultiValueDict) else [data.get(name, "")]
        return [value for text in given for value in text.split(",") if value]


class AnyChoice(filters.MultipleChoiceFilter):
    """Any of some choices. `InitiativeFilter` says what each of them means for a row."""

    def __init__(self, choices: Any) -> None:
        super().__init__(choices=choices, widget=AnyOf)


class AnySlug(filters.ModelMultipleChoiceFilter):
    """Any of some rows, named by slug. Rows that the public may not see do not exist."""

    def __init__(self, rows: Any) -> None:
        super().__init__(queryset=lambda request: rows(), to_field_name="slug", widget=AnyOf)


def unknown(data: Mapping[str, Any], known: set[str]) -> dict[str, list[str]]:
    """Name each parameter that is not known, with those that are."""
    reason = _("Unknown parameter. Known are: %(known)s.") % {"known": ", ".join(sorted(known))}
    return {name: [reason] for name in data if name not in known}


class InitiativeFilter(filters.FilterSet):
    """Filters initiatives by a query string, as of a day.

    `on_day` is the day for which health is derived: the `on` of the query string, else `today`. `also` names
    parameters of the page itself, such as its number. Read `problems` before `qs`.
    """

    q = filters.CharFilter(label=gettext_lazy("Search"), max_length=search.MAX_QUERY_LENGTH)
    status = AnyChoice(Status.choices)
    health = AnyChoice(Health.choices)
    sector = AnyChoice(Sector.choices)
    firmness = AnyChoice(Firmness.choices)
    place = AnySlug(Place.objects.all)
    party = AnySlug(Party.objects.published)
    role = AnyChoice(Responsibility.Role.choices)
    source = AnySlug(Source.objects.published)
    announced_after = filters.DateFilter(validators=SENSIBLE_DAYS)
    announced_before = filters.DateFilter(validators=SENSIBLE_DAYS)
    due_after = filters.DateFilter(validators=SENSIBLE_DAYS)
    due_before = filters.DateFilter(validators=SENSIBLE_DAYS)
    changed_since = filters.IsoDateTimeFilter(validators=SENSIBLE_MOMENTS)
    ordering = filters.ChoiceFilter(choices=list(ORDERINGS.items()), label=gettext_lazy("Order"))
    on = filters.DateFilter(validators=SENSIBLE_DAYS)

    class Meta:
        model = Initiative
        fields: list[str] = []

    def __init__(
        self, data: Any, queryset: InitiativeQuerySet, *, today: dt.date, also: Iterable[str] = ()
    ) -> None:
        super().__init__(data, queryset)
        self.today = today
        self.also = {*also}

    @property
    def problems(self) -> dict[str, list[str]]:
        """Name each refused parameter with what was wrong; empty when all is well."""
        found = {name: [str(error) for error in errors] for name, errors in self.form.errors.items()}
        found.update(unknown(self.data, {*self.filters, *self.also}))
        return found

    @property
    def on_day(self) -> dt.date:
        return self.form.cleaned_data.get("on") or self.today

    def filter_queryset(self, queryset: InitiativeQuerySet) -> InitiativeQuerySet:
        rows, by_status, by_health = self._prepared(queryset)
        return self._ordered(rows.filter(by_status, by_health))

    def tallies(self) -> dict[str, Any]:
        """Count in one query: `total` under all filters; each status and health under all the others."""
        rows, by_status, by_health = self._prepared(self.queryset)
        rows, health = rows.conditions(self.on_day)
        counts = {"total": Count("pk", filter=by_status & by_health)}
        for value in Status.values:
            counts[f"status_{value}"] = Count("pk", filter=Q(**{rows.column("status"): value}) & by_health)
        for value, condition in health.items():
            counts[f"health_{value}"] = Count("pk", filter=condition & by_status)
        counted = rows.aggregate(**counts)
        return {
            "total": counted["total"],
            "status": {value: counted[f"status_{value}"] for value in Status.values},
            "health": {value: counted[f"health_{value}"] for value in Health.values},
        }

    def _prepared(self, queryset: InitiativeQuerySet) -> tuple[InitiativeQuerySet, Q, Q]:
        """Apply every filter but status and health, and return these two as conditions."""
        asked = self.form.cleaned_data
        rows = queryset.as_of(asked["on"]) if asked["on"] else queryset
        rows = rows.filter(*self._plain_conditions(rows))
        rows, health = rows.conditions(self.on_day)
        by_status = Q(**{f"{rows.column('status')}__in": asked["status"]}) if asked["status"] else Q()
        by_health = Q()
        for value in asked["health"]:
            by_health |= health[Health(value)]
        return rows, by_status, by_health

    def _plain_conditions(self, rows: InitiativeQuerySet) -> Iterator[Q]:
        asked = self.form.cleaned_data
        due = rows.column("due_on")
        bounds = {
            "announced_after": "announced_on__gte",
            "announced_before": "announced_on__lte",
            "due_after": f"{due}__gte",
            "due_before": f"{due}__lte",
            "changed_since": "updated_at__gte",
        }
        for name, lookup in bounds.items():
            if asked[name] is not None:
                yield Q(**{lookup: asked[name]})
        for name in ("sector", "firmness"):
            if asked[name]:
                yield Q(**{f"{name}__in": asked[name]})
        if asked["place"]:
            places = Initiative.places.through.objects.filter(
                initiative=OuterRef("pk"), place__in=asked["place"]
            )
            yield Q(Exists(places))
        if asked["source"]:
            yield Q(Exists(Quote.objects.filter(initiative=OuterRef("pk"), source__in=asked["source"])))
        if asked["party"] or asked["role"]:
            yield Q(Exists(self._responsibilities(asked)))
        if asked["q"]:
            yield search.matching(asked["q"])

    def _responsibilities(self, asked: dict[str, Any]) -> QuerySet[Responsibility]:
        """Find the one responsibility that has both the party and the role asked for."""
        rows = Responsibility.objects.filter(initiative=OuterRef("pk"), party__published_at__isnull=False)
        if asked["party"]:
            rows = rows.filter(party__in=asked["party"])
        if asked["role"]:
            rows = rows.filter(role__in=asked["role"])
        return rows

    def _ordered(self, rows: InitiativeQuerySet) -> InitiativeQuerySet:
        ordering = self.form.cleaned_data["ordering"]
        if not ordering:
            return rows
        column = F(rows.column(ordering.removeprefix("-")))
        if ordering.startswith("-"):
            return rows.order_by(column.desc(nulls_last=True), "-pk")
        return rows.order_by(column.asc(nulls_last=True), "pk")
