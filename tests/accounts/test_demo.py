"""Sample accounts: who they are, what they may do, and that they exist only in a demonstration."""

import json
import stat
from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import get_hasher
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership, OrganisationName, Seat, User
from accounts.policy.actors import Actor, system_actor
from accounts.policy.questions import can_on
from audit.acting import acting
from audit.models import Event
from programme.models import Project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]


@pytest.fixture(autouse=True)
def directory(settings: Settings, tmp_path: Path) -> Path:
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    return tmp_path


def load() -> list[str]:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue().splitlines()


def listed(directory: Path) -> dict[str, dict[str, str]]:
    entries: list[dict[str, str]] = json.loads((directory / "demo-accounts.json").read_text(encoding="utf-8"))
    return {entry["address"]: entry for entry in entries}


def actor(address: str) -> Actor:
    return Actor(door="admin", today=timezone.localdate(), person=User.objects.get(email=address))


def test_there_is_an_account_for_every_role_and_seat(directory: Path) -> None:
    assert load()[-1] == "291 changes"  # the accounts, two road maps in force, a forecast
    accounts = listed(directory)
    everywhere = dict.fromkeys(("reader", "officer", "head", "administrator"), 45)
    seats = dict.fromkeys(("member", "secretary", "co_chair"), 34)
    assert Counter(entry["role"] for entry in accounts.values()) == everywhere | seats | {"controller": 2, "auditor": 4}
    assert set(User.objects.filter(illustrative=True).values_list("email", flat=True)) == set(accounts)
    assert EmailAddress.objects.filter(email__in=accounts, verified=True, primary=True).count() == 288
    assert accounts["officer.minenergy@demo.invalid"]["name"] == "Officer, Ministry of Energy (sample)"
    assert (
        accounts["co_chair.kr.energy@demo.invalid"].items()
        >= {"group": "energy", "side": "KR", "role": "co_chair"}.items()
    )


def test_each_is_what_its_address_says(directory: Path) -> None:
    load()
    for address, entry in listed(directory).items():
        membership = Membership.objects.select_related("organisation", "user").get(user__email=address)
        role = "reader" if "group" in entry else entry["role"]
        assert (membership.role, membership.valid_from) == (role, timezone.localdate())
        assert membership.user.side == membership.organisation.side == entry["side"]
        if "organisation" in entry:
            assert membership.organisation.code == entry["organisation"]
            continue
        seat = Seat.objects.select_related("group").get(user__email=address)
        assert (seat.role, seat.side, seat.group.code) == (entry["role"], entry["side"], entry["group"])
        assert membership.organisation_id == getattr(seat.group, f"lead_{seat.side.lower()}_id")


def test_the_policy_knows_them() -> None:
    load()
    project = Project.objects.get(code="D05")
    name = OrganisationName.objects.get(organisation__code="minenergy")
    assert can_on(actor("officer.uzkimyosanoat@demo.invalid"), "project.edit", project)
    assert can_on(actor("secretary.kr.chemistry@demo.invalid"), "project.view", project)
    assert not can_on(actor("reader.kia@demo.invalid"), "project.view", project)
    assert can_on(actor("administrator.minenergy@demo.invalid"), "organisation.edit", name)


