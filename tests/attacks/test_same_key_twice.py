"""One passkey must not sign for two people: its public key belongs to the account that enrolled it first."""

import json
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.utils import timezone
from fido2.utils import websafe_decode

from accounts.demo.software_passkey import SoftwarePasskey
from accounts.models import EnrolledKey, User
from accounts.signin.keys import fingerprint, public_key_der
from roadmaps.models import RoadMapVersion, Signature
from roadmaps.signing import CannotSign
from tests.scenarios.people import seat
from tests.scenarios.signing import Group

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

ADD = "/accounts/2fa/webauthn/add/"
OF_ANOTHER = "This passkey’s key is registered to another account."
PASSWORD = "a sample password of the tests"  # noqa: S105  # of this test alone


def signed_in(user: User) -> Client:
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    client = Client()
    assert client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def enrol(client: Client, key: SoftwarePasskey) -> Any:
    options = client.get(ADD).context["js_data"]["creation_options"]["publicKey"]
    answer = key.registration(websafe_decode(options["challenge"]))
    return client.post(ADD, {"name": "Mine", "credential": json.dumps(answer)})


def software_key() -> SoftwarePasskey:
    return SoftwarePasskey.make(rp_id=settings.RP_ID, origin=settings.ORIGIN)


def passkeys_of(user: User) -> Any:
    return Authenticator.objects.filter(user=user, type="webauthn")


def test_a_key_is_recorded_as_its_owners_and_refused_to_everybody_else() -> None:
    key, (uz, kr) = software_key(), (seat("co_chair", side, "energy") for side in ("UZ", "KR"))
    browser = signed_in(uz)
    assert enrol(browser, key).status_code == 302
    row = EnrolledKey.objects.get()
    data = passkeys_of(uz).get().wrap().authenticator_data.credential_data
    assert (row.user, row.fingerprint) == (uz, fingerprint(public_key_der(data.public_key)))
    assert EnrolledKey.history.get().act_name == uz.name

    other = signed_in(kr)
    for _removed_meanwhile in range(2):
        answer = enrol(other, key)
        assert answer.status_code == 200 and OF_ANOTHER in answer.content.decode()
        assert not passkeys_of(kr).exists()
        passkeys_of(uz).delete()

    assert enrol(browser, key).status_code == 302
    assert EnrolledKey.objects.get() == row and EnrolledKey.history.count() == 1


def test_two_people_who_enrol_one_key_at_the_same_moment_do_not_both_have_it() -> None:
    key, (uz, kr) = software_key(), (seat("co_chair", side, "energy") for side in ("UZ", "KR"))
    enrol(signed_in(uz), key)
    browser = signed_in(kr)
    with mock.patch("accounts.signin.keys._owned_by", return_value=None):  # as each of them reads it
        answer = enrol(browser, key)
    assert answer.status_code == 200 and OF_ANOTHER in answer.content.decode()
    assert not passkeys_of(kr).exists() and EnrolledKey.objects.get().user == uz


def test_a_key_of_the_other_sides_co_chair_does_not_sign() -> None:
    """The passkey was written into the table for both, past enrolment."""
    group = Group()
    revision = group.publish()
    group.sign(revision, "UZ")
    passkeys_of(group.chairs["KR"]).update(data=passkeys_of(group.chairs["UZ"]).get().data)
    group.keys["KR"] = group.keys["UZ"]
    with pytest.raises(CannotSign, match="not_your_key"):
        group.sign(revision, "KR")
    assert Signature.objects.get().side == "UZ" and not RoadMapVersion.objects.exists()


@pytest.mark.parametrize("what", ["owned by somebody else", "enrolled after it signed", "never enrolled"])
def test_a_signature_counts_only_if_its_key_was_its_signers_own(what: str) -> None:
    group = Group()
    revision = group.publish()
    genuine = group.sign(revision, "KR")
    rows = EnrolledKey.objects.filter(user=group.chairs["KR"])
    if what == "owned by somebody else":
        rows.update(user=group.secretary)
    elif what == "enrolled after it signed":
        rows.update(since=genuine.issued_at + timedelta(seconds=1))
    else:
        rows._raw_delete(rows.db)  # past its history, as SQL does
    with pytest.raises(CannotSign, match="other_signature_invalid"):
        group.sign(revision, "UZ")
    assert not RoadMapVersion.objects.exists()


def test_a_key_signs_from_the_second_in_which_it_was_enrolled() -> None:
    group = Group()
    EnrolledKey.objects.all()._raw_delete("default")  # past its history, as SQL does
    for side, chair in group.chairs.items():
        passkeys_of(chair).delete()
        group.keys[side].enrol(chair, now=timezone.now())
    group.adopt()
    assert RoadMapVersion.objects.exists()
