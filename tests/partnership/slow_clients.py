"""Visitors who keep a web server waiting: fifty connections, none of which is done while the block lasts."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

SLOW: Final = 50
LARGE: Final = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"  # more than a megabyte


@contextmanager
def besieged(port: int, host: str) -> Iterator[None]:
    """Until the end of the block: slow headers, slow bodies, answers that nobody reads; some of each at once.

    Asserts at the end that all of them were still held: a server that hung up on them would have passed for nothing.
    """
    head = f"GET / HTTP/1.1\r\nHost: {host}\r\nX-Slow: ".encode()
    body = f"POST /accounts/login/ HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100000\r\n\r\n".encode()
    reader = f"GET {LARGE} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    with ExitStack() as stack:
        writers = []
        for number in range(SLOW):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.settimeout(10)
            client.connect(("127.0.0.1", port))
            if number % 3:
                client.sendall((head, body)[number % 3 - 1])
                writers.append(client)
            else:
                client.sendall(reader * 40)
        ended = threading.Event()
        lost: list[OSError] = []
        trickle = threading.Thread(target=_trickle, args=(writers, ended, lost))
        trickle.start()
        try:
            yield
        finally:
            ended.set()
            trickle.join()
    assert not lost


def _trickle(clients: list[socket.socket], ended: threading.Event, lost: list[OSError]) -> None:
    """A byte to each, again and again."""
    while not ended.wait(0.2):
        for client in clients:
            try:
                client.sendall(b"x")
            except OSError as error:
                lost.append(error)
                return
