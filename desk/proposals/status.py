"""Where proposals stand between draft and force: whose key has turned, whom each waits for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Max, Prefetch, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Seat, SeatRole, User
from accounts.policy.actors import Actor
from common.sides import Layer, Side
from desk.selectors import groups, organisations, visible_to
from roadmaps.models import Proposal, ProposalState, Refusal, Revision, RoadMapVersion, Signature

T = TypeVar("T")


@dataclass(frozen=True)
class Keyhole:
    """One side's key on one revision: turned, turned back, refused, or still waited for.

    ``holder`` is the side's co-chair today; ``withdrawn`` are keys that were turned back before the second.
    """

    side: str
    signature: Signature | None = None
    refusal: Refusal | None = None
    withdrawn: tuple[Signature, ...] = ()
    holder: Seat | None = None


@dataclass(frozen=True)
class Course:
    """Where one proposal stands. ``revision`` is the text it is about: none, while the working copy is edited.

    ``overtaken``: the version that it would change is no longer the newest.
    """

    proposal: Proposal
    revision: Revision | None
    keyholes: tuple[Keyhole, ...]
    secretaries: tuple[Seat, ...]
    overtaken: bool

    @property
    def refusal(self) -> Refusal | None:
        return next((hole.refusal for hole in self.keyholes if hole.refusal), None)

    @property
    def signed(self) -> list[Signature]:
        """The keys that are turned, in their order."""
        turned = [hole.signature for hole in self.keyholes if hole.signature]
        return sorted(turned, key=lambda signature: signature.issued_at)

    @property
    def is_void(self) -> bool:
        return self.revision is not None and self.revision.void_at is not None

    @property
    def takes_keys(self) -> bool:
        """Whether a key can be turned on it now, or turned back."""
        published = self.proposal.state == ProposalState.PUBLISHED and self.revision is not None
        return published and not (self.is_void or self.refusal or self.overtaken)

    @property
    def missing(self) -> list[Keyhole]:
        """The keys that it waits for."""
        return [hole for hole in self.keyholes if not hole.signature] if self.takes_keys else []

    def waits_on(self, person: User | None) -> bool:
        """Whether it waits for this person's key."""
        return person is not None and any(hole.holder and hole.holder.user == person for hole in self.missing)

    @property
    def waits_for(self) -> list[tuple[str, str]]:
        """Side and name of whoever makes the next move."""
        if self.takes_keys:
            nobody = _("a co-chair (not named yet)")
            return [(hole.side, hole.holder.user.name if hole.holder else nobody) for hole in self.missing]
        if self.proposal.is_open:
            return [(seat.side, seat.user.name) for seat in self.secretaries]
        return []

    @property
    def status(self) -> tuple[str, str]:
        """A shape and a word."""
        state = self.proposal.state
        if state == ProposalState.WITHDRAWN:
            return "void", _("Withdrawn")
        if self.is_void:
            return "void", _("Void")
        if state == ProposalState.IN_FORCE:
            return "done", _("In force")
        if self.overtaken:
            return "none", _("Outdated")
        if self.refusal:
            return "returned", _("Refused")
        if state == ProposalState.PUBLISHED:
            return "pending", _("Waiting for signatures")
        return "draft", _("Being reworked") if state == ProposalState.REWORKED else _("Draft")


def proposals(actor: Actor) -> QuerySet[Proposal, Any]:
    """With road map, group and its leads, base version and author."""
    related = Proposal.objects.select_related("road_map", "base")
    return visible_to(
        actor,
        related.prefetch_related(
            Prefetch("road_map__group", groups(actor)),
            Prefetch("author", organisations(actor)),
        ),
    )


def courses(actor: Actor, found: Iterable[Proposal]) -> list[Course]:
    """Where each stands, by its open revision or the one that is in force; a few queries, however many there are."""
    found = list(found)
    newest = Revision.objects.filter(proposal__in=found, void_at=None).defer("content")
    by_proposal = {revision.proposal_id: revision for revision in visible_to(actor, newest)}
    return _courses(actor, [(proposal, by_proposal.get(proposal.pk)) for proposal in found])


def course(actor: Actor, proposal: Proposal, revision: Revision | None) -> Course:
    return _courses(actor, [(proposal, revision)])[0]


def _courses(actor: Actor, pairs: Sequence[tuple[Proposal, Revision | None]]) -> list[Course]:
    revisions = [revision for _proposal, revision in pairs if revision]
    signatures = _grouped(visible_to(actor, Signature.objects.filter(revision__in=revisions)), "revision_id")
    refusals = _grouped(visible_to(actor, Refusal.objects.filter(revision__in=revisions)), "revision_id")
    seats = Seat.objects.in_force(actor.today).filter(
        role__in=(SeatRole.CO_CHAIR, SeatRole.SECRETARY),
        group__in={proposal.road_map.group_id for proposal, _revision in pairs},
    )
    sitting = _grouped(visible_to(actor, seats).select_related("user").order_by("-side", "user__name"), "group_id")
    road_maps = {proposal.road_map_id for proposal, _revision in pairs}
    # of every version, not only of those that show: that the road map has moved on is said to whoever meets it
    versions = RoadMapVersion.objects.filter(road_map__in=road_maps).order_by()
    newest = dict(versions.values_list("road_map").annotate(Max("pk")))
    return [
        _course(
            proposal,
            revision,
            signatures[revision.pk] if revision else [],
            refusals[revision.pk] if revision else [],
            [seat for seat in sitting[proposal.road_map.group_id] if proposal.layer in (Layer.SHARED, seat.side)],
            newest.get(proposal.road_map_id),
        )
        for proposal, revision in pairs
    ]


def _course(
    proposal: Proposal,
    revision: Revision | None,
    signatures: list[Signature],
    refusals: list[Refusal],
    seats: list[Seat],
    newest: int | None,
) -> Course:
    chairs = {seat.side: seat for seat in seats if seat.role == SeatRole.CO_CHAIR}
    keyholes = tuple(
        Keyhole(
            side=side,
            signature=next((row for row in signatures if row.side == side and not row.withdrawn_at), None),
            refusal=next((row for row in refusals if row.side == side), None),
            withdrawn=tuple(row for row in signatures if row.side == side and row.withdrawn_at),
            holder=chairs.get(side),
        )
        for side in Side.values
    )
    secretaries = tuple(seat for seat in seats if seat.role == SeatRole.SECRETARY)
    return Course(proposal, revision, keyholes, secretaries, proposal.is_open and newest != proposal.base_id)


def _grouped(rows: Iterable[T], key: str) -> defaultdict[int, list[T]]:
    found: defaultdict[int, list[T]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found
