"""`manage.py create_service_account`, as whoever runs the server uses it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ServiceAccount
from tests.contracts.world import ask_token, basic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]


def create(*arguments: str) -> str:
    said = StringIO()
    call_command("create_service_account", *arguments, stdout=said)
    return said.getvalue()


def test_what_it_prints_gets_a_token_with_the_scopes_that_were_named() -> None:
    made = json.loads(create("--organisation", "koica", "--scopes", "read", "report"))
    assert made.keys() == {"client_id", "client_secret", "organisation", "scopes"}
    answer = ask_token(basic(made["client_id"], made["client_secret"]))
    assert answer.status_code == 200 and answer.json()["scope"] == "read report"
    account = ServiceAccount.objects.get(client_id=made["client_id"])
    assert account.organisation.code == "koica" and made["client_secret"] not in account.client_secret


@pytest.mark.parametrize(
    ("organisation", "scope", "sentence"),
    [
        ("koiga", "read", "There is no organisation “koiga”"),
        ("koica", "sign", "Name one scope or more of these: read, report"),
    ],
)
def test_what_is_wrong_is_a_sentence_and_nothing_is_made(organisation: str, scope: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        create("--organisation", organisation, "--scopes", scope)
    assert not ServiceAccount.objects.exists()
