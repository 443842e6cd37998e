"""Errors as RFC 9457 problems: a stable type, a sentence for a person, and where in the request it is."""

from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from common.api.rendering import JSONRenderer

MEDIA_TYPE: Final = "application/problem+json"
TYPES: Final = "urn:roadmaps:problem:"  # names that never change; what is behind them is in the sentence

TITLES: Final = {
    400: ("invalid", _("The request cannot be understood.")),
    401: ("unauthenticated", _("Who asks is not known.")),
    403: ("forbidden", _("This is not allowed.")),
    404: ("not-found", _("There is nothing here that you may see.")),
    405: ("method-not-allowed", _("This cannot be done here.")),
    406: ("not-acceptable", _("There is no answer in the form that was asked for.")),
    413: ("too-large", _("The request is too large.")),
    415: ("unsupported-media-type", _("The body is in a form that is not read here.")),
    429: ("too-many-requests", _("That was too often.")),
    500: ("server-error", _("Something went wrong on our side; it has been noted.")),
}


class Place(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="The parameter or field.")
    detail = serializers.CharField(help_text="What is wrong with it, and what to do.")


class Problem(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField(help_text="Stable; programs may rely on it.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="For a person, in the language of Accept-Language.")
    errors = Place(many=True, required=False)  # type: ignore[assignment]  # the metaclass takes it out of the class


def problem(code: int, detail: Any = None, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    name, title = TITLES.get(code, TITLES[500 if code >= 500 else 400])
    body = {"type": f"{TYPES}{name}", "title": str(title), "status": code, "detail": str(detail or title)}
    return {**body, "errors": errors} if errors else body


# the framework's own sentences say less, and are not in all of our languages
DETAILS: Final = {
    exceptions.NotAuthenticated: _("Send a token, as “Authorization: Bearer …”: /api/docs/ says where to get one."),
    exceptions.MethodNotAllowed: _("Only GET is answered here."),
    exceptions.NotAcceptable: _("Ask for application/json."),
}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None for what is our own fault: that goes on, is logged and answered by `broken`."""
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
    """Each message with the path of its field (``rows.3.amount``)."""
    if isinstance(detail, dict):
        return [place for key, inner in detail.items() for place in _places(inner, f"{path}.{key}".lstrip("."))]
    if isinstance(detail, list) and any(isinstance(inner, (dict, list)) for inner in detail):
        return [place for at, inner in enumerate(detail) for place in _places(inner, f"{path}.{at}".lstrip("."))]
    return [{"field": path, "detail": str(text)} for text in (detail if isinstance(detail, list) else [detail])]


def answer(code: int, detail: Any = None) -> HttpResponse:
    """A problem outside DRF."""
    return HttpResponse(JSONRenderer().render(problem(code, detail)), status=code, content_type=MEDIA_TYPE)


def missing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Any address under the API that is none."""
    return answer(status.HTTP_404_NOT_FOUND, _("There is nothing at this address: /api/docs/ lists what there is."))


def broken(request: HttpRequest) -> HttpResponse:
    return answer(status.HTTP_500_INTERNAL_SERVER_ERROR)
