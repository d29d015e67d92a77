"""What must hold after every case, counted at the mail server against the database.

I1  what the server took is what the rows say: sent, or in doubt and arrived
I2  no key has two Message-IDs
I3  copies beyond the first: at most one for each interruption, and none of a kind that is held in doubt
I4  every decided mail has ended: sent, in doubt, or with the reason why not; none vanishes
I5  nothing went to a reader who was not to get it any more
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.conf import settings

from tests.faults.sink import Line
from tracker.models import Mail

NAMES = ("I1", "I2", "I3", "I4", "I5")
State = Mail.State


@dataclass
class Expected:
    """What a case knows of its mails, beside the database."""

    keys: dict[str, str] = field(default_factory=dict)
    """Message-IDs by key, as they were decided."""
    interruptions: int = 0
    """How often a connection or a sender was broken off, so that a mail may be in doubt."""
    unwanted: dict[str, float] = field(default_factory=dict)
    """Readers who are to get nothing, and the moment from which."""

    def remember(self) -> None:
        """Remember everything that is decided by now."""
        self.keys.update(Mail.objects.values_list("key", "message_id"))


def broken(taken: list[Line], expected: Expected) -> dict[str, list[str]]:
    """Give each invariant that does not hold, with what is wrong."""
    rows = {row.message_id: row for row in Mail.objects.defer("text", "html")}
    found = {
        "I1": _rows_say_what_was_taken(taken, rows),
        "I2": _one_message_id_per_key(taken, rows, expected),
        "I3": _few_copies(taken, rows, expected),
        "I4": _none_vanished(rows, expected),
        "I5": _none_unwanted(taken, rows, expected),
    }
    return {name: complaints for name, complaints in found.items() if complaints}


def _rows_say_what_was_taken(taken: list[Line], rows: dict[str, Mail]) -> list[str]:
    arrived = {line.message_id for line in taken}
    sent = {message_id for message_id, row in rows.items() if row.state == State.SENT}
    may_arrive = {
        message_id for message_id, row in rows.items() if row.state == State.IN_DOUBT or row.in_doubt_at
    }
    return _counted("sent, but not taken", sent - arrived) + _counted(
        "taken, but neither sent nor in doubt", (arrived & rows.keys()) - sent - may_arrive
    )


def _one_message_id_per_key(taken: list[Line], rows: dict[str, Mail], expected: Expected) -> list[str]:
    same = defaultdict(set)
    for line in taken:
        same[line.to, line.subject, line.date].add(line.message_id)
    now = {row.key: row.message_id for row in rows.values()}
    return [
        *_counted("Message-IDs that no row has", {line.message_id for line in taken} - rows.keys()),
        *_counted("mails with two Message-IDs", {key for key, ids in same.items() if len(ids) > 1}),
        *_counted(
            "keys whose Message-ID changed",
            {key for key, known in expected.keys.items() if now.get(key, known) != known},
        ),
    ]


def _few_copies(taken: list[Line], rows: dict[str, Mail], expected: Expected) -> list[str]:
    copies = Counter(line.message_id for line in taken)
    more = {message_id for message_id, number in copies.items() if number > 1}
    held = {
        message_id
        for message_id in more & rows.keys()
        if rows[message_id].kind not in settings.RESENT_WHEN_IN_DOUBT
    }
    extra = sum(copies.values()) - len(copies)
    too_many = extra > expected.interruptions
    return _counted("taken twice though held in doubt", held) + (
        [f"{extra} extra copies after {expected.interruptions} interruptions"] if too_many else []
    )


def _none_vanished(rows: dict[str, Mail], expected: Expected) -> list[str]:
    going = (State.QUEUED, State.LEASED, State.SENDING)
    stopped = (State.HELD, State.FAILED, State.IN_DOUBT, State.CANCELLED)
    return [
        *_counted("vanished", expected.keys.keys() - {row.key for row in rows.values()}),
        *_counted("have not ended", {row.key for row in rows.values() if row.state in going}),
        *_counted(
            "stopped without a reason", {r.key for r in rows.values() if r.state in stopped and not r.reason}
        ),
    ]


def _none_unwanted(taken: list[Line], rows: dict[str, Mail], expected: Expected) -> list[str]:
    cancelled = {message_id for message_id, row in rows.items() if row.state == State.CANCELLED}
    return [
        *_counted("cancelled, but taken", cancelled & {line.message_id for line in taken}),
        *_counted(
            "unwanted, but taken",
            {line.to for line in taken if line.at > expected.unwanted.get(line.to, float("inf"))},
        ),
    ]


def _counted(words: str, found: set[str] | set[tuple[str, str, str]]) -> list[str]:
    return [f"{len(found)} {words}, as {sorted(map(str, found))[0]}"] if found else []
