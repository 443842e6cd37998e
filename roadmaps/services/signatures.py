"""The two keys: nothing agreed changes until both sides have signed the same text."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import BinaryField, Max
from django.utils.translation import gettext as _

from accounts.models import Seat, User
from accounts.policy.actors import Actor
from accounts.policy.questions import NotAllowed, require
from audit.services import save_audited
from common.errors import sentence
from common.sides import Side, day_of
from roadmaps.models import Proposal, ProposalState, Refusal, Revision, RoadMapVersion, Signature
from roadmaps.services.errors import IllegalMove, said
from roadmaps.services.integrity import require_genuine, require_intact
from roadmaps.services.projection import project_version
from roadmaps.services.proposals import hindrances, is_overtaken, locked
from roadmaps.signing import TIME_LIMIT, CannotSign, Proof, challenge, check, moment

LONGEST_REASON: Final = 4000


@transaction.atomic
def sign(*, revision: Revision, issued_at: datetime, response: object, by: Actor, now: datetime) -> Signature:
    """Turn the actor's side's key on a revision; with the second key it is in force.

    1. All that happens to a road map is done one after the other, under its row's lock.
    2. Only the co-chair in force on the side's own day signs, for the own side.
    3. The stored text must still be the one that was published: whoever writes past the services is noticed.
    4. The challenge is computed anew from what stands in the database; the browser's answer must fit it.
    5. The signature is kept; if the other side's key is turned too, and genuine, the next version comes into force.

    ``issued_at`` is the moment noted when the browser asked, not older than five minutes.
    Raises: NotAllowed, IllegalMove, CannotSign.
    """
    locked(revision.proposal.road_map_id)
    revision = Revision.objects.select_related("proposal__road_map", "proposal__base").get(pk=revision.pk)
    by = _afresh(by, now)
    by = require(by, "proposal.sign", revision.proposal)
    person, seat = by.person, by.capacity
    if person is None or not isinstance(seat, Seat):
        raise NotAllowed("proposal.sign", revision.proposal)
    _require_open(revision)
    require_intact(revision)
    if not now - TIME_LIMIT <= issued_at <= now:
        raise CannotSign("signing.too_late")
    own = revision.signatures.filter(side=by.side)
    if own.filter(withdrawn_at__isnull=True).exists():
        raise IllegalMove(_("Your side has already signed."))
    if own.filter(issued_at=issued_at).exists():
        raise CannotSign("signing.response_reused")
    wanted = challenge(
        content_hash=revision.content_hash, revision=revision.reference, side=by.side, issued_at=issued_at
    )
    signature = _keep(revision, check(person, wanted, response), issued_at, person, seat, by)
    others = revision.signatures.filter(withdrawn_at__isnull=True).exclude(side=by.side)
    if other := others.select_related("revision__proposal__road_map").first():
        require_genuine(other)
        _bring_into_force(revision, by=by, now=now)
    return signature


@transaction.atomic
def withdraw_key(*, signature: Signature, by: Actor, now: datetime) -> Signature:
    """Turn the own side's key back, before the second one has turned. Raises: NotAllowed, IllegalMove."""
    locked(signature.revision.proposal.road_map_id)
    signature = Signature.objects.select_related("revision__proposal").get(pk=signature.pk)
    by = _afresh(by, now)
    by = require(by, "proposal.sign", signature.revision.proposal)
    if signature.side != by.side:
        raise NotAllowed("proposal.sign", signature.revision.proposal)
    _require_open(signature.revision)
    if signature.withdrawn_at:
        raise IllegalMove(_("This signature has already been withdrawn."))
    signature.withdrawn_at = now
    save_audited(signature, act=by.act)
    return signature


@transaction.atomic
def refuse(*, revision: Revision, reason: str, by: Actor, now: datetime) -> Refusal:
    """Say no to a revision, with a reason that the other side reads. No key turns on it any more.

    Raises: NotAllowed, IllegalMove (also without a reason).
    """
    locked(revision.proposal.road_map_id)
    revision = Revision.objects.select_related("proposal").get(pk=revision.pk)
    by = _afresh(by, now)
    by = require(by, "proposal.refuse", revision.proposal)
    if by.person is None:
        raise NotAllowed("proposal.refuse", revision.proposal)
    _require_open(revision)
    reason = said(reason, LONGEST_REASON)
    if not reason:
        raise IllegalMove(_("Give a reason. It is visible to the other side."))
    refusal = Refusal(revision=revision, side=by.side, refused_by=by.person.name, refused_at=now, reason=reason)
    save_audited(refusal, act=by.act)
    return refusal


def _afresh(by: Actor, now: datetime) -> Actor:
    """The person as they stand at this moment, on their side's own day: what was read before the lock may be old."""
    if by.person is None:
        return by
    return replace(by, person=User.objects.get(pk=by.person.pk), today=day_of(by.side, now))


def _require_open(revision: Revision) -> None:
    """Raises: IllegalMove, saying what became of it."""
    if revision.void_at:
        raise IllegalMove(_("The text was edited after publication. The next revision is being prepared."))
    if revision.proposal.state != ProposalState.PUBLISHED:
        raise IllegalMove(_("This proposal cannot be signed now."))
    if revision.refusals.exists():
        raise IllegalMove(_("This revision was refused. A new revision can be published."))
    if is_overtaken(revision.proposal):
        raise IllegalMove(
            _("A newer version has come into force since this was published. Start a new proposal from it.")
        )


def _keep(revision: Revision, proof: Proof, issued_at: datetime, person: User, seat: Seat, by: Actor) -> Signature:
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
    """A passkey that counts must count on: a lower or equal number is a copy of it. Synced ones always say 0.

    A passkey is its key, not its identifier: somebody else's could be enrolled under the same one, to spoil it.
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
        raise IllegalMove(_("Both signatures are needed."))
    if found := hindrances(revision.document, proposal.road_map):
        raise IllegalMove(_("This can no longer come into force, a new revision is needed: %s") % sentence(found[0]))
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
        raise IllegalMove(_("This cannot come into force: a row belongs to another road map.")) from error
    return version
