"""Who made a change, and why: a person, an answer by link, an import, the seeds.

What is not a person leaves a mark for its reason, which is put into words here, in the reader's language.
"""

import datetime as dt
from typing import Any, NamedTuple

from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from tracker.admin.history.recorded import Recorded
from tracker.ingest.seeds import SEEDED
from tracker.models import Deadline, Proposal, StatusUpdate
from tracker.proposals import ACCEPTED

RESTORED = "restored:"
"""Begins the reason of a restored version; the moment of the one it was taken from follows."""
IMPORTED = "Import: "
"""So the import begins its reason; the name of the file follows."""


class Author(NamedTuple):
    who: str
    why: str


def of_record(record: Any, recorded: Recorded) -> Author:
    """Tell who left a row in a history."""
    mark = record.history_change_reason or ""
    person = str(record.history_user or "")
    if mark == SEEDED:
        return Author(_("the seeds"), "")
    if mark.startswith(ACCEPTED):
        key = mark.removeprefix(ACCEPTED)
        proposal = next((row for row in recorded.proposals if str(row.pk) == key), None)
        return Author(_accepting(person, proposal), "")
    return Author(person or _("unknown"), _why(mark))


def of_said(row: StatusUpdate | Deadline, recorded: Recorded) -> Author:
    """Tell who recorded a report or a deadline.

    An accepted proposal was decided at the very moment of what came from it. What was recorded together with
    a version of the initiative, or before there was one, comes from the same hand and for the same reason.
    """
    kind = Proposal.Kind.REPORT if isinstance(row, StatusUpdate) else Proposal.Kind.DEADLINE
    person = str(row.recorded_by or "")
    for proposal in recorded.proposals:
        if proposal.kind == kind and proposal.reviewed_at == row.recorded_at:
            return Author(_accepting(person, proposal), "")
    beside = _recorded_beside(row.recorded_at, recorded)
    if beside is None:
        return Author(person or _("unknown"), "")
    author = of_record(beside, recorded)
    return Author(person or author.who, author.why)


def moment(at: dt.datetime) -> str:
    return formats.date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


def _recorded_beside(at: dt.datetime, recorded: Recorded) -> Any:
    versions = [step.record for step in recorded.steps if step.record.instance_type is type(recorded.row)]
    same = [version for version in versions if version.history_date == at]
    if not same and at <= recorded.row.created_at:
        return versions[0] if versions else None
    return same[0] if same else None


def _accepting(person: str, proposal: Proposal | None) -> str:
    names = {"person": person or _("unknown")}
    if proposal and proposal.proposed_by:
        names["party"] = str(proposal.proposed_by.party)
        return _("%(person)s, accepting an answer by link from %(party)s") % names
    if proposal and not proposal.reminder_id:
        return _("%(person)s, accepting what a reader wrote") % names
    return _("%(person)s, accepting an answer by link") % names


def _why(mark: str) -> str:
    if mark.startswith(RESTORED):
        at = parse_datetime(mark.removeprefix(RESTORED))
        return _("Restored from %(moment)s") % {"moment": moment(at)} if at else mark
    if mark.startswith(IMPORTED):
        return _("Import: %(file)s") % {"file": mark.removeprefix(IMPORTED)}
    return mark
