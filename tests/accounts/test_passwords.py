"""A password is the same one from every keyboard (RFC 8265), and an older one still opens."""

import re
import unicodedata

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client

from accounts.models import User
from tests.scenarios.pages import html_of

COMPOSED = "parolé 열쇠 йўл"


@pytest.mark.parametrize("stored", [COMPOSED, unicodedata.normalize("NFD", COMPOSED), COMPOSED.replace(" ", "\u00a0")])
def test_a_password_is_hashed_in_its_normal_form(stored: str) -> None:
    person = User()
    person.set_password(stored)
    for typed in (COMPOSED, unicodedata.normalize("NFD", COMPOSED), COMPOSED.replace(" ", "\u3000")):
        assert person.check_password(typed)
    assert not person.check_password(COMPOSED.upper())


def test_a_password_that_was_hashed_as_typed_is_tried_as_typed() -> None:
    person, typed = User(), unicodedata.normalize("NFD", COMPOSED)
    AbstractBaseUser.set_password(person, typed)
    assert person.check_password(typed)
    assert not person.check_password("another one")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "onwards"),
    [("", "/accounts/login/"), ("done/", "/accounts/login/"), ("key/1-wrong/", "/reset/"), ("key/done/", "/login/")],
)
def test_every_page_of_a_forgotten_password_leads_on(client: Client, page: str, onwards: str) -> None:
    content = html_of(client.get(f"/accounts/password/reset/{page}", follow=True)).partition("<h1")[2]
    assert re.search(f'href="[^"]*{onwards}"', content)
