"""Sign, withdraw a signature, refuse: nothing agreed changes until both sides have signed the same text."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import BinaryField, Max

from accounts.models import Seat, User
from accounts.policy.actors import Actor
from accounts.policy.questions import NotAllowed
from accounts.signin.keys import is_own_key
from audit.services import save_audited
from common.sides import Side, day_of
from roadmaps.document.checks import unreadable
from roadmaps.document.content import ContentError
from roadmaps.models import Proposal, ProposalState, Refusal, Revision, RoadMapVersion, Signature
from roadmaps.proposal_status import ProposalAct
from roadmaps.services.errors import IllegalMove, typed_reason
from roadmaps.services.integrity import require_genuine, require_intact
from roadmaps.services.locking import lock_road_map, require_act
from roadmaps.services.projection import project_version
from roadmaps.services.proposals import hindrances
from roadmaps.signing import TIME_LIMIT, CannotSign, Proof, challenge, check, moment

LONGEST_REASON: Final = 4000


@transaction.atomic
def sign(*, revision: Revision, issued_at: datetime, response: object, by: Actor, now: datetime) -> Signature:
    """Sign a revision for the actor's side; with the second side's signature it comes into force.

    1. Lock the road map: everything that happens to it happens one after the other.
    2. Only the co-chair of the side, in force on the side's own day, signs, and for that side only.
    3. The stored text must still be the one that was published: a change past the services is detected. It must show
       all that it says: no hidden characters.
    4. Compute the challenge again from the database; the browser's response must match it, and the key must be the
       signer's own.
    5. Store the signature; if the other side has signed too, and its signature is genuine, the next version comes
       into force.

    ``issued_at`` is when the browser asked to sign, at most five minutes ago.
    Raises: NotAllowed, IllegalMove, CannotSign.
    """
    revision, by = _locked(revision, by, ProposalAct.SIGN, now)
    person, seat = by.person, by.capacity
    if person is None or not isinstance(seat, Seat):
        raise NotAllowed("proposal.sign", revision.proposal)
    require_intact(revision)
    if problem := next(unreadable(revision.document, revision.reason), None):
        raise IllegalMove("proposal.cannot_come_into_force", problem=problem)
    if not now - TIME_LIMIT <= issued_at <= now:
        raise CannotSign("signing.too_late")
    if revision.signatures.filter(side=by.side, issued_at=issued_at).exists():
        raise CannotSign("signing.response_reused")
    wanted = challenge(
        content_hash=revision.content_hash, revision=revision.reference, side=by.side, issued_at=issued_at
    )
    proof = check(person, wanted, response)
    if not is_own_key(proof.public_key, user_id=person.pk, at=issued_at):
        raise CannotSign("signing.not_your_key")
    signature = _store(revision, proof, issued_at, person, seat, by)
    others = revision.signatures.filter(withdrawn_at__isnull=True).exclude(side=by.side)
    if other := others.select_related("revision__proposal__road_map").first():
        require_genuine(other)
        _bring_into_force(revision, by=by, now=now)
    return signature


@transaction.atomic
def withdraw_signature(*, revision: Revision, by: Actor, now: datetime) -> Signature:
    """Withdraw the own side's signature, before the other side has signed. Raises: NotAllowed, IllegalMove."""
    revision, by = _locked(revision, by, ProposalAct.WITHDRAW_SIGNATURE, now)
    signature = revision.signatures.get(side=by.side, withdrawn_at__isnull=True)
    signature.withdrawn_at = now
    save_audited(signature, act=by.act)
    return signature


