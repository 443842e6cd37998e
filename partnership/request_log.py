"""Number every request, and log every answer."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Final
from uuid import uuid4

from django.http import HttpRequest, HttpResponseBase
from django.utils.encoding import escape_uri_path

from common.request_id import current

logger = logging.getLogger(__name__)

SILENT: Final = ("/healthz", "/readyz", "/metrics")  # asked every few seconds


class RequestLog:
    """The outermost middleware: it sees every answer, those to requests that cannot be read too.

    The number is always new: one that a visitor sends could be another's. What follows a ``?`` is not logged: people
    type names there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        number, begun = str(uuid4()), monotonic()
        token = current.set(number)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = number
            if request.path not in SILENT:
                spent = 1000 * (monotonic() - begun)
                path = escape_uri_path(request.path)
                logger.info("%s %s %s %.0f ms", request.method, path, response.status_code, spent)
            return response
        finally:
            current.reset(token)
