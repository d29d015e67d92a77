"""Where an initiative stands: reports of it, and its checkable steps."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models.dating import dated_exactly_when_known, precision_field
from tracker.models.standing import Standing, StandingQuerySet, withdrawn_with_a_reason


class Status(models.TextChoices):
    """OGP completion scale. `announced`: no step is evidenced; `in_progress`: a concrete one is."""

    ANNOUNCED = "announced", _("announced")
    IN_PROGRESS = "in_progress", _("in progress")
    PARTLY_DONE = "partly_done", _("partly done")
    COMPLETED = "completed", _("completed")
    ON_HOLD = "on_hold", _("on hold")
    DROPPED = "dropped", _("dropped")


class Confidence(models.TextChoices):
    """The reporter's judgement of delivery, apart from status (UK GMPP)."""

    GREEN = "green", _("green")
    AMBER = "amber", _("amber")
    RED = "red", _("red")


class StatusUpdateQuerySet(StandingQuerySet["StatusUpdate"]):
    DAY = "happened_on"


class StatusUpdate(Standing):
    """A dated, sourced report. Never edited away, only corrected by another or withdrawn."""

    initiative = models.ForeignKey(
        "Initiative", models.PROTECT, related_name="updates", verbose_name=_("initiative")
    )
    old_status = models.CharField(_("status before"), max_length=12, choices=Status, editable=False)
    status = models.CharField(_("status"), max_length=12, choices=Status)
    confidence = models.CharField(_("confidence"), max_length=5, choices=Confidence, blank=True)
    note = models.TextField(
        _("note"), blank=True, help_text=_("What happened, in a sentence or two. Public.")
    )
    happened_on = models.DateField(_("happened on"), null=True, blank=True)
    happened_precision = precision_field()
    quote = models.ForeignKey(
        "Quote", models.PROTECT, null=True, blank=True, related_name="updates", verbose_name=_("quote")
    )
    told_by = models.ForeignKey(
        "Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("told by")
    )

    objects = StatusUpdateQuerySet.as_manager()

    class Meta:
        verbose_name = _("status update")
        verbose_name_plural = _("status updates")
        ordering = [models.F("happened_on").asc(nulls_first=True), "recorded_at", "pk"]
        permissions = [("accept_completion", "Can accept an initiative as completed")]
        constraints = [
            models.CheckConstraint(
                name="status_update_status_is_known",
                condition=Q(status__in=Status.values, old_status__in=Status.values),
                violation_error_message=_("Choose one of the statuses."),
            ),
            models.CheckConstraint(
                name="status_update_has_evidence",
                condition=Q(quote__isnull=False) | ~Q(url="") | Q(told_by__isnull=False),
                violation_error_message=_(
                    "A report needs its evidence: a quote, an address, or the party that told us."
                ),
            ),
            dated_exactly_when_known(
                "status_update_is_dated_exactly_when_known", day="happened_on", precision="happened_precision"
            ),
            withdrawn_with_a_reason("status_update_is_withdrawn_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_old_status_display()} → {self.get_status_display()}"


class Milestone(models.Model):
    """A checkable step with its own due date."""

    initiative = models.ForeignKey(
        "Initiative", models.CASCADE, related_name="milestones", verbose_name=_("initiative")
    )
    title = models.CharField(_("title"), max_length=200)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_precision = precision_field()
    reached_on = models.DateField(_("reached on"), null=True, blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = [models.F("due_on").asc(nulls_last=True), "pk"]
        constraints = [
            dated_exactly_when_known(
                "milestone_is_dated_exactly_when_known", day="due_on", precision="due_precision"
            ),
        ]

    def __str__(self) -> str:
        return self.title
