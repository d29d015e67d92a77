"""The outbox: every message, where it stands, its words; and what a person may do with one that waits."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tracker import mail
from tracker.admin.wayback import FROM_HOME, is_from_home, lead_back
from tracker.mail import relay, verp
from tracker.models import Bounce, Mail, Relay, Suppression

State = Mail.State
WAITING = (State.HELD, State.QUEUED, State.LEASED)
"""States in which a mail has no words yet, or none that hold."""
MAIL_PROGRAM = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
"""What the HTML part may do when it is shown: have its own inline styles, and nothing else."""


class LookedAtAdmin(admin.ModelAdmin):
    """Rows that the program writes: nobody types one in, changes one, or takes one away."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_release_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("tracker.release_mail")


def retry(mails: QuerySet[Mail]) -> int:
    stopped = mails.filter(state__in=[State.FAILED, State.IN_DOUBT, State.CANCELLED])
    return mail.release(stopped, now=timezone.now())


def release(mails: QuerySet[Mail]) -> int:
    return mail.release(mails.filter(state=State.HELD), now=timezone.now())


def cancel(mails: QuerySet[Mail]) -> int:
    return mail.cancel(mails, reason=Mail.Reason.BY_HAND)


def told(name: str, number: int) -> str:
    """Say what was done, and to how many."""
    return {
        "retry": ngettext("%d mail is tried again.", "%d mails are tried again.", number),
        "release": ngettext("%d mail is released.", "%d mails are released.", number),
        "cancel": ngettext("%d mail is cancelled.", "%d mails are cancelled.", number),
    }[name] % number


DEEDS: dict[str, Callable[[QuerySet[Mail]], int]] = {"retry": retry, "release": release, "cancel": cancel}
POSSIBLE = {
    State.HELD: ["release", "cancel"],
    State.QUEUED: ["cancel"],
    State.LEASED: ["cancel"],
    State.FAILED: ["retry", "cancel"],
    State.IN_DOUBT: ["retry", "cancel"],
    State.CANCELLED: ["retry"],
}
LABELS = {"retry": _("Try again"), "release": _("Release"), "cancel": _("Cancel this mail")}


