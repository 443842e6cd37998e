"""The token endpoint: RFC 6749's errors and no others, every token an event, no secret kept in clear."""

import json
from base64 import b64encode
from typing import Any

import pytest
from django.apps import apps
from django.db.models import TextField
from django.db.models.functions import Cast
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts.models import Organisation
from accounts.policy.actors import system_actor
from accounts.services import Credentials, create_service_account
from audit.acting import acting
from audit.models import Event
from tests.scenarios.api import ask_token, basic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

LONG = "x" * 10_000


@pytest.fixture
def made() -> Credentials:
    return create_service_account(
        organisation=Organisation.objects.get(code="koica"),
        name="KOICA's system",
        scopes=["read", "report"],
        by=system_actor("tests"),
    )


def events() -> list[tuple[Any, ...]]:
    found = Event.objects.filter(act_kind="service").order_by("pk")
    return list(found.values_list("kind", "act_id", "act_organisation", "act_door", "layer", "subject"))


def test_a_secret_gives_a_token_and_an_event_with_the_accounts_act(made: Credentials) -> None:
    answer = ask_token(basic(made.account.client_id, made.secret))
    body = answer.json()
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    assert (body["token_type"], body["scope"], body["expires_in"]) == ("Bearer", "read report", 3600)
    assert "refresh_token" not in body
    whose = (made.account.pk, "koica", "api", "KR", made.account.name)
    assert events() == [("token issued", *whose)]
    assert Event.objects.get(kind="token issued").detail == {"scopes": ["read", "report"]}
    assert ask_token(basic(made.account.client_id, made.secret), scope="read").json()["scope"] == "read"
    ask_token(basic(made.account.client_id, "wrong"))
    assert events()[-1] == ("token refused", *whose)


@pytest.mark.parametrize("scope", ["", " ", "\t\n"])
def test_a_blank_scope_means_the_same_as_none(made: Credentials, scope: str) -> None:
    answer = ask_token(basic(made.account.client_id, made.secret), scope=scope)
    assert answer.status_code == 200 and answer.json()["scope"] == "read report"


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "bAsIc"])
def test_the_name_of_the_scheme_is_read_in_any_case(made: Credentials, scheme: str) -> None:
    header = basic(made.account.client_id, made.secret)["Authorization"].replace("Basic", scheme)
    assert ask_token({"Authorization": header}).status_code == 200
    assert ask_token({"Authorization": header[:-8]}).status_code == 401


def test_the_secret_in_the_body_is_as_good(made: Credentials) -> None:
    answer = ask_token({}, client_id=made.account.client_id, client_secret=made.secret)
    assert answer.status_code == 200 and answer.json()["scope"] == "read report"


def test_neither_secret_nor_token_is_anywhere_in_clear(made: Credentials) -> None:
    answer = ask_token(basic(made.account.client_id, made.secret))
    columns = [(model, field.name) for model in apps.get_models() for field in model._meta.concrete_fields]
    sought = (made.secret, answer.json()["access_token"], made.account.client_id)
    found: dict[str, set[str]] = {text: set() for text in sought}
    for model, name in columns:
        rows = model._default_manager.annotate(as_text=Cast(name, TextField()))
        for text in sought:
            if rows.filter(as_text__contains=text).exists():
                found[text].add(f"{model.__name__}.{name}")
    # the search finds what is there
    assert list(found.values()) == [set(), set(), {"ServiceAccount.client_id", "HistoricalServiceAccount.client_id"}]


