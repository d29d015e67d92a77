"""The mail server as all senders share it: it rests after failures, and takes only so many mails a minute."""

import datetime as dt
import re

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from tracker.mail.answers import POLICY
from tracker.models import Mail, Relay

FIRST_REST = dt.timedelta(seconds=30)
LONG_REST = dt.timedelta(minutes=1)
PATIENCE = 5
"""So many failures in a row, and the server is asked only once in a long rest."""
PERSONS_REST = dt.timedelta(minutes=10)
"""After a refused login or sender nothing gets better by itself; still we look, for somebody may mend it."""
REFUSALS = 5
"""So many mails refused by policy in a row, and it is taken for the server's policy towards us: the next ones
wait."""


def rests(now: dt.datetime) -> bool:
    """Answer whether nobody should speak to the server now."""
    return _this().filter(rests_until__gt=now).exists()


def may_be_asked(now: dt.datetime) -> bool:
    """Answer whether to connect now. After a failure one sender alone may try, and takes that turn."""
    relay = _this().first()
    if relay is None or (relay.failures == 0 and relay.rests_until is None):
        return True
    if relay.rests_until and relay.rests_until > now:
        return False
    if relay.failures == 0:
        return True
    rest = _rest_after(relay.failures)
    return _this().filter(rests_until=relay.rests_until).update(rests_until=now + rest) == 1


@transaction.atomic
def failed(words: str, *, now: dt.datetime, needs_a_person: bool = False) -> None:
    """Remember that the server could not be reached, or let nobody in, and let it rest."""
    relay, _is_new = Relay.objects.select_for_update().get_or_create(host=settings.EMAIL_HOST)
    relay.failures += 1
    relay.rests_until = now + (PERSONS_REST if needs_a_person else _rest_after(relay.failures))
    relay.words, relay.needs_a_person = words, needs_a_person
    relay.save(update_fields=["failures", "rests_until", "words", "needs_a_person"])


def rest(words: str, *, now: dt.datetime) -> None:
    """Leave the server alone for a while, as it asked."""
    values = {"rests_until": now + LONG_REST, "words": words}
    Relay.objects.update_or_create(host=settings.EMAIL_HOST, defaults=values)


def answered() -> None:
    """Remember that the server takes mail."""
    troubled = _this().filter(~Q(failures=0) | Q(rests_until__isnull=False))
    troubled.update(failures=0, rests_until=None, needs_a_person=False, words="")


def refuses_everybody() -> bool:
    """Answer whether one more refusal by policy makes `REFUSALS` of them, with no mail taken in between.

    A mail that failed so has its failure as its `next_attempt_at`.
    """
    refused = Mail.objects.filter(
        state=Mail.State.FAILED,
        reason=Mail.Reason.REFUSED,
        server_reply__regex=rf"^\d+ {re.escape(POLICY)}",
    )
    moments = list(
        refused.order_by("-next_attempt_at").values_list("next_attempt_at", flat=True)[: REFUSALS - 1]
    )
    if len(moments) < REFUSALS - 1:
        return False
    return not Mail.objects.filter(state=Mail.State.SENT, sent_at__gte=moments[-1]).exists()


def wake() -> int:
    """Let the servers be asked at once, by whoever mended them. Returns how many rested."""
    return Relay.objects.filter(rests_until__isnull=False).update(
        failures=0, rests_until=None, needs_a_person=False
    )


@transaction.atomic
def allowance(wanted: int, *, now: dt.datetime) -> int:
    """Take up to `wanted` mails out of what the server may be given this minute; return how many."""
    limit = settings.MAIL_PER_MINUTE
    if not limit:
        return wanted
    minute = now.replace(second=0, microsecond=0)
    relay, _is_new = Relay.objects.select_for_update().get_or_create(host=settings.EMAIL_HOST)
    given = relay.given if relay.minute == minute else 0
    taken: int = max(0, min(wanted, limit - given))
    relay.minute, relay.given = minute, given + taken
    relay.save(update_fields=["minute", "given"])
    return taken


def give_back(unused: int) -> None:
    """Return what was taken and not needed."""
    if settings.MAIL_PER_MINUTE and unused:
        _this().filter(given__gte=unused).update(given=F("given") - unused)


def _this() -> QuerySet[Relay]:
    return Relay.objects.filter(host=settings.EMAIL_HOST)


def _rest_after(failures: int) -> dt.timedelta:
    return FIRST_REST if failures < PATIENCE else LONG_REST
