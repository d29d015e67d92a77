"""What the list of initiatives shows, as a file: the same rows in the same order, and of them all columns."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tracker.exports import dataset, rows, tables, workbook

WRITERS = {"xlsx": workbook.as_xlsx, "csv": tables.as_csv}


class ExportingAdmin(admin.ModelAdmin):
    """Offers the list as files. An import reads the same columns, so they may come back edited."""

    change_list_template = "admin/tracker/initiative/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[..., Any] = self.admin_site.admin_view
        view = wrap(require_safe(self.export_view))
        return [path("export.<str:ending>", view, name="tracker_initiative_export"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        query = request.GET.copy()
        query.pop(PAGE_VAR, None)
        rest = f"?{query.urlencode()}" if query else ""
        page = "admin:tracker_initiative_export"
        files = [(ending.upper(), reverse(page, args=[ending]) + rest) for ending in WRITERS]
        return super().changelist_view(request, {"files": files, **(extra_context or {})})

    def export_view(self, request: HttpRequest, ending: str) -> HttpResponseBase:
        """Give the rows that the list shows under the same query, of every page of it, public or not."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if ending not in WRITERS:
            raise Http404
        try:
            shown: Any = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:tracker_initiative_changelist") + f"?{ERROR_FLAG}=1")
        on = timezone.localdate()
        shown = shown.prefetch_related(None)  # what the list shows of each; a file has more
        written = WRITERS[ending](rows.loaded(shown, of_public=False), on=on)
        charset = "; charset=utf-8" if ending == "csv" else ""
        response = StreamingHttpResponse(written, content_type=f"{dataset.MEDIA_TYPES[ending]}{charset}")
        response.headers["Content-Disposition"] = f'attachment; filename="initiatives-{on}.{ending}"'
        return response
