"""How often a partner system may ask, by the minute: each account, and each address with all its accounts."""

from time import time
from typing import Any, ClassVar, Final

from django.conf import settings
from django.core.cache import caches
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.signin.events import address_of

WINDOW: Final = 60  # seconds


class MinuteThrottle(BaseThrottle):
    """Counts what is asked in each minute of the clock; a counter costs less than a list of moments."""

    scope: ClassVar[str]

    def subject(self, request: Request) -> str:
        raise NotImplementedError

    def allow_request(self, request: Request, view: Any) -> bool:
        minute, self.into = divmod(time(), WINDOW)
        counter, cache = f"api:{self.scope}:{self.subject(request)}:{minute:.0f}", caches["rates"]
        if cache.add(counter, 1, timeout=2 * WINDOW):
            return True
        try:
            return bool(cache.incr(counter) <= settings.API_RATES[self.scope])
        except ValueError:  # it has expired since
            return True

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return WINDOW - self.into


class AccountThrottle(MinuteThrottle):
    scope = "account"

    def subject(self, request: Request) -> str:
        return f"{type(request.user).__name__}:{request.user.pk}"


class AddressThrottle(MinuteThrottle):
    scope = "address"

    def subject(self, request: Request) -> str:
        return address_of(request._request)
