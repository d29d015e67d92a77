"""What stands below an initiative on its page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationStackedInline, TranslationTabularInline

from tracker.admin.loaded import LoadedInline
from tracker.models import Deadline, Milestone, Quote, Responsibility, StatusUpdate

VERBATIM = ("exact", "prefix", "suffix")


class ResponsibilityInline(LoadedInline, admin.TabularInline):
    model = Responsibility
    extra = 0
    autocomplete_fields = ["party"]


class QuoteInline(LoadedInline, TranslationStackedInline):
    model = Quote
    extra = 0
    autocomplete_fields = ["source"]
    fields = [("source", "relation"), "exact", "translation", ("start", "end", "prefix", "suffix")]
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 3, "cols": 90})}}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Leave the words of the source as they are: a space at their end is one of theirs."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in VERBATIM:
            field.strip = False
        return field


class MilestoneInline(TranslationTabularInline):
    model = Milestone
    extra = 0


class RecordInline(admin.TabularInline):
    """Rows that only `tracker.progress` writes: to look at, and to withdraw."""

    extra = 0
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DeadlineInline(RecordInline):
    model = Deadline
    fields = [
        "said_on",
        "old_due_on",
        "due_on",
        "precision",
        "wording",
        "reason",
        "recorded_by",
        "withdrawal",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Deadline]:
        return super().get_queryset(request).select_related("recorded_by")

    @admin.display(description=_("withdrawal"))
    def withdrawal(self, row: Deadline) -> str:
        return withdrawal_of(row, "deadline")


class StatusUpdateInline(RecordInline):
    model = StatusUpdate
    fields = [
        "happened_on",
        "old_status",
        "status",
        "confidence",
        "note",
        "evidence",
        "recorded_by",
        "withdrawal",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusUpdate]:
        return super().get_queryset(request).select_related("quote", "told_by", "recorded_by")

    @admin.display(description=_("evidence"))
    def evidence(self, row: StatusUpdate) -> str:
        return row.url or str(row.quote or row.told_by)

    @admin.display(description=_("withdrawal"))
    def withdrawal(self, row: StatusUpdate) -> str:
        return withdrawal_of(row, "report")


def withdrawal_of(row: StatusUpdate | Deadline, kind: str) -> str:
    """Say why a row was withdrawn, or link to the form that withdraws it."""
    if row.withdrawn_at is not None:
        return row.withdrawal_reason
    address = reverse(f"admin:tracker_initiative_withdraw_{kind}", args=[row.initiative_id, row.pk])
    return format_html('<a href="{}">{}</a>', address, _("Withdraw"))
