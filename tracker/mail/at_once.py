"""Messages that nobody but their reader may see: handed over at once, and kept nowhere.

The outbox keeps the words of a mail, and staff read it: what holds the key to an account has no row there. So
nothing is tried again; if one does not arrive, it is asked for once more.
"""

import datetime as dt
from collections.abc import Callable
from email.utils import parseaddr

from django.conf import settings

from tracker.mail import message
from tracker.mail.outbox import Draft
from tracker.mail.server import AwayError, LostError, RefusedError, Server
from tracker.models import Mail


class NotSentError(Exception):
    """The message has not gone, as far as we know; the text says why."""


def send_at_once(mail: Mail, draft: Draft, *, clock: Callable[[], dt.datetime]) -> None:
    """Put a mail that was made by `new` into words, and hand it over. Raise NotSentError."""
    message.word(mail, draft)
    try:
        with Server(clock) as server:
            server.open()
            server.hand_over(_sender(), message.route(mail.address), message.content(mail, draft))
    except (AwayError, LostError, RefusedError, message.UnwritableError) as error:
        raise NotSentError(str(error)) from None


def _sender() -> str:
    """Give the plain address: what comes back of these is nobody's row, so it is not to be read as one."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
