"""The signed links of following: one confirms, and one leaves several series. Each has its own salt."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from tracker import mail

CONFIRM_WITHIN = dt.timedelta(days=7)

_confirming = Signer(sep=".", salt="tracker.following.confirming")
_leaving = Signer(sep=".", salt="tracker.following.leaving")


@dataclass(frozen=True)
class Asked:
    """Whose requests a link confirms; the address is normalised."""

    address: str
    is_expired: bool


@dataclass(frozen=True)
class Leaving:
    """What an address leaves: these series, or with None all that it follows."""

    address: str
    series: tuple[int, ...] | None


def confirm_path(address: str, *, asked_at: dt.datetime) -> str:
    """Give the path of the page on which an address confirms what it asked for, in the active language."""
    facts = [mail.normalised(address), int(asked_at.timestamp())]
    return reverse("subscribe-confirm", args=[_confirming.sign_object(facts)])


def find_asked(token: str, *, now: dt.datetime) -> Asked | None:
    """Find what a link confirms; None for one that is none of ours. It works for `CONFIRM_WITHIN`."""
    try:
        address, asked_at = _confirming.unsign_object(token)
    except (BadSignature, ValueError):
        return None
    return Asked(address, is_expired=now > dt.datetime.fromtimestamp(asked_at, dt.UTC) + CONFIRM_WITHIN)


def leave_path(address: str, series: Iterable[int] | None) -> str:
    """Give the path of the page on which an address leaves series, None: all, in the active language."""
    facts = [mail.normalised(address), None if series is None else sorted(series)]
    return reverse("unsubscribe", args=[_leaving.sign_object(facts)])


def find_leaving(token: str) -> Leaving | None:
    """Find what a link leaves; None for one that is none of ours. It never expires."""
    try:
        address, series = _leaving.unsign_object(token)
    except (BadSignature, ValueError):
        return None
    return Leaving(address, None if series is None else tuple(series))