def test_the_listed_password_opens_the_account_whose_hash_sign_in_then_strengthens(
    settings: Settings, directory: Path
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    load()
    user = User.objects.get(email="head.koica@demo.invalid")
    assert get_hasher().must_update(user.password)
    assert user.check_password(listed(directory)[user.email]["password"])
    assert not get_hasher().must_update(User.objects.get(pk=user.pk).password)


def test_the_list_is_for_its_owner_only(directory: Path) -> None:
    load()
    assert stat.S_IMODE((directory / "demo-accounts.json").stat().st_mode) == 0o600


def test_a_second_run_changes_nothing(directory: Path) -> None:
    load()
    before = (directory / "demo-accounts.json").read_bytes()
    history: Any = [User.history, Membership.history, Seat.history]
    rows = [manager.count() for manager in history]
    assert load() == ["0 changes"]
    assert (directory / "demo-accounts.json").read_bytes() == before
    assert [manager.count() for manager in history] == rows


def test_a_lost_list_gives_new_passwords_and_says_so(directory: Path) -> None:
    load()
    before = listed(directory)
    (directory / "demo-accounts.json").unlink()
    assert load()[0].startswith("288 accounts had no password in ")
    after = listed(directory)
    assert not {entry["password"] for entry in before.values()} & {entry["password"] for entry in after.values()}
    assert User.objects.get(email="head.koica@demo.invalid").check_password(
        after["head.koica@demo.invalid"]["password"]
    )
    assert Event.objects.filter(kind="password set", act_name="load_demo").count() == 288


def test_a_new_database_keeps_the_passwords_of_the_list(directory: Path) -> None:
    kept = [{"address": "head.koica@demo.invalid", "password": "kept-for-you", "role": "head"}]
    (directory / "demo-accounts.json").write_text(json.dumps(kept), encoding="utf-8")
    load()
    assert listed(directory)["head.koica@demo.invalid"]["password"] == "kept-for-you"
    assert User.objects.get(email="head.koica@demo.invalid").check_password("kept-for-you")


@pytest.mark.parametrize("content", ["", "[", "5", '[{"address": 1}]', '["x"]', '{"a": 1}'])
def test_a_spoilt_list_is_a_sentence_and_nothing_is_made(directory: Path, content: str) -> None:
    (directory / "demo-accounts.json").write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match="is not the list of sample accounts: remove it"):
        load()
    assert not User.objects.filter(illustrative=True).exists()


def test_a_list_that_cannot_be_written_is_a_sentence_and_nothing_is_made(directory: Path) -> None:
    (directory / "demo-accounts.new").mkdir()  # stands in the way of the new list, also for root
    with pytest.raises(CommandError, match="demo-accounts.json cannot be written: Is a directory"):
        load()
    assert not User.objects.filter(illustrative=True).exists()


def test_a_folder_that_is_none_is_a_sentence(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.DATA_DIR = tmp_path / "file"
    with pytest.raises(CommandError, match="demo-accounts.json cannot be read: Not a directory"):
        load()


def test_without_the_programme_it_says_what_to_do_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.demo.people._samples", lambda: iter(()))
    with pytest.raises(CommandError, match="load_programme"):
        load()


def test_outside_a_demonstration_there_are_none(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="only with DEMO=1"):
        load()
    assert not User.objects.filter(illustrative=True).exists()


def test_what_people_changed_is_left_and_the_list_says_so(directory: Path) -> None:
    load()
    addresses = [f"{name}@demo.invalid" for name in ("head.koica", "officer.minenergy", "reader.kia", "head.kia")]
    moved, secret, inactive, ended = (User.objects.get(email=address) for address in addresses)
    with acting(system_actor("test").act):
        moved.email = "somebody.else@demo.invalid"
        moved.save()
        inactive.is_active = False
        inactive.save()
        membership = ended.memberships.get()
        membership.valid_from -= timedelta(days=2)
        membership.valid_to = timezone.localdate() - timedelta(days=1)
        membership.save()
    secret.set_password("a password of one's own")
    secret.save(update_fields=["password"])

    said = load()

    assert said[0].startswith("4 accounts were changed by people and are kept; ")
    assert said[-1] == "0 changes"
    entries = listed(directory)
    assert len(entries) == 288
    assert "head.koica@demo.invalid" not in entries
    assert entries["somebody.else@demo.invalid"]["made_as"] == "head.koica@demo.invalid"
    assert entries["somebody.else@demo.invalid"]["changed"] == "It signs in as somebody.else@demo.invalid now."
    assert entries["somebody.else@demo.invalid"]["password"]
    assert entries[addresses[1]] | {"password": "", "changed": "Its password was changed."} == entries[addresses[1]]
    assert entries[addresses[2]]["changed"] == "It is inactive."
    assert entries[addresses[3]]["changed"] == "A membership or seat of it has ended."
    assert load()[-1] == "0 changes"
    assert User.objects.get(pk=secret.pk).check_password("a password of one's own")


def test_an_address_that_somebody_else_has_is_said_and_left(directory: Path) -> None:
    other = User.objects.filter(side="KR").first()
    with acting(system_actor("test").act):
        other = other or User.objects.create(email="real@example.org", name="Real", side="KR")
    EmailAddress.objects.create(user=other, email="head.koica@demo.invalid", verified=True)
    assert "head.koica@demo.invalid was not created: another account has this address" in load()
    assert "head.koica@demo.invalid" not in listed(directory)
