"""How the admin shows whether a row is public, and leads to its public page."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from tracker.models.publication import Publication


class PublicationAdmin(admin.ModelAdmin):
    @admin.display(description=_("public"), boolean=True, ordering="published_at")
    def is_public(self, row: Publication) -> bool:
        return row.is_published

    def view_on_site(self, row: Any) -> str | None:
        return row.get_absolute_url() if row.is_published else None
