"""Have both sides signed these road maps? Checked without trusting the system that wrote the export.

    python tools/verify_signatures.py EXPORT --keys UZ-KEYS --keys KR-KEYS

Needs Python 3.11 and the package `cryptography`, nothing else. EXPORT is what `manage.py export_signatures EXPORT`
writes, one signature, withdrawal or refusal a line. docs/signing.md says what this proves and what it cannot.
"""

import argparse
import json
import re
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

# the five lines that are signed, none of which can hold another's line end; the group is the road map
SIGNED = re.compile(r"roadmap-signature/v1\n[0-9a-f]{64}\n(RM-[0-9]{2,9})\.[A-Z0-9.]{1,27}\n(?:UZ|KR)\n[0-9TZ:-]{20}\n")
T = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"  # these sort as text
STATED = re.compile(rf"roadmap-(withdrawal/v1\n(UZ|KR)\n{T}|refusal/v1\n(UZ|KR)\n)\n{T}")
SIDES = {"UZ": timezone(timedelta(hours=5)), "KR": timezone(timedelta(hours=9))}  # Tashkent, Seoul: no summer time
PRESENT, VERIFIED = 0x01, 0x04  # flags of the passkey: somebody was there; by PIN, finger or face it was the owner
HOW_TO_MAKE_KEYS = """\
KEYS is the list that the check trusts. Each side makes its own and keeps it off the server: a co-chair shows the
passkey's fingerprint and hands over its PEM by the side's own channel, not through this system.
  {"origin": "https://roadmaps.example.org", "rp_id": "roadmaps.example.org",
   "keys": [{"side": "UZ", "name": "Who owns it", "key": "-----BEGIN PUBLIC KEY-----\\n...-----END PUBLIC KEY-----\\n",
             "from": "2026-01-01", "to": null}]}
origin and rp_id: the system's address and its host name. from, to: the first and last day on which the key counts,
Tashkent's or Seoul's; null: no end. A fingerprint: openssl pkey -pubin -in key.pem -outform DER | sha256sum
"""
Verify = Callable[[bytes, bytes], None]  # of signature and message; raises InvalidSignature
Keys = dict[str, list["Listed"]]  # by fingerprint, the SHA-256 of SubjectPublicKeyInfo


class Unreadable(Exception):
    """A file or a line is not what it must be; the sentence says what."""


@dataclass
class Line:
    """One signature of the export. ``document`` is the very text that was hashed; bytes are decoded."""

    format: str
    document: str
    content_hash: str
    revision: str
    version: int | None  # None: not in force
    side: str
    issued_at: str
    public_key: bytes
    authenticator_data: bytes
    client_data: bytes
    signature: bytes

    def __post_init__(self) -> None:
        self.signed = f"{self.format}\n{self.content_hash}\n{self.revision}\n{self.side}\n{self.issued_at}\n"
        if not (found := SIGNED.fullmatch(self.signed)):
            raise ValueError
        self.day = datetime.fromisoformat(self.issued_at).astimezone(SIDES[self.side]).date()
        self.road_map, self.hash = found[1], sha256(self.document.encode()).hexdigest()
        self.agreed = json_object(self.document, "its document")
        self.client = json_object(self.client_data, "its client_data")


@dataclass
class Stated:
    """A side's refusal of a revision, or withdrawal of its signature of ``issued_at``: the system's word, unsigned."""

    format: str
    revision: str
    side: str
    issued_at: str  # empty: a refusal
    at: str

    def __post_init__(self) -> None:
        if not STATED.fullmatch("\n".join((self.format, self.side, self.issued_at, self.at))):
            raise ValueError


@dataclass
class Listed:
    """One key of a side's list: where its passkey is asked, and the first and last of the days on which it counts."""

    origin: str
    rp_id: str
    side: str
    name: str
    verify: Verify
    days: tuple[date, date]


