"""What a contact had to be told about an initiative."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Reminder(models.Model):
    """The decision that one contact is told one fact, once.

    Its key is made of business facts alone: `anchor_on` is the due day, or the day last heard of; `step` the
    days before or after it. A moved deadline is another fact; a second run of the planner is not.
    """

    class Kind(models.TextChoices):
        DUE = "due", _("due")
        OVERDUE = "overdue", _("overdue")
        SILENT = "silent", _("silent")
        NO_DEADLINE = "no_deadline", _("no deadline")
        MILESTONE = "milestone", _("milestone")

    initiative = models.ForeignKey(
        "Initiative", models.CASCADE, related_name="reminders", verbose_name=_("initiative")
    )
    contact = models.ForeignKey(
        "Contact", models.CASCADE, related_name="reminders", verbose_name=_("contact")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    anchor_on = models.DateField(_("counted from"))
    step = models.SmallIntegerField(_("days from it"))
    decided_at = models.DateTimeField(_("decided at"))
    mail = models.ForeignKey(
        "Mail", models.SET_NULL, null=True, related_name="reminders", verbose_name=_("mail")
    )

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="reminder_is_decided_once",
                fields=["initiative", "contact", "kind", "anchor_on", "step"],
                violation_error_message=_("This contact has been told this already."),
            ),
            models.CheckConstraint(
                name="reminder_kind_is_known",
                condition=Q(kind__in=["due", "overdue", "silent", "no_deadline", "milestone"]),
                violation_error_message=_("Choose one of the kinds of reminder."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.initiative}"
