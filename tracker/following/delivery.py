"""Writes what is about to go to followers, for those to whom it is still true and still wanted."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone, translation

from tracker import mail
from tracker.following import links
from tracker.following.changes import SAID, TAKEN_BACK
from tracker.following.letter import Row, letter
from tracker.models import Deadline, Initiative, Mail, Notice, Series, StatusUpdate, Subscription
from tracker.reports import naming, own_page

Found = mail.Draft | Mail.Reason


# --- notices --------------------------------------------------------------------------------------


class _Known(NamedTuple):
    """What these mails tell of, as it is now."""

    notices: Mapping[int, Notice]
    initiatives: Mapping[int, Initiative]
    rows: Mapping[tuple[str, int], Row]
    series: Mapping[int, Series]
    follows: set[tuple[str, int]]
    """Each normalised address with each series that it still follows."""
    heard: set[tuple[str, int]]
    """Each normalised address with each notice that reached it, of those whose rows were taken back."""


def notices(mails: Sequence[Mail], now: dt.datetime) -> Mapping[int, Found]:
    """Tell each follower what is still so: public, not taken back, and of something they still follow."""
    known = _known(mails)
    return {row.pk: _notice(row, known, now) for row in mails}


def _notice(row: Mail, known: _Known, now: dt.datetime) -> Found:
    address = mail.normalised(row.address)
    told = [
        (pk, wanted)
        for pk, series in row.about["told"]
        if (wanted := [number for number in series if (address, number) in known.follows])
    ]
    if not told:
        return Mail.Reason.UNSUBSCRIBED
    found = [entry for pk, _wanted in told if (entry := _still_so(pk, address, known))]
    if not found:
        return Mail.Reason.HIDDEN
    series = {number for _pk, wanted in told for number in wanted}
    with translation.override(row.language):
        names = [naming.of_series(known.series[pk], today=timezone.localdate(now)) for pk in sorted(series)]
        leave = settings.SITE_URL + links.leave_path(address, series)
        context = {"letter": letter(found, more=row.about["more"]), "names": names, "unsubscribe": leave}
        context |= {
            "own_page": settings.SITE_URL + own_page.path(address, now=now),
            "site_url": settings.SITE_URL,
        }
    return mail.Draft(template="following_notice", context=context, unsubscribe=leave)


def _still_so(pk: int, address: str, known: _Known) -> tuple[Notice, Initiative, Row] | None:
    """Find what a notice tells of; None where that is hidden, or a row was withdrawn that it tells as said.

    That something was taken back is told to those who had heard of it.
    """
    notice = known.notices.get(pk)
    initiative = known.initiatives.get(notice.initiative_id) if notice else None
    if notice is None or initiative is None:
        return None
    if notice.kind == Notice.Kind.PUBLISHED:
        return notice, initiative, None
    row = known.rows.get((notice.kind, notice.row))
    is_said = notice.kind in SAID
    if row is None or is_said != (row.withdrawn_at is None):
        return None
    return (notice, initiative, row) if is_said or (address, pk) in known.heard else None


def _known(mails: Sequence[Mail]) -> _Known:
    told = [(pk, series) for row in mails for pk, series in row.about["told"]]
    notices = Notice.objects.in_bulk({pk for pk, _series in told})
    initiatives = Initiative.objects.published().with_parties().with_quotes().with_record()
    series = Series.objects.in_bulk({number for _pk, numbers in told for number in numbers})
    addresses = {mail.normalised(row.address) for row in mails}
    return _Known(
        notices=notices,
        initiatives=initiatives.in_bulk({notice.initiative_id for notice in notices.values()}),
        rows=_rows(notices.values()),
        series=series,
        follows=_follows(addresses, series),
        heard=_heard(addresses, notices.values()),
    )


def _rows(notices: Iterable[Notice]) -> dict[tuple[str, int], Row]:
    """Load the reports and deadlines, withdrawn or not."""
    reports = StatusUpdate.objects.select_related("quote__source", "told_by")
    deadlines = Deadline.objects.select_related("quote__source", "moved_by")
    rows: dict[tuple[str, int], Row] = {}
    for model, loaded in ((StatusUpdate, reports), (Deadline, deadlines)):
        kinds = {kind for kind in Notice.Kind if SAID.get(TAKEN_BACK.get(kind, kind), (None,))[0] is model}
        wanted = [notice for notice in notices if notice.kind in kinds]
        found: Mapping[int, Any] = loaded.in_bulk({notice.row for notice in wanted})
        rows |= {(notice.kind, notice.row): found.get(notice.row) for notice in wanted}
    return rows


def _follows(addresses: set[str], series: Iterable[int]) -> set[tuple[str, int]]:
    active = Subscription.objects.active().filter(series__in=series).alias(lower=Lower("address"))
    rows = active.filter(lower__in=addresses).values_list("address", "series_id")
    return {(mail.normalised(address), pk) for address, pk in rows}


def _heard(addresses: set[str], notices: Iterable[Notice]) -> set[tuple[str, int]]:
    """Find who has heard of what these notices take back, in the mails that went or may have gone."""
    back = {
        (notice.initiative_id, TAKEN_BACK[Notice.Kind(notice.kind)], notice.row): notice.pk
        for notice in notices
        if notice.kind in TAKEN_BACK
    }
    if not back:
        return set()
    wanted = Q(initiative__in=[key[0] for key in back], row__in=[key[2] for key in back])
    said, first = {}, None
    for row in Notice.objects.filter(wanted).order_by("-decided_at"):
        said[row.pk] = back.get((row.initiative_id, Notice.Kind(row.kind), row.row))
        first = row.decided_at
    went = Mail.objects.filter(kind="following_notice", state__in=[Mail.State.SENT, Mail.State.IN_DOUBT])
    went = went.filter(decided_at__gte=first)
    rows = went.alias(lower=Lower("address")).filter(lower__in=addresses).values_list("address", "about")
    return {
        (mail.normalised(address), pk)
        for address, about in rows
        for told, _series in about["told"]
        if (pk := said.get(told)) is not None
    }


# --- what is asked back, and the way to one's page ------------------------------------------------


def confirmations(mails: Sequence[Mail], now: dt.datetime) -> Mapping[int, Found]:
    """Ask each address whether it wants what it was asked for; nothing where nothing waits any more."""
    found: dict[int, Found] = {}
    waiting = _by_address(mails, Subscription.objects.asked_since(now - links.CONFIRM_WITHIN))
    for row in mails:
        address = mail.normalised(row.address)
        if asked := waiting.get(address):
            with translation.override(row.language):
                path = links.confirm_path(address, asked_at=row.decided_at)
                context = {
                    "asked": _named(asked, now),
                    "confirm_url": settings.SITE_URL + path,
                    "last_day": timezone.localdate(row.decided_at + links.CONFIRM_WITHIN),
                }
                found[row.pk] = _draft("following_confirm", address, context)
        else:
            found[row.pk] = Mail.Reason.CLOSED
    return found


def page_links(mails: Sequence[Mail], now: dt.datetime) -> Mapping[int, Found]:
    """Tell each address what it follows and how to change that; nothing where it follows nothing any more."""
    found: dict[int, Found] = {}
    followed = _by_address(mails, Subscription.objects.active())
    for row in mails:
        address = mail.normalised(row.address)
        if rows := followed.get(address):
            with translation.override(row.language):
                context = {
                    "followed": _named(rows, now),
                    "own_page": settings.SITE_URL + own_page.path(address, now=now),
                    "days": own_page.LIFE.days,
                }
                found[row.pk] = _draft("following_link", address, context)
        else:
            found[row.pk] = Mail.Reason.GONE
    return found


def _draft(template: str, address: str, context: dict[str, Any]) -> mail.Draft:
    leave = settings.SITE_URL + links.leave_path(address, None)
    context |= {"unsubscribe": leave, "site_url": settings.SITE_URL}
    return mail.Draft(template=template, context=context, unsubscribe=leave)


def _by_address(mails: Sequence[Mail], rows: Any) -> dict[str, list[Subscription]]:
    addresses = {mail.normalised(row.address) for row in mails}
    found: dict[str, list[Subscription]] = {}
    for row in rows.alias(lower=Lower("address")).filter(lower__in=addresses).select_related("series"):
        found.setdefault(mail.normalised(row.address), []).append(row)
    return found


def _named(rows: Iterable[Subscription], now: dt.datetime) -> list[tuple[str, str]]:
    """Say what is followed and how often, in the active language."""
    today = timezone.localdate(now)
    return [(naming.of_series(row.series, today=today), row.series.get_frequency_display()) for row in rows]
