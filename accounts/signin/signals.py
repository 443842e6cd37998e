"""Record an event when a passkey or another second factor is added or removed.

The sign-in library sends signals only, so this is the one place with receivers.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.http import HttpRequest

from accounts.models import User
from accounts.policy.actors import actor_of
from audit.services import record_event


def _record(kind: str, request: HttpRequest, user: User, authenticator: Authenticator) -> None:
    record_event(
        kind=f"{kind}: {authenticator.type}",
        act=actor_of(request).act,
        subject=user.email,
        layer=user.side,
        authenticator=authenticator.pk,
    )


def _added(sender: Any, *, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _record("second factor added", request, user, authenticator)


def _removed(sender: Any, *, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _record("second factor removed", request, user, authenticator)


def connect() -> None:
    authenticator_added.connect(_added, dispatch_uid="accounts.signin.signals.added")
    authenticator_removed.connect(_removed, dispatch_uid="accounts.signin.signals.removed")
