"""Officers see and change the initiatives of the party they act for, and nobody else's."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from tracker.models import Initiative
from tracker.models.initiative import InitiativeQuerySet

OWN = "tracker.change_own_initiative"
ALL = ("tracker.view_initiative", "tracker.change_initiative")


def _reached(request: HttpRequest, rows: InitiativeQuerySet) -> InitiativeQuerySet:
    """Keep what an officer reaches. Whether others may look is for their permissions to say."""
    user: Any = request.user
    is_officer = user.has_perm(OWN) and not any(user.has_perm(permission) for permission in ALL)
    return rows.acted_for_by(user) if is_officer else rows


class OwnInitiatives:
    """For the admin of initiatives: what is not reached is not there, at any address (404)."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Initiative]:
        rows: Any = super().get_queryset(request)  # type: ignore[misc]  # a mixin
        return _reached(request, rows)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self._is_own(request, obj)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) or self._is_own(request, obj)  # type: ignore[misc]

    def _is_own(self, request: HttpRequest, obj: Any) -> bool:
        user: Any = request.user
        if not user.has_perm(OWN):
            return False
        return obj is None or obj.pk in self._own(request)

    def _own(self, request: HttpRequest) -> set[int]:
        """Give the keys of one's own initiatives, read once for each request."""
        if not hasattr(request, "own_initiatives"):
            own = Initiative.objects.acted_for_by(request.user).values_list("pk", flat=True)
            request.own_initiatives = set(own)  # type: ignore[attr-defined]  # ours
        found: set[int] = request.own_initiatives  # type: ignore[attr-defined]
        return found
