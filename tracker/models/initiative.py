"""An announced undertaking, and the parties that answer for it."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.models.addresses import address_of
from tracker.models.classification import Firmness, Sector
from tracker.models.current_state import CURRENT_STATE, AsOfIterable, current_state
from tracker.models.dating import Precision, dated_exactly_when_known, precision_field
from tracker.models.deadline import Deadline
from tracker.models.list_index import ListIndex
from tracker.models.party import Party
from tracker.models.place import Place
from tracker.models.progress import Confidence, Status, StatusUpdate
from tracker.models.publication import Publication, PublicationQuerySet
from tracker.models.reminder import ReminderRule
from tracker.models.responsibility import Responsibility
from tracker.models.source import Quote

DUE_SOON_DAYS = 30
"""An open initiative is due soon from this many days before its due date, that day included."""

SILENT_AFTER_DAYS = 60
"""An open initiative is silent from this many days after the last report of it, that day included."""

DERIVED = ("id", "search_stems", *CURRENT_STATE)
"""Columns that `Initiative.save` leaves alone."""

CLOSED = (Status.COMPLETED, Status.DROPPED)


class Health(models.TextChoices):
    """Conditions derived for a day, never stored; several may hold at once."""

    OVERDUE = "overdue", _("overdue")
    DUE_SOON = "due_soon", _("due soon")
    SILENT = "silent", _("silent")
    NO_DEADLINE = "no_deadline", _("no deadline")
    ON_TRACK = "on_track", _("on track")
    CLOSED = "closed", _("closed")


class InitiativeQuerySet(PublicationQuerySet["Initiative"]):
    def as_of(self, day: dt.date) -> "InitiativeQuerySet":
        """Show each initiative as it stood at the end of `day`, leaving out those not yet announced.

        What happened, was said or was announced on an unknown day counts from the day it was recorded. A
        withdrawn report counts on no day.
        """
        announced = self.annotate(announced_by=Coalesce("announced_on", TruncDate("created_at")))
        rows = announced.filter(announced_by__lte=day).annotate(**current_state(known_by=day))
        rows._iterable_class = AsOfIterable
        return rows

    def acted_for_by(self, user: Any) -> "InitiativeQuerySet":
        """Keep those in which a party takes part, in any role, for which this user acts."""
        parts = Responsibility.objects.filter(initiative=OuterRef("pk"), party__contacts__user=user.pk)
        return self.filter(Exists(parts))

    def unsourced(self) -> "InitiativeQuerySet":
        """Keep drafts without a quote: no source says them yet."""
        return self.filter(
            ~Exists(Quote.objects.filter(initiative=OuterRef("pk"))), published_at__isnull=True
        )

    def with_parties(self, *, of_public: bool = True) -> "InitiativeQuerySet":
        """Prefetch the responsibilities with their parties: those whose party the public may see, or all."""
        rows = Responsibility.objects.select_related("party")
        return self.prefetch_related(
            Prefetch(
                "responsibilities", rows.filter(party__published_at__isnull=False) if of_public else rows
            )
        )

    def with_quotes(self, known_by: dt.date = dt.date.max) -> "InitiativeQuerySet":
        """Prefetch the quotes whose source the public may see, of what was said by a day."""
        quotes = Quote.objects.published().said_by(known_by).select_related("source")
        return self.prefetch_related(Prefetch("quotes", quotes))

    def with_record(self, known_by: dt.date = dt.date.max) -> "InitiativeQuerySet":
        """Prefetch the reports and deadlines that stand, as of a day, oldest first, and the milestones."""
        reports, deadlines = (
            model.objects.standing().known_by(known_by).select_related("quote__source", teller)
            for model, teller in ((StatusUpdate, "told_by"), (Deadline, "moved_by"))
        )
        return self.prefetch_related(
            Prefetch("updates", reports), Prefetch("deadlines", deadlines), "milestones"
        )

    def column(self, name: str) -> str:
        """Name the column that holds part of the current state: the stored one, or the one as of a day."""
        return f"as_of_{name}" if f"as_of_{name}" in self.query.annotations else name

    def conditions(self, on: dt.date) -> "tuple[InitiativeQuerySet, dict[Health, Q]]":
        """Return the rows, made ready, and for each health the condition under which it holds `on` that day.

        Stands beside `Initiative.health`; a test proves that the two agree.
        """
        due, status, reported = map(self.column, ("due_on", "status", "last_reported_on"))
        ready = self.alias(heard_of=Coalesce(reported, "announced_on", TruncDate("created_at")))
        open_ = ~Q(**{f"{status}__in": CLOSED})
        soon = on + dt.timedelta(days=DUE_SOON_DAYS)
        heard_before = on - dt.timedelta(days=SILENT_AFTER_DAYS)
        return ready, {
            Health.OVERDUE: open_ & Q(**{f"{due}__lt": on}),
            Health.DUE_SOON: open_ & Q(**{f"{due}__gte": on, f"{due}__lte": soon}),
            Health.SILENT: open_ & Q(heard_of__lte=heard_before),
            Health.NO_DEADLINE: open_ & Q(**{f"{due}__isnull": True}),
            Health.ON_TRACK: open_ & Q(**{f"{due}__gt": soon}) & Q(heard_of__gt=heard_before),
            Health.CLOSED: ~open_,
        }

    def _in_health(self, health: Health, on: dt.date) -> "InitiativeQuerySet":
        rows, conditions = self.conditions(on)
        return rows.filter(conditions[health])

    def overdue(self, on: dt.date) -> "InitiativeQuerySet":
        """Keep open initiatives whose last due day lies before `on`."""
        return self._in_health(Health.OVERDUE, on)

    def due_soon(self, on: dt.date) -> "InitiativeQuerySet":
        """Keep open initiatives due from `on` to `DUE_SOON_DAYS` later, both days included."""
        return self._in_health(Health.DUE_SOON, on)

    def silent(self, on: dt.date) -> "InitiativeQuerySet":
        """Keep open initiatives last heard of `SILENT_AFTER_DAYS` or more before `on`."""
        return self._in_health(Health.SILENT, on)

    def no_deadline(self, on: dt.date) -> "InitiativeQuerySet":
        return self._in_health(Health.NO_DEADLINE, on)


class Initiative(Publication):
    """One announced undertaking that can be followed up."""

    slug = models.SlugField(_("address part"), max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(
        _("summary"), blank=True, help_text=_("One to three sentences in our own words. Public.")
    )
    firmness = models.CharField(
        _("firmness"), max_length=10, choices=Firmness, help_text=_("How firmly it was said.")
    )
    sector = models.CharField(_("sector"), max_length=16, choices=Sector)
    places = models.ManyToManyField(Place, blank=True, related_name="initiatives", verbose_name=_("places"))
    parties: "models.ManyToManyField[Party, Responsibility]" = models.ManyToManyField(
        "Party", through="Responsibility", related_name="initiatives"
    )
    measure = models.CharField(
        _("measure"), max_length=200, blank=True, help_text=_("What the sources say can be counted.")
    )
    money = models.CharField(
        _("money"), max_length=200, blank=True, help_text=_("A sum that the sources state.")
    )
    announced_on = models.DateField(_("announced on"), null=True, blank=True)
    announced_precision = precision_field()

    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.ANNOUNCED, editable=False
    )
    confidence = models.CharField(
        _("confidence"), max_length=5, choices=Confidence, blank=True, editable=False
    )
    last_reported_on = models.DateField(_("last report"), null=True, editable=False)
    due_on = models.DateField(_("due on"), null=True, editable=False, db_index=True)
    due_precision = models.CharField(
        _("precision"), max_length=12, choices=Precision, default=Precision.UNDATED, editable=False
    )
    due_wording = models.CharField(_("wording"), max_length=200, blank=True, editable=False)
    baseline_due_on = models.DateField(_("first due on"), null=True, editable=False)

    muted_rules: "models.ManyToManyField[ReminderRule, models.Model]" = models.ManyToManyField(
        ReminderRule,
        blank=True,
        related_name="muted_for",
        verbose_name=_("rules that do not remind of it"),
        help_text=_("Tick a rule to switch it off for this initiative alone."),
    )
    search_stems = models.TextField(editable=False, default="")
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")
        ordering = [F("announced_on").desc(nulls_last=True), "-pk"]
        permissions = [
            ("change_own_initiative", _("Can see and change the initiatives of the party they act for"))
        ]
        indexes = [
            # The list as it is shown first; with what its counts are made of, so that they read nothing else.
            ListIndex(
                "announced_on",
                descending=True,
                beside=("status", "sector", "firmness", "due_on", "last_reported_on", "created_at"),
                name="list_newest",
            ),
            ListIndex("announced_on", name="list_oldest"),
            ListIndex("due_on", name="list_due_first"),
            ListIndex("due_on", descending=True, name="list_due_last"),
            ListIndex("updated_at", descending=True, name="list_changed_last"),
        ]
        constraints = [
            dated_exactly_when_known(
                "initiative_is_dated_exactly_when_known", day="announced_on", precision="announced_precision"
            ),
            models.CheckConstraint(
                name="initiative_status_is_known",
                condition=Q(status__in=Status.values),
                violation_error_message=_("Choose one of the statuses."),
            ),
            models.CheckConstraint(
                name="initiative_firmness_is_known",
                condition=Q(firmness__in=Firmness.values),
                violation_error_message=_("Choose how firmly it was said."),
            ),
            models.CheckConstraint(
                name="initiative_sector_is_known",
                condition=Q(sector__in=Sector.values),
                violation_error_message=_("Choose one of the sectors."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save what was announced; the derived columns of a saved row are left to those who derive them.

        So a form that was read before a report, and is saved after it, does not undo the report.
        """
        if not self._state.adding and kwargs.get("update_fields") is None:
            kwargs["update_fields"] = [
                field.name for field in self._meta.concrete_fields if field.name not in DERIVED
            ]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return address_of("initiative", self.slug)

    @property
    def is_closed(self) -> bool:
        return self.status in CLOSED

    @property
    def heard_of_on(self) -> dt.date:
        """The day of the last report, else of the announcement, else the one on which it was recorded."""
        return self.last_reported_on or self.announced_on or timezone.localdate(self.created_at)

    def silent_days(self, on: dt.date) -> int:
        return max(0, (on - self.heard_of_on).days)

    def days_overdue(self, on: dt.date) -> int:
        """Days since the last due day; 0 when closed, undated or not yet late."""
        if self.is_closed or self.due_on is None:
            return 0
        return max(0, (on - self.due_on).days)

    @property
    def slipped_days(self) -> int | None:
        """Days from first to newest due date, negative when brought forward; None when either is unknown."""
        if self.due_on is None or self.baseline_due_on is None:
            return None
        return (self.due_on - self.baseline_due_on).days

    def health(self, on: dt.date) -> list[Health]:
        """Name every condition that holds `on` that day, gravest first; never empty."""
        if self.is_closed:
            return [Health.CLOSED]
        soon = on + dt.timedelta(days=DUE_SOON_DAYS)
        holding = [
            (Health.OVERDUE, self.days_overdue(on) > 0),
            (Health.DUE_SOON, self.due_on is not None and on <= self.due_on <= soon),
            (Health.SILENT, self.silent_days(on) >= SILENT_AFTER_DAYS),
            (Health.NO_DEADLINE, self.due_on is None),
        ]
        return [health for health, holds in holding if holds] or [Health.ON_TRACK]

    @property
    def lead(self) -> "Responsibility | None":
        """Who answers; None while no source names anybody. Prefetch `responsibilities__party`."""
        return next((r for r in self.responsibilities.all() if r.role == Responsibility.Role.LEAD), None)

    @property
    def missing_elements(self) -> list[str]:
        """Name what the sources leave out, of owner, date, measure, place, money, in this order.

        Prefetch `responsibilities` and `places`.
        """
        said = {
            "owner": any(r.role in Responsibility.OWNING_ROLES for r in self.responsibilities.all()),
            "date": self.due_on is not None,
            "measure": bool(self.measure),
            "place": bool(self.places.all()),
            "money": bool(self.money),
        }
        return [element for element, is_said in said.items() if not is_said]
