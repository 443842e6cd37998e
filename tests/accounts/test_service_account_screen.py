"""The screen of partners' systems: the secret is shown once, and a revoked account ends at once."""

from base64 import b64encode

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation, ServiceAccount
from tests.scenarios.people import person

pytestmark = pytest.mark.django_db

LIST = reverse("admin:accounts_serviceaccount_changelist")
ADD = reverse("admin:accounts_serviceaccount_add")


def administrator(code: str) -> Client:
    client = Client()
    client.force_login(person("administrator", code))
    return client


def added(client: Client, code: str) -> tuple[ServiceAccount, str]:
    """A system for an organisation, and the secret as the page shows it."""
    koica = Organisation.objects.get(code=code)
    typed = {"organisation": koica.pk, "name": "Portfolio", "scopes": ["read"], "based_on": "1"}
    page = client.post(ADD, typed, follow=True)
    assert page.redirect_chain and "no-store" in page.headers["Cache-Control"]
    account = ServiceAccount.objects.get(name="Portfolio")
    secret = page.context["secret"]
    assert secret not in str(dict(client.session))
    assert account.client_id in page.content.decode() and secret in page.content.decode()
    return account, secret


def token(account: ServiceAccount, secret: str) -> dict[str, str]:
    basic = b64encode(f"{account.client_id}:{secret}".encode()).decode()
    told: dict[str, str] = (
        Client()
        .post("/oauth/token/", {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"})
        .json()
    )
    return told


def test_a_system_is_added_reads_and_is_revoked(programme: None) -> None:
    client = administrator("koica")
    account, secret = added(client, "koica")
    bearer = {"Authorization": f"Bearer {token(account, secret)['access_token']}"}
    assert Client().get("/api/v1/areas/", headers=bearer).status_code == 200

    form = reverse("admin:accounts_serviceaccount_change", args=[account.pk])
    assert secret not in client.get(form).content.decode()
    revoked = {
        "name": account.name,
        "scopes": ["read"],
        "revoked": "on",
        "based_on": "1",
        "reason": "The contract ended.",
    }
    assert client.post(form, revoked).status_code == 302
    assert Client().get("/api/v1/areas/", headers=bearer).status_code == 401
    assert token(account, secret) == {"error": "invalid_client"}
    newest = ServiceAccount.history.filter(id=account.pk).first()
    assert newest.revoked_at and newest.history_change_reason == "The contract ended."

    back = {"name": account.name, "scopes": ["read"], "based_on": "2", "reason": "It was renewed."}
    assert client.post(form, back).status_code == 302
    assert Client().get("/api/v1/areas/", headers=bearer).status_code == 200


def test_only_own_organisations_and_their_administrators(programme: None) -> None:
    account, _secret = added(administrator("koica"), "koica")
    other = administrator("minenergy")
    assert "Portfolio" not in other.get(LIST).content.decode()
    assert other.get(reverse("admin:accounts_serviceaccount_change", args=[account.pk])).status_code == 404
    koica = Organisation.objects.get(code="koica")
    refused = other.post(ADD, {"organisation": koica.pk, "name": "Ours", "scopes": ["read"], "based_on": "1"})
    assert refused.status_code == 200 and "organisation" in refused.context["adminform"].form.errors
    officer = Client()
    officer.force_login(person("officer", "koica"))
    assert officer.get(LIST).status_code == 404


def test_a_scope_that_does_not_exist_is_a_sentence_at_its_field(programme: None) -> None:
    koica = Organisation.objects.get(code="koica")
    typed = {"organisation": koica.pk, "name": "Portfolio", "scopes": ["sign"], "based_on": "1"}
    refused = administrator("koica").post(ADD, typed)
    assert refused.status_code == 200 and "scopes" in refused.context["adminform"].form.errors
    assert not ServiceAccount.objects.exists()
