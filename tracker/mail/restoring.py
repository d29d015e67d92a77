"""After the database was restored from a backup, what may have gone since the backup waits for a person.

A restored database knows nothing of what was decided and sent after its backup, so planners decide it anew.
"""

import datetime as dt

from tracker.models import Heartbeat, Mail

NAME = "restored"


def remember(*, now: dt.datetime) -> None:
    """Remember that the database was restored by now. Called again, it moves the moment."""
    Heartbeat.objects.update_or_create(name=NAME, defaults={"beat_at": now})


def restored_at() -> dt.datetime | None:
    """Give the moment by which the database was restored; None where it never was."""
    return Heartbeat.objects.filter(name=NAME).values_list("beat_at", flat=True).first()


def why_held(*, day: dt.date, zone: dt.tzinfo) -> Mail.Reason | None:
    """Say why a mail about a local day, decided now, waits for a person; None where it may go.

    It waits when the day is the local one of restoring, or earlier.
    """
    restored = restored_at()
    if restored is None or day > restored.astimezone(zone).date():
        return None
    return Mail.Reason.RESTORED
