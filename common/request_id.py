"""The number of the request that is being answered.

It stands in the response, in log lines, in events and histories, and on the page of an error.
"""

import logging
from contextvars import ContextVar
from typing import Final
from uuid import uuid4

current: Final[ContextVar[str]] = ContextVar("request_id", default="")
"""Empty outside a request."""


def request_id() -> str:
    """Return the number of the request, or a new one for what happens outside any."""
    return current.get() or str(uuid4())


class WithRequest(logging.Filter):
    """Give each log line the number of its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current.get() or "-"
        return True