def json_object(text: str | bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Unreadable(f"{what} is not a JSON object")
    return value


def read_line(text: bytes) -> Line | Stated:
    found = json_object(text, "it")
    kind = Stated if found.get("format") in ("roadmap-withdrawal/v1", "roadmap-refusal/v1") else Line
    values: dict[str, Any] = {}
    for each in fields(kind):
        name, value = each.name, found.get(each.name, b"")
        if type(value) not in ((int, type(None)) if name == "version" else (str,)):
            raise Unreadable(f"its field {name} is missing or of the wrong kind")
        if each.type is bytes:
            if not re.fullmatch("(?:[A-Za-z0-9_-]{4})*[A-Za-z0-9_-]{2,4}", value):
                raise Unreadable(f"its field {name} is not base64url without padding")
            value = urlsafe_b64decode(value + "==")
        values[name] = value
    try:
        return kind(**values)
    except (ValueError, OverflowError):
        of_line = "its format, document, content_hash, revision, side or issued_at is malformed"
        raise Unreadable(of_line if kind is Line else "its side or a time in it is malformed") from None


def verifier(key: object) -> Verify:
    """The kind of key decides the algorithm, nothing in the export does. Raises: ValueError for every other kind."""
    match key:
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return lambda signature, message: key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        case ed25519.Ed25519PublicKey():
            return key.verify
        case rsa.RSAPublicKey() if key.key_size >= 2048:
            return lambda signature, message: key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    raise ValueError


def add_keys(keys: Keys, path: Path) -> None:
    found = json_object(path.read_bytes(), f"{path}")
    origin, rp_id, rows = found.get("origin"), found.get("rp_id"), found.get("keys")
    if not (isinstance(origin, str) and isinstance(rp_id, str) and isinstance(rows, list)):
        raise Unreadable(f"{path} has no origin, no rp_id or no keys")
    for number, row in enumerate(rows, start=1):
        try:
            key = serialization.load_pem_public_key(row["key"].encode())
            days = date.fromisoformat(row["from"]), date.fromisoformat(row["to"] or "9999-12-31")
            one = Listed(origin, rp_id, str(row["side"]), str(row["name"]), verifier(key), days)
        except (AttributeError, LookupError, TypeError, ValueError, UnsupportedAlgorithm):
            needs = "side, name, from, to, and as key the PEM of a P-256, Ed25519 or RSA key (2048 bits)"
            raise Unreadable(f"{path}: key {number} needs {needs}") from None
        der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        keys[sha256(der).hexdigest()].append(one)


def faults(line: Line, keys: Keys | None) -> Iterator[str]:
    """What is wrong with one signature. ``keys`` None: there is no list."""
    flags, client = line.authenticator_data.ljust(37, b"\0")[32], line.client
    right = urlsafe_b64encode(sha256(line.signed.encode()).digest()).rstrip(b"=").decode()
    checks = [
        (line.hash == line.content_hash, "the document was altered: its SHA-256 is not the content hash"),
        (line.agreed.get("road_map") == line.road_map, f"its document is not one of {line.road_map}"),
        (client.get("type") == "webauthn.get", "the passkey was not asked to sign (type)"),
        (client.get("challenge") == right, "the passkey signed another hash, revision, side or moment (challenge)"),
        (client.get("crossOrigin", False) is False, "the passkey was asked inside another page (crossOrigin)"),
        ("topOrigin" not in client, "the passkey was asked inside a page of another site (topOrigin)"),
        (flags & PRESENT, "nobody was present at the passkey"),
        (flags & VERIFIED, "the passkey did not verify who used it: no PIN, finger or face"),
    ]
    yield from (sentence for holds, sentence in checks if not holds)
    yield from key_faults(line, keys)


def key_faults(line: Line, keys: Keys | None) -> Iterator[str]:
    """The signature must fit the listed key. The stored one could be anybody's: it only says which to try."""
    fingerprint, owner, verify = sha256(line.public_key).hexdigest(), "the stored", None
    if keys is not None:
        if fingerprint not in keys:
            yield f"its key {fingerprint} is on nobody's list"
            return
        own = [one for one in keys[fingerprint] if one.side == line.side]
        one = (own or keys[fingerprint])[0]
        owner, verify, site = f"{one.name}'s", one.verify, sha256(one.rp_id.encode()).digest()
        counts = not own or any(each.days[0] <= line.day <= each.days[1] for each in own)
        checks = [
            (line.client.get("origin") == one.origin, f"the passkey was not asked at {one.origin} (origin)"),
            (line.authenticator_data[:32] == site, f"the passkey is not one for {one.rp_id} (rp_id)"),
            (own, f"its key, {owner}, is listed for {one.side}, not for {line.side}"),
            (counts, f"its key, {owner}, does not count on {line.day}"),
        ]
        yield from (sentence for holds, sentence in checks if not holds)
    try:
        verify = verify or verifier(serialization.load_der_public_key(line.public_key))
        verify(line.signature, line.authenticator_data + sha256(line.client_data).digest())
    except InvalidSignature:
        yield f"it was not made with {owner} key"
    except (ValueError, UnsupportedAlgorithm):
        yield "its key is of a kind that does not sign here"


def stated_faults(line: Line, stated: list[Stated]) -> Iterator[str]:
    """Why a signature does not count after what was withdrawn and refused."""
    for one in stated:
        if one.issued_at and (one.side, one.issued_at) == (line.side, line.issued_at):
            yield f"{one.side} withdrew this signature on {one.at}: it does not count"
        if not one.issued_at and (line.issued_at > one.at or line.version is not None):
            yield f"{one.side} refused this revision on {one.at}: {line.side}'s signature does not count"


def revision_faults(lines: list[Line], stated: list[Stated]) -> Iterator[str]:
    """What is wrong with the signatures of one revision taken together."""
    refused = {line.side: faults for line in lines if (faults := list(stated_faults(line, stated)))}
    yield from (fault for faults in refused.values() for fault in faults)
    sides, version = [line.side for line in lines if line.side not in refused], lines[0].version
    missing = "".join(set(SIDES) - set(sides))
    checks = [
        (len({(line.document, line.version) for line in lines}) == 1, "its lines differ in document or version"),
        (len(sides) == len(set(sides)), "one side has signed it twice"),
        (len({line.public_key for line in lines}) >= len(set(sides)), "one key has signed it for both sides"),
        (version is None or not missing, f"version {version} of {lines[0].road_map} has no signature of {missing}"),
        (version is not None or missing, "both sides have signed it, and yet it is given as not in force"),
    ]
    yield from (sentence for holds, sentence in checks if not holds)


def chain_faults(versions: list[Line]) -> Iterator[str]:
    """One road map's versions, a line each: every one was signed as a change of the one before, the first of none."""
    before = None
    for number, line in enumerate(sorted(versions, key=lambda line: line.version or 0), start=1):
        if line.version != number:
            yield f"{line.revision}: given as version {line.version} of {line.road_map} where version {number} is due"
        if line.agreed.get("base") != before:
            yield f"{line.revision}: version {line.version} of {line.road_map} is no change of the version before it"
        before = line.hash


def check(texts: list[bytes], keys: Keys | None) -> tuple[list[str], str]:
    """Every fault in a sentence, and what was looked at."""
    found: list[str] = []
    revisions: dict[str, list[Line]] = defaultdict(list)
    stated: dict[str, list[Stated]] = defaultdict(list)
    for number, text in enumerate(texts, start=1):
        try:
            line = read_line(text)
            if not isinstance(line, Line):
                stated[line.revision].append(line)
                continue
            revisions[line.revision].append(line)
            found += [f"line {number}, {line.revision} for {line.side}: {fault}" for fault in faults(line, keys)]
        except Unreadable as error:
            found.append(f"line {number}: {error}")
    if not revisions and not found:
        found = ["there is no signature in the export"]
    for revision, lines in revisions.items():
        found += [f"{revision}: {fault}" for fault in revision_faults(lines, stated[revision])]
    versions = [lines[0] for lines in revisions.values() if lines[0].version is not None]
    for road_map in sorted({line.road_map for line in versions}):
        found += chain_faults([line for line in versions if line.road_map == road_map])
    return found, f"verified {sum(map(len, revisions.values()))} signatures of {len(versions)} versions"


def main() -> int:
    parser = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, epilog=HOW_TO_MAKE_KEYS)
    parser.add_argument("export", type=Path, metavar="EXPORT", help="what manage.py export_signatures wrote")
    parser.add_argument("--keys", type=Path, action="append", help="a side's list of keys; give both sides'")
    given = parser.parse_args()
    keys: Keys = defaultdict(list)
    try:
        for path in given.keys or ():
            add_keys(keys, path)
        found, done = check(given.export.read_bytes().splitlines(), keys if given.keys else None)
    except (Unreadable, OSError) as error:
        found, done = [str(error)], ""
    print(*(found or [done + ("" if given.keys else ": internally consistent; nobody's list was checked")]), sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a name must not end the check
    sys.exit(main())
