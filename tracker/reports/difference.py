"""What differs between any two days, for whoever asks: told as an edition is, but kept by nobody."""

import datetime as dt

from tracker.reports import scope as scopes
from tracker.reports.comparison import Comparison, Coverage
from tracker.reports.content import Content
from tracker.reports.periods import ONE_DAY


def between(*, since: dt.date, until: dt.date, scope: str, language: str, now: dt.datetime) -> Content:
    """Tell what changed from the end of `since` to the end of `until`, both as known now.

    `since` lies before `until`. Raises ValidationError for a scope that the list would refuse.
    """
    coverage = Coverage(
        name="",
        scope=scope,
        start=since + ONE_DAY,
        end=until + ONE_DAY,
        known_at=now,
        before_at=now,
        in_scope=scopes.plain(scopes.chosen(scope, on=until)),
        was_in_scope=scopes.plain(scopes.chosen(scope, on=since)),
    )
    return Comparison(coverage).content(language)
