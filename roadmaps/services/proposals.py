"""Start, edit, publish, reopen and withdraw a proposal."""

from collections.abc import Iterator
from datetime import datetime
from itertools import compress

from django.db import transaction

from accounts.models import Organisation, Seat
from accounts.policy.actors import Actor
from accounts.policy.questions import in_capacity, require, would
from accounts.services import StaleEdit
from audit.bulk import create_all
from audit.services import save_audited
from common.sides import Layer
from common.text import Text
from programme.models import Decision, Project
from roadmaps.document import content as agreed
from roadmaps.document.checks import problems, unreadable
from roadmaps.document.content import ContentError, RoadMapContent
from roadmaps.document.hashing import content_hash
from roadmaps.models import (
    Measure,
    Milestone,
    Proposal,
    ProposalParty,
    ProposalState,
    Revision,
    RoadMap,
    Section,
)
from roadmaps.proposal_status import ProposalAct
from roadmaps.services.errors import IllegalMove, NotPublishable
from roadmaps.services.locking import lock_proposal, lock_road_map, open_revision, require_act


@transaction.atomic
def start_proposal(*, road_map: RoadMap, layer: str, author: Organisation | None, by: Actor) -> Proposal:
    """Start a draft with the content of the version in force.

    Raises: NotAllowed; IllegalMove for the other side's layer, or another organisation as the author.
    """
    road_map = lock_road_map(road_map.pk)
    by = require(by, "proposal.draft", road_map)
    if layer not in (Layer.SHARED, by.side):
        raise IllegalMove("proposal.other_layer")
    if author is not None and author.pk not in _may_write_for(by, road_map):
        raise IllegalMove("proposal.other_author")
    version = road_map.in_force()
    proposal = Proposal(
        road_map=road_map,
        number=_next_number(road_map, layer),
        layer=layer,
        author=author,
        base=version,
        content=version.revision.content if version else RoadMapContent().to_json(),
    )
    save_audited(proposal, act=by.act)
    require(by, "proposal.draft", proposal)
    return proposal


def layers_to_draft_on(road_map: RoadMap, *, by: Actor) -> tuple[str, ...]:
    """Return the layers on which the actor may start a draft: the same question as `start_proposal` asks.

    Whoever only carries out a part of a road map reads it, and drafts none of it.
    """
    layers = (Layer.SHARED, Layer(by.side))
    drafts = [Proposal(road_map=road_map, layer=layer, author=author_of_draft(road_map, by=by)) for layer in layers]
    return tuple(compress(layers, would(by, "proposal.draft", drafts)))


def author_of_draft(road_map: RoadMap, *, by: Actor) -> Organisation | None:
    """Return whom a draft is written for: a secretary's for the side's lead, all others' for their organisation."""
    by = in_capacity(by, "proposal.draft", road_map)
    if isinstance(by.capacity, Seat):
        return road_map.group.lead(by.side)
    return by.capacity.organisation if by.capacity else None


@transaction.atomic
def save_content(
    *, proposal: Proposal, content: RoadMapContent, reason: Text | None, based_on: int, by: Actor
) -> Proposal:
    """Save an edit of the draft.

    - ``based_on`` is the ``row_version`` that was edited.
    - A published proposal is reopened first (`reopen_proposal`). From then on only the group's secretaries edit it.

    Raises: NotAllowed, StaleEdit, IllegalMove.
    """
    proposal = lock_proposal(proposal)
    by = require_act(by, ProposalAct.EDIT, proposal, open_revision(proposal))
    if proposal.row_version != based_on:
        raise StaleEdit(proposal)
    written = content.to_json()
    if (written, reason) == (proposal.content, proposal.reason):
        return proposal
    proposal.content, proposal.reason = written, reason
    save_audited(proposal, act=by.act)
    return proposal


@transaction.atomic
def reopen_proposal(*, proposal: Proposal, by: Actor, now: datetime, based_on: int | None = None) -> Proposal:
    """Reopen a published proposal for editing.

    The open revision becomes void, and with it every signature and refusal on it: they stay readable, with their
    names, and no longer count.

    Raises: NotAllowed, StaleEdit, IllegalMove (not published).
    """
    proposal = lock_proposal(proposal)
    revision = open_revision(proposal)
    by = require_act(by, ProposalAct.REOPEN, proposal, revision)
    if based_on is not None and proposal.row_version != based_on:
        raise StaleEdit(proposal)
    _void(revision, by=by, now=now)
    proposal.state = ProposalState.REWORKED
    save_audited(proposal, act=by.act)
    return proposal


@transaction.atomic
def publish(*, proposal: Proposal, by: Actor, now: datetime, based_on: int | None = None) -> Revision:
    """Freeze the draft as the next revision, for both sides to sign.

    Raises: NotAllowed, StaleEdit, IllegalMove, NotPublishable.
    """
    proposal = lock_proposal(proposal)
    by = require_act(by, ProposalAct.PUBLISH, proposal, open_revision(proposal))
    if based_on is not None and proposal.row_version != based_on:
        raise StaleEdit(proposal)
    content = proposal.document
    if found := hindrances(content, proposal.reason, proposal.road_map):
        raise NotPublishable(found)
    if proposal.base and content == proposal.base.revision.document:
        raise IllegalMove("proposal.no_change")
    if proposal.is_private:
        proposal.drafted_as, proposal.number = proposal.code, _next_number(proposal.road_map, Layer.SHARED)
    proposal.state, proposal.layer = ProposalState.PUBLISHED, Layer.SHARED
    revision = freeze(proposal, content, by=by, now=now)
    _add_parties(proposal, content, by=by)
    save_audited(proposal, act=by.act)
    return revision


