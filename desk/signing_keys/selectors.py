"""A person's passkeys as keys that sign: what their side's auditor needs to know of each."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from django.utils.translation import gettext as _
from fido2.cose import CoseKey
from fido2.webauthn import AuthenticatorData

from accounts.models import User
from accounts.signin.keys import UnusableKey, fingerprint, in_groups, public_key_der
from common.errors import sentence
from roadmaps.signing import passkeys

KINDS = {-7: "ES256, P-256", -8: "Ed25519", -257: "RS256, RSA"}


@dataclass(frozen=True)
class SigningKey:
    """One passkey. ``problem`` says why it cannot sign; then there is no fingerprint and no PEM.

    ``synced``: a copy of it lies with the maker of the device or of the password manager; ``may_sync``: it could.
    """

    passkey: Authenticator
    kind: str
    synced: bool
    may_sync: bool
    fingerprint: str = ""
    pem: str = ""
    problem: str = ""


def signing_keys(user: User) -> list[SigningKey]:
    return [_signing_key(row, data.public_key) for row, data in passkeys(user)]


def _signing_key(row: Authenticator, key: CoseKey) -> SigningKey:
    flags = row.wrap().authenticator_data.flags
    kind = KINDS.get(key[3], _("other"))
    synced = bool(flags & AuthenticatorData.FLAG.BACKUP_STATE)
    may_sync = bool(flags & AuthenticatorData.FLAG.BACKUP_ELIGIBILITY)
    try:
        der = public_key_der(key)
    except UnusableKey as error:
        return SigningKey(row, kind, synced, may_sync, problem=sentence(error))
    pem = load_der_public_key(der).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
    return SigningKey(row, kind, synced, may_sync, in_groups(fingerprint(der)), pem)
