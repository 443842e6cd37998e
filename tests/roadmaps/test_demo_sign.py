"""Sample keys: turned through the ordinary service, by sample accounts, only in a demonstration."""

import json
import stat
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import CommandError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from audit.models import Event
from roadmaps.demo.samples import SAMPLES
from roadmaps.models import Revision, RoadMapVersion, Signature
from roadmaps.services import publish, refuse, reopen_proposal, withdraw_proposal
from roadmaps.services.export import signature_lines
from tests.scenarios.demo import command, directory_fixture, energy, history, person, small_demo_fixture  # noqa: F401
from tests.scenarios.exports import entry, key_list, verify
from tests.scenarios.people import actor_for, draft_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

UZ, KR = "co_chair.uz.energy@demo.invalid", "co_chair.kr.energy@demo.invalid"


def demo_sign(proposal: str, address: str) -> list[str]:
    return command("demo_sign", proposal, "--as", address)


def published() -> Revision:
    secretary = actor_for(person("secretary.uz.energy@demo.invalid"))
    return publish(proposal=energy(), by=secretary, now=timezone.now())


def test_two_sample_keys_bring_a_road_map_into_force(small_demo: list[str]) -> None:
    revision = published()
    assert demo_sign("RM-07.P1", KR) == ["RM-07.P1.R1: signed for Korea with a sample key.", f"Waiting for {UZ}."]
    assert demo_sign("RM-07.P1.R1", UZ) == [
        "RM-07.P1.R1: signed for Uzbekistan with a sample key.",
        "RM-07 is in force as version 1.",
    ]
    version = RoadMapVersion.objects.get(revision=revision)
    assert version.illustrative
    assert set(Signature.history.filter(revision=revision).values_list("act_name", "act_door")) == {
        (person(UZ).name, "command"),
        (person(KR).name, "command"),
    }


def test_the_keys_are_for_the_owner_of_the_file_and_the_same_the_next_time(
    small_demo: list[str], directory: Path
) -> None:
    file = directory / "demo-passkeys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    published()
    demo_sign("RM-07.P1", UZ)
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert set(kept) == {UZ, *(f"co_chair.{side}.{area}@demo.invalid" for side in ("uz", "kr") for area in SAMPLES)}


def test_the_account_can_still_sign_in_by_its_password(small_demo: list[str], directory: Path) -> None:
    """An enrolled passkey would be asked for at sign-in, and no browser holds this one."""
    published()
    demo_sign("RM-07.P1", UZ)
    assert not Authenticator.objects.exists()
    entries = json.loads((directory / "demo-accounts.json").read_text(encoding="utf-8"))
    password = next(entry["password"] for entry in entries if entry["address"] == UZ)
    client = Client()
    client.post("/accounts/login/", {"login": UZ, "password": password})
    assert client.session.get("_auth_user_id") == str(person(UZ).pk)


def test_sample_keys_are_on_nobodys_list(small_demo: list[str], tmp_path: Path) -> None:
    real = [key_list(entry(side, ec.generate_private_key(ec.SECP256R1()))) for side in ("UZ", "KR")]
    lines = [json.loads(line) for line in signature_lines()]
    code, said = verify(tmp_path, lines, real)
    assert (code, len(said)) == (1, 4)
    assert all(sentence.endswith("is on nobody's list") for sentence in said)
    assert all(line["illustrative"] for line in lines)
    assert verify(tmp_path, lines, [])[0] == 0


def refusal(proposal: str, address: str) -> str:
    before = history()
    with pytest.raises(CommandError) as raised:
        demo_sign(proposal, address)
    assert history() == before
    assert not Authenticator.objects.exists()
    return str(raised.value)


def test_outside_a_demonstration_no_key_turns(small_demo: list[str], settings: Settings) -> None:
    published()
    settings.DEMO = False
    assert refusal("RM-07.P1", UZ).startswith("Sample keys sign only with DEMO=1")


def test_only_a_sample_accounts_key_turns(small_demo: list[str]) -> None:
    published()
    chair = person(UZ)
    User.objects.filter(pk=chair.pk).update(illustrative=False)
    for address in (UZ, "nobody@example.org", ""):
        assert refusal("RM-07.P1", address).startswith(f"{address} is not a sample account")


