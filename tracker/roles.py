"""What each kind of staff may do. The groups belong to us: every migration sets their permissions anew.

Who needs another mixture makes another group; a person may belong to several. The administrator's group has
every permission; that of an officer reaches only initiatives for whose parties the officer acts (see
`InitiativeQuerySet.acted_for_by`).
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """The name of each group, and what it is called."""

    ADMINISTRATOR = "administrator", _("Administrator: everything, and who may do what")
    EDITOR = "editor", _("Editor: everything that is kept, but accepts nothing as completed")
    OFFICER = "officer", _("Officer: reports on the initiatives of the parties they act for")
    CONTROLLER = "controller", _("Controller: accepts completion and extensions")
    READER = "reader", _("Reader: looks")


READ = "view"
WRITTEN = "view add change"
KEPT = "view add change delete"

_RECORD = {
    "initiative": READ,
    "responsibility": READ,
    "quote": READ,
    "figure": READ,
    "milestone": READ,
    "statusupdate": READ,
    "deadline": READ,
    "party": READ,
    "place": READ,
    "source": READ,
    "correction": READ,
}
_ALLOWED: dict[Role, dict[str, str]] = {
    Role.READER: {**_RECORD, "report": READ, "series": READ, "reminderrule": READ},
    Role.OFFICER: {
        **dict.fromkeys(("responsibility", "quote", "party", "place", "source"), READ),
        "initiative": "change_own",
        "statusupdate": "view add",
        "deadline": "view add",
        "milestone": WRITTEN,
    },
    Role.CONTROLLER: {
        **_RECORD,
        "statusupdate": WRITTEN,
        "deadline": WRITTEN,
        "proposal": "view change",
        "": "accept_completion",
    },
    Role.EDITOR: {
        **dict.fromkeys(_RECORD, KEPT),
        "statusupdate": WRITTEN,
        "deadline": WRITTEN,
        "correction": WRITTEN,
        "contact": KEPT,
        "proposal": "view change",
        "reminderrule": KEPT,
        "reminder": READ,
        "series": KEPT,
        "report": READ,
        "subscription": READ,
        "notice": READ,
        "mail": READ,
        "bounce": READ,
        "relay": READ,
        "suppression": "view add delete",
        "import": "add",
        "": "release_report release_mail",
    },
}


def set_up(**_said: Any) -> None:
    """Make the groups that are missing, and give each its permissions. To be called after migrations."""
    for role in Role:
        group, _is_new = Group.objects.get_or_create(name=role.value)
        group.permissions.set(Permission.objects.filter(_permissions(role)))


def _permissions(role: Role) -> Q:
    if role == Role.ADMINISTRATOR:
        return Q()
    return Q(content_type__app_label="tracker", codename__in=[*_codenames(role)])


def _codenames(role: Role) -> Iterator[str]:
    for model, verbs in _ALLOWED[role].items():
        yield from (f"{verb}_{model}" if model else verb for verb in verbs.split())


class RightsBackend(ModelBackend):
    """Reads what a person may do, by groups or alone, with one query; Django takes two on every page."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if user_obj.is_superuser or user_obj.is_anonymous or not user_obj.is_active or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):  # Django's own place for it
            held = Permission.objects.filter(Q(user=user_obj) | Q(group__user=user_obj))
            rows = held.order_by().values_list("content_type__app_label", "codename")
            user_obj._perm_cache = {f"{label}.{codename}" for label, codename in rows}
        return {*user_obj._perm_cache}
