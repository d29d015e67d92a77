"""Why somebody is told something, in a sentence: for the mail, for the preview, and for the command line."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.models import ReminderKind, ReminderRule
from tracker.reminders.rules import Role

AS = {
    Role.LEAD: gettext_lazy("%(party)s leads this initiative"),
    Role.SUPPORT: gettext_lazy("%(party)s supports this initiative"),
    Role.CONTROLLER: gettext_lazy("%(party)s controls this initiative"),
    Role.HEAD: gettext_lazy("You head %(party)s, which leads this initiative"),
    Role.LEADERSHIP: gettext_lazy("You belong to the leadership, which hears of what stays open for long"),
}
"""As what somebody is told; the party is the one that the contact acts for."""


def when(kind: str, step: int) -> str:
    """Say at which point a step speaks: "7 days before the deadline"."""
    days = {"days": abs(step)}
    if kind == ReminderKind.DUE:
        if step == 0:
            return _("on the day of the deadline")
        return ngettext("%(days)d day before the deadline", "%(days)d days before the deadline", -step) % days
    if kind == ReminderKind.MILESTONE:
        if step == 0:
            return _("on the day of a milestone")
        return ngettext("%(days)d day before a milestone", "%(days)d days before a milestone", -step) % days
    if kind == ReminderKind.OVERDUE:
        return ngettext("%(days)d day after the deadline", "%(days)d days after the deadline", step) % days
    if kind == ReminderKind.SILENT:
        return ngettext("%(days)d day without a report", "%(days)d days without a report", step) % days
    return ngettext("%(days)d day without a deadline", "%(days)d days without a deadline", step) % days


def why(*, told_as: str, party: str, kind: str, step: int, rule: ReminderRule | None) -> str:
    """Say the whole reason, with the rule that it follows from."""
    return _("%(role)s. Rule “%(rule)s”: %(when)s.") % {
        "role": AS[Role(told_as)] % {"party": party},
        "rule": rule if rule else _("since removed"),
        "when": when(kind, step),
    }
