"""Who follows what by mail, and what followers were told. Facts to look at: readers change what is theirs."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tracker.admin.outbox import LookedAtAdmin
from tracker.models import Notice, Subscription


class StandFilter(admin.SimpleListFilter):
    """Where a subscription stands."""

    title = _("stand")
    parameter_name = "stand"
    CONDITIONS = {
        "active": Q(confirmed_at__isnull=False, unsubscribed_at__isnull=True),
        "asked": Q(asked_at__isnull=False) | Q(confirmed_at__isnull=True, unsubscribed_at__isnull=True),
        "left": Q(unsubscribed_at__isnull=False),
    }
    LABELS = {"active": _("gets mail"), "asked": _("not confirmed"), "left": _("has left")}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.LABELS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> QuerySet[Subscription]:
        condition = self.CONDITIONS.get(self.value() or "")
        return queryset.filter(condition) if condition else queryset


@admin.register(Subscription)
class SubscriptionAdmin(LookedAtAdmin):
    list_display = ["address", "series", "frequency", "language", "stand", "asked_at", "confirmed_at"]
    list_filter = [StandFilter, "series__frequency", "language", "series__is_for_followers"]
    list_select_related = ["series"]
    list_per_page = 50
    search_fields = ["address", "series__name"]
    date_hierarchy = "confirmed_at"
    ordering = ["-pk"]

    @admin.display(description=_("frequency"), ordering="series__frequency")
    def frequency(self, row: Subscription) -> str:
        return str(row.series.get_frequency_display())

    @admin.display(description=_("stand"))
    def stand(self, row: Subscription) -> str:
        if row.asked_at is not None:
            stand = "asked"
        elif row.unsubscribed_at is not None:
            stand = "left"
        else:
            stand = "active" if row.confirmed_at else "asked"
        return str(StandFilter.LABELS[stand])


@admin.register(Notice)
class NoticeAdmin(LookedAtAdmin):
    list_display = ["initiative", "kind", "changed_at", "decided_at"]
    list_filter = ["kind"]
    list_select_related = ["initiative"]
    date_hierarchy = "decided_at"
