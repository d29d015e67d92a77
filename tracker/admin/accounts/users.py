"""Users: Django's own admin, with an invitation in the place of a first password, and the second factor."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from tracker import mail
from tracker.admin.accounts import letters, second_factor
from tracker.admin.initiative import staff
from tracker.roles import Role

admin.site.unregister([TOTPDevice, StaticDevice, User])  # the pages of the devices show their secrets


class InvitedForm(forms.ModelForm):
    """A new member of staff. The password is theirs to choose."""

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "groups")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True
        self.fields["email"].help_text = _("The invitation goes there.")

    def save(self, commit: bool = True) -> User:
        self.instance.is_staff = True
        self.instance.set_unusable_password()
        user: User = super().save(commit)
        return user


def called(group: str) -> str:
    """Name one of our own groups by what it may do, in the reader's language; another by its name."""
    return str(dict(Role.choices).get(group, group))


class GroupsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, group: Any) -> str:
        return called(group.name)


class GroupsFilter(admin.RelatedFieldListFilter):
    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(key, called(str(name))) for key, name in super().field_choices(field, request, model_admin)]


@admin.register(User)
class StaffAdmin(UserAdmin):
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "has_second_factor")
    list_filter = ("is_staff", "is_active", ("groups", GroupsFilter))
    add_form = InvitedForm
    add_form_template = "admin/change_form.html"
    add_fieldsets = ((None, {"fields": ("username", "first_name", "last_name", "email", "groups")}),)
    change_form_template = "admin/accounts/user.html"
    actions = ("remove_second_factor",)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["form_class"] = GroupsField
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        device = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        users: QuerySet[User] = super().get_queryset(request).annotate(has_device=Exists(device))
        return users

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *(("has_second_factor",) if obj else ()))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return [*fieldsets, (_("Second factor"), {"fields": ("has_second_factor",)})] if obj else fieldsets

    @admin.display(description=_("second factor"), boolean=True, ordering="has_device")
    def has_second_factor(self, user: User) -> bool:
        return bool(getattr(user, "has_device", False))

    @admin.action(description=_("Remove the second factor (device lost)"), permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        removed = [user for user in queryset if second_factor.remove(user)]
        for user in removed:
            self.log_change(request, user, say("Removed the second factor."))
        told = ngettext(
            "The second factor of %d user is removed.",
            "The second factor of %d users is removed.",
            len(removed),
        )
        self.message_user(request, told % len(removed), messages.SUCCESS if removed else messages.WARNING)

    # --- invitations ---

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[..., Any] = self.admin_site.admin_view
        own = path("<int:pk>/invite/", wrap(require_POST(self.invite_view)), name="auth_user_invite")
        return [own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        user = User.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        shown = {"may_be_invited": user is not None and may_be_invited(user)}
        kwargs["extra_context"] = {**(kwargs.get("extra_context") or {}), **shown}
        return super().change_view(request, object_id, *args, **kwargs)

    def invite_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if may_be_invited(user):
            self._invite(request, user)
        else:
            words = _(
                "No invitation was sent: {user} has chosen a password, has no address, or is not active."
            )
            self.message_user(request, words.format(user=user), messages.WARNING)
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[pk]))

    def _invite(self, request: HttpRequest, user: User) -> None:
        if settings.SHOWS_KEPT_MAIL:
            words = _(
                "Mail is kept on this site for everybody to read, so no invitation is sent. "
                "Set a first password: manage.py changepassword {user}"
            )
            self.message_user(request, words.format(user=user.get_username()), messages.ERROR)
            return
        inviter = staff(request)
        by = inviter.get_full_name() or inviter.get_username()
        try:
            letters.invite(user, by=by, language=language_of(user), now=timezone.now())
        except mail.NotSentError as error:
            words = _("The invitation could not be sent: {problem}. Try again later.")
            self.message_user(request, words.format(problem=error), messages.ERROR)
        else:
            self.log_change(request, user, say("Sent an invitation."))
            self.message_user(
                request, _("{address} is invited.").format(address=user.email), messages.SUCCESS
            )


def may_be_invited(user: User) -> bool:
    """Answer whether a user waits for a first password, and can be written to."""
    return user.is_active and bool(user.email) and not user.has_usable_password()


def language_of(user: User) -> str:
    """Give the language of the contact whose login it is; of anybody else, that of whoever invites them."""
    contact = getattr(user, "contact", None)
    return contact.language if contact else str(get_language())
