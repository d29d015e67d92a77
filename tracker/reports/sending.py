"""Decides who gets which report, and puts it into the outbox."""

import datetime as dt

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from tracker import mail
from tracker.models import Mail
from tracker.reports import content


@transaction.atomic
def plan_attention_digests(*, now: dt.datetime) -> int:
    """Write the day's digest to each member of staff who has none yet; return how many were written.

    Staff are active staff accounts with an address. The day is the site's local one; its digest is written
    from `ATTENTION_DIGEST_HOUR` on; a day on which nothing needs attention has none. Called again, it adds
    nothing: the key is the day and the person.
    """
    local = timezone.localtime(now)
    if local.hour < settings.ATTENTION_DIGEST_HOUR:
        return 0
    waiting = _staff_without_digest(local.date())
    if not waiting:
        return 0
    attention = content.attention(on=local.date())
    if attention.is_empty:
        return 0
    return sum(
        mail.queue(
            kind="attention_digest",
            key=_key(local.date(), user),
            address=user.email,
            language=_language(user),
            context={"attention": attention, "site_url": settings.SITE_URL},
            now=now,
        )
        for user in waiting
    )


def _staff_without_digest(day: dt.date) -> list[User]:
    """Look first only to spare the work; that nobody gets two is the unique key's doing."""
    staff = (
        User.objects.filter(is_staff=True, is_active=True)
        .exclude(email="")
        .select_related("contact")
        .order_by("pk")
    )
    keys = {_key(day, user): user for user in staff}
    decided = set(Mail.objects.filter(key__in=keys).values_list("key", flat=True))
    return [user for key, user in keys.items() if key not in decided]


def _key(day: dt.date, user: User) -> str:
    return f"attention-digest:{day.isoformat()}:user-{user.pk}"


def _language(user: User) -> str:
    contact = getattr(user, "contact", None)
    return contact.language if contact else settings.LANGUAGE_CODE
