"""A real SMTP server that keeps what it accepts, and answers as told."""

import email
import socket
import threading
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

PATIENCE = 30.0
"""Seconds after which a mail that has not come is missing. Only a failing test waits so long."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Sink:
    """Use it as a context. `answers` gives a recipient's answer to RCPT TO; others are accepted."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.on_data: Callable[[SMTP], None] = lambda server: None
        self._changed = threading.Condition()
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Self:
        self._controller.start()
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

    async def handle_RCPT(  # noqa: N802  # aiosmtpd asks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(  # noqa: N802  # and for this one
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        message = email.message_from_bytes(cast(bytes, envelope.content), policy=default)
        with self._changed:
            self.received.append(message)
            self._changed.notify_all()
        self.on_data(server)
        return "250 OK"
