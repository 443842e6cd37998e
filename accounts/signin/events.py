"""Record sign-ins, attempts at them, and changes of credentials.

Whoever changes a credential has proved to be the person, so the person is the actor, also while nobody is signed in.
`reminders.services.credentials` finds the changes here and writes to the person.
"""

from hashlib import sha256
from typing import Any, Final

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from accounts.models import User
from accounts.policy.actors import person_actor, system_actor
from audit.acting import Act
from audit.services import record_event

WINDOW: Final = 300  # seconds in which repeated lockouts are one event


def credential_changed(kind: str, user: User, *, act: Act | None = None, **detail: Any) -> None:
    """Append the event of a changed credential; ``kind`` is one of `audit.models.CREDENTIAL_KINDS`.

    ``act`` is the person's own where none is given.
    """
    act = act or person_actor(user).act
    record_event(kind=kind, act=act, subject=user.email, layer=user.side, person=user.pk, **detail)


def sign_in_failed(email: str, address: str, kind: str = "sign-in refused") -> None:
    """Append the event of a failed sign-in."""
    _append(kind, _account(email), address)


def sign_in_blocked(email: str, address: str, kind: str = "sign-in blocked") -> None:
    """Append the event of a reached limit, once in a while of attempts; all strangers count as one."""
    user = _account(email)
    if once(f"{kind}:{user.pk if user else ''}:{address}"):
        _append(kind, user, address)


def _account(email: str) -> User | None:
    return User.objects.filter(email__iexact=email.replace("\x00", "")).first()


def _append(kind: str, user: User | None, address: str) -> None:
    """What was typed is kept only where it is the address of an account: people also type passwords there."""
    act = system_actor("sign-in", door="admin").act
    if user:
        record_event(kind=kind, act=act, subject=user.email, layer=user.side, address=address)
    else:
        record_event(kind=kind, act=act, address=address)


def once(key: str) -> bool:
    """Return whether this is the first time within the window."""
    return bool(cache.add(f"event:{sha256(key.encode()).hexdigest()}", 1, timeout=WINDOW))


def address_of(request: HttpRequest) -> str:
    """Return the client's IP address, as the rate limits count it."""
    return str(get_adapter().get_client_ip(request))
