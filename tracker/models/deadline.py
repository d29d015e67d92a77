"""Promises of time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.models.dating import Precision, precision_field
from tracker.models.standing import Standing, StandingQuerySet, withdrawn_with_a_reason


class DeadlineQuerySet(StandingQuerySet["Deadline"]):
    DAY = "said_on"


class Deadline(Standing):
    """One promise of time. The first is the baseline, the newest is current; none is edited.

    `due_on` is the last day that the words allow. It is empty where they name no day that can be known:
    "in June" without a year keeps the precision "month" and no day.
    """

    initiative = models.ForeignKey(
        "Initiative", models.CASCADE, related_name="deadlines", verbose_name=_("initiative")
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    precision = precision_field()
    wording = models.CharField(
        _("wording"), max_length=200, blank=True, help_text=_("The words of the source, unchanged.")
    )
    said_on = models.DateField(
        _("said on"), null=True, blank=True, help_text=_("The day on which this deadline was given.")
    )
    old_due_on = models.DateField(_("was due on"), null=True, editable=False)
    reason = models.TextField(_("reason"), blank=True, help_text=_("Why the deadline was moved. Public."))
    moved_by = models.ForeignKey(
        "Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("moved by")
    )
    quote = models.ForeignKey(
        "Quote", models.PROTECT, null=True, blank=True, related_name="deadlines", verbose_name=_("quote")
    )

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = [models.F("said_on").asc(nulls_first=True), "recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="deadline_with_a_day_has_a_precision",
                condition=models.Q(due_on__isnull=True) | ~models.Q(precision=Precision.UNDATED),
                violation_error_message=_("A deadline with a day needs its precision."),
            ),
            models.CheckConstraint(
                name="deadline_has_a_day_or_words",
                condition=models.Q(due_on__isnull=False) | ~models.Q(wording="") | ~models.Q(reason=""),
                violation_error_message=_("Enter the day, or the words in which a time was named."),
            ),
            withdrawn_with_a_reason("deadline_is_withdrawn_with_a_reason"),
        ]

    def __str__(self) -> str:
        return self.wording or (self.due_on.isoformat() if self.due_on else self.get_precision_display())
