"""What the web server makes of requests that no browser sends."""

import pytest
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser

from partnership.buffered_worker import BODY, HEADERS, _OneRequest

LENGTH, CHUNKED = "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n"
EXPECT = "Expect: 100-continue\r\n"


def parsed(head: str, rest: bytes = b"") -> HTTPRequestParser:
    """As the server's loop gives it what has arrived."""
    parser = _OneRequest(Adjustments(max_request_header_size=HEADERS, max_request_body_size=BODY))
    data = f"{head}Host: localhost\r\n\r\n".encode() + rest
    while data and not parser.completed:
        data = data[parser.received(data) :]
    return parser


@pytest.mark.parametrize(
    "head",
    [
        f"POST / HTTP/1.1\r\n{LENGTH}{CHUNKED}",
        f"POST / HTTP/1.1\r\n{CHUNKED}{LENGTH}",
        f"POST / HTTP/1.0\r\nConnection: keep-alive\r\n{CHUNKED}",
        f"POST / HTTP/1.0\r\n{LENGTH}{CHUNKED}",
        f"POST / HTTP/1.2\r\n{CHUNKED}",
        "POST / HTTP/1.1\r\nTransfer-Encoding: identity\r\n",
        f"POST / HTTP/1.1\r\n{LENGTH}Content-Length: 5\r\n",
        "POST / HTTP/1.1\r\nContent-Length: +3\r\n",
        "POST / HTTP/1.1\r\nContent-Length : 3\r\n",
    ],
)
def test_a_request_that_ends_at_two_places_is_refused(head: str) -> None:
    parser = parsed(head, b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert parser.completed and parser.error


def test_what_is_sent_behind_a_request_is_dropped() -> None:
    parser = parsed(f"POST / HTTP/1.1\r\n{LENGTH}", b"a=bGET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert parser.completed and not parser.error and parser.headers["CONNECTION"] == "close"


@pytest.mark.parametrize(
    "head", [f"GET / HTTP/1.1\r\n{EXPECT}", f"POST / HTTP/1.1\r\n{EXPECT}Content-Length: {BODY}\r\n"]
)
def test_nobody_is_told_to_go_on_where_nothing_is_to_come(head: str) -> None:
    """No body, or one that is refused already: the answer would come only when the connection ends."""
    parser = parsed(head)
    assert parser.completed and not parser.expect_continue


def test_who_asks_before_sending_is_told_to_go_on() -> None:
    parser = parsed(f"POST / HTTP/1.1\r\n{EXPECT}{LENGTH}")
    assert parser.expect_continue and not parser.completed
