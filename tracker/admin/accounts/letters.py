"""The two mails that hold the key to an account. Staff read the outbox, so they go past it, at once."""

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from tracker import mail

log = logging.getLogger(__name__)

PAUSE = dt.timedelta(minutes=5)
"""How long no second mail is sent that resets the same password: nobody floods a mailbox."""


def invite(user: User, *, by: str, language: str, now: dt.datetime) -> None:
    """Send a new user the link at which they choose their password. Raise mail.NotSentError.

    A second invitation leaves the first one valid; the first password that is set ends both.
    """
    _hand_over("invitation", user, {"inviter": by}, language=language, now=now)


def send_resets(users: Sequence[User], *, language: str, now: dt.datetime) -> None:
    """Send each user the link at which they choose another password; what fails is only logged.

    Whoever asked must not learn whether there is such a user.
    """
    for user in users:
        if cache.add(_key_of_pause(user), True, PAUSE.total_seconds()):
            try:
                _hand_over("password_reset", user, {}, language=language, now=now)
            except mail.NotSentError as error:
                log.warning("User %s could not be sent a link to reset the password: %s", user.pk, error)


def _key_of_pause(user: User) -> str:
    whose = salted_hmac("tracker.admin.accounts.letters", f"{user.pk} {user.password}", algorithm="sha256")
    return f"password-reset:{whose.hexdigest()[:32]}"


def _hand_over(
    template: str, user: User, context: dict[str, Any], *, language: str, now: dt.datetime
) -> None:
    life = dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    context |= {"username": user.get_username(), "link": _link(user), "site_url": settings.SITE_URL}
    context |= {"last_day": timezone.localdate(now + life)}
    draft = mail.Draft(template=template, context=context)
    key = f"{template}:{user.pk}:{get_random_string(12)}"
    letter = mail.new(kind=template, key=key, address=user.email, language=language, about={}, now=now)
    mail.send_at_once(letter, draft, clock=timezone.now)


def _link(user: User) -> str:
    who = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    return f"{settings.SITE_URL}{reverse('password_reset_confirm', args=[who, token])}"
