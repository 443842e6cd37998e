"""The guard before acts that would give a stolen session more than it has: a recent second factor.

- Recent: the newest record of a one-time code or a passkey in this session is younger than five minutes, and its second
  factor is still the person's. A password or a recovery code never counts.
- Who has no second factor is led to adding one where the settings require it, and is let through elsewhere.
- Co-chairs, administrators, controllers and auditors need a second factor before they open anything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from time import time
from typing import Any, Final, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from accounts.models import Role, SeatRole, User
from accounts.policy.actors import Actor, actor_of
from audit.services import record_event

View = Callable[..., HttpResponse]

RECENT: Final = 300  # seconds
CSRF: Final = "csrfmiddlewaretoken"
STRONG: Final = frozenset({Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN})
ROLES: Final = frozenset({Role.ADMINISTRATOR, Role.CONTROLLER, Role.AUDITOR})


class StepUpRequired(Exception):
    """The person must use a second factor first; `accounts.web.middleware.SecondFactor` leads them there."""


def second_factors(user: User) -> set[int]:
    """Return the keys of the person's passkeys and authenticator app; recovery codes are none."""
    return set(Authenticator.objects.filter(user=user, type__in=STRONG).values_list("pk", flat=True))


def is_recent(records: Sequence[Mapping[str, Any]], factors: set[int], *, now: float) -> bool:
    """Return whether the newest use of a second factor among a session's records is recent, and one of ``factors``."""
    used = [record for record in records if record.get("method") == "mfa" and record.get("type") in STRONG]
    newest = max(used, key=lambda record: record["at"], default=None)
    return newest is not None and newest["id"] in factors and now - newest["at"] < RECENT


def must_have_second_factor(actor: Actor) -> bool:
    """Return whether a membership or seat in force requires one; nobody's does where the settings do not."""
    if not settings.REQUIRE_SECOND_FACTOR:
        return False
    signs = any(seat.role == SeatRole.CO_CHAIR for seat in actor.seats)
    return signs or any(membership.role in ROLES for membership in actor.memberships)


def lacks_second_factor(request: HttpRequest) -> bool:
    """Return whether the person has to add a second factor before anything else."""
    user = request.user
    return isinstance(user, User) and must_have_second_factor(actor_of(request)) and not second_factors(user)


def require_step_up(request: HttpRequest) -> None:
    """Refuse without a recent second factor. Raises: StepUpRequired."""
    user = request.user
    if not isinstance(user, User):
        raise StepUpRequired
    factors = second_factors(user)
    if not factors and not settings.REQUIRE_SECOND_FACTOR:
        return
    if not is_recent(get_authentication_records(request, user), factors, now=time()):
        raise StepUpRequired


def guards_own_factors(view: View) -> View:
    """Make a view of the person's second factors ask for one of them; the first is added with the password alone."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require_own_factor(request)
        return view(request, *args, **kwargs)

    return guarded


def require_own_factor(request: HttpRequest) -> None:
    """Refuse without a recent second factor where the person has one. Raises: StepUpRequired."""
    user = request.user
    if isinstance(user, User) and second_factors(user):
        require_step_up(request)


@contextmanager
def held_factors(request: HttpRequest) -> Iterator[None]:
    """Keep other requests from the person's second factors until they are changed, and ask again.

    Whoever was asked for none may have one by now, of somebody else.
    Raises: StepUpRequired.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=cast(User, request.user).pk)
        require_own_factor(request)
        yield


def lead_to_step_up(request: HttpRequest) -> HttpResponse:
    """Lead to the second factor, or to adding the first one, and from there back.

    A form that was sent too late is answered by a page that keeps what was typed and sends it again.
    """
    address = f"{_where(request)}?{urlencode({'next': request.get_full_path()})}"
    if request.method in ("GET", "HEAD"):
        response: HttpResponse = redirect(address)
    else:
        actor = actor_of(request)
        record_event(kind="second factor missing", act=actor.act, subject=request.path[:200], layer=actor.side)
        typed = [(name, value) for name, values in request.POST.lists() for value in values if name != CSRF]
        response = render(request, "account/step_up_late.html", {"address": address, "typed": typed}, status=403)
    add_never_cache_headers(response)
    return response


def _where(request: HttpRequest) -> str:
    user = request.user
    if isinstance(user, User) and not second_factors(user):
        return reverse("mfa_add_webauthn")
    return str(get_adapter().get_reauthentication_methods(user)[0]["url"])
