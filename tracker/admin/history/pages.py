"""The addresses of the history: it is looked at, and nothing in it is ever written."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin

from tracker.admin.conflicts import Version
from tracker.admin.history import restoring, versions
from tracker.admin.history.authors import moment
from tracker.admin.history.changes import VERSION, changes_of
from tracker.admin.history.recorded import Recorded, read
from tracker.admin.recording import WITHDRAWABLE
from tracker.filters import SENSIBLE_DAYS, SENSIBLE_MOMENTS
from tracker.models import Initiative
from tracker.wording import day

PER_PAGE = 100


class DayForm(forms.Form):
    """The day whose end is looked at."""

    on = forms.DateField(
        label=gettext_lazy("Day"),
        validators=SENSIBLE_DAYS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_on(self) -> dt.date:
        on: dt.date = self.cleaned_data["on"]
        if on > timezone.localdate():
            text = _("%(day)s lies in the future. Enter a day up to today.")
            raise ValidationError(text % {"day": day(on)})
        return on


class Clock(forms.DateTimeInput):
    """A day and a time, to the second."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"step": "1"}, format="%Y-%m-%dT%H:%M:%S")


class MomentsForm(forms.Form):
    """Two moments; whichever is earlier is the older one."""

    older = forms.DateTimeField(label=gettext_lazy("Earlier"), validators=SENSIBLE_MOMENTS, widget=Clock())
    newer = forms.DateTimeField(label=gettext_lazy("Later"), validators=SENSIBLE_MOMENTS, widget=Clock())

    def moments(self) -> tuple[dt.datetime, dt.datetime]:
        older, newer = sorted((self.cleaned_data["older"], self.cleaned_data["newer"]))
        return older, newer


class HistoryAdmin(SimpleHistoryAdmin):
    """For a model whose changes are kept: lists them, and shows each version. No page of it takes a POST."""

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """List every change, newest first."""
        row = self._looked_at(request, object_id)
        page = Paginator(changes_of(row), PER_PAGE).get_page(request.GET.get("p"))
        context = {
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number),
            "undone_by": self.undone_by(request, row),
            **(extra_context or {}),
        }
        return self.history_page(request, row, "list", _("History"), context)

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a version as it was recorded, to look at."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        row = self._looked_at(request, object_id)
        recorded = read(row)
        record = next((step.record for step in recorded.steps if _is(step.record, row, version_id)), None)
        if record is None:
            raise Http404
        return self.version_page(request, recorded, record.history_date, moment(record.history_date))

    def undone_by(self, request: HttpRequest, row: Any) -> set[str]:
        """Name the kinds of undoing that this person may do to a row."""
        return set()

    def version_page(
        self, request: HttpRequest, recorded: Recorded, at: dt.datetime, when: str, **context: Any
    ) -> HttpResponse:
        parts = versions.version_at(at, recorded).values()
        title = _("As it was recorded: %(when)s") % {"when": when}
        return self.history_page(request, recorded.row, "version", title, {"parts": parts, **context})

    def history_page(
        self, request: HttpRequest, row: Any, name: str, title: str, context: dict[str, Any]
    ) -> HttpResponse:
        prefix = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        own = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "object": row,
            "is_initiative": isinstance(row, Initiative),
            "list_address": reverse(f"{prefix}_changelist"),
            "row_address": reverse(f"{prefix}_change", args=[row.pk]),
            "history_address": reverse(f"{prefix}_history", args=[row.pk]),
            "today": timezone.localdate(),
        }
        return TemplateResponse(request, f"admin/tracker/history/{name}.html", {**own, **context})

    def _looked_at(self, request: HttpRequest, object_id: str) -> Any:
        """Give the row, also one that is no more; refuse it to whoever may not look at it."""
        row = self._kept(request, object_id) or self._last_known(object_id)
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        return row

    def _kept(self, request: HttpRequest, object_id: str) -> Any:
        return self.get_queryset(request).filter(pk=object_id).first() if object_id.isdecimal() else None

    def _last_known(self, object_id: str) -> Any:
        past: Any = self.model
        records = past.history.filter(id=object_id) if object_id.isdecimal() else past.history.none()
        newest = records.order_by("-history_date", "-history_id").first()
        return newest and newest.instance


