"""What the export holds: every signature that counts, in one order, exactly as it stands."""

import hashlib
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from roadmaps.document.hashing import content_hash
from roadmaps.models import RoadMapVersion, Signature
from roadmaps.services import withdraw_signature
from roadmaps.services.export import signature_lines
from tests.scenarios.exports import entry, key_list, made, verify
from tests.scenarios.people import actor_for
from tests.scenarios.signing import Group

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]


def exported(*arguments: str) -> str:
    out = StringIO()
    call_command("export_signatures", *arguments, stdout=out)
    return out.getvalue()


def test_a_line_holds_what_was_signed_and_no_more() -> None:
    revision = Group().adopt().revision
    lines = [json.loads(line) for line in signature_lines()]
    assert [(line["revision"], line["side"], line["version"]) for line in lines] == [
        ("RM-07.P1.R1", "KR", 1),
        ("RM-07.P1.R1", "UZ", 1),
    ]
    for line in lines:
        assert hashlib.sha256(line["document"].encode()).hexdigest() == line["content_hash"] == revision.content_hash
        assert set(line) == {
            "format", "document", "content_hash", "revision", "version", "side", "issued_at", "signer", "seat",
            "illustrative", "credential_id", "public_key", "authenticator_data", "client_data", "signature",
        }  # fmt: skip
    assert revision.content_hash == content_hash("RM-07", None, revision.document, revision.reason)


def test_the_order_is_always_the_same_and_each_road_map_can_be_had_alone(tmp_path: Path) -> None:
    made()
    file = tmp_path / "export.jsonl"
    assert exported(str(file)) == f"5 signatures written to {file}\n"
    lines = file.read_text(encoding="utf-8")
    assert exported("-") == lines
    assert [json.loads(line)["revision"][6:8] for line in lines.splitlines()] == ["P1", "P1", "P2", "P2", "P3"]
    assert exported("-", "--road-map", "RM-07") == lines
    assert exported("-", "--road-map", "RM-03") == ""


def test_a_withdrawn_key_and_one_on_a_text_edited_since_do_not_count() -> None:
    group = Group()
    revision = group.publish()
    group.sign(revision, "UZ")
    assert len(list(signature_lines())) == 1
    withdraw_signature(revision=revision, by=actor_for(group.chairs["UZ"]), now=timezone.now())
    assert list(signature_lines()) == []
    group.sign(revision, "KR")
    group.edit(lambda content: content, reason="Another reason.")
    assert Signature.objects.count() == 2
    assert list(signature_lines()) == []


def test_a_passkey_removed_since_leaves_the_export_as_it_was() -> None:
    Group().adopt()
    before = list(signature_lines())
    Authenticator.objects.all().delete()
    assert list(signature_lines()) == before


def test_an_unknown_road_map_leaves_the_file_alone(tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    file.write_text("of yesterday", encoding="utf-8")
    with pytest.raises(CommandError, match="There is no road map RM-99"):
        exported(str(file), "--road-map", "RM-99")
    assert file.read_text(encoding="utf-8") == "of yesterday"


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    Group().adopt()
    for file in (tmp_path, tmp_path / "none" / "export.jsonl", Path("/dev/full")):
        with pytest.raises(CommandError, match="cannot be written: "):
            exported(str(file))


def altered(sql: str, *parameters: Any) -> list[dict[str, Any]]:
    """Past every service, as the owner of the database could; then exported."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    return [json.loads(line) for line in signature_lines()]


def keys_of(group: Group) -> list[dict[str, Any]]:
    return [key_list(entry(side, passkey.key)) for side, passkey in group.keys.items()]


def test_a_text_altered_in_the_database_is_exported_as_it_stands_and_found(tmp_path: Path) -> None:
    group = Group()
    group.adopt()
    lines = altered(
        "UPDATE roadmaps_revision SET content = %s", json.dumps({"sections": [], "note": None, "anything": 5})
    )
    code, said = verify(tmp_path, lines, keys_of(group))
    assert (code, len(said)) == (1, 2)
    assert all("the document was altered" in sentence for sentence in said)


def test_a_signature_inserted_for_the_other_side_is_found(tmp_path: Path) -> None:
    """Its fields copied, and with it a version: what a page would then show as agreed."""
    group = Group()
    revision = group.publish()
    group.sign(revision, "UZ")
    names = ", ".join(field.attname for field in Signature._meta.fields if field.attname not in ("id", "side"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO roadmaps_roadmapversion "
            "(row_version, road_map_id, number, revision_id, in_force_at, illustrative) VALUES (1, %s, 1, %s, %s, %s)",
            [revision.proposal.road_map_id, revision.pk, timezone.now(), False],
        )
    lines = altered(
        f"INSERT INTO roadmaps_signature ({names}, side) SELECT {names}, 'KR' FROM roadmaps_signature"  # noqa: S608
    )
    assert RoadMapVersion.objects.get().number == 1
    code, said = verify(tmp_path, lines, keys_of(group))
    assert code == 1
    assert said == [
        "line 1, RM-07.P1.R1 for KR: the passkey signed another hash, revision, side or moment (challenge)",
        "line 1, RM-07.P1.R1 for KR: its key, Chair UZ's, is listed for UZ, not for KR",
        "RM-07.P1.R1: one key has signed it for both sides",
    ]


def test_what_is_no_canonical_json_is_a_sentence() -> None:
    Group().adopt()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE roadmaps_revision SET content = %s", [json.dumps({"sections": 0.5})])
    with pytest.raises(CommandError, match="cannot have been signed"):
        exported("-")
