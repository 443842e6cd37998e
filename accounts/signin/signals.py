"""Record an event when a second factor is added, removed, renewed or refused, and whose key a passkey is.

The sign-in library sends signals only, so this is the one place with receivers.
"""

from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.policy.actors import person_actor
from accounts.signin.events import address_of, credential_changed, sign_in_failed
from accounts.signin.keys import enrol_key


def _added(sender: Any, *, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        enrol_key(authenticator=authenticator, user=user, act=person_actor(user).act, now=timezone.now())
    credential_changed(f"second factor added: {authenticator.type}", user, authenticator=authenticator.pk)


def _removed(sender: Any, *, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    credential_changed(f"second factor removed: {authenticator.type}", user, authenticator=authenticator.pk)


def _renewed(sender: Any, *, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    credential_changed(f"second factor renewed: {authenticator.type}", user, authenticator=authenticator.pk)


def _refused(sender: Any, *, request: HttpRequest, user: User, **kwargs: Any) -> None:
    sign_in_failed(user.email, address_of(request), "second factor refused")


def connect() -> None:
    signals.authenticator_added.connect(_added, dispatch_uid="accounts.signin.signals.added")
    signals.authenticator_removed.connect(_removed, dispatch_uid="accounts.signin.signals.removed")
    signals.authenticator_reset.connect(_renewed, dispatch_uid="accounts.signin.signals.renewed")
    signals.authentication_failed.connect(_refused, dispatch_uid="accounts.signin.signals.refused")
