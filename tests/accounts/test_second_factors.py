"""A second factor and its event are written together; one that is lost is reset on the server."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.demo.software_passkey import SoftwarePasskey
from accounts.models import EnrolledKey, User
from accounts.signin.factors import add_authenticator_app, add_passkey, make_recovery_codes, remove_second_factor
from audit.models import Event
from reminders.services.credentials import plan_credential_notices, send_credential_notices
from tests.scenarios.pages import html_of
from tests.scenarios.people import person, seat
from tests.scenarios.second_factor import (
    SECRET,
    code_now,
    later,
    recovery_code,
    signed_in,
    stop_the_half_minute,
    with_app,
    with_password,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

FOREIGN_WORDS = ("Master key", "Passwordless", "ecurity key", "Two-Factor", "reauthenticate your", "Deactivate")


@pytest.fixture(autouse=True)
def _half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_the_half_minute(monkeypatch)


def passkey_for(user: User, session: str = "") -> Authenticator:
    credential = SoftwarePasskey.make(rp_id=settings.RP_ID, origin=settings.ORIGIN).registration(b"asked")
    return add_passkey(user=user, name="Laptop", credential=credential, now=timezone.now(), session=session)


def factors(user: User) -> list[str]:
    return list(Authenticator.objects.filter(user=user).order_by("pk").values_list("type", flat=True))


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="second factor").order_by("pk").values_list("kind", flat=True))


ACTS: dict[str, Callable[[User], object]] = {
    "add a passkey": passkey_for,
    "make recovery codes": lambda user: make_recovery_codes(user=user),
    "remove the app": lambda user: remove_second_factor(factor=Authenticator.objects.get(user=user, type="totp")),
    "reset all": lambda user: call_command("reset_second_factor", user.email, "--reason", "Lost.", stdout=StringIO()),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_without_its_event_no_factor_is_changed(act: Callable[[User], object], monkeypatch: pytest.MonkeyPatch) -> None:
    user = with_app(person("officer", "minenergy"))
    before, keys = list(Authenticator.objects.values("pk", "data")), EnrolledKey.objects.count()

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr("accounts.signin.events.record_event", full)
        with pytest.raises(OSError, match="full"):
            act(user)
    assert list(Authenticator.objects.values("pk", "data")) == before and EnrolledKey.objects.count() == keys
    act(user)
    assert list(Authenticator.objects.values("pk", "data")) != before


def test_the_first_app_needs_its_event_too(monkeypatch: pytest.MonkeyPatch) -> None:
    user = person("officer", "minenergy")
    monkeypatch.setattr("accounts.signin.events.record_event", lambda **_told: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        add_authenticator_app(user=user, secret=SECRET)
    assert factors(user) == []


def test_recovery_codes_go_with_the_last_factor() -> None:
    user = with_app(person("officer", "minenergy"))
    passkey = passkey_for(user)
    remove_second_factor(factor=Authenticator.objects.get(user=user, type="totp"))
    assert factors(user) == ["recovery_codes", "webauthn"]
    remove_second_factor(factor=passkey)
    assert factors(user) == []
    removed = [f"second factor removed: {kind}" for kind in ("totp", "webauthn", "recovery_codes")]
    assert kinds()[-3:] == removed


def reset(email: str) -> str:
    out = StringIO()
    call_command("reset_second_factor", email, "--reason", "Telephone lost, known by voice.", stdout=out)
    return out.getvalue()


def test_who_lost_theirs_signs_in_again_after_a_reset_on_the_server() -> None:
    user = with_app(seat("co_chair", "UZ", "energy"))
    passkey_for(user)
    client = signed_in(user, code_now())
    assert UserSession.objects.filter(user=user).exists()
    assert "Laptop" in reset(user.email.upper())
    assert factors(user) == [] and EnrolledKey.objects.filter(user=user).count() == 1
    assert client.get("/").status_code == 302, "also a session in the hands of whoever has the telephone is ended"
    event = Event.objects.get(kind="second factor reset")
    assert (event.act_name, event.act_door, event.layer) == ("reset_second_factor", "command", "UZ")
    assert event.act_reason == "Telephone lost, known by voice."
    assert event.detail == {"person": user.pk, "removed": ["recovery_codes", "totp", "webauthn"]}
    assert signed_in(user).get("/").status_code == 200


def test_a_reset_is_told_to_the_person_and_to_those_who_watch_over_a_co_chair() -> None:
    user = with_app(seat("co_chair", "UZ", "energy"))
    watcher = person("auditor", "miit")
    Event.objects.all().delete()
    reset(user.email)
    now = timezone.now()
    plan_credential_notices(now=now)
    send_credential_notices(now=now)
    assert {address for sent in mail.outbox for address in sent.to} == {user.email, watcher.email}
    assert all("were removed on the server" in sent.body for sent in mail.outbox)


@pytest.mark.parametrize(("has_account", "says"), [(False, "Nobody signs in as"), (True, "has no second factor")])
def test_a_reset_without_anything_to_reset_is_a_sentence(has_account: bool, says: str) -> None:
    email = person("officer", "minenergy").email if has_account else "nobody@example.invalid"
    with pytest.raises(CommandError, match=says):
        reset(email)
    assert kinds() == []


# the pages of "My sign-in"


def test_every_page_of_signing_in_speaks_our_words() -> None:
    user = with_app(seat("co_chair", "UZ", "energy"))
    passkey = passkey_for(user)
    client = signed_in(user, code_now())
    names = ["mfa_index", "mfa_add_webauthn", "mfa_deactivate_totp", "mfa_view_recovery_codes",
             "mfa_generate_recovery_codes", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
             "account_change_password"]  # fmt: skip
    pages = [reverse(name) for name in names]
    pages += [reverse(f"mfa_{act}_webauthn", args=[passkey.pk]) for act in ("edit", "remove")]
    newcomer = signed_in(with_password(person("officer", "motie")))
    for by, address in [
        *((client, page) for page in pages),
        *((newcomer, reverse(name)) for name in ("mfa_index", "mfa_add_webauthn", "mfa_activate_totp")),
        (later(signed_in(with_password(person("head", "motie"))), 300), reverse("mfa_add_webauthn")),
    ]:
        answer = by.get(address, follow=True)
        assert answer.status_code == 200, address
        found = html_of(answer)
        assert [word for word in FOREIGN_WORDS if word in found] == [], address
    assert "Add a passkey to sign" in html_of(client.get(reverse("mfa_add_webauthn")))


def test_recovery_codes_are_made_only_when_asked_for() -> None:
    client = signed_in(with_password(person("officer", "motie")))
    user = User.objects.get(pk=client.session["_auth_user_id"])
    passkey_for(user, str(client.session.session_key))
    assert factors(user) == ["webauthn"]
    assert "Make recovery codes" in html_of(client.get(reverse("mfa_index")))
    assert client.get(reverse("mfa_generate_recovery_codes")).status_code == 302, "after the passkey"
    with_codes = with_app(person("head", "motie"))
    other = signed_in(with_codes, code_now())
    before = recovery_code(with_codes)
    assert before in html_of(other.get(reverse("mfa_view_recovery_codes")))
    other.post(reverse("mfa_generate_recovery_codes"))
    assert recovery_code(with_codes) != before and kinds()[-1] == "second factor renewed: recovery_codes"


def test_sessions_are_listed_and_each_can_be_ended() -> None:
    user = with_password(person("officer", "motie"))
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
    here, there, third = signed_in(user), Client(headers={"User-Agent": agent}), signed_in(user)
    there.post(reverse("account_login"), {"login": user.email, "password": "a long enough password"})
    stranger = signed_in(with_password(person("head", "motie")))
    page = html_of(here.get(reverse("mfa_index")))
    assert "Firefox, Windows" in page and page.count('name="session"') == 2
    chosen = UserSession.objects.get(user_agent=agent)
    for wrong in ("x", "9" * 30, str(UserSession.objects.exclude(user=user).get().pk)):
        here.post(reverse("usersessions_list"), {"session": wrong})
    assert there.get("/").status_code == 200 and stranger.get("/").status_code == 200
    here.post(reverse("usersessions_list"), {"session": chosen.pk})
    assert there.get("/").status_code == 302 and third.get("/").status_code == 200
    here.post(reverse("usersessions_list"))
    assert third.get("/").status_code == 302 and here.get("/").status_code == 200
    assert stranger.get("/").status_code == 200
