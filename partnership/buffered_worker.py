"""A gunicorn worker that reads a request whole before a thread takes it, and lets no thread wait for a slow reader.

gunicorn supervises the processes; waitress serves in each: one loop holds all connections, and threads run the views.
"""

import os
from time import monotonic
from typing import Final

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer, create_server

CONNECTIONS: Final = 300  # of each process; a connection needs up to three open files
SILENCE: Final = 60  # seconds without a byte after which a connection is closed
HEADERS: Final = 32 * 1024  # bytes
BODY: Final = 10 * 1024 * 1024  # bytes; beyond half a megabyte it waits in a file


class _OneRequest(HTTPRequestParser):
    """Answer one request at a time: what was sent behind it is dropped, and the connection ends with the answer.

    A thread would otherwise wait where the reader of many answers takes none. Browsers and proxies wait for an answer
    before they ask again.
    """

    def received(self, data: bytes) -> int:
        taken = int(super().received(data))
        if self.completed:
            self.expect_continue = False  # nothing more is to be sent: waiting for it would hold the connection
        if self.completed and not self.empty and taken < len(data):
            self.headers["CONNECTION"] = "close"
            return len(data)
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Refuse a request whose end two readers could see at two places. Raises: ParsingError."""
        super().parse_header(header_plus)
        unread = "TRANSFER_ENCODING" in self.headers  # of another version than HTTP/1.1
        if unread or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("Send either Content-Length, or Transfer-Encoding with HTTP/1.1")


class _Connection(HTTPChannel):
    parser_class = _OneRequest


class BufferedWorker(Worker):
    """Asked for by ``--worker-class=partnership.buffered_worker.BufferedWorker``; ``--threads`` counts as ever."""

    def run(self) -> None:
        connections: dict[int, wasyncore.dispatcher] = {}
        server = create_server(
            self.wsgi,
            map=connections,
            sockets=[one.sock for one in self.sockets],
            threads=self.cfg.threads,
            connection_limit=CONNECTIONS,
            channel_timeout=SILENCE,
            max_request_header_size=HEADERS,
            max_request_body_size=BODY,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=False,  # TRUSTED_PROXIES says whose headers count
            ident=None,
        )
        listeners = [one for one in connections.values() if isinstance(one, BaseWSGIServer)]
        for listener in listeners:
            listener.channel_class = _Connection
        while self.alive and os.getppid() == self.ppid:
            self._serve(connections)
        for listener in listeners:
            listener.accepting = False  # another process may accept in its place
        deadline = monotonic() + self.cfg.graceful_timeout
        while _busy(connections) and monotonic() < deadline:
            self._serve(connections)
        server.task_dispatcher.shutdown()

    def _serve(self, connections: dict[int, wasyncore.dispatcher]) -> None:
        self.notify()
        wasyncore.loop(timeout=1, use_poll=True, map=connections, count=1)


def _busy(connections: dict[int, wasyncore.dispatcher]) -> bool:
    """Whether a request is being answered, or an answer is still on its way to its reader."""
    return any(
        isinstance(channel, HTTPChannel) and (channel.requests or channel.total_outbufs_len)
        for channel in connections.values()
    )
