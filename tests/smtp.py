"""A real SMTP server that keeps what it accepts, and answers as told."""

import asyncio
import email
import socket
import threading
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

PATIENCE = 30.0
"""Seconds after which a mail that has not come is missing. Only a failing test waits so long."""
FOR_EVER = 3600.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class _Counted(Controller):
    """Counts who connects, before anything is said."""

    def factory(self) -> SMTP:
        self.handler.connections += 1
        return super().factory()  # type: ignore[no-any-return, no-untyped-call]  # aiosmtpd's types are partial


class Sink:
    """Use it as a context. Until told otherwise it takes everything at once.

    `answers` gives a recipient's answer to RCPT TO, `content_answers` the one to the message itself,
    `sender_answer` everybody's to MAIL FROM. At `hangs_at` and `drops_at` (EHLO, MAIL, RCPT or DATA, which is
    after the message was kept) it never answers, or closes the connection instead. `takes` is called before
    each message is answered. Options are aiosmtpd's: `data_size_limit`, `enable_SMTPUTF8`.
    """

    def __init__(self, **options: Any) -> None:
        self.received: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.senders: list[str] = []
        self.connections = 0
        self.answers: dict[str, str] = {}
        self.content_answers: dict[str, str] = {}
        self.sender_answer = ""
        self.hangs_at = ""
        self.drops_at = ""
        self.on_data: Callable[[SMTP], None] = lambda server: None
        self._changed = threading.Condition()
        self.port = free_port()
        self._controller = _Counted(self, hostname="127.0.0.1", port=self.port, **options)

    def __enter__(self) -> Self:
        self._controller.start()
        self.connections = 0  # the controller has tried it out
        return self

    def __exit__(self, *problem: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Let nobody connect any more. A second call changes nothing."""
        if self._controller.server is not None:
            self._controller.stop()

    def close_port(self) -> None:
        """Refuse further connections, from within the server's own thread."""
        assert self._controller.server is not None
        self._controller.server.close()

    def settings(self) -> dict[str, Any]:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": self.port,
            "EMAIL_TIMEOUT": 10,
        }

    @property
    def message_ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.received]

    def wait_for(self, number: int) -> None:
        """Return when `number` mails have come; raise TimeoutError if they do not."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.received) >= number, timeout=PATIENCE):
                raise TimeoutError(f"{len(self.received)} of {number} mails came.")

    # What follows are aiosmtpd's hooks, which have names of their own kind.

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        await self._fail(server, "EHLO")
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._fail(server, "MAIL")
        if not self.sender_answer:
            envelope.mail_from = address
        return self.sender_answer or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._fail(server, "RCPT")
        answer = self.answers.get(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        refusals = [self.content_answers[to] for to in envelope.rcpt_tos if to in self.content_answers]
        if refusals:
            return refusals[0]
        content = cast(bytes, envelope.content)
        with self._changed:
            self.raw.append(content)
            self.received.append(email.message_from_bytes(content, policy=default))
            self.senders.append(str(envelope.mail_from))
            self._changed.notify_all()
        self.on_data(server)
        await self._fail(server, "DATA")
        return "250 OK"

    async def _fail(self, server: SMTP, step: str) -> None:
        if self.hangs_at == step:
            await asyncio.sleep(FOR_EVER)
        if self.drops_at == step:
            hang_up(server)


def hang_up(server: SMTP) -> None:
    assert server.transport is not None
    server.transport.abort()


def nobody_may_log_in(*_asked: object) -> AuthResult:
    return AuthResult(success=False, handled=False)
