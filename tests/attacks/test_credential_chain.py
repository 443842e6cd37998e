"""From a stolen session to somebody's credentials: every step is closed, and every real change is told."""

import re
from datetime import timedelta
from email import policy
from email.parser import Parser
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.signin.events import credential_changed
from accounts.tasks import send_reset_link
from audit.models import CREDENTIAL_KINDS, Event
from reminders.services.credentials import WORDS, plan_credential_notices, send_credential_notices
from reminders.services.delivery.leases import LEASE
from tests.scenarios.people import person, seat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

PASSWORD, NEW = "a long enough password", "another quite long one"
THIEF = "thief@example.invalid"


@pytest.fixture
def officer() -> User:
    user = person("officer", "minenergy")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


@pytest.fixture
def stolen(officer: User) -> Client:
    """A session without its password."""
    client = Client()
    client.force_login(officer)
    return client


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's task runs at once."""
    monkeypatch.setattr(send_reset_link, "delay", send_reset_link)


def changes() -> list[str]:
    return list(Event.objects.filter(kind__in=CREDENTIAL_KINDS).order_by("pk").values_list("kind", flat=True))


def link_of(sent: Any) -> str:
    found = re.search(r"https?://\S+", sent.body)
    assert found
    return found[0]


def test_a_session_cannot_change_the_address(officer: User, stolen: Client) -> None:
    for name in ("action_add", "action_primary", "action_send", "action_remove"):
        assert stolen.post("/accounts/email/", {"email": THIEF, name: ""}).status_code == 404
    change = reverse("admin:accounts_user_change", args=[officer.pk])
    assert stolen.post(change, {"email": THIEF, "name": officer.name, "reason": "x"}).status_code in (403, 404)
    officer.refresh_from_db()
    assert officer.email != THIEF and not EmailAddress.objects.filter(email=THIEF).exists()


def test_a_forgotten_password_is_sent_to_the_persons_own_address_alone(officer: User) -> None:
    EmailAddress.objects.create(user=officer, email=THIEF, verified=True)
    for email in (THIEF, "stranger@example.invalid"):
        Client().post("/accounts/password/reset/", {"email": email})
    assert mail.outbox == []
    Client().post("/accounts/password/reset/", {"email": officer.email.upper()})
    assert [sent.to for sent in mail.outbox] == [[officer.email]]


def test_the_link_begins_with_the_origin_whatever_host_was_asked(officer: User, settings: Any) -> None:
    for host in ("localhost:6666", "127.0.0.1:1"):
        Client().post("/accounts/password/reset/", {"email": officer.email}, headers={"Host": host})
    assert len(mail.outbox) == 2
    for sent in mail.outbox:
        assert link_of(sent).startswith(f"{settings.ORIGIN}/accounts/password/reset/key/")
        assert "6666" not in str(Parser(policy=policy.default).parsestr(sent.message().as_string()))


def test_the_link_sets_a_password_once_and_is_an_event(officer: User, settings: Any) -> None:
    Client().post("/accounts/password/reset/", {"email": officer.email})
    path = link_of(mail.outbox[0]).removeprefix(settings.ORIGIN)
    client = Client()
    form = client.get(path, follow=True)
    answer = client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert answer.status_code == 302
    officer.refresh_from_db()
    assert officer.check_password(NEW) and changes() == ["password reset"]
    event = Event.objects.get(kind="password reset")
    assert (event.act_id, event.detail["person"], event.layer) == (officer.pk, officer.pk, "UZ")
    assert b"password1" not in Client().get(path, follow=True).content


