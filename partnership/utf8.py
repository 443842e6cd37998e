"""Read every request as UTF-8, and make one from any header."""

from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponseBase
from django.http.request import MediaType
from django.utils.functional import cached_property
from django.utils.http import parse_header_parameters

UTF8: Final = ("utf-8", "utf8")


class OnlyUtf8:
    """Refuse a request that names another encoding: some fail on any text, others make what UTF-8 cannot hold."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (request.content_params or {}).get("charset", "utf-8").lower() not in UTF8:
            raise BadRequest
        return self.get_response(request)


class Request(WSGIRequest):
    """A request that is made from any header: Django's fails on some before a middleware could refuse them."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Set what the header says, and no encoding: that is UTF-8."""
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (ValueError, LookupError):
            self.content_type, self.content_params = "", {"charset": "unreadable"}

    @cached_property
    def accepted_types(self) -> list[MediaType]:
        """Return what the visitor wants to read; nothing where it cannot be told."""
        try:
            return super().accepted_types
        except (ValueError, LookupError):
            return []


class Application(WSGIHandler):
    request_class = Request
