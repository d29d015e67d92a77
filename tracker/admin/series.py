"""Series of reports, which staff make and from which editions come."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import widgets
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.models import Series, Subscription
from tracker.reports import editions, periods, scope
from tracker.wording import day, days


class SeriesForm(forms.ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer how often reports come; what readers follow at once is no report."""
        super().__init__(*args, **kwargs)
        if "frequency" in self.fields:
            offered = [choice for choice in Series.Frequency.choices if choice[0] != Series.Frequency.AT_ONCE]
            self.fields["frequency"] = forms.ChoiceField(
                label=self.fields["frequency"].label, choices=[("", "---------"), *offered]
            )

    def clean_scope(self) -> str:
        """Keep what stands behind the question mark; the list itself says what is wrong with it."""
        given: str = self.cleaned_data["scope"].strip().split("?")[-1]
        if problems := scope.problems(given, today=timezone.localdate()):
            raise ValidationError(problems)
        return given


class EditionForm(forms.Form):
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=widgets.AdminDateWidget,
        help_text=gettext_lazy(
            "The edition tells the state at the end of this day, and what has changed since the last edition."
        ),
    )

    def make(self, *, series: Series, now: dt.datetime) -> bool:
        """Make the edition; answer whether it was made. Objections become form errors."""
        if not self.is_valid():
            return False
        try:
            editions.edition_now(series=series, last_day=self.cleaned_data["last_day"], now=now)
        except ValidationError as error:
            self.add_error("last_day", error)
            return False
        return True


class SubscriptionInline(admin.TabularInline):
    model = Subscription
    extra = 0
    fields = ["address", "language", "confirmed_at", "unsubscribed_at"]


@admin.register(Series)
class SeriesAdmin(admin.ModelAdmin):
    form = SeriesForm
    list_display = ["name", "frequency", "next_edition", "recipients", "is_held", "is_public"]
    list_filter = ["frequency", "is_held", "is_public", "is_for_followers"]
    search_fields = ["name"]
    readonly_fields = ["next_edition"]
    filter_horizontal = ["staff"]
    autocomplete_fields = ["parties"]
    inlines = [SubscriptionInline]
    fieldsets = [
        (gettext_lazy("What it tells"), {"fields": ["name", "scope"]}),
        (
            gettext_lazy("When it comes"),
            {"fields": ["frequency", "day", ("hour", "time_zone"), "starts_on", "next_edition"]},
        ),
        (
            gettext_lazy("Who gets it"),
            {
                "description": gettext_lazy(
                    "Also every confirmed subscription below. One address gets one mail, in its language."
                ),
                "fields": ["staff", "parties"],
            },
        ),
        (
            gettext_lazy("How it goes out"),
            {"fields": [("with_pdf", "with_xlsx"), "is_held", "is_public"]},
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Series]:
        counts = {name: Count(name, distinct=True) for name in ("staff", "parties", "subscriptions")}
        named = {f"{name}_count": count for name, count in counts.items()}
        rows: QuerySet[Series] = super().get_queryset(request)
        return rows.annotate(last_end=Max("reports__period_end"), **named)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "staff":
            kwargs["queryset"] = User.objects.filter(is_staff=True, is_active=True).order_by("username")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Series | None = None) -> bool:
        """Leave what readers follow as they asked for it."""
        if obj is not None and obj.is_for_followers:
            return False
        return super().has_change_permission(request, obj)

    @admin.display(description=gettext_lazy("next edition"))
    def next_edition(self, series: Any) -> str:
        """Say when the next edition goes out, and which days it tells of."""
        if series.pk is None or series.frequency == Series.Frequency.AT_ONCE:
            return "—"
        moment = periods.next_due_at(series=series, now=timezone.now())
        local = moment.astimezone(ZoneInfo(series.time_zone))
        end = periods.regular_end(series, local.date())
        start = series.last_end or periods.one_before(series.frequency, end)
        told = days(start, end - periods.ONE_DAY) if start < end else "—"
        return f"{day(local.date())}, {local:%H:%M} ({series.time_zone}): {told}"

    @admin.display(description=gettext_lazy("recipients"))
    def recipients(self, series: Any) -> str:
        counted = [
            (series.staff_count, ngettext("%d of staff", "%d of staff", series.staff_count)),
            (series.parties_count, ngettext("%d party", "%d parties", series.parties_count)),
            (
                series.subscriptions_count,
                ngettext("%d subscription", "%d subscriptions", series.subscriptions_count),
            ),
        ]
        return ", ".join(text % number for number, text in counted if number) or _("nobody yet")

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[..., Any] = self.admin_site.admin_view
        own = [path("<int:pk>/edition/", wrap(self.edition_view), name="tracker_series_edition")]
        return [*own, *super().get_urls()]

    def edition_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make an edition out of turn, after asking up to which day."""
        series = get_object_or_404(Series, pk=pk)
        if not self.has_change_permission(request, series):
            raise PermissionDenied
        today = timezone.now().astimezone(ZoneInfo(series.time_zone)).date()
        form = EditionForm(request.POST or None, initial={"last_day": today - periods.ONE_DAY})
        if request.method == "POST" and form.make(series=series, now=timezone.now()):
            self.message_user(request, _("The edition is made."), messages.SUCCESS)
            return HttpResponseRedirect(
                f"{reverse('admin:tracker_report_changelist')}?series__id__exact={pk}"
            )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Make an edition now"),
            "series": series,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/tracker/series/edition.html", context)
