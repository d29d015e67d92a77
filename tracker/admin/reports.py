"""Editions of reports: looked at, released, and never changed."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.admin.initiative import staff
from tracker.admin.wayback import lead_back
from tracker.mail import Draft
from tracker.mail.message import word
from tracker.models import Mail, Report
from tracker.reports import editions
from tracker.reports.content import Content
from tracker.reports.edition import Edition
from tracker.wording import days

MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""What a mail on a page of its own may do: show its inline styles, and nothing else."""
FILES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
State = Mail.State


class ReleaseFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("held", _("waits for release")), ("released", _("released"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in ("held", "released"):
            return queryset
        return queryset.filter(released_at__isnull=self.value() == "held")


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    """Editions, to look at and to release: one is built by its schedule, and kept as it was sent."""

    list_display = ["period", "series", "language", "state", "mails"]
    list_display_links = ["period"]
    list_filter = ["language", ReleaseFilter]  # readers make many series
    list_select_related = ["series"]
    list_per_page = 50
    search_fields = ["series__name"]
    date_hierarchy = "period_end"
    actions = None
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "series",
                    "period",
                    "language",
                    "state",
                    "mails",
                    "known_at",
                    "built_at",
                    "released_by",
                ]
            },
        ),
    ]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return super().get_queryset(request).defer("content", "pdf", "xlsx")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Count the mails of all editions of the page at once."""
        page = super().get_changelist_instance(request)
        counts = _mail_counts([row.pk for row in page.result_list])
        for row in page.result_list:
            row.mail_counts = counts[row.pk]
        return page

    @admin.display(description=gettext_lazy("period"), ordering="period_end")
    def period(self, report: Report) -> str:
        return capfirst(days(report.period_start, report.last_day))

    @admin.display(description=gettext_lazy("state"), ordering="released_at")
    def state(self, report: Report) -> str:
        if report.released_at is None:
            return format_html('<span class="mark mark-on_hold">{}</span>', _("waits for release"))
        when = timezone.localtime(report.released_at)
        return _("released %(moment)s") % {"moment": formats.date_format(when, "SHORT_DATETIME_FORMAT")}

    @admin.display(description=gettext_lazy("mails"))
    def mails(self, report: Any) -> str:
        """Say how many went out, wait and failed, each with its way to the outbox."""
        return ", ".join(text % number for number, text in _in_words(report.mail_counts)) or _("none")

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[..., Any] = self.admin_site.admin_view
        own = [
            path("<int:pk>/release/", wrap(self.release_view), name="tracker_report_release"),
            path("<int:pk>/compare/", wrap(self.compare_view), name="tracker_report_compare"),
            path("<int:pk>/mail/", wrap(self.mail_view), name="tracker_report_mail"),
            path("<int:pk>/file/<str:ending>/", wrap(self.file_view), name="tracker_report_file"),
        ]
        return [*own, *super().get_urls()]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        report = super().get_object(request, object_id, from_field)
        if report is not None:
            report.mail_counts = _mail_counts([report.pk])[report.pk]
        return report

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        extra = {"may_release": request.user.has_perm("tracker.release_report")}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def release_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the mails of an edition go, after saying how many there are."""
        if not request.user.has_perm("tracker.release_report"):
            raise PermissionDenied
        report = self._asked(request, pk)
        if request.method == "POST":
            released = editions.release(reports=[report], by=staff(request), now=timezone.now())
            text = ngettext("Released: %d mail goes out.", "Released: %d mails go out.", released)
            self.message_user(request, text % released, messages.SUCCESS)
            return lead_back(request, "tracker_report_change", pk)
        held = sum(counts[State.HELD] for counts in _mail_counts(_in_every_language(report)).values())
        return self._page(request, report, "release", _("Release a report"), held=held)

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Build the content again from what was known then, and name what differs; nothing is stored."""
        report = self._asked(request, pk)
        again = editions.rebuild(report).as_json()
        differing = sorted(name for name in again if again[name] != report.content.get(name))
        return self._page(request, report, "compare", _("Build again and compare"), differing=differing)

    def mail_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the mail of an edition by itself, as a mail program would."""
        report = self._asked(request, pk)
        response = HttpResponse(_mail_html(report))
        response.headers["Content-Security-Policy"] = MAIL_POLICY
        return response

    def file_view(self, request: HttpRequest, pk: int, ending: str) -> HttpResponse:
        """Give a file of an edition as it was attached, to be saved."""
        report = self._asked(request, pk)
        kept = bytes(getattr(report, ending)) if ending in FILES else b""
        if not kept:
            raise Http404
        response = HttpResponse(kept, content_type=FILES[ending])
        response.headers["Content-Disposition"] = f'attachment; filename="{report.file_name}.{ending}"'
        return response

    def _asked(self, request: HttpRequest, pk: int) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        report = self.get_object(request, str(pk))
        if report is None:
            raise Http404
        return report

    def _page(
        self, request: HttpRequest, report: Report, template: str, title: str, **more: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "report": report,
            "period": days(report.period_start, report.last_day),
            **more,
        }
        return TemplateResponse(request, f"admin/tracker/report/{template}.html", context)


def _mail_counts(reports: Iterable[int]) -> dict[int, Counter[str]]:
    """Count the mails of each edition by their state, in one query."""
    counts: dict[int, Counter[str]] = {pk: Counter() for pk in reports}
    rows = Mail.objects.filter(kind="report", about__report__in=list(counts))
    for pk, state, number in rows.values_list("about__report", "state").annotate(Count("pk")).order_by():
        counts[pk][state] += number
    return counts


def _in_every_language(report: Report) -> list[int]:
    """Name the reports of one edition; they are released together."""
    same = Report.objects.filter(
        series=report.series_id, period_start=report.period_start, period_end=report.period_end
    )
    return list(same.values_list("pk", flat=True))


def _in_words(counts: "Counter[str]") -> Iterator[tuple[int, str]]:
    """Pair each number with its words; numbers of nothing are left out."""
    waiting = sum(counts[state] for state in (State.HELD, State.QUEUED, State.LEASED, State.SENDING))
    failed = counts[State.FAILED] + counts[State.IN_DOUBT]
    if n := counts[State.SENT]:
        yield n, ngettext("%d sent", "%d sent", n)
    if n := waiting:
        yield n, ngettext("%d waiting", "%d waiting", n)
    if n := failed:
        yield n, ngettext("%d failed or in doubt", "%d failed or in doubt", n)
    if n := counts[State.CANCELLED]:
        yield n, ngettext("%d cancelled", "%d cancelled", n)


def _mail_html(report: Report) -> str:
    """Write the mail of an edition as its readers get it, but for the foot, which is each reader's own."""
    mail = Mail(language=report.language)
    context = {
        "it": Edition(Content.from_json(report.content)),
        "report": report,
        "site_url": settings.SITE_URL,
        "why": "",
        "unsubscribe": "",
    }
    word(mail, Draft(template="report", context=context))
    return mail.html
