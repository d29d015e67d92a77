"""The search field above an index, and what of its query string cannot be read."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tracker import search
from tracker.filters import unknown


class SearchForm(forms.Form):
    """Words to look for. Read `problems` before `cleaned_data`."""

    q = forms.CharField(label=_("Search"), required=False, max_length=search.MAX_QUERY_LENGTH)

    def __init__(self, data: QueryDict, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", auto_id="search-%s", **kwargs)

    @property
    def problems(self) -> dict[str, list[str]]:
        """Name each refused parameter with what was wrong; empty when all is well."""
        found = {name: [str(error) for error in errors] for name, errors in self.errors.items()}
        return {**found, **unknown(self.data, {*self.fields, "page"})}

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values())
