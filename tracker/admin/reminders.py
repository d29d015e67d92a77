"""Rules, what they have made, and what they will make in the next weeks."""

import datetime as dt
from collections.abc import Callable
from itertools import groupby
from typing import Any, NamedTuple

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.models import Contact, Initiative, Reminder, ReminderRule
from tracker.reminders import planning, reasons
from tracker.reminders.foresight import Foreseen, foreseen
from tracker.reminders.rules import Schedule

PREVIEW_DAYS = 30
SHOWN = 500
"""So many reminders are listed in a preview; the rest are counted."""


class Letter(NamedTuple):
    """One mail of a preview: who reads it, and what it tells."""

    reader: Contact
    rows: list[Foreseen]


class Day(NamedTuple):
    day: dt.date
    letters: list[Letter]


@admin.register(ReminderRule)
class ReminderRuleAdmin(admin.ModelAdmin):
    change_list_template = "admin/tracker/reminders/rule_list.html"
    list_display = ["what", "on_days", "recipients", "on_working_days", "is_on"]
    list_display_links = ["what"]
    list_editable = ["is_on"]
    list_filter = ["kind", "is_on"]
    fieldsets = [
        (gettext_lazy("When"), {"fields": ["kind", "days", "then_every", "on_working_days"]}),
        (
            gettext_lazy("To whom"),
            {"fields": ["to_lead", "to_support", "to_controller", "head_after", "leadership_after"]},
        ),
        (None, {"fields": ["is_on"]}),
    ]

    @admin.display(description=gettext_lazy("what about"), ordering="kind")
    def what(self, rule: ReminderRule) -> str:
        return rule.get_kind_display()

    @admin.display(description=gettext_lazy("on which days"))
    def on_days(self, rule: ReminderRule) -> str:
        steps = sorted(-offset if Schedule.of(rule).before else offset for offset in rule.offsets)
        words = [reasons.when(rule.kind, step) for step in steps]
        return "; ".join(filter(None, [*words, rule.repetition]))

    @admin.display(description=gettext_lazy("to whom"))
    def recipients(self, rule: ReminderRule) -> str:
        words = [
            (rule.to_lead, _("lead")),
            (rule.to_support, _("supporting parties")),
            (rule.to_controller, _("controller")),
            (rule.head_after is not None, _("head from day %(day)s") % {"day": rule.head_after}),
            (
                rule.leadership_after is not None,
                _("leadership from day %(day)s") % {"day": rule.leadership_after},
            ),
        ]
        return ", ".join(said for holds, said in words if holds) or _("nobody")

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[..., Any] = self.admin_site.admin_view
        own = path("preview/", wrap(self.preview_view), name="tracker_reminderrule_preview")
        return [own, *super().get_urls()]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Show who will be told what in the next weeks, and why, if nothing changes until then."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        first = timezone.localdate()
        last = first + dt.timedelta(days=PREVIEW_DAYS - 1)
        contact, initiative = _number(request, "contact"), _number(request, "initiative")
        rows = foreseen(planning.expected(first=first, last=last, contact=contact, initiative=initiative))
        words = request.GET.get("q", "").strip()
        found = [row for row in rows if _matches(row, words)]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Who will be reminded, and why"),
            "first": first,
            "last": last,
            "days": _by_day(found[:SHOWN]),
            "reminders": len(found),
            "mails": len({(row.day, row.reader.pk) for row in found}),
            "left_out": max(0, len(found) - SHOWN),
            "words": words,
            "contact": Contact.objects.filter(pk=contact).first() if contact else None,
            "initiative": Initiative.objects.filter(pk=initiative).first() if initiative else None,
            "is_filtered": bool(words or contact or initiative),
            "has_rules": bool(rows) or ReminderRule.objects.filter(is_on=True).exists(),
            "has_contacts": bool(rows) or Contact.objects.exists(),
        }
        return TemplateResponse(request, "admin/tracker/reminders/preview.html", context)


def _number(request: HttpRequest, name: str) -> int | None:
    """Read a primary key from the address; anything else asks for everybody."""
    given = request.GET.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


def _matches(row: Foreseen, words: str) -> bool:
    said = (row.initiative.title, row.reader.name, row.reader.email, row.contact.party.name)
    return words.casefold() in "\n".join(said).casefold()


def _by_day(rows: list[Foreseen]) -> list[Day]:
    """Group rows, ordered by day and reader, into the mails of each day."""
    return [
        Day(day, [Letter(reader, list(told)) for reader, told in groupby(of_day, lambda row: row.reader)])
        for day, of_day in groupby(rows, lambda row: row.day)
    ]


@admin.register(Reminder)
class ReminderAdmin(admin.ModelAdmin):
    """What was decided, to look at: the planner alone writes it."""

    list_display = ["initiative", "contact", "role", "when", "decided_at", "mail_state", "answered_at"]
    list_filter = ["kind", "role", "mail__state"]
    list_select_related = ["initiative", "contact", "mail"]
    list_per_page = 50
    date_hierarchy = "decided_at"
    search_fields = ["initiative__title_ru", "initiative__title_en", "initiative__title_de", "contact__name"]
    fields = [
        "initiative",
        "contact",
        "role",
        "when",
        "anchor_on",
        "rule",
        "decided_at",
        "mail_state",
        "answered_at",
    ]
    readonly_fields = ["when", "mail_state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reminder]:
        return super().get_queryset(request).defer("mail__text", "mail__html")

    @admin.display(description=gettext_lazy("when"), ordering="step")
    def when(self, reminder: Reminder) -> str:
        return reasons.when(reminder.kind, reminder.step)

    @admin.display(description=gettext_lazy("mail"), ordering="mail__state")
    def mail_state(self, reminder: Reminder) -> str:
        if reminder.mail is None:
            return _("none: a later one was due as well")
        address = reverse("admin:tracker_mail_change", args=[reminder.mail_id])
        state = reminder.mail.get_state_display()
        if reminder.mail.reason:
            state = f"{state}: {reminder.mail.get_reason_display()}"
        return format_html('<a href="{}">{}</a>', address, state)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Reminder | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Reminder | None = None) -> bool:
        return False
