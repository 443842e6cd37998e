"""What lies in the database, doubted: whoever can write its tables must not be able to bring a text into force.

A co-chair's own key cannot be forged, so the server looks at both ends before the second one turns: the text is the one
that was hashed, and the first signature is a passkey's over that hash, by who was co-chair that day.
"""

import hashlib
from typing import Any, cast

from django.conf import settings
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.webauthn import AuthenticatorData, CollectedClientData

from accounts.models import Seat, SeatRole
from common.sides import day_of
from roadmaps.document.hashing import content_hash
from roadmaps.models import Revision, Signature
from roadmaps.signing import CannotSign, challenge, public_key_der


def require_intact(revision: Revision) -> None:
    """The frozen text is what its hash says, on the base that it names. Raises: CannotSign."""
    base = revision.proposal.base.revision.content_hash if revision.proposal.base else ""
    try:
        found = content_hash(revision.proposal.road_map.reference, base or None, revision.document, revision.reason)
    except ValueError:  # no longer readable as a document at all
        found = ""
    if (found, base) != (revision.content_hash, revision.base_hash):
        raise CannotSign("signing.altered_document")


def require_genuine(signature: Signature) -> None:
    """The stored bytes are a passkey's answer for this revision and side, by its co-chair of that day.

    Raises: CannotSign.
    """
    try:
        genuine = _is_answered(signature) and _was_co_chair(signature)
    except Exception:  # noqa: BLE001  # whatever the stored bytes provoke in the parsers is no signature
        genuine = False
    if not genuine:
        raise CannotSign("signing.other_signature_invalid")


def _is_answered(signature: Signature) -> bool:
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


def _was_co_chair(signature: Signature) -> bool:
    day = day_of(signature.side, signature.issued_at)
    group = signature.revision.proposal.road_map.group_id
    seats = Seat.objects.in_force(day).filter(group=group, role=SeatRole.CO_CHAIR, side=signature.side)
    return seats.filter(user=signature.signer_id, user__side=signature.side).exists()
