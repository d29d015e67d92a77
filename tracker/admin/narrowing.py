"""How the list of initiatives is narrowed: by condition, publication, party, and "my initiatives"."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model
from django.forms import Media, ModelChoiceField
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.models import Health, Initiative, Responsibility


class HealthFilter(admin.SimpleListFilter):
    title = _("health")
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Health.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        rows, conditions = queryset.conditions(timezone.localdate())
        asked = [condition for health, condition in conditions.items() if health == self.value()]
        return rows.filter(*asked)


class PublicationFilter(admin.SimpleListFilter):
    title = _("publication")
    parameter_name = "public"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("published")), ("no", _("draft")), ("unsourced", _("draft without a source"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.published()
        if self.value() == "unsourced":
            return queryset.unsourced()
        return queryset.filter(published_at__isnull=True) if self.value() == "no" else queryset


class MineFilter(admin.SimpleListFilter):
    """Initiatives in which a party takes part, in any role, for which whoever is logged in acts."""

    title = _("relation to me")
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("my initiatives"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.acted_for_by(request.user) if self.value() == "yes" else queryset


class TypedFilter(admin.SimpleListFilter):
    """Asks for a row as it is typed: a list of them all would be too long to choose from."""

    template = "admin/tracker/initiative/typed_filter.html"
    through: type[Model]
    """Joins the initiatives to the rows of its field `joined`."""
    joined: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return []

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Any:
        """Give the page one form, which keeps what else narrows the list."""
        query = QueryDict(changelist.get_query_string(remove=[self.parameter_name, PAGE_VAR])[1:])
        yield {
            "widget": self._widget().render(
                str(self.parameter_name), self.key() or "", {"id": f"by-{self.joined}"}
            ),
            "kept": [(name, value) for name, values in query.lists() for value in values],
            "without": f"?{query.urlencode()}",
            "is_set": bool(self.value()),
        }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if not self.value():
            return queryset
        rows = self.through._default_manager.filter(**{self.joined: self.key()})
        return queryset.filter(pk__in=rows.values("initiative"))

    def key(self) -> str | None:
        """Give the key of the row that is asked for; None for what is no key, which joins nothing."""
        asked = self.value() or ""
        return asked if asked.isascii() and asked.isdigit() and len(asked) < 19 else None

    @classmethod
    def _widget(cls) -> AutocompleteSelect:
        relation: Any = cls.through._meta.get_field(cls.joined)
        widget = AutocompleteSelect(relation, admin.site)
        widget.choices = ModelChoiceField(relation.related_model._default_manager.all()).choices
        return widget


class PartyFilter(TypedFilter):
    title = _("party")
    parameter_name = "with_party"
    through = Responsibility
    joined = "party"


class PlaceFilter(TypedFilter):
    title = _("place")
    parameter_name = "in_place"
    through = Initiative.places.through
    joined = "place"


def media() -> Media:
    """What a typed choice needs on the page of the list."""
    return PartyFilter._widget().media
