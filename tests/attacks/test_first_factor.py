"""Who has the password before there is a second factor gains nothing once its owner adds one."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from accounts.demo.software_passkey import SoftwarePasskey
from accounts.models import User
from accounts.signin.factors import add_authenticator_app, add_passkey
from accounts.signin.forms import ActivateCodesForm
from tests.scenarios.people import person
from tests.scenarios.second_factor import SECRET, code_now, signed_in, stop_the_half_minute, with_password

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

APP = "/accounts/2fa/totp/activate/"


@pytest.fixture(autouse=True)
def _half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_the_half_minute(monkeypatch)


@pytest.fixture
def administrator(settings: Any) -> User:
    settings.REQUIRE_SECOND_FACTOR = True
    return with_password(person("administrator", "miit"))


def add_app(client: Client) -> Any:
    client.get(APP)
    return client.post(APP, {"code": code_now(client.session["mfa.totp.secret"])})


def test_a_session_from_before_the_first_second_factor_ends_with_it(administrator: User) -> None:
    thief, owner = signed_in(administrator), signed_in(administrator)
    assert thief.get("/").status_code == 302, "led to adding one"
    assert add_app(owner).status_code == 302
    assert owner.get("/").status_code == 200
    assert thief.get("/")["Location"].startswith("/accounts/login/")


def test_a_further_second_factor_ends_no_session(administrator: User) -> None:
    add_authenticator_app(user=administrator, secret=SECRET)
    elsewhere = signed_in(administrator, code_now())
    key = SoftwarePasskey.make(rp_id=django_settings.RP_ID, origin=django_settings.ORIGIN)
    add_passkey(user=administrator, name="Laptop", credential=key.registration(b"asked"), now=timezone.now())
    assert elsewhere.get("/").status_code == 200


def test_the_guard_asks_again_when_nobody_else_can_add_one(
    administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner's first second factor is stored while the thief's is being checked, which nobody was asked for yet."""
    thief = signed_in(administrator)
    thief.get(APP)
    check = ActivateCodesForm.is_valid

    def meanwhile(form: ActivateCodesForm) -> bool:
        valid: bool = check(form)
        Authenticator.objects.create(user=administrator, type=Authenticator.Type.WEBAUTHN, data={})
        return valid

    monkeypatch.setattr(ActivateCodesForm, "is_valid", meanwhile)
    late = thief.post(APP, {"code": code_now(thief.session["mfa.totp.secret"])})
    assert late.status_code == 403
    assert not Authenticator.objects.filter(user=administrator, type=Authenticator.Type.TOTP).exists()
