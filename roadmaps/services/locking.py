"""The lock of a road map, and the table of statuses asked under it."""

from accounts.policy.actors import Actor
from accounts.policy.questions import require
from roadmaps import proposal_status
from roadmaps.models import Proposal, Revision, RoadMap
from roadmaps.proposal_status import ProposalAct, ProposalFacts
from roadmaps.services.errors import IllegalMove


def lock_road_map(road_map_id: int) -> RoadMap:
    """Lock the road map's row: edits, publications and signatures of one road map come one after the other."""
    return RoadMap.objects.select_for_update(of=("self",)).get(pk=road_map_id)


def lock_proposal(proposal: Proposal) -> Proposal:
    """Lock the proposal's road map, and return the proposal as it is now."""
    lock_road_map(proposal.road_map_id)
    return Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)


def open_revision(proposal: Proposal) -> Revision | None:
    """Return the revision that is not void, if there is one."""
    return proposal.revisions.filter(void_at__isnull=True).first()


def facts_of(proposal: Proposal, revision: Revision | None) -> ProposalFacts:
    """Return what is stored of the proposal and of ``revision``; None while the draft is edited."""
    version = proposal.road_map.in_force()
    signatures = revision.signatures.filter(withdrawn_at__isnull=True) if revision else None
    return ProposalFacts(
        stored=proposal.state,
        is_private=proposal.is_private,
        is_overtaken=(version.pk if version else None) != proposal.base_id,
        is_void=revision is not None and revision.void_at is not None,
        signed_by=frozenset(signatures.values_list("side", flat=True) if signatures is not None else ()),
        refused_by=frozenset(revision.refusals.values_list("side", flat=True) if revision else ()),
    )


def require_act(by: Actor, act: ProposalAct, proposal: Proposal, revision: Revision | None) -> Actor:
    """Return the actor in the capacity that the act needs, where the table of statuses allows it.

    Raises: NotAllowed; IllegalMove, with the table's reason.
    """
    facts = facts_of(proposal, revision)
    by = require(by, proposal_status.permission(act, facts), proposal)
    if proposal_status.move(act, facts, by.side) is None:
        raise IllegalMove(proposal_status.refusal(act, facts))
    return by
