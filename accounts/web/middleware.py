"""Use the language and the time zone of the signed-in person, not of the browser; keep the session of an active one."""

from collections.abc import Callable
from time import time
from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from common.sides import TIME_ZONES

RENEWED: Final = 1800  # seconds between two writes of a session in use


class KeepSession:
    """Prolong the session of a person who uses it, at most every half hour: most pages write nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user, now = request.user, int(time())
        if user.is_authenticated and user.last_login:
            since = request.session.get("renewed_at", user.last_login.timestamp())
            if now - since > RENEWED:
                request.session["renewed_at"] = now
        return self.get_response(request)


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