class InitiativeHistory(HistoryAdmin):
    """The history of an initiative and its parts: compared, seen as on a day, and restored from."""

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[..., Any] = self.admin_site.admin_view
        name = "tracker_initiative_"
        own = [
            path("<int:pk>/history/compare/", wrap(self.compare_view), name=f"{name}compare"),
            path("<int:pk>/history/as-of/", wrap(self.as_of_view), name=f"{name}as_of"),
            path("<int:pk>/history/<int:version>/restore/", wrap(self.restore_view), name=f"{name}restore"),
        ]
        return [*own, *super().get_urls()]

    def undone_by(self, request: HttpRequest, row: Any) -> set[str]:
        if row._state.adding:  # read from the history: it is deleted
            return set()
        allowed = {kind for kind, (_model, right) in WITHDRAWABLE.items() if request.user.has_perm(right)}
        return allowed | ({VERSION} if self.has_change_permission(request, row) else set())

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show field by field how two moments differ."""
        row = self._looked_at(request, str(pk))
        asked = MomentsForm(request.GET or None)
        context: dict[str, Any] = {"form": asked}
        if asked.is_valid():
            older, newer = asked.moments()
            recorded = read(row)
            then, now = (versions.version_at(at, recorded) for at in (older, newer))
            context = {
                "form": MomentsForm(initial={"older": _whole_second(older), "newer": _whole_second(newer)}),
                "older": older,
                "newer": newer,
                "differences": versions.differences(then, now),
            }
        return self.history_page(request, row, "compare", _("Compare two versions"), context)

    def as_of_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what was recorded at the end of a day."""
        row = self._looked_at(request, str(pk))
        asked = DayForm(request.GET or None)
        if not asked.is_valid():
            return self.history_page(request, row, "version", _("As it was on a day"), {"form": asked})
        on = asked.cleaned_data["on"]
        midnight = dt.datetime.combine(on + dt.timedelta(days=1), dt.time(), timezone.get_current_timezone())
        at = midnight - dt.timedelta(microseconds=1)
        return self.version_page(request, read(row), at, day(on), form=asked, on=on)

    def restore_view(self, request: HttpRequest, pk: int, version: int) -> HttpResponse:
        """Show what would get its earlier value back, and give it back once told to."""
        row = self._kept(request, str(pk))
        if row is None:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        recorded = read(row)
        step = next((step for step in recorded.steps if _is(step.record, row, str(version))), None)
        if step is None:
            raise Http404
        fields = restoring.restorable(step, recorded)
        current = Version.current(row)
        problems: list[str] = []
        if request.method == "POST" and fields:
            problems = self._restore(request, recorded, fields, step.before.history_date, current)
            if not problems:
                text = _("Restored. The history keeps what stood here until now.")
                self.message_user(request, text, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:tracker_initiative_history", args=[pk]))
        context = {
            "fields": fields,
            "problems": problems,
            "seen": current.sign(),
            "of": step.before and step.before.history_date,
        }
        return self.history_page(request, row, "restore", _("Restore these values"), context)

    def _restore(
        self,
        request: HttpRequest,
        recorded: Recorded,
        fields: list[restoring.Restorable],
        of: dt.datetime,
        current: Version,
    ) -> list[str]:
        """Write what was shown; answer why not, where it is no longer what was shown or not valid."""
        seen = Version.read(request.POST.get("seen", ""))
        if seen is None or seen.marks != current.marks:
            return [
                _("This has been changed since you opened it. Look at what will change now, then confirm.")
            ]
        by: Any = request.user
        try:
            restoring.restore(initiative=recorded.row, fields=fields, of=of, by=by)
        except ValidationError as error:
            return list(error.messages)
        return []


def _is(record: Any, row: Any, version: str) -> bool:
    return record.instance_type is type(row) and str(record.history_id) == version


def _whole_second(at: dt.datetime) -> dt.datetime:
    """Give the next whole second: by then what was written within it is recorded."""
    return at.replace(microsecond=0) + dt.timedelta(seconds=1) if at.microsecond else at
