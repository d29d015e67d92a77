"""What was corrected, told to everybody: what stood there, what stands there now, and why."""

import operator
from functools import reduce

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def _is_said(*names: str) -> Q:
    """Say that one of these has words in some language; a column without any is null, or empty."""
    columns = (f"{name}_{language}" for name in names for language, _name in settings.LANGUAGES)
    conditions = (Q(**{f"{column}__isnull": False, f"{column}__gt": ""}) for column in columns)
    return reduce(operator.or_, conditions)


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def published(self) -> "CorrectionQuerySet":
        """Keep the corrections of initiatives that the public may see."""
        return self.filter(initiative__published_at__isnull=False)


class Correction(models.Model):
    """One line of the corrections log. Everything in it but who recorded it is public.

    `before` is empty where something was missing, `after` where something was taken out.
    """

    initiative = models.ForeignKey(
        "Initiative", models.CASCADE, related_name="corrections", verbose_name=_("initiative")
    )
    corrected_on = models.DateField(_("corrected on"))
    before = models.TextField(
        _("what stood there"), blank=True, help_text=_("Public. Empty if something was missing.")
    )
    after = models.TextField(
        _("what stands there now"), blank=True, help_text=_("Public. Empty if something was taken out.")
    )
    why = models.TextField(
        _("why"),
        blank=True,  # in each language by itself; one of them says it
        help_text=_("Public. Say what showed the mistake. Name no reader: who wrote to us stays with us."),
    )
    proposal = models.OneToOneField(
        "Proposal",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="correction",
        verbose_name=_("proposal"),
    )
    recorded_at = models.DateTimeField(_("recorded at"), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["-corrected_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="correction_says_why",
                condition=_is_said("why"),
                violation_error_message=_("Say why it was corrected."),
            ),
            models.CheckConstraint(
                name="correction_changes_something",
                condition=_is_said("before", "after"),
                violation_error_message=_("Say what stood there, or what stands there now."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.corrected_on}: {self.initiative}"
