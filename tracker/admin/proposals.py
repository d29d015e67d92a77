"""The review queue: what somebody wants recorded, waiting first; two clicks from the list to accepted."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import widgets
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, Count, Prefetch, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.http.response import Http404
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import truncatechars
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from tracker import proposals
from tracker.admin.initiative import staff
from tracker.admin.reviewing import DONE, WORDED_BY_THE_REVIEWER, Review
from tracker.admin.wayback import FROM_HOME, is_from_home, lead_back
from tracker.models import EvidenceFile, Initiative, Proposal, Quote

WAITING_FIRST = Case(When(state=Proposal.State.WAITING, then=0), default=1)


@admin.register(Proposal)
class ProposalAdmin(admin.ModelAdmin):
    list_display = ["what_next", "wanted_words", "initiative", "who", "proposed_at", "evidence", "state"]
    list_display_links = None
    list_filter = ["state", "kind"]
    list_select_related = ["initiative", "proposed_by__party"]
    list_per_page = 50
    search_fields = [
        "initiative__title_ru",
        "initiative__title_en",
        "initiative__title_de",
        "proposed_by__name",
        "proposed_by__party__name_ru",
    ]
    ordering = [WAITING_FIRST.asc(), "proposed_at", "pk"]
    actions = None

    class Media:
        css = {"all": ["tracker/review.css"]}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Proposals to review"), **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        rows: QuerySet[Proposal] = super().get_queryset(request)
        return rows.annotate(file_count=Count("files"))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Proposal | None = None) -> bool:
        return False

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        first = "what_next" if self.has_change_permission(request) else "look"
        return [first, *self.list_display[1:]]

    @admin.display(description=_("review"))
    def what_next(self, proposal: Proposal) -> str:
        if proposal.state != Proposal.State.WAITING:
            return self.look(proposal)
        if proposal.kind in WORDED_BY_THE_REVIEWER:
            return _link(proposal, "change", _("Review"))
        links = _link(proposal, "accept", _("Accept")), _link(proposal, "change", _("Review"))
        return format_html("{} · {}", *links)

    @admin.display(description=_("review"))
    def look(self, proposal: Proposal) -> str:
        return _link(proposal, "change", _("Look"))

    @admin.display(description=_("what is wanted"))
    def wanted_words(self, proposal: Proposal) -> str:
        words = truncatechars(proposals.own_words(proposal), 160)
        return format_html("<strong>{}</strong> {}", proposals.headline(proposal), words)

    @admin.display(description=_("proposed by"), ordering="proposed_by__name")
    def who(self, proposal: Proposal) -> str:
        contact = proposal.proposed_by
        if contact:
            return f"{contact.name}, {contact.party.name}"
        is_of_a_reader = proposal.kind == Proposal.Kind.CORRECTION
        return proposal.reader_name or (str(_("a reader")) if is_of_a_reader else "—")

    @admin.display(description=_("evidence"))
    def evidence(self, proposal: Proposal) -> str:
        link = format_html('<a href="{}" rel="noopener noreferrer">{}</a>', proposal.url, _("link"))
        files: int = proposal.file_count  # type: ignore[attr-defined]  # annotated
        found = [link] * bool(proposal.url) + [str(_("file"))] * bool(files)
        return format_html_join(", ", "{}", ((part,) for part in found)) or "—"

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[..., Any] = self.admin_site.admin_view
        own = [
            path("<int:pk>/accept/", wrap(self.accept_view), name="tracker_proposal_accept"),
            path("<int:pk>/files/<int:file>/", wrap(self.file_view), name="tracker_proposal_file"),
        ]
        return [*own, *super().get_urls()]

    def accept_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what accepting changes, before and after; the button does it."""
        proposal = self._asked(request, str(pk), to_decide=True)
        by, now = staff(request), timezone.now()
        context: dict[str, Any] = {}
        try:
            if request.method == "POST":
                proposals.accept(proposal=proposal, by=by, now=now)
                return self._decided(request, proposal, DONE["accept"])
            context["before"], context["after"] = proposals.foresee(proposal=proposal, by=by, now=now)
        except ValidationError as error:
            context["problems"] = error.messages
        return self._render(request, proposal, "accept", _("Accept a proposal"), **context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show what is wanted beside what is recorded; accept it with changes, return it, or turn it down."""
        is_post = request.method == "POST"
        proposal = self._asked(request, object_id, to_decide=is_post)
        review = Review(proposal, request.POST if is_post else None)
        if is_post and review.carry_out(by=staff(request), now=timezone.now()):
            return self._decided(request, proposal, DONE[review.action])
        if is_post:
            proposal = self._asked(request, object_id)  # as it is now: somebody else may have decided
        may_decide = self.has_change_permission(request) and proposal.state == Proposal.State.WAITING
        problems = review.objections if is_post else self._objections(request, proposal)
        context = {"review": review, "may_decide": may_decide, "problems": problems}
        return self._render(request, proposal, "review", _("Review a proposal"), **context)

    def file_view(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Give a file of evidence to be saved; it is never shown by us, whatever it is."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(EvidenceFile, pk=file, proposal=pk)
        response = HttpResponse(bytes(found.content), content_type="application/octet-stream")
        response.headers["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _asked(self, request: HttpRequest, pk: str, *, to_decide: bool = False) -> Proposal:
        allowed = self.has_change_permission if to_decide else self.has_view_permission
        if not allowed(request):
            raise PermissionDenied
        proposal: Proposal | None = self.get_object(request, pk)
        if proposal is None:
            raise Http404
        return proposal

    def _objections(self, request: HttpRequest, proposal: Proposal) -> list[str]:
        """Say why a waiting proposal could not be accepted as it is by whoever may decide."""
        if proposal.state != Proposal.State.WAITING or not self.has_change_permission(request):
            return []
        if proposal.kind in WORDED_BY_THE_REVIEWER:
            return []
        try:
            proposals.foresee(proposal=proposal, by=staff(request), now=timezone.now())
        except ValidationError as error:
            return error.messages
        return []

    def _decided(self, request: HttpRequest, proposal: Proposal, words: Any) -> HttpResponse:
        what = f"{proposals.headline(proposal)} — {proposal.initiative}"
        self.message_user(request, words % {"what": what}, messages.SUCCESS)
        return lead_back(request, "tracker_proposal_changelist")

    def _render(
        self, request: HttpRequest, proposal: Proposal, page: str, title: Any, **extra: Any
    ) -> HttpResponse:
        initiative = _recorded(proposal)
        reports = list(initiative.updates.all()) if initiative else []
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "rest": FROM_HOME if is_from_home(request) else "",
            "proposal": proposal,
            "headline": proposals.headline(proposal),
            "own_words": proposals.own_words(proposal),
            "files": proposal.files.defer("content"),
            "initiative": initiative,
            "last_report": reports[-1] if reports else None,
            "media": self.media + widgets.AdminDateWidget().media,
            **extra,
        }
        return TemplateResponse(request, f"admin/tracker/proposal/{page}.html", context)


def _link(proposal: Proposal, page: str, words: Any) -> str:
    address = reverse(f"admin:tracker_proposal_{page}", args=[proposal.pk])
    return format_html('<a class="record" href="{}">{}</a>', address, words)


def _recorded(proposal: Proposal) -> Initiative | None:
    quotes = Prefetch("quotes", Quote.objects.select_related("source"))
    rows = Initiative.objects.with_record().with_parties(of_public=False).prefetch_related(quotes)
    found: Initiative | None = rows.filter(pk=proposal.initiative_id).first()
    return found
