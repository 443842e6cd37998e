"""Whatever an auditor is handed, and whatever they write, is answered by a sentence, never by a traceback."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.canonical import canonical
from tests.scenarios.exports import VERIFIER, Export, b64, entry, key_list, lists, run, verify

pytestmark = pytest.mark.django_db


def lines_of(export: Export, **changes: Any) -> bytes:
    """The first line with some of its fields changed, or left out where they are `...`; then the rest."""
    first = {name: value for name, value in {**export.lines[0], **changes}.items() if value is not ...}
    return b"\n".join(canonical(line) for line in (first, *export.lines[1:]))


FIELDS = ("format", "document", "content_hash", "revision", "version", "side", "issued_at")
BYTES = ("public_key", "authenticator_data", "client_data", "signature")


@pytest.mark.parametrize("name", [*FIELDS, *BYTES])
def test_a_missing_or_wrong_field_is_a_sentence(export: Export, tmp_path: Path, name: str) -> None:
    values: tuple[Any, ...] = (..., True, [], {}, "=", "ʻ")
    text = b"\n".join(lines_of(export, **{name: value}).splitlines()[0] for value in values)
    code, said = verify(tmp_path, text, lists(export))
    assert code == 1
    for number, value in enumerate(values, start=1):
        found = [sentence for sentence in said if sentence.startswith(f"line {number}")]
        assert found, (value, said)
        if value is ... or name in BYTES:  # the others may have the right kind, and the wrong text
            assert f"its field {name} is" in found[0]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"document": "[]"}, "its document is not a JSON object"),
        ({"document": "{"}, "its document is not a JSON object"),
        ({"client_data": b64(b"\xff")}, "its client_data is not a JSON object"),
        ({"client_data": b64(b"[" * 100_000)}, "its client_data is not a JSON object"),
        ({"authenticator_data": b64(b"short")}, "nobody was present at the passkey"),
        ({"public_key": b64(b"no key")}, "is on nobody's list"),
        ({"issued_at": "9999-12-31T23:59:59Z"}, "issued_at is malformed"),
        ({"issued_at": "2026-02-30T08:15:30Z"}, "issued_at is malformed"),
        ({"revision": "RM-07.P1.R1\nUZ"}, "issued_at is malformed"),
        ({"signature": "AAAA="}, "its field signature is not base64url without padding"),
        ({"signature": "AA+/"}, "its field signature is not base64url without padding"),
        ({"signature": "AAAAA"}, "its field signature is not base64url without padding"),
    ],
)
def test_a_malformed_line_is_a_sentence(export: Export, tmp_path: Path, changes: dict[str, str], sentence: str) -> None:
    code, said = verify(tmp_path, lines_of(export, **changes), lists(export))
    assert code == 1
    assert [text for text in said if text.startswith("line 1") and sentence in text], said


@pytest.mark.parametrize(
    "text", [b"", b"\n", b"{", b"[]", b"\xff\xfe", b"[" * 200_000, b"null\nnull", b'{"version":NaN}']
)
def test_what_is_no_export_is_a_sentence(tmp_path: Path, text: bytes) -> None:
    code, said = verify(tmp_path, text, [])
    assert code == 1
    assert said[0].startswith("line 1: it") or said == ["there is no signature in the export"]


def test_half_a_character_is_a_sentence(export: Export, tmp_path: Path) -> None:
    text = lines_of(export, document="HALF").replace(b"HALF", b"\\ud800")
    assert verify(tmp_path, text, lists(export))[1][0].startswith("line 1: its format, document,")


def broken_lists(export: Export) -> Iterator[tuple[Any, str]]:
    good = entry("UZ", export.keys["UZ"])
    yield "", "keys0.json is not a JSON object"
    yield [], "keys0.json is not a JSON object"
    yield {"keys": []}, "has no origin, no rp_id or no keys"
    yield key_list(good, origin=3), "has no origin, no rp_id or no keys"
    yield key_list(good, keys={}), "has no origin, no rp_id or no keys"
    for name in good:
        yield key_list(good, {key: value for key, value in good.items() if key != name}), "key 2 needs side, name"
    for name, value in (("key", "PEM"), ("key", None), ("from", None), ("from", "1 May"), ("to", "2026-13-01")):
        yield key_list({**good, name: value}), "key 1 needs side, name"
    yield key_list("key"), "key 1 needs side, name"  # type: ignore[arg-type]  # as somebody might write it


def test_a_malformed_list_is_a_sentence(export: Export, tmp_path: Path) -> None:
    for found, sentence in broken_lists(export):
        code, said = verify(tmp_path, export.lines, [found])
        assert (code, len(said)) == (1, 1)
        assert sentence in said[0]


def test_a_list_with_names_in_any_letters_is_read_on_any_machine(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    keys = [key_list(entry("KR", export.keys["UZ"], name="김 Гʻ"))]
    code, said = verify(tmp_path, [export.line("RM-07.P3.R1", "UZ")], keys)
    assert code == 1
    assert said == ["line 1, RM-07.P3.R1 for UZ: its key, \\uae40 \\u0413\\u02bb's, is listed for KR, not for UZ"]


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "export.jsonl").touch()
    missing, export = str(tmp_path / "missing"), str(tmp_path / "export.jsonl")
    for arguments in ([missing], [str(tmp_path)], [export, "--keys", missing], [export, "--keys", str(tmp_path)]):
        code, said = run(arguments)
        assert (code, len(said)) == (1, 1)
        assert arguments[-1] in said[0]


def test_the_help_says_how_to_make_the_list_of_keys() -> None:
    code, said = run(["--help"])
    assert code == 0
    assert [line for line in said if line.startswith('  {"origin": ')]


def test_it_needs_nothing_of_the_product() -> None:
    """An auditor takes this one file away, and reads it first."""
    text = VERIFIER.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 290
    modules = {line.split()[1].partition(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert modules - sys.stdlib_module_names == {"cryptography"}
