"""Use the language and the time zone of the signed-in person, not of the browser."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from common.sides import TIME_ZONES


class PersonLanguage:
    """Activate the person's own language, and the time zone of their side."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.get_response(request)
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = request.user.language
        with timezone.override(TIME_ZONES[request.user.side]):
            return self.get_response(request)
