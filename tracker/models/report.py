"""Reports that come back: what they cover, who gets them, and each edition as it was sent."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tracker.models.party import Party, is_a_time_zone


class SeriesQuerySet(models.QuerySet["Series"]):
    def in_editions(self) -> "SeriesQuerySet":
        """Keep the series that come as reports, leaving out what comes at once and what nobody follows."""
        active = Subscription.objects.active().filter(series=OuterRef("pk"))
        rows = self.exclude(frequency=Series.Frequency.AT_ONCE)
        return rows.filter(Q(is_for_followers=False) | Exists(active))


class Series(models.Model):
    """A report that comes back. `scope` is a query string of the public list; empty means everything.

    One that is for followers was made when its scope was first followed by mail at its frequency; only such
    a one comes at once, as notices of single changes. Read its name by `tracker.reports.naming`.

    `day` counts from 1: the day of the week from Monday, or the day of the month; of a quarter, the day of
    its first month. The edition of that day covers the time before it: the last seven days, the last whole
    month, the last whole quarter. It goes out at `hour`, wall clock of `time_zone`.
    """

    class Frequency(models.TextChoices):
        AT_ONCE = "at_once", _("at once")
        WEEKLY = "weekly", _("weekly")
        MONTHLY = "monthly", _("monthly")
        QUARTERLY = "quarterly", _("quarterly")

    name = models.CharField(_("name"), max_length=200)
    scope = models.CharField(
        _("scope"),
        max_length=1000,
        blank=True,
        help_text=_(
            "What stands behind the question mark in the address of a filtered list: sector=agriculture. "
            "Empty: everything."
        ),
    )
    frequency = models.CharField(_("frequency"), max_length=9, choices=Frequency)
    day = models.PositiveSmallIntegerField(
        _("day"),
        default=1,
        help_text=_("Weekly: 1 is Monday, 7 is Sunday. Else the day of the month, 1 to 28."),
    )
    hour = models.PositiveSmallIntegerField(_("hour"), default=8)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default=settings.TIME_ZONE, validators=[is_a_time_zone]
    )
    starts_on = models.DateField(
        _("first day"),
        help_text=_("No edition goes out before this day."),
    )
    staff = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="series", verbose_name=_("to staff")
    )
    parties: "models.ManyToManyField[Party, models.Model]" = models.ManyToManyField(
        Party, blank=True, related_name="series", verbose_name=_("to the contacts of parties")
    )
    with_pdf = models.BooleanField(_("with PDF"), default=True)
    with_xlsx = models.BooleanField(_("with XLSX"), default=True)
    is_held = models.BooleanField(
        _("held for release"),
        default=False,
        help_text=_("Each edition waits until a person releases it."),
    )
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("Editions that went out are shown on the public site.")
    )

    is_for_followers = models.BooleanField(_("for followers by mail"), default=False, editable=False)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("report series")
        verbose_name_plural = pgettext_lazy("several", "report series")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="series_frequency_is_known",
                condition=Q(frequency__in=["at_once", "weekly", "monthly", "quarterly"]),
                violation_error_message=_("Choose how often the report comes."),
            ),
            models.CheckConstraint(
                name="series_hour_is_on_the_clock",
                condition=Q(hour__lte=23),
                violation_error_message=_("An hour is a number from 0 to 23."),
            ),
            models.CheckConstraint(
                name="series_day_is_in_every_period",
                condition=Q(day__gte=1)
                & (Q(frequency="weekly", day__lte=7) | Q(day__lte=28) & ~Q(frequency="weekly")),
                violation_error_message=_("A day of the week is 1 to 7, a day of the month is 1 to 28."),
            ),
            models.CheckConstraint(
                name="series_at_once_is_for_followers",
                condition=~Q(frequency="at_once") | Q(is_for_followers=True),
                violation_error_message=_(
                    "Only what readers follow by mail comes at once. Choose how often the report comes."
                ),
            ),
            models.UniqueConstraint(
                name="followers_of_the_same_share_a_series",
                fields=["scope", "frequency"],
                condition=Q(is_for_followers=True),
                violation_error_message=_("This is followed at this frequency already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> "SubscriptionQuerySet":
        """Keep what was confirmed and not left since."""
        return self.filter(confirmed_at__isnull=False, unsubscribed_at__isnull=True)

    def asked_since(self, moment: dt.datetime) -> "SubscriptionQuerySet":
        """Keep what waits for its confirmation and was asked for at a moment or later."""
        return self.filter(asked_at__gte=moment)

    def of(self, address: str) -> "SubscriptionQuerySet":
        """Keep the rows of an address, however it is spelt."""
        return self.alias(lower=Lower("address")).filter(lower=address.strip().lower())


class Subscription(models.Model):
    """One address on one series, in one language. Nothing is sent before it is confirmed.

    `asked_at` is set while somebody's request waits for its confirmation. An address that left keeps its
    row: it outweighs that it is also staff or the contact of a party.
    """

    series = models.ForeignKey(
        Series, models.CASCADE, related_name="subscriptions", verbose_name=_("report series")
    )
    address = models.EmailField(_("address"), max_length=254)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    asked_at = models.DateTimeField(_("asked for at"), null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed at"), null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

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


class ReportQuerySet(models.QuerySet["Report"]):
    def published(self) -> "ReportQuerySet":
        """Keep the editions that the public may see: of a public series, and released."""
        return self.filter(series__is_public=True, released_at__isnull=False)


class Report(models.Model):
    """One edition, built once and kept as it was sent; it covers [period_start, period_end).

    `known_at` is the moment whose knowledge it holds: what was recorded later changes no edition, and
    building it again gives the same content. `released_at` is empty while it waits for a person.
    """

    series = models.ForeignKey(
        Series, models.PROTECT, related_name="reports", verbose_name=_("report series")
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period to, this day excluded"))
    known_at = models.DateTimeField(_("state of knowledge"))
    built_at = models.DateTimeField(_("built at"))
    released_at = models.DateTimeField(_("released at"), null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("released by")
    )
    content = models.JSONField(_("content"))
    pdf = models.BinaryField(_("PDF"), default=b"")
    xlsx = models.BinaryField(_("XLSX"), default=b"")

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = pgettext_lazy("several", "reports")
        ordering = ["-period_end", "series_id", "language"]
        permissions = [("release_report", "Can release reports")]
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
        return f"{self.series}, {self.period_start} – {self.last_day}"

    def get_absolute_url(self) -> str:
        return reverse("report", args=[self.pk])

    @property
    def last_day(self) -> dt.date:
        """Give the day at whose end the edition tells the state."""
        return self.period_end - dt.timedelta(days=1)

    @property
    def file_name(self) -> str:
        """Give the name of its files, without an ending."""
        return f"report-{self.series_id}-{self.last_day.isoformat()}-{self.language}"
