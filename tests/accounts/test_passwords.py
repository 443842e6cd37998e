"""A password is the same one from every keyboard (RFC 8265), and an older one still opens."""

import unicodedata

import pytest
from django.contrib.auth.base_user import AbstractBaseUser

from accounts.models import User

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
