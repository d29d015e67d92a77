"""Decides who is told at once of what has changed: each change once, and all of a short while in one mail.

A change that nobody was told of is looked for among the rows themselves, so a planner that did not run misses
nothing. Whoever inserts its notice tells of it, in the same transaction; a second planner waits for that, and
then finds it told.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from tracker import mail
from tracker.following.changes import Change, untold
from tracker.mail import restoring
from tracker.models import Initiative, Mail, Notice, Series, Subscription
from tracker.reports import scope

KIND = "following_notice"
WINDOW = dt.timedelta(minutes=15)
"""What changes within so much time after the first change is told with it; staff may mend it meanwhile."""
NEWS = dt.timedelta(days=7)
"""What has been public for longer is no news: after an outage nobody is told of it any more."""
TOLD = 50
"""So many changes are kept for a mail; the others are counted."""
MOVES = {"status", "health", "due_after", "due_before"}
"""Filters by which a change itself moves an initiative into a scope or out of it."""

Told = dict[Change, set[int]]
"""What somebody is told, and by which series."""


@dataclass
class _Reader:
    address: str
    language: str
    told: Told = field(default_factory=lambda: defaultdict(set))


def plan(*, now: dt.datetime) -> int:
    """Write to those who follow at once about what has changed; return how many mails were decided.

    It waits until the oldest change is `WINDOW` old. Called again, it adds nothing.
    """
    followers = Subscription.objects.active().filter(series__frequency=Series.Frequency.AT_ONCE)
    first = followers.aggregate(first=Min("confirmed_at"))["first"]
    if first is None:
        return 0
    changes = untold(since=max(first, now - NEWS))
    if not changes or min(change.at for change in changes) > now - WINDOW:
        return 0
    return _tell(changes, now)


@transaction.atomic
def _tell(changes: Sequence[Change], now: dt.datetime) -> int:
    notices = _noticed(changes, now)
    readers = _readers([change for change in notices if not change.is_part_of_a_new_one], now)
    restored = restoring.restored_at()
    mails = [_mail(reader, notices, restored, now) for reader in readers]
    Mail.objects.bulk_create(mails, batch_size=500)
    return len(mails)


def _noticed(changes: Sequence[Change], now: dt.datetime) -> dict[Change, int]:
    """Insert the notices of these changes, in the order of their keys; give those that were not there."""
    mine = {}
    for change in changes:
        notice, is_new = Notice.objects.get_or_create(
            initiative_id=change.initiative,
            kind=change.kind,
            row=change.row,
            defaults={"changed_at": change.at, "decided_at": now},
        )
        if is_new:
            mine[change] = notice.pk
    return mine


def _readers(changes: Sequence[Change], now: dt.datetime) -> list[_Reader]:
    """Find who follows what has changed, and had confirmed it before; one address is one reader."""
    found: dict[str, _Reader] = {}
    if not changes:
        return []
    seen = _seen_by(changes, now)
    active = Subscription.objects.active().filter(series__in=seen).order_by("confirmed_at", "pk")
    for row in active.iterator():
        told = [
            change for change in seen[row.series_id] if row.confirmed_at and row.confirmed_at <= change.at
        ]
        if told:
            reader = found.setdefault(mail.normalised(row.address), _Reader(row.address, row.language))
            reader.language = row.language  # that of the newest
            for change in told:
                reader.told[change].add(row.series_id)
    return list(found.values())


def _seen_by(changes: Sequence[Change], now: dt.datetime) -> dict[int, list[Change]]:
    """Give, for each series at once, the changes of what is in its scope, or was before the change."""
    rows = Series.objects.filter(frequency=Series.Frequency.AT_ONCE)
    scopes = dict(rows.filter(pk__in=_followed()).values_list("pk", "scope"))
    slugs = dict(
        Initiative.objects.filter(pk__in={change.initiative for change in changes}).values_list("pk", "slug")
    )
    today = timezone.localdate(now)
    seen = {pk: _in_scope(text, changes, slugs, today) for pk, text in scopes.items()}
    return {pk: told for pk, told in seen.items() if told}


def _followed() -> Any:
    return Subscription.objects.active().order_by().values("series")


def _in_scope(text: str, changes: Sequence[Change], slugs: Mapping[int, str], today: dt.date) -> list[Change]:
    names = parse_qs(text)
    if set(names) == {"initiative"}:  # most scopes are of this kind, and need no question
        wanted = {*names["initiative"][0].split(",")}
        return [change for change in changes if slugs.get(change.initiative) in wanted]
    looked_at = {today}
    if MOVES & set(names):
        looked_at |= {change.day_before for change in changes}
    there = {day: scope.within(text, slugs, on=day) for day in looked_at}
    return [
        change
        for change in changes
        if change.initiative in there[today] or change.initiative in there.get(change.day_before, ())
    ]


def _mail(
    reader: _Reader, notices: Mapping[Change, int], restored: dt.datetime | None, now: dt.datetime
) -> Mail:
    """Decide the mail of a reader. Its key is the first of its changes: no other mail tells of that one.

    A person decides where a change may have been told before the database was restored.
    """
    changes = sorted(reader.told)
    first, address = changes[0], mail.normalised(reader.address)
    may_be_told = restored is not None and any(change.at <= restored for change in changes)
    return mail.new(
        kind=KIND,
        key=f"following:{first.initiative}:{first.kind}:{first.row}:{address}",
        address=reader.address,
        language=reader.language,
        about={
            "told": [[notices[change], sorted(reader.told[change])] for change in changes[:TOLD]],
            "more": max(0, len(changes) - TOLD),
        },
        now=now,
        held=Mail.Reason.RESTORED if may_be_told else None,
    )
