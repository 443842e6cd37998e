"""Whose public key is it? Each key belongs to the person who enrolled it first, for good."""

import hashlib
from datetime import datetime

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.webauthn import AttestationObject, RegistrationResponse

from accounts.models import EnrolledKey, User
from audit.acting import Act
from audit.services import save_audited
from common.errors import CodedError


class UnusableKey(CodedError):
    """A passkey's key cannot sign here."""


def fingerprint(public_key: bytes) -> str:
    """Return SHA-256 of the SubjectPublicKeyInfo, 64 hexadecimal digits."""
    return hashlib.sha256(public_key).hexdigest()


def in_groups(digits: str) -> str:
    """Return a fingerprint in groups of four digits, for people to compare."""
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def public_key_der(key: CoseKey) -> bytes:
    """Return the SubjectPublicKeyInfo of a COSE key. Raises: UnusableKey for a kind that cannot be verified offline."""
    public: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey
    if isinstance(key, ES256):
        x, y = int.from_bytes(key[-2], "big"), int.from_bytes(key[-3], "big")
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    elif isinstance(key, EdDSA):
        public = ed25519.Ed25519PublicKey.from_public_bytes(key[-2])
    elif isinstance(key, RS256):
        public = rsa.RSAPublicNumbers(int.from_bytes(key[-2], "big"), int.from_bytes(key[-1], "big")).public_key()
        if public.key_size < 2048:
            raise UnusableKey("passkey.key_too_short")
    else:
        raise UnusableKey("passkey.unsupported_key")
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def require_unclaimed(credential: dict[str, object], user: User) -> None:
    """Check that nobody else has ever enrolled the key of a registration response.

    Raises: UnusableKey for a key of another account, and for a kind of key that cannot sign.
    """
    attestation: AttestationObject = RegistrationResponse.from_dict(credential).response.attestation_object
    data = attestation.auth_data.credential_data
    if data is None:
        raise UnusableKey("passkey.unsupported_key")
    _owned_by(user, fingerprint(public_key_der(data.public_key)))


def enrol_key(*, authenticator: Authenticator, user: User, act: Act, now: datetime) -> EnrolledKey:
    """Record the key of a stored passkey as its owner's, since now or since they first enrolled it.

    ``since`` has whole seconds, as the times of signatures do.
    Raises: UnusableKey; IntegrityError, where another account enrols the same key at this same moment.
    """
    key = authenticator.wrap().authenticator_data.credential_data.public_key
    found = fingerprint(public_key_der(key))
    if row := _owned_by(user, found):
        return row
    row = EnrolledKey(fingerprint=found, user=user, since=now.replace(microsecond=0))
    save_audited(row, act=act)
    return row


def is_own_key(public_key: bytes, *, user_id: int, at: datetime) -> bool:
    """Return whether the key, a SubjectPublicKeyInfo in DER, was this person's at that moment."""
    return EnrolledKey.objects.filter(fingerprint=fingerprint(public_key), user=user_id, since__lte=at).exists()


def _owned_by(user: User, found: str) -> EnrolledKey | None:
    """Return the key's row where it is this person's; None where nobody has it. Raises: UnusableKey."""
    row = EnrolledKey.objects.filter(fingerprint=found).first()
    if row and row.user_id != user.pk:
        raise UnusableKey("passkey.key_of_another")
    return row
