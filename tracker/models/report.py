"""Reports that come back: what they cover, who gets them, and each edition as it was sent."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Series(models.Model):
    """A report that comes back. `scope` is a query string of the public list; empty means everything."""

    class Frequency(models.TextChoices):
        WEEKLY = "weekly", _("weekly")
        MONTHLY = "monthly", _("monthly")
        QUARTERLY = "quarterly", _("quarterly")

    name = models.CharField(_("name"), max_length=200)
    scope = models.CharField(_("scope"), max_length=1000, blank=True)
    frequency = models.CharField(_("frequency"), max_length=9, choices=Frequency)
    hour = models.PositiveSmallIntegerField(_("hour"), default=8)
    time_zone = models.CharField(_("time zone"), max_length=64, default=settings.TIME_ZONE)
    with_pdf = models.BooleanField(_("with PDF"), default=True)
    with_xlsx = models.BooleanField(_("with XLSX"), default=True)
    is_held = models.BooleanField(_("held for release"), default=False)
    is_public = models.BooleanField(_("public"), default=False)

    class Meta:
        verbose_name = _("report series")
        verbose_name_plural = _("report series")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="series_frequency_is_known",
                condition=Q(frequency__in=["weekly", "monthly", "quarterly"]),
                violation_error_message=_("Choose how often the report comes."),
            ),
            models.CheckConstraint(
                name="series_hour_is_on_the_clock",
                condition=Q(hour__lte=23),
                violation_error_message=_("An hour is a number from 0 to 23."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """One address on one series, in one language. Nothing is sent before it is confirmed."""

    series = models.ForeignKey(
        Series, models.CASCADE, related_name="subscriptions", verbose_name=_("report series")
    )
    address = models.EmailField(_("address"), max_length=254)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["series_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                "series",
                Lower("address"),
                name="subscription_is_made_once_per_address",
                violation_error_message=_("This address follows this report already."),
            ),
        ]

    def __str__(self) -> str:
        return self.address


class Report(models.Model):
    """One edition, built once and kept as it was sent; it covers [period_start, period_end)."""

    series = models.ForeignKey(
        Series, models.PROTECT, related_name="reports", verbose_name=_("report series")
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period to, this day excluded"))
    built_at = models.DateTimeField(_("built at"))
    content = models.JSONField(_("content"))

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-period_end", "series_id", "language"]
        constraints = [
            models.UniqueConstraint(
                name="report_is_built_once",
                fields=["series", "language", "period_start", "period_end"],
                violation_error_message=_("This edition has been built already."),
            ),
            models.CheckConstraint(
                name="report_period_ends_after_it_starts",
                condition=Q(period_end__gt=F("period_start")),
                violation_error_message=_("A period ends after the day on which it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series}, {self.period_start} – {self.period_end}"