@pytest.mark.parametrize(
    ("headers", "asked", "status", "error"),
    [
        ("right", {"grant_type": "password", "username": "a", "password": "b"}, 400, "unsupported_grant_type"),
        ("right", {"grant_type": "refresh_token", "refresh_token": "a"}, 400, "unsupported_grant_type"),
        ("right", {"grant_type": "authorization_code", "code": "a"}, 400, "unsupported_grant_type"),
        ("right", {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, 400, "unsupported_grant_type"),
        ("right", {"grant_type": "a\x00"}, 400, "unsupported_grant_type"),
        ("right", {"scope": "finance"}, 400, "invalid_scope"),
        ("right", {"scope": "read finance"}, 400, "invalid_scope"),
        ("right", {"scope": "\x00"}, 400, "invalid_scope"),
        ("right", {"scope": LONG}, 400, "invalid_scope"),
        ("wrong", {}, 401, "invalid_client"),
        ("stranger", {}, 401, "invalid_client"),
        ("empty", {}, 401, "invalid_client"),
        ("no colon", {}, 401, "invalid_client"),
        ("not base64", {}, 401, "invalid_client"),
        ("not utf-8", {}, 401, "invalid_client"),
        ("NUL name", {}, 401, "invalid_client"),
        ("NUL secret", {}, 401, "invalid_client"),
        ("long", {}, 401, "invalid_client"),
        ("none", {}, 401, "invalid_client"),
        ("none", {"client_id": "a\x00", "client_secret": "b\x00"}, 401, "invalid_client"),
        ("none", {"client_id": "a", "client_secret": LONG}, 401, "invalid_client"),
    ],
)
def test_what_is_wrong_is_an_error_of_the_standard(
    made: Credentials, headers: str, asked: dict[str, str], status: int, error: str
) -> None:
    name = made.account.client_id
    header = {
        "right": basic(name, made.secret),
        "wrong": basic(name, "wrong"),
        "stranger": basic("stranger", made.secret),
        "empty": basic("", ""),
        "no colon": {"Authorization": f"Basic {b64encode(b'nothing').decode()}"},
        "not base64": {"Authorization": "Basic ???"},
        "not utf-8": {"Authorization": f"Basic {b64encode(bytes([255, 58, 254])).decode()}"},
        "NUL name": basic(f"{name}\x00", made.secret),
        "NUL secret": basic(name, f"{made.secret}\x00"),
        "long": basic(LONG, LONG),
        "none": {},
    }[headers]
    answer = ask_token(header, **asked)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json" and answer.json()["error"] == error
    assert not AccessToken.objects.exists()
    assert {kind for kind, *_whose in events()} <= {"token refused"}


def test_a_revoked_account_gets_no_token(made: Credentials) -> None:
    made.account.revoked_at = timezone.now()
    with acting(system_actor("tests").act):
        made.account.save()
    answer = ask_token(basic(made.account.client_id, made.secret))
    assert answer.status_code == 401 and answer.json()["error"] == "invalid_client"


def test_a_body_in_another_form_and_another_method_are_refused(made: Credentials) -> None:
    client, headers = Client(raise_request_exception=False), basic(made.account.client_id, made.secret)
    for body in (json.dumps({"grant_type": "client_credentials"}), "{", "", "\x00", "grant_type"):
        answer = client.post("/oauth/token/", body, content_type="application/json", headers=headers)
        assert answer.status_code == 400 and answer.json()["error"] in ("unsupported_grant_type", "invalid_request")
    for raw in (b"grant_type=%00", b"\xff=\xff", b"%zz"):
        kind = "application/x-www-form-urlencoded"
        answer = client.post("/oauth/token/", raw, content_type=kind, headers=headers)
        assert answer.status_code == 400 and "error" in answer.json(), raw
    for method in ("get", "put", "delete", "patch"):
        assert getattr(client, method)("/oauth/token/", headers=headers).status_code == 405
    assert not AccessToken.objects.exists()


def test_a_secret_in_the_address_gives_nothing(made: Credentials) -> None:
    name, secret = made.account.client_id, made.secret
    address = f"/oauth/token/?client_id={name}&client_secret={secret}"
    answer = Client(raise_request_exception=False).post(address, {"grant_type": "client_credentials"})
    assert answer.status_code in (400, 401) and not AccessToken.objects.exists()
