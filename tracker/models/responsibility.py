"""Who answers for what."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Responsibility(models.Model):
    """The part that one party has in one initiative."""

    class Role(models.TextChoices):
        LEAD = "lead", _("lead")
        SUPPORT = "support", _("support")
        COUNTERPART = "counterpart", _("counterpart")
        CONTROLLER = "controller", _("controller")

    OWNING_ROLES = (Role.LEAD, Role.SUPPORT)

    initiative = models.ForeignKey(
        "Initiative", models.CASCADE, related_name="responsibilities", verbose_name=_("initiative")
    )
    party = models.ForeignKey(
        "Party", models.PROTECT, related_name="responsibilities", verbose_name=_("party")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role)

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        ordering = [
            models.Case(
                models.When(role="lead", then=0),
                models.When(role="support", then=1),
                models.When(role="counterpart", then=2),
                default=3,
            ),
            "pk",
        ]
        constraints = [
            models.CheckConstraint(
                name="responsibility_role_is_known",
                condition=Q(role__in=["lead", "support", "counterpart", "controller"]),
                violation_error_message=_("Choose one of the roles."),
            ),
            models.UniqueConstraint(
                name="responsibility_is_given_once",
                fields=["initiative", "party"],
                violation_error_message=_("This party already has a role here. Change that one instead."),
            ),
            models.UniqueConstraint(
                name="initiative_has_one_lead",
                fields=["initiative"],
                condition=Q(role="lead"),
                violation_error_message=_("Only one party can lead. Give the other one the role “support”."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} ({self.get_role_display()})"
