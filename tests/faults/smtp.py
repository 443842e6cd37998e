"""A real SMTP server that keeps what it takes and misbehaves as it is told, one mail after the other."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.partnership.processes import free_port

Moment = Literal["sender", "recipient", "content", "taken"]
Deed = str | Callable[[SMTP], object]
"""An answer, or something done to the connection after which no answer comes."""


@dataclass(frozen=True)
class Taken:
    """One mail that the server has, whether or not it could say so."""

    recipient: str
    raw: bytes

    @property
    def message_id(self) -> str:
        return str(message_from_bytes(self.raw)["Message-ID"])


def closes(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


def hangs(server: SMTP) -> None:
    """The line stays open, and silent."""


class Server:
    """``taken`` is what arrived, over so many ``connections``. `then` says what is to happen; else all is well."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.taken: list[Taken] = []
        self.connections = 0
        self.asked = 0  # how often a recipient was named
        self._to_come: deque[tuple[Moment, Deed]] = deque()
        self._otherwise: dict[Moment, Deed] = {}
        self._once: dict[tuple[str, Moment], Deed] = {}

    def then(self, moment: Moment, deed: Deed) -> None:
        """At the sender's or the recipient's name; at the content; or once it is taken, before saying so."""
        self._to_come.append((moment, deed))

    def otherwise(self, moment: Moment, deed: Deed) -> None:
        """From now on at every such moment for which nothing else is to happen; "" is well."""
        self._otherwise[moment] = deed

    def once(self, recipient: str, moment: Moment, deed: Deed) -> None:
        """The first time that it comes so far with this recipient."""
        self._once[recipient, moment] = deed

    async def handle_EHLO(self, _server: SMTP, session: Session, _: Envelope, name: str, lines: list[str]) -> list[str]:
        self.connections += 1
        session.host_name = name
        return lines

    async def handle_MAIL(self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if said := await self._at("sender", server):
            return said
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, _session: Session, envelope: Envelope, address: str, _: Any) -> str:
        self.asked += 1
        if said := await self._at("recipient", server, address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if said := await self._at("content", server, *envelope.rcpt_tos):
            return said
        assert isinstance(envelope.content, bytes)
        self.taken += [Taken(recipient, envelope.content) for recipient in envelope.rcpt_tos]
        return await self._at("taken", server, *envelope.rcpt_tos) or "250 OK"

    async def _at(self, moment: Moment, server: SMTP, recipient: str = "") -> str:
        deed = self._once.pop((recipient, moment), "") or self._otherwise.get(moment, "")
        if self._to_come and self._to_come[0][0] == moment:
            _moment, deed = self._to_come.popleft()
        if isinstance(deed, str):
            return deed
        deed(server)
        return await asyncio.Future()  # the handler ends with its connection


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def new_server() -> Server:
    return Server(free_port())
