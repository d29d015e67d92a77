"""Speaks to the mail server step by step, because it matters at which step it stops to answer.

Django opens the connection by its own settings. Where its backend is another than SMTP (the embedded mode
keeps mail in a folder), the message goes to that.
"""

import datetime as dt
import email
import smtplib
import ssl
from collections.abc import Callable
from email.message import Message
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends import smtp

from tracker.mail import relay
from tracker.mail.answers import Step
from tracker.mail.message import UnwritableError

MAILS_PER_CONNECTION = 100
NO_CODE = -1
"""What smtplib makes of an answer without a number."""
LONGEST_CONNECTION = dt.timedelta(seconds=60)


class AwayError(Exception):
    """The server cannot be reached, lets nobody in, or rests: no mail goes now."""


class RefusedError(Exception):
    """The server said no, at a step."""

    def __init__(self, step: Step, code: int, words: bytes | str) -> None:
        self.step, self.code = step, code
        self.words = words.decode(errors="replace") if isinstance(words, bytes) else words
        super().__init__(f"{code} {self.words}")


class LostError(Exception):
    """The connection broke. `content_begun` says whether the server may have the message."""

    def __init__(self, words: str, *, content_begun: bool) -> None:
        self.content_begun = content_begun
        super().__init__(words)


class Server:
    """One connection, used for many mails. Use it as a context."""

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock
        self._backend = get_connection()
        self._is_open = False
        self._is_known_well = False
        self._opened_at = clock()
        self._mails = 0

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    @property
    def is_ready(self) -> bool:
        """Answer whether the connection takes another mail: not after many of them, nor after long use."""
        is_old = abs(self._clock() - self._opened_at) >= LONGEST_CONNECTION
        return self._is_open and self._mails < MAILS_PER_CONNECTION and not is_old and not self._was_hung_up()

    def open(self) -> None:
        """Open the connection, after closing an old one. Raise AwayError if it stays shut."""
        self.close()
        if not relay.may_be_asked(self._clock()):
            raise AwayError("it rests")
        try:
            self._backend.open()
            if isinstance(self._backend, smtp.EmailBackend) and self._backend.connection:
                self._backend.connection.ehlo_or_helo_if_needed()  # a login or TLS has done it
        except (OSError, smtplib.SMTPException) as error:
            self._backend.close()
            relay.failed(str(error), now=self._clock(), needs_a_person=_needs_a_person(error))
            raise AwayError(str(error)) from None
        self._is_open, self._opened_at, self._mails = True, self._clock(), 0

    def _was_hung_up(self) -> bool:
        if not isinstance(self._backend, smtp.EmailBackend):
            return False
        return self._backend.connection is None or self._backend.connection.sock is None

    def hand_over(
        self,
        sender: str,
        address: str,
        content: bytes,
        may_go: Callable[[], bool] = lambda: True,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> str:
        """Return the server's words when it has taken the message; it thinks while `meanwhile` is done.

        `may_go` is asked after the addresses and before the content; where it says no, nothing is handed
        over and no words come back. Raise RefusedError, LostError or UnwritableError.
        """
        self._mails += 1
        if not isinstance(self._backend, smtp.EmailBackend):
            if may_go():
                self._backend.send_messages([_Whole(content, address)])
            return ""
        if self._backend.connection is None:
            raise LostError("The connection is closed.", content_begun=False)
        return _say(self._backend.connection, sender, address, content, may_go, meanwhile)

    def answered(self) -> None:
        """Remember that the server is there, once for each connection."""
        if not self._is_known_well:
            relay.answered()
            self._is_known_well = True

    def close(self) -> None:
        if self._is_open:
            self._is_open = self._is_known_well = False
            self._backend.close()


def _needs_a_person(error: Exception) -> bool:
    """Tell a password, a certificate or a block from a server that is away."""
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    return isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError)


def _say(
    connection: smtplib.SMTP,
    sender: str,
    address: str,
    content: bytes,
    may_go: Callable[[], bool],
    meanwhile: Callable[[], None],
) -> str:
    """Say one message; the addresses are known to be such, so smtplib need not read them once more."""
    options = _options(connection, address, len(content))
    begun = False
    try:
        _ask(connection, Step.SENDER, connection.docmd(f"MAIL FROM:<{sender}>{options}"))
        _ask(connection, Step.RECIPIENT, connection.docmd(f"RCPT TO:<{address}>"))
        if not may_go():
            _begin_anew(connection)
            return ""
        _ask(connection, Step.CONTENT, connection.docmd("DATA"), wanted=(354,))
        begun = True
        connection.send(_quoted(content))
        meanwhile()
        return _ask(connection, Step.CONTENT, connection.getreply())
    except OSError as error:  # smtplib's are among them
        connection.close()
        raise LostError(str(error), content_begun=begun) from None


def _options(connection: smtplib.SMTP, address: str, size: int) -> str:
    """Say beforehand what the server must be able to take, and do not ask it for what it cannot."""
    options = ""
    if connection.has_extn("size"):
        limit = connection.esmtp_features["size"]
        if limit.isdigit() and 0 < int(limit) < size:
            raise UnwritableError(f"The message has {size} bytes, and the server takes {limit}.")
        options += f" SIZE={size}"
    if not address.isascii():
        if not connection.has_extn("smtputf8"):
            raise UnwritableError("The server takes only addresses in ASCII letters (no SMTPUTF8).")
        options += " SMTPUTF8"
        connection.command_encoding = "utf-8"
    return options


def _ask(
    connection: smtplib.SMTP, step: Step, reply: tuple[int, bytes], wanted: tuple[int, ...] = (250, 251, 252)
) -> str:
    """Return the server's words where it agrees, else raise RefusedError."""
    code, words = reply
    if code in wanted:
        return f"{code} {words.decode(errors='replace')}"
    if code == NO_CODE:
        raise smtplib.SMTPServerDisconnected(f"The server said {words!r}.")
    _begin_anew(connection)
    raise RefusedError(step, code, words)


def _begin_anew(connection: smtplib.SMTP) -> None:
    """Take back what was said of this mail. Where that breaks, the next mail finds a closed connection."""
    try:
        connection.rset()
    except OSError:
        connection.close()


def _quoted(content: bytes) -> bytes:
    """Double each point at the beginning of a line, and end with one alone (RFC 5321, 4.5.2)."""
    if content.startswith(b"."):
        content = b"." + content
    end = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    return content.replace(b"\r\n.", b"\r\n..") + end


class _Whole(EmailMessage):
    """A message that is built already, for a backend that asks Django's kind of message for it."""

    def __init__(self, content: bytes, address: str) -> None:
        super().__init__(to=[address])
        self.content = content

    def message(self, *args: Any, **kwargs: Any) -> Message:  # type: ignore[override]  # a parsed one will do
        return email.message_from_bytes(self.content)
