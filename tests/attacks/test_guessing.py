"""Guessing: limits, events, and nothing that tells an existing account from an invented one."""

from time import perf_counter
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import check_password
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.policy.actors import system_actor
from accounts.services import Credentials, create_service_account
from accounts.signin.encryption import cipher
from audit.models import Event
from tests.scenarios.api import ask_token, basic
from tests.scenarios.people import person
from tests.scenarios.signing import passkey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

PASSWORD = "a long enough password"  # noqa: S105


@pytest.fixture
def made() -> Credentials:
    organisation = Organisation.objects.get(code="koica")
    return create_service_account(organisation=organisation, name="S", scopes=["read"], by=system_actor("tests"))


@pytest.fixture
def officer() -> User:
    user = person("officer", "minenergy")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def sign_in(email: str, password: str, **headers: str) -> Any:
    return Client().post("/accounts/login/", {"login": email, "password": password}, headers=headers)


def test_a_wrong_secret_costs_the_server_next_to_nothing(made: Credentials) -> None:
    """Measured without the database: a slow hash took 1.6 s each."""
    assert made.account.client_secret.startswith("random_secret$1$")
    begun = perf_counter()
    for _attempt in range(100):
        assert not check_password("wrong", made.account.client_secret)
    assert perf_counter() - begun < 1
    assert check_password(made.secret, made.account.client_secret)


def test_wrong_secrets_are_limited_and_are_two_events(made: Credentials) -> None:
    wrong = basic(made.account.client_id, "wrong")
    assert [ask_token(wrong).status_code for _attempt in range(13)] == [401] * 10 + [429] * 3
    answer = ask_token(basic(made.account.client_id, made.secret))
    assert answer.status_code == 429 and answer["Retry-After"] == "300"
    assert kinds() == ["token refused", "token requests blocked"]
    other = Client(REMOTE_ADDR="192.0.2.7")
    right = other.post(
        "/oauth/token/", {"grant_type": "client_credentials"}, headers=basic(made.account.client_id, made.secret)
    )
    assert right.status_code == 200, "a stranger elsewhere does not lock out the system itself"


def test_secrets_for_many_accounts_are_limited_by_the_address() -> None:
    answers = [ask_token(basic(f"stranger{number}", "wrong")).status_code for number in range(102)]
    assert answers == [401] * 100 + [429] * 2
    assert kinds() == ["token refused", "token requests blocked"], "invented names do not fill the table"


def test_an_unknown_account_is_treated_as_a_known_one(made: Credentials) -> None:
    """By turns, so that a busy machine is as slow for both; the quickest of each counts."""
    names = (made.account.client_id, "stranger")
    counts: dict[str, set[int]] = {name: set() for name in names}
    times: dict[str, list[float]] = {name: [] for name in names}
    for attempt in range(8):
        for name in names:
            begun = perf_counter()
            with CaptureQueriesContext(connection) as queries:
                assert ask_token(basic(name, "wrong")).status_code == 401
            times[name].append(perf_counter() - begun)
            if attempt:
                counts[name].add(len(queries))
    known, unknown = names
    assert counts[known] == counts[unknown]
    assert 1 / 2 < min(times[known]) / min(times[unknown]) < 2


def test_a_blank_scope_is_one_left_out(made: Credentials) -> None:
    for scope in ("", " "):
        answer = ask_token(basic(made.account.client_id, made.secret), scope=scope)
        assert answer.status_code == 200 and answer.json()["scope"] == "read"


def test_failed_sign_ins_and_a_lockout_are_events(officer: User) -> None:
    for attempt in range(7):
        assert sign_in(officer.email, f"wrong {attempt}").status_code == 200
    assert kinds() == ["sign-in refused"] * 5 + ["sign-in blocked"]
    assert set(Event.objects.values_list("subject", "layer")) == {(officer.email, "UZ")}
    for number in range(40):
        sign_in(f"stranger{number}@example.invalid", "wrong")
    assert kinds()[6:] == ["sign-in refused"] * 23 + ["sign-in blocked"], "thirty a minute from one address"
    Event.objects.all().delete()
    sign_in("my-password@example.invalid", "wrong")
    assert "my-password" not in str(Event.objects.values()), "what is no address of ours is not kept"


def test_a_wrong_one_time_code_is_an_event(officer: User) -> None:
    TOTP.activate(officer, "JBSWY3DPEHPK3PXP")
    client = Client()
    client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert kinds() == ["second factor refused"]


CODE, KEY = {"code": "000000"}, {"credential": '{"id": "x"}'}


@pytest.mark.parametrize(
    ("page", "answer"),
    [
        ("2fa/authenticate/", CODE),
        ("2fa/authenticate/", KEY),
        ("2fa/reauthenticate/", CODE),
        ("2fa/webauthn/reauthenticate/", KEY),
        ("2fa/totp/activate/", CODE),
    ],
)
def test_the_limit_of_wrong_second_factors_is_one_event(
    page: str, answer: dict[str, str], officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every form that takes one; a malformed passkey is refused before it is counted, so this one is well-formed."""
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.parse_authentication_response", lambda _: None)
    client = Client()
    stage = page == "2fa/authenticate/"
    if not stage:
        client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    if page != "2fa/totp/activate/":
        TOTP.activate(officer, "JBSWY3DPEHPK3PXP")
        passkey(officer)
    if stage:
        client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
    for _attempt in range(8):
        assert client.post(f"/accounts/{page}", answer).status_code in (200, 302)
    blocked = Event.objects.filter(kind="second factor blocked")
    assert list(blocked.values_list("subject", "layer")) == [(officer.email, "UZ")]
    assert blocked.get().detail == {"address": "127.0.0.1"}


def test_a_forgotten_password_takes_the_same_for_strangers(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("accounts.tasks.send_reset_link.delay", asked.append)
    counts = []
    for email in (officer.email, "stranger@example.invalid"):
        with CaptureQueriesContext(connection) as queries:
            answer = Client().post("/accounts/password/reset/", {"email": email})
        counts.append(len(queries))
        assert answer.status_code == 302
    assert counts[0] == counts[1] and asked == [officer.email, "stranger@example.invalid"]
    assert mail.outbox == []


def test_secrets_of_second_factors_are_encrypted_and_keys_can_rotate(officer: User, settings: Any) -> None:
    TOTP.activate(officer, "JBSWY3DPEHPK3PXP")
    stored = Authenticator.objects.get(user=officer).data["secret"]
    assert "JBSWY3DPEHPK3PXP" not in stored
    old, settings.SECRET_KEY = settings.SECRET_KEY, "y" * 60
    settings.SECRET_KEY_FALLBACKS = [old]
    assert cipher().decrypt(stored.encode()) == b"JBSWY3DPEHPK3PXP"
    settings.SECRET_KEY_FALLBACKS = []
    client = Client()
    client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
    answer = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert answer.status_code == 200 and b"Incorrect code" in answer.content


def test_a_session_ends_twelve_hours_after_its_last_use(officer: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
    session = client.session
    assert session.get_expiry_age() == 12 * 3600
    session["renewed_at"] = int(timezone.now().timestamp()) - 3600
    session.save()
    client.get("/")
    assert client.session["renewed_at"] > timezone.now().timestamp() - 60
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    assert not [query for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))]
