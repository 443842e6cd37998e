"""Withdrawals and refusals are exported, also those undone in their tables, and the verifier counts them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from roadmaps.models import Revision, RoadMapVersion
from roadmaps.services import refuse, withdraw_signature
from roadmaps.services.export import signature_lines, stated_lines
from tests.scenarios.exports import entry, key_list, verify
from tests.scenarios.people import actor_for
from tests.scenarios.signing import Group

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def withdrawn(group: Group) -> Revision:
    """A revision whose Uzbek signature was withdrawn."""
    revision = group.publish()
    group.sign(revision, "UZ", at=timezone.now() - timedelta(seconds=10))
    withdraw_signature(revision=revision, by=actor_for(group.chairs["UZ"]), now=timezone.now())
    return revision


def executed(sql: str, *parameters: Any) -> None:
    """Past every service, as the owner of the database could."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def verified(group: Group, folder: Path) -> tuple[int, list[str]]:
    lines = [json.loads(line) for line in (*signature_lines(), *stated_lines())]
    return verify(folder, lines, [key_list(entry(side, key.key)) for side, key in group.keys.items()])


def test_a_side_that_withdrew_and_signed_again_has_signed(group: Group, withdrawn: Revision, tmp_path: Path) -> None:
    (line,) = [json.loads(line) for line in stated_lines()]
    assert (line["format"], line["revision"], line["side"]) == ("roadmap-withdrawal/v1", "RM-07.P1.R1", "UZ")
    group.sign(withdrawn, "KR")
    group.sign(withdrawn, "UZ")
    assert verified(group, tmp_path) == (0, ["verified 2 signatures of 1 versions"])


def test_an_undone_withdrawal_is_found(group: Group, withdrawn: Revision, tmp_path: Path) -> None:
    executed("UPDATE roadmaps_signature SET withdrawn_at = NULL")
    group.sign(withdrawn, "KR")
    assert RoadMapVersion.objects.exists()  # the product itself is deceived
    code, said = verified(group, tmp_path)
    assert code == 1 and len(said) == 2
    assert said[0].startswith("RM-07.P1.R1: UZ withdrew this signature on ") and said[0].endswith("it does not count")
    assert said[1] == "RM-07.P1.R1: version 1 of RM-07 has no signature of UZ"


def test_an_undone_refusal_is_found(group: Group, tmp_path: Path) -> None:
    revision = group.publish()
    group.sign(revision, "KR", at=timezone.now() - timedelta(seconds=10))
    at = timezone.now() - timedelta(seconds=5)
    refuse(revision=revision, reason="Too late.", by=actor_for(group.chairs["UZ"]), now=at)
    assert verified(group, tmp_path) == (0, ["verified 1 signatures of 0 versions"])
    executed("DELETE FROM roadmaps_refusal")
    group.sign(revision, "UZ")
    code, said = verified(group, tmp_path)
    assert code == 1 and len(said) == 3
    for sentence, side in zip(said, ("KR", "UZ"), strict=False):
        assert sentence.startswith("RM-07.P1.R1: UZ refused this revision on ")
        assert sentence.endswith(f"{side}'s signature does not count")
    assert "version 1 of RM-07 has no signature of " in said[2]


def test_the_command_writes_them_after_the_signatures(group: Group, withdrawn: Revision, tmp_path: Path) -> None:
    group.sign(withdrawn, "KR")
    file = tmp_path / "export.jsonl"
    call_command("export_signatures", str(file))
    formats = [json.loads(line)["format"] for line in file.read_bytes().splitlines()]
    assert formats == ["roadmap-signature/v1", "roadmap-withdrawal/v1"]
    call_command("export_signatures", str(file), "--road-map", "RM-03")
    assert file.read_bytes() == b""


@pytest.mark.parametrize(
    "change",
    [{"side": "XX"}, {"at": "yesterday"}, {"issued_at": ""}, {"issued_at": 5}, {"revision": None}, {"format": []}],
)
def test_a_malformed_withdrawal_is_a_sentence(withdrawn: Revision, tmp_path: Path, change: dict[str, Any]) -> None:
    (line,) = [json.loads(line) for line in stated_lines()]
    code, said = verify(tmp_path, [{**line, **change}], [])
    assert code == 1 and len(said) == 1 and said[0].startswith("line 1: its ")
