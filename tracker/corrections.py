"""The one way a correction gets into the public log."""

import datetime as dt

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.models import Correction, Initiative


@transaction.atomic
def record(*, correction: Correction, now: dt.datetime, by: User | None) -> Correction:
    """Tell the public what was corrected. It changes nothing else: whoever calls has corrected it already.

    `correction` is a row not yet saved, with its initiative set; without a day it is of today. Raises
    ValidationError where it says neither what stood there nor what stands there now, or not why, and for a
    day to come.
    """
    correction.corrected_on = correction.corrected_on or timezone.localdate(now)
    correction.recorded_at, correction.recorded_by = now, by
    refuse_future(correction.corrected_on, now)
    correction.full_clean()
    correction.save(force_insert=True)
    Initiative.objects.filter(pk=correction.initiative_id).update(updated_at=now)
    return correction


def refuse_future(day: dt.date, now: dt.datetime) -> None:
    if day > timezone.localdate(now):
        raise ValidationError(_("This day lies in the future. Enter a day up to today."))
