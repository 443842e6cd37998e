"""Record an event when a second factor is refused.

The sign-in library tells of it by a signal only, so this is the one place with a receiver.
"""

from typing import Any

from allauth.mfa import signals
from django.http import HttpRequest

from accounts.models import User
from accounts.signin.events import address_of, sign_in_failed


def _refused(sender: Any, *, request: HttpRequest, user: User, **kwargs: Any) -> None:
    sign_in_failed(user.email, address_of(request), "second factor refused")


def connect() -> None:
    signals.authentication_failed.connect(_refused, dispatch_uid="accounts.signin.signals.refused")
