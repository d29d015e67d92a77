"""What followers were told at once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models.initiative import Initiative


class Notice(models.Model):
    """That those who follow at once were told of one public change, once; or that nobody was to be told.

    Its key is made of facts alone: `row` is the report or deadline that was recorded or withdrawn, 0 where
    the initiative itself became public. A second run of the planner finds it and tells nobody again.
    """

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("new in the tracker")
        REPORTED = "reported", _("report recorded")
        DEADLINE = "deadline", _("deadline named or moved")
        REPORT_WITHDRAWN = "report_withdrawn", _("report taken back")
        DEADLINE_WITHDRAWN = "deadline_withdrawn", _("deadline taken back")

    initiative = models.ForeignKey(
        Initiative, models.CASCADE, related_name="notices", verbose_name=_("initiative")
    )
    kind = models.CharField(_("kind"), max_length=18, choices=Kind)
    row = models.PositiveBigIntegerField(_("report or deadline"), default=0)
    changed_at = models.DateTimeField(_("public since"))
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="notice_is_given_once",
                fields=["initiative", "kind", "row"],
                violation_error_message=_("Followers have been told this already."),
            ),
            models.CheckConstraint(
                name="notice_kind_is_known",
                condition=Q(
                    kind__in=["published", "reported", "deadline", "report_withdrawn", "deadline_withdrawn"]
                ),
                violation_error_message=_("Choose one of the kinds of notice."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.initiative}"