@admin.register(Mail)
class MailAdmin(LookedAtAdmin):
    list_display = ["subject_or_kind", "address", "kind", "state_mark", "attempts", "decided_at", "sent_at"]
    list_filter = ["state", "kind", "language", "reason"]
    list_per_page = 50
    show_full_result_count = False  # counting every mail there ever was takes longer than the page
    search_fields = ["subject", "address", "message_id"]
    date_hierarchy = "decided_at"
    actions = ["release_mails", "retry_mails", "cancel_mails"]
    change_form_template = "admin/tracker/mail/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        """Leave out what no list shows: each mail's words are larger than all else together."""
        return super().get_queryset(request).defer("text", "html", "about", "server_reply")

    @admin.display(description=_("subject"), ordering="subject")
    def subject_or_kind(self, row: Mail) -> str:
        return row.subject or f"({row.get_kind_display()})"

    @admin.display(description=_("state"), ordering="state")
    def state_mark(self, row: Mail) -> str:
        words = row.get_state_display()
        why = row.get_reason_display()
        return format_html('<span class="mail-{}">{}</span>', row.state, f"{words}: {why}" if why else words)

    @admin.action(description=_("Release"), permissions=["release"])
    def release_mails(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        self._do("release", request, queryset)

    @admin.action(description=_("Try again"), permissions=["release"])
    def retry_mails(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        self._do("retry", request, queryset)

    @admin.action(description=_("Cancel"), permissions=["release"])
    def cancel_mails(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        self._do("cancel", request, queryset)

    def _do(self, name: str, request: HttpRequest, mails: QuerySet[Mail]) -> None:
        """The list's rows are ordered and deferred; an update wants plain ones."""
        number = DEEDS[name](Mail.objects.filter(pk__in=mails.values("pk").order_by()))
        self.message_user(request, told(name, number), messages.SUCCESS if number else messages.WARNING)

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[..., Any] = self.admin_site.admin_view
        own = [path("<int:pk>/html/", wrap(self.html_view), name="tracker_mail_html")]
        own += [
            path(f"<int:pk>/{name}/", wrap(self.deed_view), {"name": name}, name=f"tracker_mail_{name}")
            for name in DEEDS
        ]
        return [*own, *super().get_urls()]

    def deed_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Do to one mail what an action does to many; by POST alone."""
        if not self.has_release_permission(request) or not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self._do(name, request, Mail.objects.filter(pk=pk))
        return lead_back(request, "tracker_mail_change", pk)

    def html_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the HTML part by itself, as a mail program would."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(Mail, pk=pk)
        as_now(row)
        response = HttpResponse(row.html)
        response.headers["Content-Security-Policy"] = MAIL_PROGRAM
        return response

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        row = Mail.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        if row is not None:
            kwargs["extra_context"] = {**(kwargs.get("extra_context") or {}), **self._shown(request, row)}
        return super().change_view(request, object_id, *args, **kwargs)

    def _shown(self, request: HttpRequest, row: Mail) -> dict[str, Any]:
        possible = POSSIBLE.get(State(row.state), []) if self.has_release_permission(request) else []
        rest = FROM_HOME if is_from_home(request) else ""
        return {
            "waits": row.state in WAITING,
            "would_not_go": as_now(row),
            "mail": row,
            "headers": headers(row),
            "bounces": row.bounces.all(),
            "deeds": [
                (LABELS[name], reverse(f"admin:tracker_mail_{name}", args=[row.pk]) + rest)
                for name in possible
            ],
        }


def as_now(row: Mail) -> str:
    """Put a mail that waits into the words that it would have now, unsaved; or say why it would not go."""
    if row.state not in WAITING:
        return ""
    try:
        reason = mail.preview(row, timezone.now())
    except Exception as error:  # the page must show what a template does wrong
        return f"{type(error).__name__}: {error}"
    return str(reason.label) if reason else ""


def headers(row: Mail) -> list[tuple[str, Any]]:
    return [
        ("Subject", row.subject),
        ("To", row.address),
        ("Message-ID", row.message_id),
        ("Date", row.decided_at),
        ("Return-Path", verp.sender_of(row.pk)),
        ("Content-Language", row.language),
    ]


@admin.register(Suppression)
class SuppressionAdmin(LookedAtAdmin):
    list_display = ["address", "reason", "words", "since"]
    list_filter = ["reason"]
    search_fields = ["address"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may take an address away lets it have mail again."""
        return request.user.has_perm("tracker.delete_suppression")


@admin.register(Bounce)
class BounceAdmin(LookedAtAdmin):
    list_display = ["mail_address", "kind", "status", "words", "received_at"]
    list_filter = ["kind"]
    list_select_related = ["mail"]
    search_fields = ["mail__address"]
    date_hierarchy = "received_at"

    @admin.display(description=_("address"), ordering="mail__address")
    def mail_address(self, bounce: Bounce) -> str:
        return bounce.mail.address

    def get_queryset(self, request: HttpRequest) -> QuerySet[Bounce]:
        return super().get_queryset(request).defer("mail__text", "mail__html", "mail__about")


@admin.register(Relay)
class RelayAdmin(LookedAtAdmin):
    list_display = ["host", "condition", "failures", "rests_until", "words"]
    actions = ["wake"]

    @admin.display(description=_("condition"))
    def condition(self, server: Relay) -> str:
        if server.needs_a_person:
            return str(_("needs a person"))
        resting = server.rests_until is not None and server.rests_until > timezone.now()
        return str(_("rests") if resting else _("takes mail"))

    @admin.action(description=_("Ask it at once"), permissions=["release"])
    def wake(self, request: HttpRequest, queryset: QuerySet[Relay]) -> None:
        number = relay.wake()
        self.message_user(
            request,
            ngettext("%d mail server is asked at once.", "%d mail servers are asked at once.", number)
            % number,
        )
