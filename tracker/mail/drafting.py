"""What a mail about to go is written from: its occasion is asked, and the list of dead addresses."""

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from itertools import groupby

from django.db import InterfaceError, OperationalError

from tracker.mail.message import word
from tracker.mail.outbox import Draft, normalised, occasions
from tracker.models import Mail, Suppression

log = logging.getLogger(__name__)

Found = Draft | Mail.Reason | Exception | None
"""A draft; or why the mail is no longer wanted; or what went wrong; or nothing: it goes as it is worded."""


def drafts(mails: Sequence[Mail], now: dt.datetime) -> dict[int, Found]:
    """Ask for all mails at once, and write into each the address to which it goes now."""
    found: dict[int, Found] = {}
    for kind, group in groupby(sorted(mails, key=_kind), key=_kind):
        found |= _of_one_kind(kind, list(group), now)
    dead = _suppressed(mails)
    return found | {
        mail.pk: Mail.Reason.SUPPRESSED
        for mail in mails
        if normalised(mail.address) in dead and not isinstance(found[mail.pk], Mail.Reason)
    }


def _kind(mail: Mail) -> str:
    return mail.kind


def _of_one_kind(kind: str, mails: Sequence[Mail], now: dt.datetime) -> dict[int, Found]:
    """A mail about which its occasion says nothing is no longer wanted by anybody."""
    if kind not in occasions:
        return dict.fromkeys((mail.pk for mail in mails), None)
    answers = _answers(kind, mails, now)
    for mail in mails:
        answer = answers.get(mail.pk)
        if isinstance(answer, Draft) and answer.address:
            mail.address = answer.address
    return {mail.pk: answers.get(mail.pk, Mail.Reason.GONE) for mail in mails}


def _answers(kind: str, mails: Sequence[Mail], now: dt.datetime) -> Mapping[int, Found]:
    """Ask the occasion; where that raises, ask it for each mail alone, so that one bad row stops no other."""
    try:
        return occasions[kind](mails, now)
    except (OperationalError, InterfaceError):
        raise  # the database is away, and nobody is to blame
    except Exception as error:
        if len(mails) == 1:
            log.exception("Mail %s cannot be drafted.", mails[0].pk)
            return {mails[0].pk: error}
    return {pk: found for mail in mails for pk, found in _answers(kind, [mail], now).items()}


def _suppressed(mails: Sequence[Mail]) -> set[str]:
    addresses = {normalised(mail.address) for mail in mails}
    return set(Suppression.objects.filter(address__in=addresses).values_list("address", flat=True))


def preview(mail: Mail, now: dt.datetime) -> Mail.Reason | None:
    """Word a mail that waits as it would be worded now, without saving it; or say why it would not go."""
    found = drafts([mail], now)[mail.pk]
    if isinstance(found, Exception):
        raise found
    if isinstance(found, Draft):
        word(mail, found)
    return found if isinstance(found, Mail.Reason) else None