def test_a_changed_address_ends_the_links_sent_to_the_old_one(officer: User, settings: Any) -> None:
    Client().post("/accounts/password/reset/", {"email": officer.email})
    path = link_of(mail.outbox[0]).removeprefix(settings.ORIGIN)
    administrator = Client()
    administrator.force_login(person("administrator", "minenergy"))
    form = {"name": officer.name, "email": "New@Example.Invalid", "is_active": "on", "reason": "Married."}
    form["based_on"] = str(officer.row_version)
    answer = administrator.post(reverse("admin:accounts_user_change", args=[officer.pk]), form)
    assert answer.status_code == 302
    was = officer.email
    officer.refresh_from_db()
    assert officer.email == "new@example.invalid"
    assert list(EmailAddress.objects.filter(user=officer).values_list("email", flat=True)) == [officer.email]
    event = Event.objects.get(kind="address changed")
    assert event.detail == {"person": officer.pk, "was": was} and event.act_name == "administrator of minenergy"
    assert User.history.filter(id=officer.pk)[0].email == officer.email
    assert b"password1" not in Client().get(path, follow=True).content


def test_a_changed_password_and_second_factors_are_events(officer: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
    wrong = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    client.post("/accounts/password/change/", wrong)
    assert changes() == []
    assert client.post("/accounts/password/change/", wrong | {"oldpassword": PASSWORD}).status_code == 302
    assert changes() == ["password changed"]


def test_a_session_alone_enrols_nothing(officer: User, stolen: Client) -> None:
    for name in ("mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        assert stolen.get(reverse(name)).status_code in (302, 403, 404)
        stolen.post(reverse(name), {"code": "000000", "credential": "{}", "name": "x"})
    assert stolen.get(reverse("account_set_password"))["Location"] == reverse("account_reset_password")
    assert not Authenticator.objects.filter(user=officer).exists() and changes() == []


def told() -> set[str]:
    """Sweep twice, send twice, and return who was written to; nobody is written to twice."""
    mail.outbox.clear()
    now = timezone.now()
    for _sweep in range(2):
        plan_credential_notices(now=now)
        send_credential_notices(now=now)
    addresses = [address for sent in mail.outbox for address in sent.to]
    assert len(addresses) == len(set(addresses))
    return set(addresses)


@pytest.mark.parametrize("kind", CREDENTIAL_KINDS)
def test_every_change_is_told_to_the_person(officer: User, kind: str) -> None:
    credential_changed(kind, officer)
    assert told() == {officer.email}
    sent = mail.outbox[0]
    assert sent.subject == "Your sign-in was changed" and str(WORDS[kind]) in sent.body
    assert "http" not in sent.body, "a mail about a theft asks nobody to click"


def test_a_former_address_is_told_as_well(officer: User) -> None:
    credential_changed("address changed", officer, was="before@example.invalid")
    assert told() == {officer.email, "before@example.invalid"}


def test_a_co_chairs_change_is_told_to_their_sides_watchers_only() -> None:
    chair = seat("co_chair", "UZ", "energy")
    watchers = [person("auditor", "miit"), person("administrator", "miit")]
    for role, code in (("auditor", "motie"), ("administrator", "motie"), ("administrator", "minenergy")):
        person(role, code)
    Event.objects.all().delete()
    credential_changed("second factor added: webauthn", chair)
    found = told()
    assert {chair.email, *(one.email for one in watchers)} == found
    bodies = {sent.to[0]: sent.body for sent in mail.outbox}
    assert f"The sign-in of {chair.name}, who signs for your side" in bodies[watchers[0].email]


def test_several_changes_are_one_mail(officer: User) -> None:
    credential_changed("second factor added: webauthn", officer)
    credential_changed("second factor added: recovery_codes", officer)
    assert told() == {officer.email}
    assert "A passkey was added." in mail.outbox[0].body and "Recovery codes were made." in mail.outbox[0].body


def test_what_could_not_be_sent_is_sent_later(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    credential_changed("password changed", officer)
    now = timezone.now()
    plan_credential_notices(now=now)
    with monkeypatch.context() as down:
        down.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", _down)
        send_credential_notices(now=now)
    assert mail.outbox == []
    send_credential_notices(now=now + LEASE + timedelta(seconds=1))
    assert len(mail.outbox) == 1


def _down(*args: object) -> int:
    raise ConnectionRefusedError
