"""The auditor's check: it passes a real export, and finds each forgery by a sentence of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.scenarios.exports import (
    Export,
    Line,
    PrivateKey,
    b64,
    entry,
    key_list,
    lists,
    resign,
    rewrite,
    unb64,
    verify,
)

pytestmark = pytest.mark.django_db

R1, R2, R3 = "RM-07.P1.R1", "RM-07.P2.R1", "RM-07.P3.R1"
CHALLENGE = "the passkey signed another hash, revision, side or moment (challenge)"
ALTERED = "the document was altered: its SHA-256 is not the content hash"


def other_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_a_real_export_is_verified(export: Export, tmp_path: Path) -> None:
    assert verify(tmp_path, export.lines, lists(export)) == (0, ["verified 5 signatures of 2 versions"])


def test_both_sides_keys_may_stand_in_one_list(export: Export, tmp_path: Path) -> None:
    both = key_list(*(entry(side, key) for side, key in export.keys.items()))
    assert verify(tmp_path, export.lines, [both])[0] == 0


def test_without_lists_it_says_that_nobodys_was_checked(export: Export, tmp_path: Path) -> None:
    sentence = "verified 5 signatures of 2 versions: internally consistent; nobody's list was checked"
    assert verify(tmp_path, export.lines, []) == (0, [sentence])
    for line in export.lines:
        line["signature"] = export.lines[0]["signature"]
    code, said = verify(tmp_path, export.lines, [])
    assert (code, len(said)) == (1, 4)
    assert all(sentence.endswith("it was not made with the stored key") for sentence in said)


def replace_key(export: Export, line: Line) -> str:
    """A stored key swapped and a signature forged with it."""
    resign(line, other_key())
    return "is on nobody's list"


def forge(export: Export, line: Line) -> str:
    """Forged, with the true key left in place."""
    true = line["public_key"]
    resign(line, other_key())
    line["public_key"] = true
    return f"it was not made with Chair {line['side']}'s key"


def alter_document(export: Export, line: Line) -> str:
    rewrite(line, lambda document: document["content"].update(note=None, sections=[]), hashed=False)
    return ALTERED


def alter_document_and_hash(export: Export, line: Line) -> str:
    rewrite(line, lambda document: document["content"].update(note=None, sections=[]), hashed=True)
    return CHALLENGE


def alter_moment(export: Export, line: Line) -> str:
    line["issued_at"] = "2026-03-02T08:15:30Z"
    return CHALLENGE


def alter_revision(export: Export, line: Line) -> str:
    line["revision"] = "RM-07.P1.R9"
    return CHALLENGE


def alter_road_map(export: Export, line: Line) -> str:
    line["revision"] = "RM-08.P1.R1"
    return "its document is not one of RM-08"


def other_bytes(export: Export, line: Line) -> str:
    data = bytearray(unb64(line["authenticator_data"]))
    data[36] ^= 1  # the counter: nothing else looks at it
    line["authenticator_data"] = b64(bytes(data))
    return f"it was not made with Chair {line['side']}'s key"


def answered(sentence: str, **how: Any) -> Callable[[Export, Line], str]:
    """The true key's own answer, given where or in a way in which it does not count."""

    def tamper(export: Export, line: Line) -> str:
        resign(line, export.keys[line["side"]], **how)
        return sentence

    return tamper


TAMPERINGS = {
    "a stored key swapped, a signature forged with it": replace_key,
    "forged with the true key left in place": forge,
    "an altered document": alter_document,
    "an altered document with its hash": alter_document_and_hash,
    "an altered moment": alter_moment,
    "an altered revision": alter_revision,
    "another road map's revision": alter_road_map,
    "altered authenticator data": other_bytes,
    "no user verification": answered("the passkey did not verify who used it: no PIN, finger or face", flags=1),
    "nobody present": answered("nobody was present at the passkey", flags=4),
    "crossOrigin": answered("the passkey was asked inside another page (crossOrigin)", crossOrigin=True),
    "crossOrigin as a word": answered("the passkey was asked inside another page (crossOrigin)", crossOrigin="false"),
    "topOrigin": answered("the passkey was asked inside a page of another site (topOrigin)", topOrigin=None),
    "another origin": answered("(origin)", origin="https://evil.example"),
    "another site": answered("(rp_id)", rp_id="evil.example"),
    "a registration": answered("the passkey was not asked to sign (type)", type="webauthn.create"),
    "an old challenge": answered(CHALLENGE, challenge="AAAA"),
}


