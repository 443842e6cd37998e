"""Check the stored text and the stored signature before a signature is added to them.

- It detects a text that was changed after publication without its hash, and a first signature whose bytes were altered
  or copied from another revision, side or time, or whose signer was not the side's co-chair on that day.
- It detects a key that was not the signer's own when they signed, such as one that both sides' co-chairs enrolled.
- It does not protect against somebody who can write every table: they could add a person, a seat and an enrolled key of
  their own and sign with it. The lists of keys that both sides keep off the server detect that (docs/signing.md).
- It does not detect that a withdrawal, a refusal or a void revision was undone in the tables.
"""

import hashlib
from typing import Any, cast

from django.conf import settings
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.webauthn import AuthenticatorData, CollectedClientData

from accounts.models import Seat, SeatRole
from accounts.signin.keys import is_own_key, public_key_der
from common.sides import day_of
from roadmaps.document.hashing import content_hash
from roadmaps.models import Revision, Signature
from roadmaps.signing import CannotSign, challenge


def require_intact(revision: Revision) -> None:
    """Check that the revision's text and base version have the hashes that it states. Raises: CannotSign."""
    base = revision.proposal.base.revision.content_hash if revision.proposal.base else ""
    try:
        found = content_hash(revision.proposal.road_map.reference, base or None, revision.document, revision.reason)
    except ValueError:  # no longer readable as a document
        found = ""
    if (found, base) != (revision.content_hash, revision.base_hash):
        raise CannotSign("signing.altered_document")


def require_genuine(signature: Signature) -> None:
    """Check that the stored bytes are a passkey's signature of this revision, by the side's co-chair of that day.

    The key must have been the signer's own before the signature was made.

    Raises: CannotSign.
    """
    try:
        genuine = _verifies(signature) and _own_key(signature) and _was_co_chair(signature)
    except Exception:  # noqa: BLE001  # any error that the stored bytes cause in the parsers
        genuine = False
    if not genuine:
        raise CannotSign("signing.other_signature_invalid")


def _verifies(signature: Signature) -> bool:
    revision = signature.revision
    wanted = challenge(
        content_hash=revision.content_hash,
        revision=revision.reference,
        side=signature.side,
        issued_at=signature.issued_at,
    )
    client = CollectedClientData(bytes(signature.client_data))
    data = AuthenticatorData(bytes(signature.authenticator_data))
    key = CoseKey.parse(cast(Any, cbor.decode(bytes(signature.cose_key))))
    key.verify(bytes(data) + client.hash, bytes(signature.signature))  # raises where it does not fit
    return (
        signature.content_hash == revision.content_hash
        and client.type == CollectedClientData.TYPE.GET
        and client.challenge == wanted
        and client.origin == settings.ORIGIN
        and data.rp_id_hash == hashlib.sha256(settings.RP_ID.encode()).digest()
        and data.is_user_verified()
        and public_key_der(key) == bytes(signature.public_key)
    )


def _own_key(signature: Signature) -> bool:
    return is_own_key(bytes(signature.public_key), user_id=signature.signer_id, at=signature.issued_at)


def _was_co_chair(signature: Signature) -> bool:
    day = day_of(signature.side, signature.issued_at)
    group = signature.revision.proposal.road_map.group_id
    seats = Seat.objects.in_force(day).filter(group=group, role=SeatRole.CO_CHAIR, side=signature.side)
    return seats.filter(user=signature.signer_id, user__side=signature.side).exists()
