"""The way of a proposal up to the keys: started, edited in place, published as a frozen revision, withdrawn."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Organisation, Seat
from accounts.policy.actors import Actor
from accounts.policy.questions import require
from accounts.services import StaleEdit
from audit.bulk import create_all
from audit.services import save_audited
from common.sides import Layer
from common.text import Text
from programme.models import Decision, Project
from roadmaps.document import content as agreed
from roadmaps.document.checks import problems
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
from roadmaps.services.errors import IllegalMove, NotPublishable


def locked(road_map_id: int) -> RoadMap:
    """The road map's row is the lock of all that happens to it: keys, edits and publishing come one after the other."""
    return RoadMap.objects.select_for_update(of=("self",)).get(pk=road_map_id)


def open_revision(proposal: Proposal) -> Revision | None:
    """What the keys can be turned on now, if anything."""
    return proposal.revisions.filter(void_at__isnull=True).first()


def is_overtaken(proposal: Proposal) -> bool:
    """Whether the version that it would change is no longer the newest."""
    version = proposal.road_map.in_force()
    return (version.pk if version else None) != proposal.base_id


@transaction.atomic
def start_proposal(*, road_map: RoadMap, layer: str, author: Organisation | None, by: Actor) -> Proposal:
    """A new draft that reads as the version in force does.

    Raises: NotAllowed; IllegalMove for the other side's layer.
    """
    road_map = locked(road_map.pk)
    by = require(by, "proposal.draft", road_map)
    if layer not in (Layer.SHARED, by.side):
        raise IllegalMove(_("A draft is visible to both sides or only to your own."))
    if author is not None and author.pk not in _may_write_for(by, road_map):
        raise IllegalMove(_("You can write a draft only for your own organisation."))
    version = road_map.in_force()
    newest = road_map.proposals.aggregate(newest=Max("number"))["newest"] or 0
    proposal = Proposal(
        road_map=road_map,
        number=newest + 1,
        layer=layer,
        author=author,
        base=version,
        content=version.revision.content if version else RoadMapContent().to_json(),
    )
    save_audited(proposal, act=by.act)
    require(by, "proposal.draft", proposal)
    return proposal


@transaction.atomic
def save_content(
    *, proposal: Proposal, content: RoadMapContent, reason: Text | None, based_on: int, by: Actor
) -> Proposal:
    """Save an edit of the working copy.

    - ``based_on`` is the ``row_version`` that was edited.
    - A published proposal is not edited: it is reopened first (`reopen_proposal`). From then on only the group's
      secretaries edit it.

    Raises: NotAllowed, StaleEdit, IllegalMove (closed, or published).
    """
    locked(proposal.road_map_id)
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    by = require(by, "proposal.draft" if proposal.state == ProposalState.DRAFT else "proposal.publish", proposal)
    if not proposal.is_open:
        raise IllegalMove(_("This proposal is closed: start a new one."))
    if proposal.state == ProposalState.PUBLISHED:
        raise IllegalMove(_("This proposal is published: reopen it for editing first."))
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
    locked(proposal.road_map_id)
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    by = require(by, "proposal.publish", proposal)
    if based_on is not None and proposal.row_version != based_on:
        raise StaleEdit(proposal)
    if proposal.state != ProposalState.PUBLISHED:
        raise IllegalMove(_("Only a published proposal can be reopened."))
    _void(proposal, by=by, now=now)
    proposal.state = ProposalState.REWORKED
    save_audited(proposal, act=by.act)
    return proposal


@transaction.atomic
def publish(*, proposal: Proposal, by: Actor, now: datetime, based_on: int | None = None) -> Revision:
    """Freeze the working copy as the next revision and put it to both keys.

    Raises: NotAllowed, StaleEdit, IllegalMove (nothing new, closed, overtaken by a version), NotPublishable.
    """
    road_map = locked(proposal.road_map_id)
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    by = require(by, "proposal.publish", proposal)
    if based_on is not None and proposal.row_version != based_on:
        raise StaleEdit(proposal)
    if not proposal.is_open or proposal.state == ProposalState.PUBLISHED:
        raise IllegalMove(_("There is nothing new to publish: edit the proposal first."))
    if is_overtaken(proposal):
        raise IllegalMove(
            _("A newer version has come into force since this was drafted. Start a new proposal from it.")
        )
    content = proposal.document
    organisations = dict(Organisation.objects.values_list("code", "pk"))
    if found := hindrances(content, road_map):
        raise NotPublishable(found)
    if proposal.base and content == proposal.base.revision.document:
        raise IllegalMove(_("This text is the same as the version in force. There is nothing to sign."))
    revision = freeze(proposal, content, by=by, now=now)
    named = {organisations[code] for code in _codes(content) if code in organisations}
    known = set(proposal.parties.values_list("organisation_id", flat=True))
    parties = [ProposalParty(proposal=proposal, organisation_id=key) for key in sorted(named - known)]
    create_all(ProposalParty, parties, act=by.act)
    proposal.state, proposal.layer = ProposalState.PUBLISHED, Layer.SHARED
    save_audited(proposal, act=by.act)
    return revision


@transaction.atomic
def withdraw_proposal(*, proposal: Proposal, by: Actor, now: datetime) -> Proposal:
    """Take a proposal back, for good. What it said stays readable to whoever could read it.

    Raises: NotAllowed, IllegalMove.
    """
    locked(proposal.road_map_id)
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    by = require(by, "proposal.withdraw", proposal)
    if not proposal.is_open:
        raise IllegalMove(_("This proposal is already closed."))
    _void(proposal, by=by, now=now)
    proposal.state = ProposalState.WITHDRAWN
    save_audited(proposal, act=by.act)
    return proposal


def hindrances(content: RoadMapContent, road_map: RoadMap) -> tuple[ContentError, ...]:
    """What keeps a text from being published, or from coming into force, as the other records stand now."""
    sides = dict(Organisation.objects.values_list("code", "side"))
    return (*problems(content, sides), *_unknown_codes(content), *_taken_identities(content, road_map))


def _taken_identities(content: RoadMapContent, road_map: RoadMap) -> Iterator[ContentError]:
    """An identity is one row's for good: another road map's may be copied, not taken over."""
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


def _may_write_for(by: Actor, road_map: RoadMap) -> set[int]:
    """The own organisations and those that answer to them; for a secretary also the side's lead of the group."""
    keys = by.own_and_answering()
    if isinstance(by.capacity, Seat):
        keys = keys | {road_map.group.lead(by.side).pk}
    return keys


def freeze(proposal: Proposal, content: RoadMapContent, *, by: Actor, now: datetime) -> Revision:
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


def _codes(content: RoadMapContent) -> set[str]:
    codes = {executor.organisation for _s, _m, step in content.milestones() for executor in step.executors}
    return codes | {measure.funding_organisation for _s, measure in content.measures() if measure.funding_organisation}


def _void(proposal: Proposal, *, by: Actor, now: datetime) -> None:
    """The open revision, and with it every key turned on it, counts no more; it stays readable with its names."""
    revision = open_revision(proposal)
    if revision:
        revision.void_at = now
        save_audited(revision, act=by.act)
