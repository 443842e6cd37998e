"""A key turned: what exactly a co-chair's passkey signs, and how the answer of the browser is checked.

The challenge is SHA-256 over five ASCII lines, each ended by one line feed: format, content hash, the revision's
reference, side, moment. No field can hold a line feed, so it is unambiguous. The moment is in it, so that an assertion
cannot be turned in again after a withdrawal. The checking of the assertion itself is the fido2 library's.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    UserVerificationRequirement,
)

from accounts.models import User

FORMAT: Final = "roadmap-signature/v1"
TIME_LIMIT: Final = timedelta(minutes=5)
_FIELDS: Final = re.compile(r"[0-9a-f]{64}\n[A-Za-z0-9.-]{1,40}\n(UZ|KR)\n")


class Refused(Exception):
    """The key does not turn; the sentence says why and what to do."""


@dataclass(frozen=True)
class Proof:
    """What a signature keeps of the passkey's answer: raw bytes, never parsed and written anew."""

    credential_id: bytes
    cose_key: bytes
    public_key: bytes  # SubjectPublicKeyInfo, DER
    authenticator_data: bytes
    client_data: bytes
    signature: bytes
    sign_count: int
    passkey_name: str


def moment(now: datetime) -> datetime:
    """The moment of signing: UTC, whole seconds."""
    return now.astimezone(UTC).replace(microsecond=0)


def statement(*, content_hash: str, revision: str, side: str, issued_at: datetime) -> bytes:
    """The five lines. Raises: ValueError for what could not be read back unambiguously."""
    if issued_at != moment(issued_at) or not _FIELDS.fullmatch(f"{content_hash}\n{revision}\n{side}\n"):
        raise ValueError("This cannot be signed: a hash, a reference, a side or the moment is malformed.")
    at = issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{FORMAT}\n{content_hash}\n{revision}\n{side}\n{at}\n".encode("ascii")


def challenge(*, content_hash: str, revision: str, side: str, issued_at: datetime) -> bytes:
    """The 32 bytes that the passkey signs over."""
    lines = statement(content_hash=content_hash, revision=revision, side=side, issued_at=issued_at)
    return hashlib.sha256(lines).digest()


def request_options(user: User, wanted: bytes) -> dict[str, Any]:
    """What the browser needs to ask the passkey: this person's passkeys only, user verification required.

    Raises: Refused without a passkey; an empty list would mean "any passkey of this site".
    """
    known = _credentials(user)
    if not known:
        raise Refused("You have no passkey yet: add one first, then sign.")
    options, _state = _server().authenticate_begin(
        known, user_verification=UserVerificationRequirement.REQUIRED, challenge=wanted
    )
    return dict(options)


def check(user: User, wanted: bytes, response: object) -> Proof:
    """The proof in the browser's answer. Raises: Refused, for whatever is wrong with it."""
    try:
        return _checked(user, wanted, response)
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001  # whatever the posted JSON provokes in the parsers is a refusal
        raise Refused(
            "The passkey's answer does not fit this document, this person or this site: sign anew."
        ) from error


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of the SubjectPublicKeyInfo in groups of four, as a person compares it."""
    digest = hashlib.sha256(public_key).hexdigest()
    return " ".join(digest[i : i + 4] for i in range(0, len(digest), 4))


def public_key_der(key: CoseKey) -> bytes:
    """SubjectPublicKeyInfo of a COSE key. Raises: Refused for a kind that no offline check knows."""
    public: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey
    if isinstance(key, ES256):
        x, y = int.from_bytes(key[-2], "big"), int.from_bytes(key[-3], "big")
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    elif isinstance(key, EdDSA):
        public = ed25519.Ed25519PublicKey.from_public_bytes(key[-2])
    elif isinstance(key, RS256):
        public = rsa.RSAPublicNumbers(int.from_bytes(key[-2], "big"), int.from_bytes(key[-1], "big")).public_key()
        if public.key_size < 2048:
            raise Refused("This passkey's key is too short to sign with: add another passkey.")
    else:
        raise Refused("This kind of passkey cannot sign: add one of another kind (ES256, Ed25519 or RS256).")
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def passkeys(user: User) -> list[tuple[Authenticator, AttestedCredentialData]]:
    """This person's passkeys: the library's row and what it holds."""
    rows = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return [(row, row.wrap().authenticator_data.credential_data) for row in rows]


def _checked(user: User, wanted: bytes, response: object) -> Proof:
    if not isinstance(response, dict):
        raise Refused("The passkey's answer is not readable: sign anew.")
    used = _server().authenticate_complete(
        {"challenge": websafe_encode(wanted), "user_verification": UserVerificationRequirement.REQUIRED},
        _credentials(user),
        response,
    )
    answer = AuthenticationResponse.from_dict(response).response
    # the library does not look at these: a page of somebody else's around ours could have asked
    if answer.client_data.cross_origin or b'"topOrigin"' in bytes(answer.client_data):
        raise Refused("The passkey was asked from inside another page: open this page itself and sign anew.")
    name = next(row.wrap().name for row, data in passkeys(user) if data.credential_id == used.credential_id)
    return Proof(
        credential_id=used.credential_id,
        cose_key=bytes(used)[18 + len(used.credential_id) :],
        public_key=public_key_der(used.public_key),
        authenticator_data=bytes(answer.authenticator_data),
        client_data=bytes(answer.client_data),
        signature=bytes(answer.signature),
        sign_count=answer.authenticator_data.counter,
        passkey_name=str(name),
    )


def _credentials(user: User) -> list[AttestedCredentialData]:
    return [data for _row, data in passkeys(user)]


def _server() -> Fido2Server:
    """Our origin exactly: the library's own check lets any port and subdomain through."""
    party = PublicKeyCredentialRpEntity(id=settings.RP_ID, name="")
    return Fido2Server(party, verify_origin=lambda seen: seen == settings.ORIGIN)
