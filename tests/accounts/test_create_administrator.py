"""The first administrator of a side is made on the server, and can do what an administrator does."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.policy.questions import can
from tests.scenarios.people import actor_for

pytestmark = pytest.mark.django_db


def make(*, side: str = "KR", email: str = "first@example.invalid") -> str:
    out = StringIO()
    call_command("create_administrator", "--side", side, "--email", email, "--name", "First One", stdout=out)
    return out.getvalue()


def test_the_first_administrator_signs_in_with_the_password_shown_once(programme: None) -> None:
    said = make()
    password = re.search(r"once: (\S+)", said)
    assert password is not None
    user = User.objects.get(email="first@example.invalid")
    assert user.side == "KR" and can(actor_for(user), "seat.manage")
    answer = Client().post(reverse("account_login"), {"login": user.email, "password": password[1]})
    assert answer.status_code == 302 and answer["Location"] == "/"


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("nobody", "valid email address"),
        ("김@example.invalid", "letters a to z"),
        ("\u017f@example.invalid", "letters a to z"),
        ("FIRST@example.invalid", "already"),
    ],
)
def test_a_wrong_address_is_a_sentence(programme: None, email: str, sentence: str) -> None:
    make()
    with pytest.raises(CommandError, match=sentence):
        make(email=email)


@pytest.mark.usefixtures("empty_database")
def test_without_the_programme_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="load_programme"):
        make()


def test_the_domain_of_an_address_may_be_in_any_script(programme: None) -> None:
    make(email="kim@예제.한국")
    assert User.objects.filter(email="kim@예제.한국").exists()
