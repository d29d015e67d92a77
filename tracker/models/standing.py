"""Rows that are never edited away: they tell of a day, and may be withdrawn with a reason."""

import datetime as dt
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext_lazy as _

_Row = TypeVar("_Row", bound=models.Model, covariant=True)


class StandingQuerySet(models.QuerySet[_Row]):
    """`DAY` names the column that holds the day a row tells of."""

    DAY: ClassVar[str]

    def standing(self) -> Self:
        """Keep the rows that nobody has withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def known_by(self, day: dt.date) -> Self:
        """Keep rows that tell of `day` or earlier; an unknown day counts as the day of recording."""
        if day == dt.date.max:
            return self
        return self.annotate(known_on=Coalesce(self.DAY, TruncDate("recorded_at"))).filter(known_on__lte=day)

    def newest_first(self) -> Self:
        """Order by the day told of, unknown days as oldest; on one day, last recorded first."""
        return self.order_by(F(self.DAY).desc(nulls_last=True), "-recorded_at", "-pk")


class Standing(models.Model):
    """What was said, recorded and perhaps withdrawn: by whom, when, and why."""

    url = models.URLField(_("address of the evidence"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawal_reason = models.TextField(_("reason for the withdrawal"), blank=True, editable=False)

    class Meta:
        abstract = True


def withdrawn_with_a_reason(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(withdrawn_at__isnull=True, withdrawal_reason="")
        | (Q(withdrawn_at__isnull=False) & ~Q(withdrawal_reason="")),
        violation_error_message=_("A withdrawal needs a reason."),
    )
