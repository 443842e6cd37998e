"""Add and remove second factors, each with its event in the same transaction.

The sign-in library's own functions write some of the rows first and tell of them after the commit.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts.models import User
from accounts.policy.actors import Actor, person_actor
from accounts.signin.events import credential_changed
from accounts.signin.keys import enrol_key
from accounts.signin.step_up import second_factors

RECOVERY_CODES = Authenticator.Type.RECOVERY_CODES


class NoSecondFactor(Exception):
    """The person has none."""


@transaction.atomic
def add_passkey(
    *, user: User, name: str, credential: dict[str, Any], now: datetime, session: str = ""
) -> Authenticator:
    """Store a passkey together with whose its key is; ``session`` is the one that adds it.

    Raises: UnusableKey; IntegrityError as `enrol_key`.
    """
    row: Authenticator = WebAuthn.add(user, name, credential).instance
    enrol_key(authenticator=row, user=user, act=person_actor(user).act, now=now)
    _added(row, session)
    return row


@transaction.atomic
def add_authenticator_app(*, user: User, secret: str, session: str = "") -> Authenticator:
    """Store the app that shares ``secret``. Raises: IntegrityError where there is one."""
    row: Authenticator = TOTP.activate(user, secret).instance
    _added(row, session)
    return row


@transaction.atomic
def make_recovery_codes(*, user: User) -> Authenticator:
    """Make new recovery codes in place of earlier ones."""
    User.objects.select_for_update().get(pk=user.pk)  # two requests at once make one set
    earlier, _rows = Authenticator.objects.filter(user=user, type=RECOVERY_CODES).delete()
    row: Authenticator = RecoveryCodes.activate(user).instance
    _changed("renewed" if earlier else "added", row)
    return row


@transaction.atomic
def remove_second_factor(*, factor: Authenticator) -> None:
    """Remove one of the person's second factors, and with the last one the recovery codes."""
    user = User.objects.select_for_update().get(pk=factor.user_id)
    _remove(factor)
    if not second_factors(user):
        for codes in Authenticator.objects.filter(user=user, type=RECOVERY_CODES):
            _remove(codes)


@transaction.atomic
def reset_second_factor(*, user: User, by: Actor) -> list[str]:
    """Remove all second factors of a person who has lost theirs, and end their sessions. Return what was removed.

    What the keys were stays known: whose each is (`EnrolledKey`), and the signatures made with them.
    Raises: NoSecondFactor.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    rows = list(Authenticator.objects.filter(user=user).order_by("pk"))
    if not rows:
        raise NoSecondFactor
    removed = [str(row) for row in rows]
    Authenticator.objects.filter(user=user).delete()
    end_sessions(UserSession.objects.filter(user=user))
    credential_changed("second factor reset", user, act=by.act, removed=sorted({row.type for row in rows}))
    return removed


def end_sessions(sessions: Iterable[UserSession]) -> int:
    """End these sessions at once and return how many they were."""
    ended = [session.end() for session in sessions]
    return len(ended)


def _added(factor: Authenticator, session: str) -> None:
    """With the first one, end the other sessions: they began with a password, which is no longer enough."""
    _changed("added", factor)
    if second_factors(factor.user) == {factor.pk}:
        end_sessions(UserSession.objects.filter(user=factor.user).exclude(session_key=session))


def _remove(factor: Authenticator) -> None:
    _changed("removed", factor)
    factor.delete()


def _changed(what: str, factor: Authenticator) -> None:
    credential_changed(f"second factor {what}: {factor.type}", factor.user, authenticator=factor.pk)
