"""The list and the page of an initiative, and the way from them to the recording forms."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import widgets
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from tracker import progress, search
from tracker.admin import narrowing
from tracker.admin.choosing import ChoosingAdmin
from tracker.admin.conflicts import VersionedForm
from tracker.admin.exporting import ExportingAdmin
from tracker.admin.history.pages import DayForm, InitiativeHistory
from tracker.admin.inlines import (
    DeadlineInline,
    MilestoneInline,
    QuoteInline,
    ResponsibilityInline,
    StatusUpdateInline,
)
from tracker.admin.narrowing import HealthFilter, MineFilter, PartyFilter, PlaceFilter, PublicationFilter
from tracker.admin.own import OwnInitiatives
from tracker.admin.publication import PublicationAdmin, preview_of
from tracker.admin.recording import WITHDRAWABLE, DeadlineForm, EvidenceForm, ReportForm, WithdrawalForm
from tracker.admin.saved import SavingAdmin
from tracker.admin.wayback import is_from_home, lead_back
from tracker.models import Initiative

PUBLIC_HINTS = {
    "title": _("The heading of the public page, and its line in the list, in this language."),
    "slug": _("The end of the page’s address. Links to the page break when it changes."),
    "sector": _("A filter of the public list."),
    "announced_on": _("The day of the announcement; the public list is ordered by it."),
    "places": _("Shown among the facts; a filter of the public list."),
}


def staff(request: HttpRequest) -> User:
    """Name the person at work; `admin_view` has let in nobody else."""
    assert isinstance(request.user, User)  # noqa: S101  # for the type checker
    return request.user


class ListWithLeads(ChangeList):
    def get_queryset(self, *args: Any, **kwargs: Any) -> Any:
        rows: Any = super().get_queryset(*args, **kwargs)
        return rows.with_parties(of_public=False)


@admin.register(Initiative)
class InitiativeAdmin(
    ChoosingAdmin,
    ExportingAdmin,
    SavingAdmin,
    OwnInitiatives,
    PublicationAdmin,
    InitiativeHistory,
    TranslationAdmin,
):
    list_display = [
        "title",
        "status_mark",
        "health_marks",
        "lead_name",
        "due",
        "last_reported_on",
        "is_public",
    ]
    list_filter = [
        MineFilter,
        "status",
        HealthFilter,
        PublicationFilter,
        PartyFilter,
        "sector",
        "firmness",
        PlaceFilter,
    ]
    formfield_overrides = {models.TextField: {"widget": widgets.AdminTextareaWidget(attrs={"rows": 3})}}
    show_full_result_count = False  # counting every initiative for its own sake takes longer than the page
    list_per_page = 50
    date_hierarchy = "announced_on"
    search_fields = ["search_stems"]
    search_help_text = _("Words, or beginnings of words, in any of the three languages.")
    prepopulated_fields = {"slug": ["title_en"]}
    autocomplete_fields = ["places"]
    readonly_fields = ["status_mark", "health_marks", "due", "last_reported_on", "published_at"]
    inlines = [ResponsibilityInline, QuoteInline, StatusUpdateInline, DeadlineInline, MilestoneInline]
    fieldsets = [
        (
            _("Where it stands"),
            {"fields": [("status_mark", "health_marks"), ("due", "last_reported_on", "published_at")]},
        ),
        (
            _("What was announced"),
            {
                "description": _("The public sees everything here once the initiative is published."),
                "fields": [
                    "title",
                    "summary",
                    ("firmness", "sector"),
                    ("announced_on", "announced_precision"),
                    "places",
                    "measure",
                    "money",
                    "slug",
                ],
            },
        ),
        (
            _("Reminders"),
            {
                "description": _("Seen by staff alone."),
                "fields": ["muted_rules"],
                "classes": ["collapse"],
            },
        ),
    ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Compare versions where one is changed."""
        versioned = {"form": VersionedForm} if change else {}
        return super().get_form(request, obj, change=change, **versioned, **kwargs)

    @property
    def media(self) -> forms.Media:
        own: forms.Media = super().media + narrowing.media()
        return own

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Say beside a field what the public sees of it."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        hint = PUBLIC_HINTS.get(getattr(db_field, "translated_field", db_field).name)
        if field is not None and hint and not field.help_text:
            field.help_text = hint
        return field

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "muted_rules":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.filter(search.matching(search_term[: search.MAX_QUERY_LENGTH])), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ListWithLeads

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        if request.user.has_perm("tracker.add_statusupdate"):
            return [self.list_display[0], "report_link", *self.list_display[1:]]
        return list(self.list_display)

    @admin.display(description=_("status"), ordering="status")
    def status_mark(self, initiative: Initiative) -> str:
        return format_html(
            '<span class="mark mark-{}">{}</span>', initiative.status, initiative.get_status_display()
        )

    @admin.display(description=_("health"))
    def health_marks(self, initiative: Initiative) -> str:
        if initiative.pk is None:
            return ""
        holding = initiative.health(timezone.localdate())
        return format_html_join(
            " ", '<span class="mark mark-{}">{}</span>', ((h.value, h.label) for h in holding)
        )

    @admin.display(description=_("lead"))
    def lead_name(self, initiative: Initiative) -> str:
        return initiative.lead.party.name if initiative.lead else ""

    @admin.display(description=_("due"), ordering="due_on")
    def due(self, initiative: Initiative) -> Any:
        return initiative.due_on or initiative.due_wording

    @admin.display(description=_("report"))
    def report_link(self, initiative: Initiative) -> str:
        address = reverse("admin:tracker_initiative_report", args=[initiative.pk])
        return format_html('<a class="record" href="{}">{}</a>', address, _("Record update"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Leave what the public sees; what was reported is protected by the database's rules."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_published)

    def _get_obj_does_not_exist_redirect(self, *args: Any) -> HttpResponse:
        """Answer 404 as everywhere else, where Django would lead to the home with a message."""
        raise Http404

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[..., Any] = self.admin_site.admin_view
        own = [
            path("<int:pk>/report/", wrap(self.report_view), name="tracker_initiative_report"),
            path("<int:pk>/preview/", wrap(self.preview_view), name="tracker_initiative_preview"),
            path("<int:pk>/deadline/", wrap(self.deadline_view), name="tracker_initiative_deadline"),
            *(
                path(
                    f"<int:pk>/withdraw-{kind}/<int:record>/",
                    wrap(self.withdraw_view),
                    {"kind": kind},
                    name=f"tracker_initiative_withdraw_{kind}",
                )
                for kind in WITHDRAWABLE
            ),
        ]
        return [*own, *super().get_urls()]

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the public page, now or `on` a day, as if its sources and parties were published with it."""
        initiative = self.get_object(request, str(pk))
        if not self.has_view_permission(request, initiative):
            raise PermissionDenied
        if initiative is None:
            raise Http404
        asked = DayForm(request.GET)
        return preview_of(request, initiative, asked.cleaned_data["on"] if asked.is_valid() else None)

    def report_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Record a status update: two clicks and one form from the list."""
        initial = {"happened_on": timezone.localdate()}
        return self._recording(request, pk, ReportForm, "tracker.add_statusupdate", initial)

    def deadline_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Set the first deadline, or move the present one with a reason."""
        return self._recording(
            request, pk, DeadlineForm, "tracker.add_deadline", {"said_on": timezone.localdate()}
        )

    def _recording(
        self,
        request: HttpRequest,
        pk: int,
        form_class: type[EvidenceForm],
        permission: str,
        initial: dict[str, Any],
    ) -> HttpResponse:
        if not request.user.has_perm(permission):
            raise PermissionDenied
        initiative = get_object_or_404(self.get_queryset(request), pk=pk)
        form = form_class(
            request.POST or None, initiative=initiative, initial={"status": initiative.status, **initial}
        )
        if request.method == "POST" and form.record(now=timezone.now(), by=staff(request)):
            return self._recorded(request, initiative)
        return self._form_page(request, initiative, form)

    def withdraw_view(self, request: HttpRequest, pk: int, record: int, kind: str) -> HttpResponse:
        """Take back a report or a deadline, with a reason."""
        model, permission = WITHDRAWABLE[kind]
        if not request.user.has_perm(permission):
            raise PermissionDenied
        rows = model._default_manager.filter(initiative__in=self.get_queryset(request).filter(pk=pk))
        row = get_object_or_404(rows.select_related("initiative"), pk=record)
        form = WithdrawalForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            progress.withdraw(
                record=row, reason=form.cleaned_data["reason"], now=timezone.now(), by=staff(request)
            )
            return self._recorded(request, row.initiative)
        return self._form_page(request, row.initiative, form, row=row)

    def _recorded(self, request: HttpRequest, initiative: Initiative) -> HttpResponse:
        self.message_user(request, _("Recorded: %(title)s") % {"title": initiative.title}, messages.SUCCESS)
        return lead_back(request, "tracker_initiative_changelist")

    def response_post_save_change(self, request: HttpRequest, obj: Initiative) -> Any:
        if is_from_home(request):
            return lead_back(request, "index")
        return super().response_post_save_change(request, obj)

    def _form_page(
        self, request: HttpRequest, initiative: Initiative, form: Any, **extra: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": form.title,
            "initiative": initiative,
            "form": form,
            "media": self.media + form.media,
            **extra,
        }
        return TemplateResponse(request, "admin/tracker/recording.html", context)