def test_what_is_not_there_and_what_they_may_not_see_are_one_sentence(small_demo: list[str]) -> None:
    published()
    name = person("reader.kia@demo.invalid").name
    assert refusal("RM-07.P1", "reader.kia@demo.invalid") == f"{name} sees no proposal RM-07.P1."
    assert refusal("RM-07.P8", "reader.kia@demo.invalid") == f"{name} sees no proposal RM-07.P8."
    draft_of("minenergy", "energy")
    assert refusal("RM-07.P2", KR) == f"{person(KR).name} sees no proposal RM-07.P2."
    assert refusal("RM-07.P999999999.R999999999", UZ) == f"{person(UZ).name} sees no proposal RM-07.P999999999."
    assert refusal("RM-07.P1.R7", UZ).startswith("There is no revision RM-07.P1.R7")
    for reference in ("RM-07", "7", "", "RM-07.P1.R1.R1", "rm-07.p1", "RM-07.P٣"):
        assert refusal(reference, UZ).startswith(f"“{reference}” is not a proposal's reference")


def test_what_is_not_published_cannot_be_signed(small_demo: list[str]) -> None:
    assert refusal("RM-07.P1", UZ).startswith("Nothing of RM-07.P1 is published: its group's secretaries publish it")
    published()
    secretary = actor_for(person("secretary.uz.energy@demo.invalid"))
    proposal = energy()
    proposal = reopen_proposal(proposal=proposal, by=secretary, now=timezone.now())
    assert refusal("RM-07.P1", UZ).startswith("Nothing of RM-07.P1 is published")
    assert "was edited after publication" in refusal("RM-07.P1.R1", UZ)
    withdraw_proposal(proposal=proposal, by=secretary, now=timezone.now())
    assert refusal("RM-07.P1", UZ) == "RM-07.P1 is closed: nothing of it is left to sign."


def test_who_is_no_co_chair_reads_who_could(small_demo: list[str], directory: Path) -> None:
    published()
    kept = (directory / "demo-passkeys.json").read_bytes()
    for address in ("secretary.uz.energy@demo.invalid", "head.minenergy@demo.invalid"):
        assert refusal("RM-07.P1", address) == (
            f"{person(address).name} is not a co-chair of RM-07 Modern and safe energy. "
            f"This can be signed by: {UZ}, {KR}."
        )
    assert (directory / "demo-passkeys.json").read_bytes() == kept
    event = Event.objects.filter(kind="signature refused").latest("pk")
    assert (event.subject, event.act_name, event.act_door) == (
        "RM-07.P1.R1",
        person("head.minenergy@demo.invalid").name,
        "command",
    )


def test_a_key_turns_once_and_not_on_what_was_refused_or_is_in_force(small_demo: list[str]) -> None:
    revision = published()
    demo_sign("RM-07.P1", UZ)
    assert refusal("RM-07.P1", UZ) == "Your side has already signed."
    refuse(revision=revision, reason="Too late.", by=actor_for(person(KR)), now=timezone.now())
    assert "was refused" in refusal("RM-07.P1", KR)
    assert refusal("RM-03.P1", "co_chair.uz.chemistry@demo.invalid") == (
        "This proposal is closed: it is in force. Start a new one."
    )


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"%s": 5}', '{"%s": {}}', '{"%s": {"key": "x", "credential_id": "00"}}']
)
def test_a_spoilt_file_of_keys_is_a_sentence(small_demo: list[str], directory: Path, content: str) -> None:
    published()
    (directory / "demo-passkeys.json").write_text(content.replace("%s", UZ), encoding="utf-8")
    assert "demo-passkeys.json is not the list of sample passkeys: remove it" in refusal("RM-07.P1", UZ)


def test_a_file_that_cannot_be_written_is_a_sentence(small_demo: list[str], directory: Path) -> None:
    published()
    (directory / "demo-passkeys.json").unlink()
    (directory / "demo-passkeys.new").mkdir()
    assert "demo-passkeys.json cannot be written: " in refusal("RM-07.P1", UZ)
