"""A mail server in its own process. It writes down what it takes before it says so, and fails as told."""

import asyncio
import email
import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from email.policy import compat32
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

EVERYBODY = "*"


@dataclass(frozen=True)
class Behaviour:
    """How the server fails; by default not at all. `answers` are those to RCPT TO, by recipient."""

    answers: dict[str, str] = field(default_factory=dict)
    refuses: bool = False
    """Closes each connection before the first word."""
    hangs_at: str = ""
    """EHLO, RCPT or DATA: never answers there. What hangs at DATA has been taken."""
    drops_at: str = ""
    """RCPT or DATA: closes the connection there instead of an answer. What drops at DATA has been taken."""
    drops_each: int = 1
    """Drops only at each so-manieth mail."""
    takes_seconds: float = 0.0
    """Time for each mail."""


@dataclass(frozen=True)
class Line:
    """What happened: somebody `connected`, a mail was `taken`, or a connection `dropped`."""

    at: float
    what: str
    message_id: str = ""
    to: str = ""
    subject: str = ""
    date: str = ""


class Folder:
    """How the rig and the server speak: a file says how to behave, another what happened."""

    def __init__(self, folder: Path) -> None:
        self.behaviour = folder / "behaviour.json"
        self.log = folder / "taken.jsonl"

    def behave(self, behaviour: Behaviour) -> None:
        new = self.behaviour.with_suffix(".new")
        new.write_text(json.dumps(asdict(behaviour)))
        new.replace(self.behaviour)

    def lines(self, *, since: int = 0) -> Sequence[Line]:
        """Read what was written after so many bytes."""
        with self.log.open("rb") as log:
            log.seek(since)
            return [Line(**json.loads(line)) for line in log]


class Server(SMTP):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.note(Line(at=time.time(), what="connected"))
        if self.event_handler.behaviour.refuses:
            cast(asyncio.Transport, transport).abort()
        super().connection_made(transport)


class Desk:
    """What the server does; aiosmtpd asks for these names."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._log = os.open(folder.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._read_at = 0
        self._mails = 0
        self._behaviour = Behaviour()

    @property
    def behaviour(self) -> Behaviour:
        changed_at = self._folder.behaviour.stat().st_mtime_ns
        if changed_at != self._read_at:
            self._behaviour = Behaviour(**json.loads(self._folder.behaviour.read_text()))
            self._read_at = changed_at
        return self._behaviour

    def note(self, line: Line) -> None:
        os.write(self._log, json.dumps(asdict(line)).encode() + b"\n")

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        await self._fail(server, "EHLO")
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._mails += 1
        await self._fail(server, "RCPT")
        answers = self.behaviour.answers
        answer = answers.get(address, answers.get(EVERYBODY, "250 OK"))
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.behaviour.takes_seconds)
        for address in envelope.rcpt_tos:
            self.note(_taken(cast(bytes, envelope.content), address))
        await self._fail(server, "DATA")
        return "250 OK"

    async def _fail(self, server: SMTP, step: str) -> None:
        if self.behaviour.hangs_at == step:
            await asyncio.sleep(3600)
        if self.behaviour.drops_at == step and self._mails % self.behaviour.drops_each == 0:
            assert server.transport is not None
            self.note(Line(at=time.time(), what="dropped"))
            server.transport.abort()


def _taken(content: bytes, address: str) -> Line:
    message = email.message_from_bytes(content, policy=compat32)
    headers: dict[str, Any] = {
        name.lower().replace("-", "_"): str(message[name]) for name in ("Message-ID", "Subject", "Date")
    }
    return Line(at=time.time(), what="taken", to=address, **headers)


def serve(folder: Folder, port: int) -> None:
    """Serve for ever."""
    asyncio.run(_serve(Desk(folder), port))


async def _serve(desk: Desk, port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(desk, hostname="sink"), "127.0.0.1", port)
    async with server:
        await server.serve_forever()
