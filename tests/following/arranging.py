"""Who follows what, for tests."""

import datetime as dt
from typing import Any

import time_machine

from tests import factories as make
from tests.factories import NOW
from tracker import progress
from tracker.following import asking
from tracker.models import Initiative, Mail, StatusUpdate, Subscription

ANNA, BORIS = "anna@example.org", "boris@example.org"
LONG_AGO = make.moment(-30)
ONE_MINUTE = dt.timedelta(minutes=1)
LATER = NOW + 16 * ONE_MINUTE
"""When what changes now is told."""


def follow(
    address: str = ANNA,
    *,
    scope: str = "",
    frequency: str = "at_once",
    language: str = "en",
    confirmed_at: dt.datetime | None = LONG_AGO,
    **values: Any,
) -> Subscription:
    """A subscription that was confirmed long ago."""
    series = asking.series_of(scope=scope, frequency=frequency, now=LONG_AGO)
    defaults: dict[str, Any] = {"address": address, "language": language, "confirmed_at": confirmed_at}
    return series.subscriptions.create(**{**defaults, **values})


def published(offset: int = -30, **values: Any) -> Initiative:
    """An initiative that has been public for so many days, and was announced in English words."""
    moment = make.moment(offset)
    with time_machine.travel(moment, tick=False):
        initiative = make.make_initiative(**{"announced_on": make.day(offset), **values})
        make.make_quote(
            initiative=initiative, exact="We build it.", source=make.make_source(language="en", url="")
        )
        make.publishing.publish(initiative=initiative, now=moment)
    initiative.refresh_from_db()
    return initiative


def withdraw(row: StatusUpdate, now: dt.datetime) -> None:
    progress.withdraw(record=row, reason="It was another one.", now=now)


def mails() -> list[Mail]:
    return list(Mail.objects.order_by("pk"))


def told() -> list[str]:
    """The address of each mail that was decided, and the changes that it tells of by their kinds."""
    from tracker.models import Notice

    kinds = dict(Notice.objects.values_list("pk", "kind"))
    return [
        f"{row.address}: {', '.join(kinds[pk] for pk, _series in row.about['told'])}"
        for row in Mail.objects.order_by("address", "pk")
    ]