@pytest.mark.parametrize("what", TAMPERINGS)
@pytest.mark.parametrize("side", ["UZ", "KR"])
def test_a_forged_line_is_found_and_named(export: Export, tmp_path: Path, what: str, side: str) -> None:
    line = export.line(R1, side)
    sentence = TAMPERINGS[what](export, line)
    code, said = verify(tmp_path, export.lines, lists(export))
    assert code == 1
    assert [text for text in said if text.startswith(export.place(line)) and text.endswith(sentence)], said


@pytest.mark.parametrize(
    "what", ["no user verification", "nobody present", "crossOrigin", "topOrigin", "a registration"]
)
def test_also_without_lists(export: Export, tmp_path: Path, what: str) -> None:
    line = export.line(R3, "UZ")
    sentence = TAMPERINGS[what](export, line)
    assert verify(tmp_path, export.lines, []) == (1, [export.place(line) + sentence])


def test_an_altered_side_is_found(export: Export, tmp_path: Path) -> None:
    line = export.line(R3, "UZ")
    line["side"] = "KR"
    assert verify(tmp_path, export.lines, lists(export)) == (
        1,
        [
            export.place(line) + CHALLENGE,
            export.place(line) + "its key, Chair UZ's, is listed for UZ, not for KR",
        ],
    )


def test_a_row_copied_for_the_other_side_is_found(export: Export, tmp_path: Path) -> None:
    """As somebody would insert it with SQL, to complete a version: all fields copied, the side changed."""
    line = {**export.line(R3, "UZ"), "side": "KR", "version": 3}
    export.line(R3, "UZ")["version"] = 3
    export.lines.append(line)
    said = verify(tmp_path, export.lines, lists(export))[1]
    assert export.place(line) + CHALLENGE in said
    assert export.place(line) + "its key, Chair UZ's, is listed for UZ, not for KR" in said
    assert f"{R3}: one key has signed it for both sides" in said
    assert "RM-07.P3.R1: one key has signed it for both sides" in verify(tmp_path, export.lines, [])[1]


def test_one_person_on_both_lists_does_not_sign_for_both_sides(export: Export, tmp_path: Path) -> None:
    key = export.keys["UZ"]
    line = export.line(R1, "KR")
    resign(line, key)
    both = [*lists(export), key_list(entry("KR", key))]
    assert verify(tmp_path, export.lines, both) == (1, [f"{R1}: one key has signed it for both sides"])


def base(value: str | None) -> Callable[[Line], None]:
    return lambda document: document.update(base=value)


@pytest.mark.parametrize("hashed", [True, False])
@pytest.mark.parametrize("value", [None, "a" * 64])
def test_an_altered_base_breaks_the_chain(export: Export, tmp_path: Path, value: str | None, hashed: bool) -> None:
    for side in ("UZ", "KR"):
        rewrite(export.line(R2, side), base(value), hashed=hashed)
        if hashed:  # both co-chairs deceived, or in league: the chain still shows it
            resign(export.line(R2, side), export.keys[side])
    code, said = verify(tmp_path, export.lines, lists(export))
    assert code == 1
    assert said[-1] == f"{R2}: version 2 of RM-07 is no change of the version before it"
    assert len(said) == (1 if hashed else 3)


def test_a_first_version_has_no_base(export: Export, tmp_path: Path) -> None:
    for side in ("UZ", "KR"):
        rewrite(export.line(R1, side), base("a" * 64), hashed=True)
        resign(export.line(R1, side), export.keys[side])
    said = verify(tmp_path, export.lines, lists(export))[1]
    assert f"{R1}: version 1 of RM-07 is no change of the version before it" in said


@pytest.mark.parametrize(
    ("versions", "sentence"),
    [
        ({R1: 2, R2: 1}, f"{R2}: version 1 of RM-07 is no change of the version before it"),
        ({R1: 1, R2: 3}, f"{R2}: given as version 3 of RM-07 where version 2 is due"),
        ({R1: 1, R2: 1}, f"{R2}: given as version 1 of RM-07 where version 2 is due"),
        ({R1: 0, R2: 1}, f"{R1}: given as version 0 of RM-07 where version 1 is due"),
        ({R1: None, R2: 2}, f"{R2}: given as version 2 of RM-07 where version 1 is due"),
        ({R1: 1, R2: None}, f"{R2}: both sides have signed it, and yet it is given as not in force"),
        ({R3: 3}, f"{R3}: version 3 of RM-07 has no signature of KR"),
    ],
)
def test_numbers_that_do_not_fit_are_found(
    export: Export, tmp_path: Path, versions: dict[str, int | None], sentence: str
) -> None:
    for line in export.lines:
        line["version"] = versions.get(line["revision"], line["version"])
    code, said = verify(tmp_path, export.lines, lists(export))
    assert code == 1
    assert sentence in said


