"""Inline forms that load what is chosen in them together with their rows, and not one by one."""

from typing import Any

from django import forms
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model, QuerySet
from django.http import HttpRequest


class LoadedSelect(AutocompleteSelect):
    """An autocomplete that shows what is chosen without a query, if it came with the row."""

    loaded: Model | None = None

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        if self.loaded is None or value != [str(self.loaded.pk)]:
            return super().optgroups(name, value, attr)
        blank = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        label = self.choices.field.label_from_instance(self.loaded)
        return [(None, [*blank, self.create_option(name, self.loaded.pk, label, True, len(blank))], 0)]


class LoadedForm(forms.ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)  # in the frame with the links beside it
            if isinstance(widget, LoadedSelect):
                column: Any = self.instance._meta.get_field(name)
                widget.loaded = column.get_cached_value(self.instance, default=None)


class LoadedInline(InlineModelAdmin):
    """For an inline form with autocompletes."""

    form = LoadedForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.autocomplete_fields)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = LoadedSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
