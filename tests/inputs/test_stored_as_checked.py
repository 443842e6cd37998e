"""What a form checks is what is stored: another spelling of a value that is taken is a sentence, never an error 500."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, OrganisationName, User
from common.language import LANGUAGES
from common.sides import day_of
from tests.scenarios.people import person

pytestmark = pytest.mark.django_db

SPELLINGS = (
    "Taken@Example.Invalid",
    " taken@example.invalid\u3000",
    "TAKEN@EXAMPLE.INVALID",
    "ta\u00adken@example.invalid",
)


@pytest.fixture
def client() -> Client:
    browser = Client()
    browser.force_login(person("administrator", "minenergy"))
    return browser


def new_person(email: str) -> dict[str, Any]:
    energy = Organisation.objects.get(code="minenergy")
    today = str(day_of("UZ", timezone.now()))
    return {"email": email, "name": "A. Person", "organisation": energy.pk, "role": "officer", "valid_from": today}


@pytest.mark.parametrize("email", SPELLINGS)
def test_an_address_in_another_spelling_is_the_same_address(client: Client, email: str) -> None:
    add = reverse("admin:accounts_user_add")
    assert client.post(add, new_person("taken@example.invalid")).status_code == 302
    page = client.post(add, new_person(email))
    assert page.status_code == 200 and "cannot be used" in str(page.context["adminform"].form.errors["email"])
    other = client.post(add, new_person("other@example.invalid"))
    assert other.status_code == 302
    user = User.objects.get(email="other@example.invalid")
    change = {"email": email, "name": "A. Person", "is_active": "on", "based_on": user.row_version, "reason": "Moved."}
    page = client.post(reverse("admin:accounts_user_change", args=[user.pk]), change)
    assert page.status_code == 200 and "email" in page.context["adminform"].form.errors
    assert User.objects.filter(email__iexact="taken@example.invalid").count() == 1


@pytest.mark.parametrize("email", SPELLINGS)
def test_an_address_is_stored_as_it_was_checked(client: Client, email: str) -> None:
    assert client.post(reverse("admin:accounts_user_add"), new_person(email)).status_code == 302
    assert User.objects.filter(email="taken@example.invalid").exists()


def test_a_rule_over_a_column_that_the_form_does_not_have_is_a_sentence(client: Client) -> None:
    first = OrganisationName.objects.get(organisation__code="minenergy")
    texts = {f"name_{language}": "" for language in LANGUAGES} | {"name_en": "Energy", "name_original": "en"}
    add = {**texts, "organisation": first.organisation_id, "valid_from": "2027-01-01"}
    assert client.post(reverse("admin:accounts_organisationname_add"), add).status_code == 302
    change = reverse("admin:accounts_organisationname_change", args=[first.pk])
    page = client.post(change, {**texts, "valid_from": "2027-01-01", "based_on": "1", "reason": "Decree."})
    assert page.status_code == 200
    assert page.context["adminform"].form.errors
    first.refresh_from_db()
    assert first.valid_from is None