@transaction.atomic
def withdraw_proposal(*, proposal: Proposal, by: Actor, now: datetime) -> Proposal:
    """Withdraw a proposal for good. Its texts stay readable to whoever could read them.

    Raises: NotAllowed, IllegalMove.
    """
    proposal = lock_proposal(proposal)
    revision = open_revision(proposal)
    by = require_act(by, ProposalAct.WITHDRAW, proposal, revision)
    _void(revision, by=by, now=now)
    proposal.state = ProposalState.WITHDRAWN
    save_audited(proposal, act=by.act)
    return proposal


def hindrances(content: RoadMapContent, reason: Text | None, road_map: RoadMap) -> tuple[ContentError, ...]:
    """Return what keeps a content from being published or from coming into force, given the other records."""
    sides = dict(Organisation.objects.values_list("code", "side"))
    return (
        *problems(content, sides),
        *unreadable(content, reason),
        *_unknown_codes(content),
        *_taken_identities(content, road_map),
    )


def _taken_identities(content: RoadMapContent, road_map: RoadMap) -> Iterator[ContentError]:
    """Yield the rows whose identity belongs to another road map."""
    ours = {row.uid for _path, row in content.rows()}
    elsewhere = {
        *Section.objects.filter(uid__in=ours).exclude(road_map=road_map).values_list("uid", flat=True),
        *Measure.objects.filter(uid__in=ours).exclude(section__road_map=road_map).values_list("uid", flat=True),
        *Milestone.objects.filter(uid__in=ours).exclude(road_map=road_map).values_list("uid", flat=True),
    }
    for path, row in content.rows():
        if row.uid in elsewhere:
            yield ContentError("content.uid_of_another", path=f"{path}.uid")


def _unknown_codes(content: RoadMapContent) -> Iterator[ContentError]:
    decisions = set(Decision.objects.values_list("code", flat=True))
    projects = set(Project.objects.values_list("code", flat=True))
    for path, row in content.rows():
        if isinstance(row, agreed.MeasureContent) and row.decision and row.decision not in decisions:
            yield ContentError("content.unknown_decision", path=f"{path}.decision", decision=row.decision)
        if isinstance(row, agreed.MilestoneContent) and row.project and row.project not in projects:
            yield ContentError("content.unknown_project", path=f"{path}.project", project=row.project)


def _next_number(road_map: RoadMap, layer: str) -> int:
    """Return the number after the last on that layer; one that has left a side's layer keeps its number there."""
    taken = list(road_map.proposals.filter(layer=layer).values_list("number", flat=True))
    left = road_map.proposals.filter(drafted_as__startswith=layer).values_list("drafted_as", flat=True)
    return max((0, *taken, *(int(code.removeprefix(layer)) for code in left))) + 1


def _may_write_for(by: Actor, road_map: RoadMap) -> set[int]:
    """Return the actor's organisations and those that answer to them; for a secretary also the side's lead."""
    keys = by.own_and_answering()
    if isinstance(by.capacity, Seat):
        keys = keys | {road_map.group.lead(by.side).pk}
    return keys


def freeze(proposal: Proposal, content: RoadMapContent, *, by: Actor, now: datetime) -> Revision:
    """Write the next revision of a proposal."""
    number = proposal.revisions.count() + 1
    base_hash = proposal.base.revision.content_hash if proposal.base else ""
    revision = Revision(
        proposal=proposal,
        number=number,
        reference=f"{proposal.reference}.R{number}",
        content=content.to_json(),
        reason=proposal.reason,
        base_hash=base_hash,
        content_hash=content_hash(proposal.road_map.reference, base_hash or None, content, proposal.reason),
        published_at=now,
        published_by=by.act.actor_name,
    )
    save_audited(revision, act=by.act)
    return revision


def _add_parties(proposal: Proposal, content: RoadMapContent, *, by: Actor) -> None:
    """Make every organisation that the content names a party, which sees the rows that name it."""
    named = set(Organisation.objects.filter(code__in=_codes(content)).values_list("pk", flat=True))
    known = set(proposal.parties.values_list("organisation_id", flat=True))
    parties = [ProposalParty(proposal=proposal, organisation_id=key) for key in sorted(named - known)]
    create_all(ProposalParty, parties, act=by.act)


def _codes(content: RoadMapContent) -> set[str]:
    codes = {executor.organisation for _s, _m, step in content.milestones() for executor in step.executors}
    return codes | {measure.funding_organisation for _s, measure in content.measures() if measure.funding_organisation}


def _void(revision: Revision | None, *, by: Actor, now: datetime) -> None:
    """Void the open revision, and with it the signatures on it."""
    if revision:
        revision.void_at = now
        save_audited(revision, act=by.act)
