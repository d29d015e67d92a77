from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tracker.models import Mail


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin):
    """The outbox, to look at: a message is made by a decision, never typed in."""

    list_display = ["subject", "address", "kind", "state", "attempts", "decided_at", "sent_at"]
    list_filter = ["state", "kind", "language"]
    search_fields = ["subject", "address"]
    date_hierarchy = "decided_at"

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Mail | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Mail | None = None) -> bool:
        return False
