"""Due days and milestones of a list as a calendar."""

from collections.abc import Generator, Iterator

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from tracker import calendar
from tracker.exports.rows import CHUNK
from tracker.models import Initiative, Milestone
from tracker.models.initiative import InitiativeQuerySet

REFRESH = "PT12H"


def written(rows: InitiativeQuerySet, *, about: str = "") -> Generator[bytes]:
    """Write the calendar in the active language, piece by piece; `about` names what it is narrowed to."""
    site = _("Commitment tracker")
    name = f"{site}: {about}" if about else site
    headers = [
        f"X-WR-CALNAME:{calendar.escaped(name)}",
        f"NAME:{calendar.escaped(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    return calendar.written(_entries(rows), headers=headers)


def _entries(rows: InitiativeQuerySet) -> Iterator[calendar.Entry]:
    milestones = Milestone.objects.filter(initiative=OuterRef("pk"), due_on__isnull=False)
    dated = rows.filter(Q(**{f"{rows.column('due_on')}__isnull": False}) | Exists(milestones))
    loaded = dated.defer("search_stems").prefetch_related("milestones")
    for initiative in loaded.iterator(chunk_size=CHUNK):
        yield from filter(None, _days(initiative))


def _days(initiative: Initiative) -> Iterator[calendar.Entry | None]:
    stamped_at = initiative.updated_at
    yield calendar.due_day(initiative, stamped_at=stamped_at)
    for milestone in initiative.milestones.all():
        yield calendar.milestone_day(milestone, initiative, stamped_at=stamped_at)