def test_a_version_in_the_middle_cannot_be_left_out(export: Export, tmp_path: Path) -> None:
    lines = [line for line in export.lines if line["revision"] != R1]
    assert verify(tmp_path, lines, lists(export))[0] == 1


@pytest.mark.parametrize("side", ["UZ", "KR"])
def test_a_version_with_one_side_only_is_found(export: Export, tmp_path: Path, side: str) -> None:
    export.lines.remove(export.line(R2, side))
    sentence = f"{R2}: version 2 of RM-07 has no signature of {side}"
    assert verify(tmp_path, export.lines, lists(export)) == (1, [sentence])


def test_a_line_twice_and_lines_that_differ_are_found(export: Export, tmp_path: Path) -> None:
    lines = [*export.lines, export.line(R3, "UZ")]
    assert verify(tmp_path, lines, lists(export)) == (1, [f"{R3}: one side has signed it twice"])
    export.line(R2, "KR")["version"] = 3
    assert f"{R2}: its lines differ in document or version" in verify(tmp_path, export.lines, lists(export))[1]


@pytest.mark.parametrize(
    ("moment", "days", "counts"),
    [
        ("2026-03-02T18:59:59Z", {"from": "2026-03-02", "to": "2026-03-02"}, True),
        # in Tashkent it is the third already
        ("2026-03-02T19:00:00Z", {"from": "2026-03-02", "to": "2026-03-02"}, False),
        ("2026-03-02T19:00:00Z", {"from": "2026-03-03", "to": None}, True),
        ("2026-03-02T18:59:59Z", {"from": "2026-03-03", "to": None}, False),
    ],
)
def test_a_key_counts_on_its_days_only(
    export: Export, tmp_path: Path, moment: str, days: dict[str, str | None], counts: bool
) -> None:
    line = export.line(R3, "UZ")
    line["issued_at"] = moment
    resign(line, export.keys["UZ"])
    keys = [key_list(entry("UZ", export.keys["UZ"], **days))]
    day = "2026-03-03" if moment > "2026-03-02T19" else "2026-03-02"
    wrong = [f"line 1, {R3} for UZ: its key, Chair UZ's, does not count on {day}"]
    assert verify(tmp_path, [line], keys) == ((0, ["verified 1 signatures of 0 versions"]) if counts else (1, wrong))


def test_a_key_listed_for_two_times_counts_in_both(export: Export, tmp_path: Path) -> None:
    key = export.keys["UZ"]
    terms = [entry("UZ", key, to="2020-02-01"), entry("UZ", key, **{"from": "2021-01-01"})]
    assert verify(tmp_path, [export.line(R3, "UZ")], [key_list(*terms)])[0] == 0


@pytest.mark.parametrize("kind", ["Ed25519", "RSA"])
def test_other_kinds_of_keys_verify(export: Export, tmp_path: Path, kind: str) -> None:
    key: PrivateKey = (
        ed25519.Ed25519PrivateKey.generate() if kind == "Ed25519" else rsa.generate_private_key(65537, 2048)
    )
    line = export.line(R3, "UZ")
    resign(line, key)
    assert verify(tmp_path, [line], [key_list(entry("UZ", key))])[0] == 0
    assert verify(tmp_path, [line], [])[0] == 0
    line["signature"] = b64(b"\0" * len(unb64(line["signature"])))
    assert verify(tmp_path, [line], [key_list(entry("UZ", key))])[1][0].endswith("it was not made with Chair UZ's key")


WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505  # it is the one to be refused


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP384R1()), WEAK], ids=["P-384", "RSA 1024"])
def test_no_other_kind_of_key_signs(export: Export, tmp_path: Path, key: PrivateKey) -> None:
    line = export.line(R3, "UZ")
    resign(line, key)
    assert verify(tmp_path, [line], [])[1][0].endswith("its key is of a kind that does not sign here")
    assert verify(tmp_path, [line], [key_list(entry("UZ", key))])[1][0].endswith("RSA key (2048 bits)")
