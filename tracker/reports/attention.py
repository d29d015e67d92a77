"""The staff's morning digest: what needs attention on a day, decided once a day for each of them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker import mail
from tracker.mail import restoring
from tracker.models import Initiative, Mail, Proposal
from tracker.models.initiative import InitiativeQuerySet

LISTED = 10
"""Initiatives named under one heading of the digest; the rest are counted and linked."""


@dataclass(frozen=True)
class Section:
    """Initiatives under one heading: the first few, and how many there are in all."""

    rows: tuple[Initiative, ...]
    total: int


@dataclass(frozen=True)
class Attention:
    """What needs the staff's attention on a day."""

    on: dt.date
    overdue: Section
    due_soon: Section
    silent: Section
    no_deadline: int
    drafts: int
    proposals: int
    mails_held: int
    mails_failed: int
    mails_in_doubt: int

    @property
    def also(self) -> list[tuple[str, str]]:
        """What is only counted, each in the reader's words with the path to it; nothing that is zero."""
        initiatives = reverse("admin:tracker_initiative_changelist")
        mails = reverse("admin:tracker_mail_changelist")
        counted = [
            (
                self.proposals,
                _("Proposals waiting for review: %d"),
                reverse("admin:tracker_proposal_changelist"),
            ),
            (self.no_deadline, _("Without a deadline: %d"), f"{initiatives}?health=no_deadline"),
            (self.drafts, _("Drafts not yet public: %d"), f"{initiatives}?public=no"),
            (self.mails_held, _("Mails held for release: %d"), f"{mails}?state__exact=held"),
            (self.mails_failed, _("Mails that could not be delivered: %d"), f"{mails}?state__exact=failed"),
            (self.mails_in_doubt, _("Mails that may not have arrived: %d"), f"{mails}?state__exact=in_doubt"),
        ]
        return [(words % number, path) for number, words, path in counted if number]

    @property
    def is_empty(self) -> bool:
        """Answer that nothing calls for an action today; a missing deadline alone does not."""
        return not (
            self.overdue.total
            or self.due_soon.total
            or self.silent.total
            or self.drafts
            or self.proposals
            or self.mails_held
            or self.mails_failed
            or self.mails_in_doubt
        )


def attention(*, on: dt.date) -> Attention:
    """Gather what needs attention on a day, drafts included: staff answer for them too."""
    initiatives = Initiative.objects.all()
    return Attention(
        on=on,
        overdue=_section(initiatives.overdue(on).order_by("due_on", "pk")),
        due_soon=_section(initiatives.due_soon(on).order_by("due_on", "pk")),
        silent=_section(initiatives.silent(on).order_by("heard_of", "pk")),
        no_deadline=initiatives.no_deadline(on).count(),
        drafts=initiatives.filter(published_at__isnull=True).count(),
        proposals=Proposal.objects.filter(state=Proposal.State.WAITING).count(),
        mails_held=Mail.objects.filter(state=Mail.State.HELD).count(),
        mails_failed=Mail.objects.filter(state=Mail.State.FAILED).count(),
        mails_in_doubt=Mail.objects.filter(state=Mail.State.IN_DOUBT).count(),
    )


def _section(rows: InitiativeQuerySet) -> Section:
    named = rows.prefetch_related("responsibilities__party")[:LISTED]
    return Section(rows=tuple(named), total=rows.count())


@transaction.atomic
def plan_digests(*, now: dt.datetime) -> int:
    """Write the day's digest to each member of staff who has none yet; return how many were written.

    Staff are active staff accounts with an address. The day is the site's local one; its digest is written
    from `ATTENTION_DIGEST_HOUR` on; a day on which nothing needs attention has none. Called again, it adds
    nothing: the key is the day and the person.
    """
    local = timezone.localtime(now)
    if local.hour < settings.ATTENTION_DIGEST_HOUR:
        return 0
    waiting = _without_digest(local.date())
    if not waiting:
        return 0
    if attention(on=local.date()).is_empty:
        return 0
    held = restoring.why_held(day=local.date(), zone=timezone.get_current_timezone())
    return sum(
        mail.queue(
            kind="attention_digest",
            key=_key(local.date(), user),
            address=user.email,
            language=_language(user),
            about={"day": local.date().isoformat()},
            now=now,
            held=held,
        )
        for user in waiting
    )


def drafts(mails: Sequence[Mail], now: dt.datetime) -> Mapping[int, mail.Draft | Mail.Reason]:
    """Write digests of a day with what needs attention at the moment at which they go."""
    days = {row.about["day"] for row in mails}
    found = {day: attention(on=dt.date.fromisoformat(day)) for day in days}
    return {
        row.pk: Mail.Reason.CLOSED
        if found[row.about["day"]].is_empty
        else mail.Draft(
            template="attention_digest",
            context={"attention": found[row.about["day"]], "site_url": settings.SITE_URL},
        )
        for row in mails
    }


def _without_digest(day: dt.date) -> list[User]:
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
