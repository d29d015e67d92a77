"""The staff's workplace. Declarative first; what changes an initiative's state calls `tracker.progress`."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from tracker.admin import (
    accounts,
    correction,
    home,
    imports,
    initiative,
    outbox,
    party,
    proposals,
    reminders,
    reports,
    series,
    source,
    subscriptions,
)

admin.site.site_header = _("Commitment tracker")
admin.site.site_title = _("Commitment tracker")
admin.site.index_title = _("What is kept")
admin.site.index = home.index  # type: ignore[method-assign]  # a site of our own would be loaded too early
admin.site.enable_nav_sidebar = False  # its room belongs to the list

__all__ = [
    "accounts",
    "correction",
    "home",
    "imports",
    "initiative",
    "outbox",
    "party",
    "proposals",
    "reminders",
    "reports",
    "series",
    "source",
    "subscriptions",
]
