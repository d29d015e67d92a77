from django.contrib import admin
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline

from tracker.admin.history.pages import HistoryAdmin
from tracker.admin.loaded import LoadedInline
from tracker.admin.publication import PublicationAdmin
from tracker.models import Figure, Quote, Source


class FigureInline(LoadedInline, TranslationStackedInline):
    model = Figure
    extra = 0
    autocomplete_fields = ["claimed_by"]


@admin.register(Source)
class SourceAdmin(PublicationAdmin, HistoryAdmin, TranslationAdmin):
    list_display = ["title", "publisher", "language", "published_on", "is_public"]
    list_filter = ["language"]
    search_fields = ["title_ru", "title_en", "title_de", "publisher"]
    date_hierarchy = "published_on"
    prepopulated_fields = {"slug": ["title_en"]}
    readonly_fields = ["published_at"]


@admin.register(Quote)
class QuoteAdmin(HistoryAdmin, TranslationAdmin):
    list_display = ["__str__", "relation", "source", "initiative"]
    list_filter = ["relation"]
    list_select_related = ["source", "initiative"]
    search_fields = ["exact", "source__title_ru", "source__title_en", "source__title_de"]
    autocomplete_fields = ["source", "initiative"]
    inlines = [FigureInline]
