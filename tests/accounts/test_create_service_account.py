"""A partner's system is given access by a command: its secret is printed once, works, and is kept as a hash only."""

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import ServiceAccount
from tests.scenarios.api import ask_token, basic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]


def made(*arguments: str, organisation: str = "koica") -> Any:
    out = StringIO()
    call_command("create_service_account", "--organisation", organisation, *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_what_is_printed_opens_the_api() -> None:
    told = made("--scopes", "read", "report", "--name", "Project office")
    token = ask_token(basic(told["client_id"], told["client_secret"])).json()["access_token"]
    assert Client().get("/api/v1/areas/", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    account = ServiceAccount.objects.get()
    assert told == {
        "client_id": account.client_id,
        "client_secret": told["client_secret"],
        "organisation": "koica",
        "scopes": ["read", "report"],
    }
    assert account.client_secret != told["client_secret"]
    assert check_password(told["client_secret"], account.client_secret)
    history = account.history.get()
    assert (account.name, history.act_name, history.act_door) == ("Project office", "create_service_account", "command")
    assert told["client_secret"] not in str(history.__dict__)


def test_scopes_may_stand_with_commas_and_a_name_is_found() -> None:
    assert made("--scopes", "report,read,read")["scopes"] == ["read", "report"]
    assert ServiceAccount.objects.get().name == "koica system"


@pytest.mark.parametrize(
    ("organisation", "scopes", "sentence"),
    [
        ("nobody", "read", "no organisation with the code “nobody”"),
        ("koica", "frobnicate", "one or more of these scopes: read, report"),
        ("koica", ",", "one or more of these scopes: read, report"),
        ("koica", "read,Read", "one or more of these scopes: read, report"),
    ],
)
def test_what_is_wrong_is_a_sentence_and_nothing_is_made(organisation: str, scopes: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        made("--scopes", scopes, organisation=organisation)
    assert not ServiceAccount.objects.exists() and not ServiceAccount.history.exists()
