"""A passkey made of a file: for the sample co-chairs of a demonstration, on a machine with no authenticator.

It signs exactly as an authenticator does, with user verification asserted by nobody but the software: so its public key
belongs on no side's list, and everything signed with it is marked as sample.
"""

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from accounts.models import User
from accounts.policy.actors import system_actor
from accounts.signin.keys import enrol_key

PRESENT_AND_VERIFIED = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class SoftwarePasskey:
    """A private key with the credential id under which the server knows it."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, credential_id: bytes, *, rp_id: str, origin: str) -> None:
        self.key, self.credential_id, self.rp_id, self.origin = key, credential_id, rp_id, origin

    @classmethod
    def make(cls, *, rp_id: str, origin: str) -> "SoftwarePasskey":
        return cls(ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(32), rp_id=rp_id, origin=origin)

    @classmethod
    def from_json(cls, kept: dict[str, str], *, rp_id: str, origin: str) -> "SoftwarePasskey":
        """The reverse of `to_json`. Raises: ValueError, KeyError for what is malformed."""
        key = load_pem_private_key(kept["key"].encode(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("This is no key of a software passkey.")
        return cls(key, bytes.fromhex(kept["credential_id"]), rp_id=rp_id, origin=origin)

    def to_json(self) -> dict[str, str]:
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return {"key": pem.decode(), "credential_id": self.credential_id.hex()}

    def registration(self, challenge: bytes) -> dict[str, Any]:
        """Return what the browser posts when the passkey is added."""
        cose = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        data = AttestedCredentialData.create(Aaguid.NONE, self.credential_id, cose)
        auth_data = AuthenticatorData.create(
            self._rp_hash(), PRESENT_AND_VERIFIED | AuthenticatorData.FLAG.AT, 0, bytes(data)
        )
        attestation = AttestationObject.create("none", auth_data, {})
        client = self._client_data(CollectedClientData.TYPE.CREATE, challenge)
        encoded = websafe_encode(self.credential_id)
        return {
            "id": encoded,
            "rawId": encoded,
            "type": "public-key",
            "response": {
                "clientDataJSON": websafe_encode(client),
                "attestationObject": websafe_encode(bytes(attestation)),
                "transports": ["internal"],
            },
            "clientExtensionResults": {"credProps": {"rk": True}},
        }

    def enrol(self, user: User, *, now: datetime, name: str = "Sample passkey") -> Authenticator:
        """Make it one of the person's passkeys, as the sign-in library stores them. Raises: UnusableKey."""
        data = {"name": name, "credential": self.registration(secrets.token_bytes(32))}
        row = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
        enrol_key(authenticator=row, user=user, act=system_actor("sample passkeys").act, now=now)
        return row

    def answer(
        self, challenge: bytes, *, flags: int = PRESENT_AND_VERIFIED, counter: int = 0, **client: Any
    ) -> dict[str, Any]:
        """What the browser would post for this challenge. ``client`` overrides what a browser says of itself."""
        data = bytes(AuthenticatorData.create(self._rp_hash(), AuthenticatorData.FLAG(flags), counter))
        client_data = self._client_data(CollectedClientData.TYPE.GET, challenge, **client)
        signed = data + hashlib.sha256(client_data).digest()
        encoded = websafe_encode(self.credential_id)
        return {
            "id": encoded,
            "rawId": encoded,
            "type": "public-key",
            "response": {
                "clientDataJSON": websafe_encode(client_data),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            },
            "clientExtensionResults": {},
        }

    def _rp_hash(self) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest()

    def _client_data(self, kind: str, challenge: bytes, **client: Any) -> bytes:
        said = {"type": kind, "challenge": websafe_encode(challenge), "origin": self.origin, "crossOrigin": False}
        return json.dumps({**said, **client}, separators=(",", ":")).encode()
