"""The list's actions: each leads to one page that shows what will change, and does it when told to."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tracker.admin.bulk import WORKS, Work, mark_of
from tracker.models import Initiative
from tracker.together import Foreseen

AT_MOST = 200
"""So many initiatives are worked on at once: as many as a person looks through."""
FILTERS = "_changelist_filters"
"""Django's name for the query string of the list that a page was reached from."""


class ChoosingAdmin(admin.ModelAdmin):
    """Offers the kinds of work as actions of the list."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        offered: dict[str, Any] = super().get_actions(request)
        if IS_POPUP_VAR in request.GET:
            return offered
        own = {name: work for name, work in WORKS.items() if self.may_do(request, work)}
        return {**offered, **{name: (_leading_to(name), name, work.title) for name, work in own.items()}}

    def may_do(self, request: HttpRequest, work: type[Work], initiative: Initiative | None = None) -> bool:
        """Answer whether this person may do this work at all, and to this initiative if one is given."""
        reaches = self.has_view_permission if work.only_records else self.has_change_permission
        return request.user.has_perm(work.needs) and reaches(request, initiative)

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[..., Any] = self.admin_site.admin_view
        own = [
            path(f"together/{name}/", wrap(self.work_view), {"name": name}, f"tracker_initiative_all_{name}")
            for name in WORKS
        ]
        return [*own, *super().get_urls()]

    def work_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Ask what is wanted, show what it would change, and do it once that was seen."""
        chosen = self._chosen(request, WORKS[name])
        is_post = request.method == "POST"
        work = WORKS[name](request.POST if is_post else None, initial={"happened_on": timezone.localdate()})
        if not is_post or not work.is_valid():
            return self._work_page(request, work, chosen, [])
        by_whom_and_when = {"now": timezone.now(), "by": request.user}
        foreseen = work.foresee(chosen, **by_whom_and_when)
        if request.POST.get("step") == "leave_out":
            foreseen = [row for row in foreseen if not row.refusal]
        elif self._is_confirmed(request, foreseen) and _done(work, chosen, **by_whom_and_when):
            return self._leave(request, work, len(chosen))
        return self._work_page(request, work, [row.initiative for row in foreseen], foreseen)

    def _chosen(self, request: HttpRequest, work: type[Work]) -> list[Initiative]:
        """Give what was chosen; refuse the whole where one of it is not there, or not theirs to change."""
        if not self.may_do(request, work):
            raise PermissionDenied
        keys = _keys((request.POST or request.GET).get("ids", ""))
        rows: Any = self.get_queryset(request).filter(pk__in=keys).order_by("pk")
        chosen = list(rows.with_parties(of_public=False))
        if not keys or len(chosen) < len(keys):
            raise Http404
        if not all(self.may_do(request, work, initiative) for initiative in chosen):
            raise PermissionDenied
        return chosen

    def _is_confirmed(self, request: HttpRequest, foreseen: list[Foreseen]) -> bool:
        """Answer whether to do it; say so where what would be done is no longer what was shown."""
        if request.POST.get("step") != "do":
            return False
        if mark_of(foreseen) == request.POST.get("seen"):
            return True
        text = _("The form or an initiative has changed since. Look at what will change now, then confirm.")
        self.message_user(request, text, messages.WARNING)
        return False

    def _leave(self, request: HttpRequest, work: Work, number: int) -> HttpResponse:
        text = ngettext(
            "%(work)s: done for %(n)d initiative.", "%(work)s: done for %(n)d initiatives.", number
        )
        self.message_user(request, text % {"work": work.title, "n": number}, messages.SUCCESS)
        return HttpResponseRedirect(self._list_address(request))

    def _list_address(self, request: HttpRequest) -> str:
        return f"{reverse('admin:tracker_initiative_changelist')}?{request.GET.get(FILTERS, '')}".rstrip("?")

    def _work_page(
        self, request: HttpRequest, work: Work, chosen: list[Initiative], foreseen: list[Foreseen]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": work.title,
            "work": work,
            "chosen": [(initiative, work.stand(initiative)) for initiative in chosen],
            "ids": ",".join(str(initiative.pk) for initiative in chosen),
            "foreseen": foreseen,
            "refused": [row for row in foreseen if row.refusal],
            "seen": mark_of(foreseen),
            "list_address": self._list_address(request),
            "media": self.media + work.media,
        }
        return TemplateResponse(request, "admin/tracker/bulk/work.html", context)


def _leading_to(name: str) -> Callable[..., HttpResponse | None]:
    return partial(_lead_to, name)


def _lead_to(
    name: str, model_admin: ChoosingAdmin, request: HttpRequest, chosen: QuerySet[Initiative]
) -> HttpResponse | None:
    """Lead from the list to the page of a kind of work, with what was chosen and the way back."""
    keys = list(chosen.order_by("pk").values_list("pk", flat=True)[: AT_MOST + 1])
    if len(keys) > AT_MOST:
        text = _("More than %(most)d were chosen. Narrow the list, or choose them in several goes.")
        model_admin.message_user(request, text % {"most": AT_MOST}, messages.WARNING)
        return None
    query = QueryDict(mutable=True)
    query.update({"ids": ",".join(map(str, keys)), FILTERS: request.GET.urlencode()})
    address = reverse(f"admin:tracker_initiative_all_{name}")
    return HttpResponseRedirect(f"{address}?{query.urlencode(safe=',')}")


def _keys(text: str) -> set[int]:
    """Read keys with commas between them; none at all where one is no key, or where they are too many."""
    parts = text.split(",")
    if len(parts) > AT_MOST or not all(part.isascii() and part.isdigit() for part in parts):
        return set()
    return {int(part) for part in parts if len(part) < 19}


def _done(work: Work, chosen: list[Initiative], **by_whom_and_when: Any) -> bool:
    """Do the work, to all or to none; an objection stands above the form."""
    try:
        work.carry_out(chosen, **by_whom_and_when)
    except ValidationError as error:
        work.add_error(None, error.messages)
        return False
    return True
