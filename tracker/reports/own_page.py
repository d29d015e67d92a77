"""The signed link to the page on which readers change what they follow. It expires: mail is passed on."""

import datetime as dt
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from tracker import mail

LIFE = dt.timedelta(days=90)
"""Longer than from one monthly report to the next but one. Unsubscribing has a link of its own, for ever."""

_signer = Signer(sep=".", salt="tracker.reports.own_page")


@dataclass(frozen=True)
class Owner:
    """Whose page it is; the address is normalised."""

    address: str
    is_expired: bool


def path(address: str, *, now: dt.datetime) -> str:
    """Give the path of the page of an address, in the active language."""
    facts = [mail.normalised(address), int(now.timestamp())]
    return reverse("subscriptions", args=[_signer.sign_object(facts)])


def find(token: str, *, now: dt.datetime) -> Owner | None:
    """Find whose page a link leads to; None for one that is none of ours."""
    try:
        address, made = _signer.unsign_object(token)
    except (BadSignature, ValueError):
        return None
    return Owner(address, is_expired=now > dt.datetime.fromtimestamp(made, dt.UTC) + LIFE)
