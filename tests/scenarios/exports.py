"""A real export of an adopted road map, what an auditor runs over it, and how a forger would alter it."""

import hashlib
import json
import subprocess
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from common.canonical import canonical
from roadmaps.models import RoadMap
from roadmaps.services import start_proposal
from roadmaps.services.export import signature_lines
from tests.scenarios.people import actor_for
from tests.scenarios.signing import Group, due

VERIFIER = Path(__file__).parents[2] / "tools" / "verify_signatures.py"
PRESENT_AND_VERIFIED = 5

Line = dict[str, Any]
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@dataclass
class Export:
    """The lines as parsed, and each side's private key, which only the co-chair has in truth."""

    lines: list[Line]
    keys: dict[str, PrivateKey]

    def line(self, revision: str, side: str) -> Line:
        return next(line for line in self.lines if (line["revision"], line["side"]) == (revision, side))

    def place(self, line: Line) -> str:
        """How the verifier names it."""
        return f"line {self.lines.index(line) + 1}, {line['revision']} for {line['side']}: "


def made() -> Export:
    """Two versions of RM-07, and an open revision with one key turned. For inside a transaction."""
    group = Group()
    group.edit(due(date(2027, 6, 30)))
    group.adopt()
    group.amend(due(date(2027, 12, 31)))
    road_map = RoadMap.objects.get(reference="RM-07")
    start_proposal(road_map=road_map, layer="shared", author=None, by=actor_for(group.secretary))
    group.edit(due(date(2028, 6, 30)))
    group.sign(group.publish(), "UZ")
    lines = [json.loads(line) for line in signature_lines()]
    return Export(lines, {side: passkey.key for side, passkey in group.keys.items()})


def b64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")


def pem(key: PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def der(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def entry(side: str, key: PrivateKey, **changes: Any) -> Line:
    """One key of a list."""
    return {"side": side, "name": f"Chair {side}", "key": pem(key), "from": "2020-01-01", "to": None, **changes}


def key_list(*entries: Line, **changes: Any) -> Line:
    return {"origin": settings.ORIGIN, "rp_id": settings.RP_ID, "keys": list(entries), **changes}


def lists(export: Export) -> list[Line]:
    """Each side's own list, as it should be."""
    return [key_list(entry(side, key)) for side, key in export.keys.items()]


def verify(folder: Path, lines: list[Line] | bytes, keys: list[Any]) -> tuple[int, list[str]]:
    """What the verifier says of these lines and lists."""
    export = folder / "export.jsonl"
    text = lines if isinstance(lines, bytes) else b"".join(canonical(line) + b"\n" for line in lines)
    export.write_bytes(text)
    arguments = [str(export)]
    for number, found in enumerate(keys):
        file = folder / f"keys{number}.json"
        file.write_text(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False), encoding="utf-8")
        arguments += ["--keys", str(file)]
    return run(arguments)


def run(arguments: list[str]) -> tuple[int, list[str]]:
    """Run the verifier as an auditor does: exit code and what it says. It never ends in a traceback."""
    command = [sys.executable, "-P", str(VERIFIER), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def signed(key: PrivateKey, message: bytes) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(message, ec.ECDSA(hashes.SHA256()))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    return key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def resign(
    line: Line, key: PrivateKey, *, flags: int = PRESENT_AND_VERIFIED, rp_id: str | None = None, **client: Any
) -> None:
    """Let a passkey with this key answer for what the line now says; ``client`` overrides what the browser says."""
    parts = (line["format"], line["content_hash"], line["revision"], line["side"], line["issued_at"])
    challenge = hashlib.sha256("".join(f"{part}\n" for part in parts).encode()).digest()
    said = {"type": "webauthn.get", "challenge": b64(challenge), "origin": settings.ORIGIN, "crossOrigin": False}
    client_data = json.dumps({**said, **client}).encode()
    data = hashlib.sha256((rp_id or settings.RP_ID).encode()).digest() + bytes([flags]) + b"\0\0\0\0"
    message = data + hashlib.sha256(client_data).digest()
    line["client_data"], line["authenticator_data"] = b64(client_data), b64(data)
    line["signature"], line["public_key"] = b64(signed(key, message)), b64(der(key))


def rewrite(line: Line, change: Callable[[Line], None], *, hashed: bool) -> None:
    """Alter the document; ``hashed``: with the content hash that it now has."""
    document = json.loads(line["document"])
    change(document)
    line["document"] = canonical(document).decode()
    if hashed:
        line["content_hash"] = hashlib.sha256(line["document"].encode()).hexdigest()
