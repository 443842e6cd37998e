"""Errors as RFC 9457 problems: a stable type, a sentence for a person, and the place in the request."""

from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from common.api.rendering import JSONRenderer

MEDIA_TYPE: Final = "application/problem+json"
TYPES: Final = "urn:roadmaps:problem:"  # stable names; the sentence says what happened

TITLES: Final = {
    400: ("invalid", _("The request is not valid.")),
    401: ("unauthenticated", _("You are not signed in.")),
    403: ("forbidden", _("You do not have permission.")),
    404: ("not-found", _("Not found.")),
    405: ("method-not-allowed", _("This method is not allowed.")),
    406: ("not-acceptable", _("The requested format is not available.")),
    413: ("too-large", _("The request is too large.")),
    415: ("unsupported-media-type", _("The format of the request body is not supported.")),
    429: ("too-many-requests", _("Too many requests.")),
    503: ("too-slow", _("The answer took too long. Ask for less at once, with filters or a smaller page.")),
    507: ("disk-full", _("The disk of the server is full.")),
    500: ("server-error", _("Server error. It has been logged.")),
}


class ErrorPlace(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="The parameter or field.")
    detail = serializers.CharField(help_text="What is wrong with it and what to do.")


class Problem(serializers.Serializer[Any]):
    """A problem as RFC 9457 defines it."""

    type = serializers.CharField(help_text="Stable; programs may rely on it.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="For a person, in the language of Accept-Language.")
    errors = ErrorPlace(many=True, required=False)  # type: ignore[assignment]  # the metaclass removes it from the class


def problem(code: int, detail: Any = None, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    name, title = TITLES.get(code, TITLES[500 if code >= 500 else 400])
    body = {"type": f"{TYPES}{name}", "title": str(title), "status": code, "detail": str(detail or title)}
    return {**body, "errors": errors} if errors else body


# the framework's own sentences say less and are not available in all of our languages
DETAILS: Final = {
    exceptions.NotAuthenticated: _("Send a token as “Authorization: Bearer …”. See /api/docs/ for how to get one."),
    exceptions.MethodNotAllowed: _("Only GET is allowed."),
    exceptions.NotAcceptable: _("Ask for application/json."),
    exceptions.Throttled: _("You ask too often: wait as many seconds as Retry-After says, then go on."),
}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Handle an exception for DRF. Return None for a bug, which is logged and answered by `partnership.urls.broken`."""
    if isinstance(error, Http404):
        error = exceptions.NotFound(TITLES[404][1])
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(TITLES[403][1])
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    errors = _places(error.detail) if isinstance(error, exceptions.ValidationError) else None
    detail = (
        " ".join(f"{place['field']}: {place['detail']}" for place in errors)
        if errors
        else DETAILS.get(type(error), error.detail)
    )
    response.data = problem(response.status_code, detail, errors)
    response.content_type = MEDIA_TYPE
    return response


def _places(detail: Any, path: str = "") -> list[dict[str, str]]:
    """Return each message with the path of its field (``rows.3.amount``)."""
    if isinstance(detail, dict):
        return [place for key, inner in detail.items() for place in _places(inner, f"{path}.{key}".lstrip("."))]
    if isinstance(detail, list) and any(isinstance(inner, (dict, list)) for inner in detail):
        return [place for at, inner in enumerate(detail) for place in _places(inner, f"{path}.{at}".lstrip("."))]
    return [{"field": path, "detail": str(text)} for text in (detail if isinstance(detail, list) else [detail])]


def problem_response(code: int, detail: Any = None) -> HttpResponse:
    """Return a problem outside DRF."""
    return HttpResponse(JSONRenderer().render(problem(code, detail)), status=code, content_type=MEDIA_TYPE)


def not_found(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Answer for any unknown address under the API."""
    return problem_response(
        status.HTTP_404_NOT_FOUND, _("There is nothing at this address. See /api/docs/ for the addresses.")
    )
