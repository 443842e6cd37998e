"""People who sign in by HTTP with a password, and their second factors."""

import time
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.signin.factors import add_authenticator_app, make_recovery_codes

PASSWORD, SECRET, HALF_MINUTE = "a long enough password", "JBSWY3DPEHPK3PXP", 1


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def with_app(user: User) -> User:
    """Somebody with a password, an authenticator app and recovery codes."""
    add_authenticator_app(user=with_password(user), secret=SECRET)
    make_recovery_codes(user=user)
    return user


def stop_the_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app and the server stay in one half minute, which otherwise could end between them."""
    monkeypatch.setattr(auth, "yield_hotp_counters_from_time", lambda: iter([HALF_MINUTE]))


def code_now(secret: str = SECRET) -> str:
    """The code that the app shows now; the server takes each once."""
    return str(auth.format_hotp_value(auth.hotp_value(secret, HALF_MINUTE)))


def recovery_code(user: User) -> str:
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return str(row.wrap().get_unused_codes()[0])


def signed_in(user: User, code: str = "") -> Client:
    """A browser signed in with the password and, where one is given, with a code."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    if code:
        client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.session.get("_auth_user_id") == str(user.pk)
    return client


def records(client: Client) -> list[dict[str, Any]]:
    return list(client.session[RECORDS])


def later(client: Client, seconds: float) -> Client:
    """The same browser, its proofs of identity that much older."""
    session = client.session
    session[RECORDS] = [record | {"at": record["at"] - seconds} for record in session[RECORDS]]
    session.save()
    return client


def prove_again(client: Client, **record: Any) -> Client:
    """One more proof of identity in the session, just now."""
    session = client.session
    session[RECORDS] = [*session[RECORDS], {"at": time.time(), "reauthenticated": True} | record]
    session.save()
    return client