@transaction.atomic
def refuse(*, revision: Revision, reason: str, by: Actor, now: datetime) -> Refusal:
    """Refuse a revision, with a reason that the other side reads. Nobody can sign it after that.

    Raises: NotAllowed, IllegalMove (also without a reason), InvalidValue (a reason that cannot be stored).
    """
    revision, by = _locked(revision, by, ProposalAct.REFUSE, now)
    if by.person is None:
        raise NotAllowed("proposal.refuse", revision.proposal)
    reason = typed_reason(reason, LONGEST_REASON)
    if not reason:
        raise IllegalMove("reason.missing")
    refusal = Refusal(revision=revision, side=by.side, refused_by=by.person.name, refused_at=now, reason=reason)
    save_audited(refusal, act=by.act)
    return refusal


def _locked(revision: Revision, by: Actor, act: ProposalAct, now: datetime) -> tuple[Revision, Actor]:
    """Lock the road map, and return revision and actor as they are now, where the act is allowed.

    The person is reloaded, on their side's own day: what was read before the lock may be out of date.
    Raises: NotAllowed, IllegalMove.
    """
    lock_road_map(revision.proposal.road_map_id)
    revision = Revision.objects.select_related("proposal__road_map", "proposal__base").get(pk=revision.pk)
    if by.person is not None:
        by = replace(by, person=User.objects.get(pk=by.person.pk), today=day_of(by.side, now))
    return revision, require_act(by, act, revision.proposal, revision)


def _store(revision: Revision, proof: Proof, issued_at: datetime, person: User, seat: Seat, by: Actor) -> Signature:
    _check_counter(proof)
    signature = Signature(
        revision=revision,
        side=by.side,
        signer_id=person.pk,
        signer_name=person.name,
        seat=f"{seat.role}, {seat.group.code}",
        content_hash=revision.content_hash,
        issued_at=moment(issued_at),
        illustrative=person.illustrative,
        rp_id=settings.RP_ID,
        origin=settings.ORIGIN,
        **vars(replace(proof, passkey_name=proof.passkey_name[:200])),
    )
    # no column of bytes has a length in the database
    limits = {field.name: field.max_length for field in Signature._meta.fields if isinstance(field, BinaryField)}
    if any(len(getattr(proof, name)) > (limit or 0) for name, limit in limits.items()):
        raise CannotSign("signing.response_too_long")
    save_audited(signature, act=by.act)
    return signature


def _check_counter(proof: Proof) -> None:
    """Refuse a passkey whose counter has not increased: it may be a copy. Synced passkeys always send 0.

    A passkey is recognised by its key too: somebody else could enrol one with the same identifier.
    """
    signed = Signature.objects.filter(credential_id=proof.credential_id, public_key=proof.public_key)
    seen = signed.aggregate(highest=Max("sign_count"))["highest"]
    if (proof.sign_count or seen) and proof.sign_count <= (seen if seen is not None else -1):
        raise CannotSign("signing.counter_went_back")


def _bring_into_force(revision: Revision, *, by: Actor, now: datetime) -> RoadMapVersion:
    proposal: Proposal = revision.proposal
    number = (proposal.road_map.versions.aggregate(newest=Max("number"))["newest"] or 0) + 1
    signatures = revision.signatures.filter(withdrawn_at__isnull=True)
    if {signature.side for signature in signatures} != set(Side.values):
        raise IllegalMove("proposal.one_side_only")
    if found := hindrances(revision.document, revision.reason, proposal.road_map):
        raise IllegalMove("proposal.cannot_come_into_force", problem=found[0])
    act = by.because(f"version {number}, {revision.content_hash}").act
    version = RoadMapVersion(
        road_map=proposal.road_map,
        number=number,
        revision=revision,
        in_force_at=now,
        illustrative=any(signature.illustrative for signature in signatures),
    )
    proposal.state = ProposalState.IN_FORCE
    save_audited(version, act=act)
    save_audited(proposal, act=act)
    try:
        with transaction.atomic():
            project_version(version=version, act=act)
    except IntegrityError as error:  # another road map has taken one of the new identities at this same instant
        problem = ContentError("content.uid_of_another")
        raise IllegalMove("proposal.cannot_come_into_force", problem=problem) from error
    return version
