"""What holds for every page: the person's own language and time zone, the session of an active one, a second factor."""

from collections.abc import Callable
from time import time
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.signin.step_up import StepUpRequired, lacks_second_factor, lead_to_step_up
from common.api.problems import problem_response
from common.sides import TIME_ZONES

RENEWED: Final = 1800  # seconds between two writes of a session in use
WITHOUT_FACTOR: Final = ("/accounts/", "/language/", "/favicon.ico", "/healthz", "/readyz", "/metrics")
"""The pages of signing in, and those that show no record."""


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


class SecondFactor:
    """Lead whoever lacks a required second factor to adding one, and whoever must use theirs first to using it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.path.startswith(WITHOUT_FACTOR) or not lacks_second_factor(request):
            return None
        if request.path.startswith("/api/"):
            return problem_response(403, _("Add a second factor first: open any page of this site."))
        return lead_to_step_up(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return lead_to_step_up(request) if isinstance(exception, StepUpRequired) else None
