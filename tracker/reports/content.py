"""What a report says. All queries of reports stand here; rendering asks the database nothing."""

import datetime as dt
from dataclasses import dataclass

from tracker.models import Initiative, Mail
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
    mails_failed: int
    mails_in_doubt: int

    @property
    def is_empty(self) -> bool:
        """Answer that nothing calls for an action today; a missing deadline alone does not."""
        return not (
            self.overdue.total
            or self.due_soon.total
            or self.silent.total
            or self.drafts
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
        mails_failed=Mail.objects.filter(state=Mail.State.FAILED).count(),
        mails_in_doubt=Mail.objects.filter(state=Mail.State.IN_DOUBT).count(),
    )


def _section(rows: InitiativeQuerySet) -> Section:
    named = rows.prefetch_related("responsibilities__party")[:LISTED]
    return Section(rows=tuple(named), total=rows.count())
