"""Sheets of initiatives: uploaded, previewed row by row, applied as a whole or not at all."""

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import openpyxl
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from config.celery import wake
from tracker.admin.initiative import staff
from tracker.ingest.spreadsheet import columns, importing, reading
from tracker.ingest.spreadsheet.workbook import UnreadableError
from tracker.models import Import, ImportRow

ROWS_A_PAGE = 50
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Outcome = ImportRow.Outcome


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("XLSX or CSV file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self) -> UploadedFile:
        """Leave a file that is too long unread."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > reading.MOST_FILE_BYTES:
            raise ValidationError(
                _("The file has %(seen)d MB; at most %(most)d MB are read. Split it.")
                % {"seen": (file.size or 0) >> 20, "most": reading.MOST_FILE_BYTES >> 20}
            )
        return file

    def upload(self, **who_and_when: Any) -> Import | None:
        """Hand the file over, if it can be read. Objections become form errors."""
        if not self.is_valid():
            return None
        file = self.cleaned_data["file"]
        try:
            return importing.upload(file_name=file.name, content=file.read(), **who_and_when)
        except UnreadableError as error:
            self.add_error("file", str(error))
            return None


@admin.register(Import)
class ImportAdmin(admin.ModelAdmin):
    """Whoever may add an import may do everything here; nobody else sees it."""

    list_display = ["file", "state_mark", "uploaded_by", "uploaded_at", "applied_at"]
    list_display_links = None
    list_filter = ["state"]
    list_select_related = ["uploaded_by"]
    list_per_page = 50
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Import | None = None) -> bool:
        return request.user.has_perm("tracker.add_import")

    def has_change_permission(self, request: HttpRequest, obj: Import | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Import | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Import]:
        return super().get_queryset(request).defer("content")

    @admin.display(description=gettext_lazy("file"), ordering="file_name")
    def file(self, row: Import) -> str:
        return format_html('<a href="{}">{}</a>', _address("change", row.pk), row.file_name)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_mark(self, row: Import) -> str:
        said = _("interrupted") if row.is_interrupted(timezone.now()) else row.get_state_display()
        return format_html('<span class="mark import-{}">{}</span>', row.state, said)

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[..., Any] = self.admin_site.admin_view
        own = [
            path("template.<str:ending>", wrap(self.template_view), name="tracker_import_template"),
            path("<int:pk>/apply/", wrap(require_POST(self.apply_view)), name="tracker_import_apply"),
            path("<int:pk>/cancel/", wrap(require_POST(self.cancel_view)), name="tracker_import_cancel"),
            path("<int:pk>/resume/", wrap(require_POST(self.resume_view)), name="tracker_import_resume"),
            path("<int:pk>/problems.csv", wrap(self.problems_view), name="tracker_import_problems"),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Take a sheet, and go on to its preview."""
        _permit(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST":
            language = translation.get_language() or "ru"
            row = form.upload(language=language, by=staff(request), now=timezone.now())
            if row is not None:
                _begin(row.pk)
                return _to(row.pk)
        context = {"form": form, "columns": columns.COLUMNS.values(), "most_rows": reading.MOST_ROWS}
        return self._page(request, "upload", _("Import initiatives"), **context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show how far an import is, then what each row would do, then what came of it."""
        _permit(request)
        if not object_id.isdigit():
            raise Http404
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        counts = dict(row.rows.order_by().values_list("outcome").annotate(Count("pk")))
        shown = request.GET.get("outcome", "")
        page = Paginator(_rows(row, shown), ROWS_A_PAGE).get_page(request.GET.get("p"))
        duplicates = row.rows.filter(outcome=Outcome.DUPLICATE)
        context = {
            "import": row,
            "is_interrupted": row.is_interrupted(timezone.now()),
            "counts": [(outcome, counts.get(outcome.value, 0)) for outcome in Outcome],
            "refused": counts.get("refused", 0),
            "writes": sum(counts.get(name, 0) for name in ("new", "changed", "duplicate")),
            "shown": shown,
            "page": page,
            "duplicates": Paginator(duplicates, ROWS_A_PAGE).get_page(request.GET.get("choose")),
            "wanted": duplicates.filter(is_wanted=True).count(),
        }
        return self._page(request, "import", row.file_name, **context)

    def apply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep which of the duplicates shown are wanted; then show others of them, or apply."""
        row = self._asked(request, pk)
        importing.choose(upload=row, shown=_numbers(request, "shown"), wanted=_numbers(request, "wanted"))
        if page := request.POST.get("choose", ""):
            if page in ("all", "none"):
                importing.choose_all(upload=row, is_wanted=page == "all")
            return HttpResponseRedirect(f"{_address('change', pk)}?choose={quote(page)}#duplicates")
        try:
            importing.confirm(upload=row)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return _to(pk)
        _begin(pk)
        return _to(pk)

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        importing.cancel(upload=self._asked(request, pk), now=timezone.now())
        return _to(pk)

    def resume_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        importing.resume(upload=self._asked(request, pk), now=timezone.now())
        _begin(pk)
        return _to(pk)

    def problems_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give every problem of a sheet as a file, for whoever mends it."""
        content = importing.problems_as_csv(self._asked(request, pk)).encode()
        return _file(content, "csv", f"problems-{pk}")

    def template_view(self, request: HttpRequest, ending: str) -> HttpResponse:
        """Give an empty sheet with the names of all columns."""
        _permit(request)
        if ending not in TYPES:
            raise Http404
        names = list(columns.COLUMNS)
        return _file(_empty_csv(names) if ending == "csv" else _empty_xlsx(names), ending, "initiatives")

    def _asked(self, request: HttpRequest, pk: int) -> Import:
        _permit(request)
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _page(self, request: HttpRequest, template: str, title: str, **more: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "media": self.media,
            **more,
        }
        return TemplateResponse(request, f"admin/tracker/import/{template}.html", context)


def _begin(pk: int) -> None:
    """Have an import worked on: here where that is quick and the installation embedded, else by a worker."""
    if settings.EMBEDDED and importing.is_quick(pk=pk):
        importing.work(pk=pk, clock=timezone.now)
    else:
        wake("tracker.work_on_import", pk)


def _permit(request: HttpRequest) -> None:
    if not request.user.has_perm("tracker.add_import"):
        raise PermissionDenied


def _address(page: str, pk: int) -> str:
    return reverse(f"admin:tracker_import_{page}", args=[pk])


def _to(pk: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(_address("change", pk))


def _rows(row: Import, outcome: str) -> QuerySet[ImportRow]:
    """Show the rows of one outcome; without one, those that need a person first."""
    if outcome in Outcome.values:
        return row.rows.filter(outcome=outcome)
    return row.rows.exclude(outcome=Outcome.SAME)


def _numbers(request: HttpRequest, name: str) -> list[int]:
    """Read numbers of rows; what is none, or too long for one, is left out."""
    return [int(said) for said in request.POST.getlist(name) if said.isdecimal() and len(said) < 10]


def _file(content: bytes, ending: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=TYPES[ending])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response


def _empty_csv(names: list[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(names)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _empty_xlsx(names: list[str]) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "initiatives"
    sheet.append(names)
    sheet.freeze_panes = "B2"
    for column in sheet.columns:
        sheet.column_dimensions[column[0].column_letter].width = 18
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
