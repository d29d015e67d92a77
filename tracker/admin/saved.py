"""Saved filters: how somebody narrows the list of initiatives, under names that stand above it."""

from collections.abc import Callable
from copy import copy
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tracker.models import SavedFilter

LIST = "admin:tracker_initiative_changelist"
NOT_KEPT = (PAGE_VAR, ERROR_FLAG, IS_POPUP_VAR)


def saved_filters(request: HttpRequest) -> QuerySet[SavedFilter]:
    """Give one's own, by name."""
    return SavedFilter.objects.filter(person=request.user.pk)


def plain(query: str) -> str:
    """Bring a query to the one form in which it is kept and compared."""
    parts = sorted(
        (name, value) for name, values in QueryDict(query).lists() for value in values if name not in NOT_KEPT
    )
    found = QueryDict(mutable=True)
    for name, value in parts:
        found.appendlist(name, value)
    return found.urlencode()


class SavedFilterForm(forms.ModelForm):
    class Meta:
        model = SavedFilter
        fields = ["name", "query"]
        widgets = {"query": forms.HiddenInput}

    def clean_query(self) -> str:
        query = plain(self.cleaned_data["query"])
        if not query:
            raise ValidationError(_("The list shows everything. Narrow it first, then save the filter."))
        return query


class SavingAdmin(admin.ModelAdmin):
    """Offers what is saved, and to save more."""

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[..., Any] = self.admin_site.admin_view
        own = [
            path("filters/save/", wrap(require_POST(self.save_view)), name="tracker_initiative_save_filter"),
            path(
                "filters/<int:pk>/forget/",
                wrap(require_POST(self.forget_view)),
                name="tracker_initiative_forget_filter",
            ),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        query = plain(request.GET.urlencode())
        own = list(saved_filters(request))
        context = {
            "saved_filters": own,
            "shown_filter": next((saved for saved in own if saved.query == query), None),
            "filter_query": query,
            "filter_form": SavedFilterForm(initial={"query": query}, auto_id=False),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def save_view(self, request: HttpRequest) -> HttpResponse:
        """Keep how the list is narrowed; a filter of the same name is renewed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        person: Any = request.user
        name = request.POST.get("name", "").strip()
        saved = saved_filters(request).filter(name=name).first() or SavedFilter(person=person)
        form = SavedFilterForm(request.POST, instance=saved)
        if not form.is_valid():
            for problem in (problem for problems in form.errors.values() for problem in problems):
                self.message_user(request, str(problem), messages.ERROR)
            return _to(request.POST.get("query", ""))
        query = form.cleaned_data["query"]
        if not self._is_understood(request, query):
            text = _("The list does not understand this filter, so it is not saved.")
            self.message_user(request, text, messages.ERROR)
            return _to("")
        form.save()
        self.message_user(request, _("The filter is saved: %s") % saved.name, messages.SUCCESS)
        return _to(query)

    def forget_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        saved = get_object_or_404(saved_filters(request), pk=pk)
        saved.delete()
        self.message_user(request, _("The filter is deleted: %s") % saved.name, messages.SUCCESS)
        return _to(saved.query)

    def _is_understood(self, request: HttpRequest, query: str) -> bool:
        asked = copy(request)
        asked.GET = QueryDict(query)
        try:
            self.get_changelist_instance(asked)
        except (IncorrectLookupParameters, SuspiciousOperation):
            return False
        return True


def _to(query: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse(LIST)}?{plain(query)}".rstrip("?"))
