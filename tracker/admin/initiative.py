"""The list and the page of an initiative, and the way from them to the recording forms."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modeltranslation.admin import TranslationAdmin
from simple_history.admin import SimpleHistoryAdmin

from tracker import progress, publishing, search
from tracker.admin.changes import changes_of
from tracker.admin.inlines import (
    DeadlineInline,
    MilestoneInline,
    QuoteInline,
    ResponsibilityInline,
    StatusUpdateInline,
)
from tracker.admin.publication import PublicationAdmin
from tracker.admin.recording import DeadlineForm, EvidenceForm, ReportForm, WithdrawalForm
from tracker.models import Deadline, Health, Initiative, StatusUpdate
from tracker.models.initiative import InitiativeQuerySet

WITHDRAWABLE: dict[str, tuple[Any, str]] = {
    "report": (StatusUpdate, "tracker.change_statusupdate"),
    "deadline": (Deadline, "tracker.change_deadline"),
}


class HealthFilter(admin.SimpleListFilter):
    title = _("health")
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Health.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        rows, conditions = queryset.conditions(timezone.localdate())
        asked = [condition for health, condition in conditions.items() if health == self.value()]
        return rows.filter(*asked)


class PublicationFilter(admin.SimpleListFilter):
    title = _("publication")
    parameter_name = "public"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("published")), ("no", _("draft"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.published()
        return queryset.filter(published_at__isnull=True) if self.value() == "no" else queryset


def staff(request: HttpRequest) -> User:
    """Name the person at work; `admin_view` has let in nobody else."""
    assert isinstance(request.user, User)  # noqa: S101  # for the type checker
    return request.user


@admin.register(Initiative)
class InitiativeAdmin(PublicationAdmin, SimpleHistoryAdmin, TranslationAdmin):
    list_display = [
        "title",
        "status_mark",
        "health_marks",
        "lead_name",
        "due",
        "last_reported_on",
        "is_public",
    ]
    list_filter = ["status", HealthFilter, PublicationFilter, "sector", "firmness", "places"]
    list_per_page = 50
    date_hierarchy = "announced_on"
    search_fields = ["search_stems"]
    search_help_text = _("Words, or beginnings of words, in any of the three languages.")
    prepopulated_fields = {"slug": ["title_en"]}
    autocomplete_fields = ["places"]
    readonly_fields = ["status_mark", "health_marks", "due", "last_reported_on", "published_at"]
    inlines = [ResponsibilityInline, QuoteInline, StatusUpdateInline, DeadlineInline, MilestoneInline]
    actions = ["publish", "hide"]
    fieldsets = [
        (
            _("Where it stands"),
            {"fields": [("status_mark", "health_marks"), ("due", "last_reported_on", "published_at")]},
        ),
        (
            _("What was announced"),
            {
                "fields": [
                    "title",
                    "summary",
                    ("firmness", "sector"),
                    ("announced_on", "announced_precision"),
                    "places",
                    "measure",
                    "money",
                    "slug",
                ]
            },
        ),
        (_("Reminders"), {"fields": ["muted_rules"], "classes": ["collapse"]}),
    ]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "muted_rules":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Initiative]:
        return super().get_queryset(request).prefetch_related("responsibilities__party")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.filter(search.matching(search_term[: search.MAX_QUERY_LENGTH])), False

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

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: InitiativeQuerySet) -> None:
        published = 0
        for initiative in queryset.filter(published_at__isnull=True):
            try:
                publishing.publish(initiative=initiative, now=timezone.now())
                published += 1
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
        self.message_user(
            request, ngettext("%d initiative published.", "%d initiatives published.", published) % published
        )

    @admin.action(description=_("Hide from the public"), permissions=["change"])
    def hide(self, request: HttpRequest, queryset: InitiativeQuerySet) -> None:
        shown = list(queryset.published())
        for initiative in shown:
            publishing.hide(initiative=initiative)
        self.message_user(
            request, ngettext("%d initiative hidden.", "%d initiatives hidden.", len(shown)) % len(shown)
        )

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        initiative = self.get_object(request, object_id)
        extra = {"changes": changes_of(initiative)} if initiative else {}
        kwargs["extra_context"] = {**(kwargs.get("extra_context") or {}), **extra}
        return super().change_view(request, object_id, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[..., Any] = self.admin_site.admin_view
        own = [
            path("<int:pk>/report/", wrap(self.report_view), name="tracker_initiative_report"),
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
        initiative = get_object_or_404(Initiative, pk=pk)
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
        row = get_object_or_404(model._default_manager.select_related("initiative"), pk=record, initiative=pk)
        form = WithdrawalForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            progress.withdraw(
                record=row, reason=form.cleaned_data["reason"], now=timezone.now(), by=staff(request)
            )
            return self._recorded(request, row.initiative)
        return self._form_page(request, row.initiative, form, row=row)

    def _recorded(self, request: HttpRequest, initiative: Initiative) -> HttpResponse:
        self.message_user(request, _("Recorded: %(title)s") % {"title": initiative.title}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:tracker_initiative_changelist"))

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
