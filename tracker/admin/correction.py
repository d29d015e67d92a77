"""The corrections log: staff may also add what they found themselves, and word it in other languages."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from modeltranslation.admin import TranslationAdmin

from tracker import corrections
from tracker.admin.history.pages import HistoryAdmin
from tracker.admin.initiative import staff
from tracker.models import Correction


class CorrectionForm(forms.ModelForm):
    def clean_corrected_on(self) -> Any:
        day = self.cleaned_data["corrected_on"]
        corrections.refuse_future(day, timezone.now())
        return day


@admin.register(Correction)
class CorrectionAdmin(HistoryAdmin, TranslationAdmin):
    form = CorrectionForm
    list_display = ["corrected_on", "initiative", "before", "after", "recorded_by"]
    list_select_related = ["initiative", "recorded_by"]
    search_fields = ["initiative__title_ru", "initiative__title_en", "initiative__title_de"]
    autocomplete_fields = ["initiative"]
    date_hierarchy = "corrected_on"

    def save_model(self, request: HttpRequest, obj: Correction, form: Any, change: bool) -> None:
        """A new one goes the way of all corrections; a later change only mends its words, and is kept."""
        if change:
            obj.save()
        else:
            corrections.record(correction=obj, now=timezone.now(), by=staff(request))
