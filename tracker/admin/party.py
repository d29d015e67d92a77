from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from modeltranslation.admin import TranslationAdmin

from tracker.admin.history.pages import HistoryAdmin
from tracker.admin.loaded import LoadedInline
from tracker.admin.publication import PublicationAdmin
from tracker.models import Contact, Party, Place


class ContactInline(LoadedInline, admin.TabularInline):
    model = Contact
    extra = 0
    autocomplete_fields = ["user"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Leave to those who manage accounts which of them acts for a party: it opens its initiatives."""
        return [] if request.user.has_perm("auth.view_user") else ["user"]


@admin.register(Party)
class PartyAdmin(PublicationAdmin, HistoryAdmin, TranslationAdmin):
    list_display = ["name", "kind", "country", "is_public"]
    list_filter = ["kind", "country"]
    search_fields = ["name_ru", "name_en", "name_de"]
    prepopulated_fields = {"slug": ["name_en"]}
    readonly_fields = ["published_at"]
    inlines = [ContactInline]


@admin.register(Place)
class PlaceAdmin(HistoryAdmin, TranslationAdmin):
    list_display = ["name", "country"]
    search_fields = ["name_ru", "name_en", "name_de"]
    prepopulated_fields = {"slug": ["name_en"]}
