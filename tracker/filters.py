"""One FilterSet for the list, its counts and the API, for feed, calendar and exports.

Repeated or comma-separated values mean "any of". An unknown name or value is a problem with the field named,
never a silent full list (django-filter alone ignores a misspelt name).
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, F, OuterRef, Q, QuerySet
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
    initiative = AnySlug(Initiative.objects.published)
    announced_after = filters.DateFilter(validators=SENSIBLE_DAYS)
    announced_before = filters.DateFilter(validators=SENSIBLE_DAYS)
    due_after = filters.DateFilter(validators=SENSIBLE_DAYS)
    due_before = filters.DateFilter(validators=SENSIBLE_DAYS)
    changed_since = filters.IsoDateTimeFilter(validators=SENSIBLE_MOMENTS)
    ordering = filters.ChoiceFilter(choices=list(ORDERINGS.items()), label=gettext_lazy("Order"))
    on = filters.DateFilter(validators=SENSIBLE_DAYS)

    _form_class: ClassVar[type[forms.Form] | None] = None
    _blank_form: ClassVar[forms.Form | None] = None

    class Meta:
        model = Initiative
        fields: list[str] = []

    def __init__(
        self, data: Any, queryset: InitiativeQuerySet, *, today: dt.date, also: Iterable[str] = ()
    ) -> None:
        # As the parent's, but without a copy of each filter: they are all the same for every query string.
        self.is_bound, self.data, self.queryset = True, data, queryset
        self.request = self.form_prefix = None
        self.filters = self.base_filters
        self.today = today
        self.also = {*also}

    @property
    def form(self) -> forms.Form:
        """Read the query string; where it says nothing of ours, one form that was read before serves all."""
        if not hasattr(self, "_form"):
            self._form = self._blank() if self.filters.keys().isdisjoint(self.data) else super().form
        return self._form

    def _blank(self) -> forms.Form:
        if InitiativeFilter._blank_form is None:
            blank: forms.Form = self.get_form_class()({})
            blank.full_clean()
            InitiativeFilter._blank_form = blank
        return InitiativeFilter._blank_form

    @property
    def problems(self) -> dict[str, list[str]]:
        """Name each refused parameter with what was wrong; empty when all is well."""
        found = {name: [str(error) for error in errors] for name, errors in self.form.errors.items()}
        found.update(unknown(self.data, {*self.filters, *self.also}))
        return found

    @property
    def on_day(self) -> dt.date:
        return self.form.cleaned_data.get("on") or self.today

    def get_form_class(self) -> type[forms.Form]:
        """Build the form's class once: it is the same for every query string."""
        if InitiativeFilter._form_class is None:
            for filter_ in self.filters.values():
                filter_.model, filter_.parent = Initiative, self
            InitiativeFilter._form_class = super().get_form_class()
        return InitiativeFilter._form_class

    @property
    def narrowing(self) -> dict[str, list[str]]:
        """Give each parameter that narrows the list, with its values as they were asked for."""
        given = {name: self.form[name].value() or [] for name in self.filters if name != "ordering"}
        return {
            name: [said] if isinstance(said, str) else sorted({*said}) for name, said in given.items() if said
        }

    def filter_queryset(self, queryset: InitiativeQuerySet) -> InitiativeQuerySet:
        return self._ordered(self.narrowed(queryset))

    def narrowed(self, queryset: InitiativeQuerySet, *, without: Collection[str] = ()) -> InitiativeQuerySet:
        """Keep what the filters ask for, all but those named in `without`; `on` holds in any case."""
        asked = {name: None if name in without else said for name, said in self.form.cleaned_data.items()}
        on = self.form.cleaned_data["on"]
        rows, health = (queryset.as_of(on) if on else queryset).conditions(self.on_day)
        conditions = [*_plain_conditions(rows, asked), *self._linked_conditions(asked)]
        if asked["health"]:
            conditions.append(Q.create([health[Health(value)] for value in asked["health"]], Q.OR))
        return rows.filter(*conditions)

    def _linked_conditions(self, asked: Mapping[str, Any]) -> Iterator[Q]:
        for names in (("place",), ("source",), ("party", "role")):
            if any(_is_given(asked[name]) for name in names):
                yield Q(Exists(self.links(names[0], asked=asked).filter(initiative=OuterRef("pk"))))

    def links(self, name: str, *, asked: Mapping[str, Any] | None = None) -> QuerySet[Any]:
        """Give the rows that link initiatives with places, sources or parties, as far as they are asked for.

        A party and a role are asked for together: one and the same responsibility has both.
        """
        asked = asked if asked is not None else self.form.cleaned_data
        rows: QuerySet[Any]
        if name == "place":
            rows = Initiative.places.through.objects.all()
        elif name == "source":
            rows = Quote.objects.published().order_by()
        else:
            rows = Responsibility.objects.filter(party__published_at__isnull=False).order_by()
            if asked["role"]:
                rows = rows.filter(role__in=asked["role"])
            name = "party"
        if _is_given(asked[name]):
            rows = rows.filter(**{f"{name}__in": [row.pk for row in asked[name]]})
        return rows

    def _ordered(self, rows: InitiativeQuerySet) -> InitiativeQuerySet:
        ordering = self.form.cleaned_data["ordering"]
        if not ordering:
            return rows
        name = rows.column(ordering.removeprefix("-"))
        column, last = F(name), {"nulls_last": True} if name != "updated_at" else {}  # it is never empty
        if ordering.startswith("-"):
            return rows.order_by(column.desc(**last), "-pk")
        return rows.order_by(column.asc(**last), "pk")


def _plain_conditions(rows: InitiativeQuerySet, asked: Mapping[str, Any]) -> Iterator[Q]:
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
    columns = {"status": rows.column("status"), "sector": "sector", "firmness": "firmness"}
    for name, column in columns.items():
        if asked[name]:
            yield Q(**{f"{column}__in": asked[name]})
    if _is_given(asked["initiative"]):
        yield Q(pk__in=[row.pk for row in asked["initiative"]])
    if asked["q"]:
        yield search.matching(asked["q"])


def _is_given(said: Any) -> bool:
    """Answer whether a filter has a value; of rows, without asking the database for them."""
    return not said.query.is_empty() if isinstance(said, QuerySet) else bool(said)
