"""What a co-chair's passkey signs, and how the browser's response is verified.

The challenge is SHA-256 over five ASCII lines, each ended by one line feed: format, content hash, the revision's
reference, side, time. No field can contain a line feed, so the lines are unambiguous. The time is included so that a
response cannot be used again after a withdrawal. The fido2 library verifies the assertion itself.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    UserVerificationRequirement,
)

from accounts.models import User
from accounts.signin.keys import UnusableKey, public_key_der
from common.errors import CodedError, InvalidValue

FORMAT: Final = "roadmap-signature/v1"
TIME_LIMIT: Final = timedelta(minutes=5)
_FIELDS: Final = re.compile(r"[0-9a-f]{64}\n[A-Za-z0-9.-]{1,40}\n(UZ|KR)\n")


class CannotSign(CodedError):
    """A signature is not accepted."""


@dataclass(frozen=True)
class Proof:
    """What a signature stores of the passkey's response: raw bytes, as received."""

    credential_id: bytes
    cose_key: bytes
    public_key: bytes  # SubjectPublicKeyInfo, DER
    authenticator_data: bytes
    client_data: bytes
    signature: bytes
    sign_count: int
    passkey_name: str


def moment(now: datetime) -> datetime:
    """Return the time of signing in UTC, in whole seconds."""
    return now.astimezone(UTC).replace(microsecond=0)


def statement(*, content_hash: str, revision: str, side: str, issued_at: datetime) -> bytes:
    """Return the five lines. Raises: InvalidValue for a part that could not be read back unambiguously."""
    if issued_at != moment(issued_at) or not _FIELDS.fullmatch(f"{content_hash}\n{revision}\n{side}\n"):
        raise InvalidValue("signing.malformed")
    at = issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{FORMAT}\n{content_hash}\n{revision}\n{side}\n{at}\n".encode("ascii")


def challenge(*, content_hash: str, revision: str, side: str, issued_at: datetime) -> bytes:
    """Return the 32 bytes that the passkey signs."""
    lines = statement(content_hash=content_hash, revision=revision, side=side, issued_at=issued_at)
    return hashlib.sha256(lines).digest()


def request_options(user: User, wanted: bytes) -> dict[str, Any]:
    """Return what the browser asks the passkey: this person's passkeys only, user verification required.

    Raises: CannotSign without a passkey; an empty list would mean "any passkey of this site".
    """
    known = _credentials(user)
    if not known:
        raise CannotSign("signing.no_passkey")
    options, _state = _server().authenticate_begin(
        known, user_verification=UserVerificationRequirement.REQUIRED, challenge=wanted
    )
    return dict(options)


def check(user: User, wanted: bytes, response: object) -> Proof:
    """Return the proof in the browser's response. Raises: CannotSign, whatever is wrong with it."""
    try:
        return _checked(user, wanted, response)
    except CannotSign:
        raise
    except UnusableKey as error:
        raise CannotSign("signing.unusable_passkey", problem=error) from error
    except Exception as error:  # noqa: BLE001  # any error that the posted JSON causes in the parsers
        raise CannotSign("signing.response_mismatch") from error


def passkeys(user: User) -> list[tuple[Authenticator, AttestedCredentialData]]:
    """Return this person's passkeys: the library's row and the credential in it."""
    rows = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return [(row, row.wrap().authenticator_data.credential_data) for row in rows]


def _checked(user: User, wanted: bytes, response: object) -> Proof:
    if not isinstance(response, dict):
        raise CannotSign("signing.response_unreadable")
    used = _server().authenticate_complete(
        {"challenge": websafe_encode(wanted), "user_verification": UserVerificationRequirement.REQUIRED},
        _credentials(user),
        response,
    )
    received = AuthenticationResponse.from_dict(response).response
    # the library does not check these: a page of another site that embeds ours could have asked
    if received.client_data.cross_origin or b'"topOrigin"' in bytes(received.client_data):
        raise CannotSign("signing.embedded")
    name = next(row.wrap().name for row, data in passkeys(user) if data.credential_id == used.credential_id)
    return Proof(
        credential_id=used.credential_id,
        cose_key=bytes(used)[18 + len(used.credential_id) :],
        public_key=public_key_der(used.public_key),
        authenticator_data=bytes(received.authenticator_data),
        client_data=bytes(received.client_data),
        signature=bytes(received.signature),
        sign_count=received.authenticator_data.counter,
        passkey_name=str(name),
    )


def _credentials(user: User) -> list[AttestedCredentialData]:
    return [data for _row, data in passkeys(user)]


def _server() -> Fido2Server:
    """Return a server for our exact origin: the library's own check accepts any port and subdomain."""
    party = PublicKeyCredentialRpEntity(id=settings.RP_ID, name="")
    return Fido2Server(party, verify_origin=lambda seen: seen == settings.ORIGIN)
