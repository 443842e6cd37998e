"""Proposals with their status: who has signed, and whom each waits for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.db.models import Max, Prefetch, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Seat, SeatRole, User
from accounts.policy.actors import Actor
from common.sides import Side
from desk.selectors import groups, organisations, visible_to
from roadmaps.models import Proposal, Refusal, Revision, RoadMapVersion, Signature
from roadmaps.proposal_status import (
    Move,
    ProposalAct,
    ProposalFacts,
    ProposalStatus,
    SignatureStatus,
    awaits_signatures,
    move,
    signature_status,
    status_of,
)

T = TypeVar("T", Signature, Refusal, Seat)

LABELS: Final[dict[ProposalStatus, str | Promise]] = {
    ProposalStatus.PRIVATE_DRAFT: gettext_lazy("Draft"),
    ProposalStatus.DRAFT: gettext_lazy("Draft"),
    ProposalStatus.REWORKED: gettext_lazy("Reopened for editing"),
    ProposalStatus.PUBLISHED: gettext_lazy("Waiting for signatures"),
    ProposalStatus.HALF_SIGNED: gettext_lazy("Waiting for signatures"),
    ProposalStatus.REFUSED: gettext_lazy("Refused"),
    ProposalStatus.OVERTAKEN_DRAFT: gettext_lazy("Outdated"),
    ProposalStatus.OVERTAKEN_REWORKED: gettext_lazy("Outdated"),
    ProposalStatus.OVERTAKEN_PUBLISHED: gettext_lazy("Outdated"),
    ProposalStatus.VOID: gettext_lazy("Void"),
    ProposalStatus.IN_FORCE: gettext_lazy("In force"),
    ProposalStatus.WITHDRAWN: gettext_lazy("Withdrawn"),
}
SHAPES: Final = {
    ProposalStatus.PRIVATE_DRAFT: "draft",
    ProposalStatus.DRAFT: "draft",
    ProposalStatus.REWORKED: "draft",
    ProposalStatus.PUBLISHED: "pending",
    ProposalStatus.HALF_SIGNED: "pending",
    ProposalStatus.REFUSED: "returned",
    ProposalStatus.OVERTAKEN_DRAFT: "none",
    ProposalStatus.OVERTAKEN_REWORKED: "none",
    ProposalStatus.OVERTAKEN_PUBLISHED: "none",
    ProposalStatus.VOID: "void",
    ProposalStatus.IN_FORCE: "done",
    ProposalStatus.WITHDRAWN: "void",
}


@dataclass(frozen=True)
class SignatureSlot:
    """One side's signature on a text. ``co_chair`` is the side's co-chair today."""

    side: str
    status: SignatureStatus
    signature: Signature | None = None
    refusal: Refusal | None = None
    withdrawn: tuple[Signature, ...] = ()
    co_chair: Seat | None = None


@dataclass(frozen=True)
class ProposalSummary:
    """Where one proposal is. ``revision`` is the text it is about; None while the draft is edited.

    A private draft has only its own side's slot and secretaries.
    """

    proposal: Proposal
    revision: Revision | None
    facts: ProposalFacts
    slots: tuple[SignatureSlot, ...]
    secretaries: tuple[Seat, ...]

    @property
    def status(self) -> ProposalStatus:
        return status_of(self.facts)

    @property
    def shape(self) -> str:
        """The shape of the status mark."""
        return SHAPES[self.status]

    @property
    def label(self) -> str:
        return str(LABELS[self.status])

    def move(self, act: ProposalAct, side: str) -> Move | None:
        """Return what the act is for somebody of ``side``; None where it is not allowed to them."""
        return move(act, self.facts, side)

    @property
    def is_void(self) -> bool:
        return self.facts.is_void

    @property
    def is_overtaken(self) -> bool:
        return self.proposal.is_open and self.facts.is_overtaken

    @property
    def is_open(self) -> bool:
        return self.proposal.is_open

    @property
    def awaits_signatures(self) -> bool:
        return awaits_signatures(self.status)

    @property
    def refusal(self) -> Refusal | None:
        return next((slot.refusal for slot in self.slots if slot.refusal), None)

    @property
    def signed(self) -> list[Signature]:
        """The signatures that are not withdrawn, in their order."""
        signed = [slot.signature for slot in self.slots if slot.signature]
        return sorted(signed, key=lambda signature: signature.issued_at)

    @property
    def missing(self) -> list[SignatureSlot]:
        """The signatures that it waits for."""
        return [slot for slot in self.slots if slot.status == SignatureStatus.AWAITED]

    def waits_on(self, person: User | None) -> bool:
        """Return whether it waits for this person's signature."""
        return person is not None and any(slot.co_chair and slot.co_chair.user == person for slot in self.missing)

    @property
    def waits_for(self) -> list[tuple[str, str]]:
        """Side and name of whoever acts next."""
        if self.awaits_signatures:
            nobody = _("a co-chair (not named yet)")
            return [(slot.side, slot.co_chair.user.name if slot.co_chair else nobody) for slot in self.missing]
        if self.is_open:
            return [(seat.side, seat.user.name) for seat in self.secretaries]
        return []


def proposals(actor: Actor) -> QuerySet[Proposal, Any]:
    """Return the proposals that the actor sees, with road map, group and its leads, base version and author."""
    related = Proposal.objects.select_related("road_map", "base")
    return visible_to(
        actor,
        related.prefetch_related(
            Prefetch("road_map__group", groups(actor)),
            Prefetch("author", organisations(actor)),
        ),
    )


def summaries(actor: Actor, found: Iterable[Proposal]) -> list[ProposalSummary]:
    """Return each with its open revision or the one in force; a few queries, however many there are."""
    found = list(found)
    newest = Revision.objects.filter(proposal__in=found, void_at=None).defer("content")
    by_proposal = {revision.proposal_id: revision for revision in visible_to(actor, newest)}
    return _summaries(actor, [(proposal, by_proposal.get(proposal.pk)) for proposal in found])


def summary_of(actor: Actor, proposal: Proposal, revision: Revision | None) -> ProposalSummary:
    return _summaries(actor, [(proposal, revision)])[0]


def _summaries(actor: Actor, texts: Sequence[tuple[Proposal, Revision | None]]) -> list[ProposalSummary]:
    revisions = [revision for _proposal, revision in texts if revision]
    signatures = _grouped(visible_to(actor, Signature.objects.filter(revision__in=revisions)), "revision_id")
    refusals = _grouped(visible_to(actor, Refusal.objects.filter(revision__in=revisions)), "revision_id")
    seats = Seat.objects.in_force(actor.today).filter(
        role__in=(SeatRole.CO_CHAIR, SeatRole.SECRETARY),
        group__in={proposal.road_map.group_id for proposal, _revision in texts},
    )
    sitting = _grouped(visible_to(actor, seats).select_related("user").order_by("-side", "user__name"), "group_id")
    road_maps = {proposal.road_map_id for proposal, _revision in texts}
    # of every version, not only those that the reader sees: whoever sees the proposal is told that it is overtaken
    versions = RoadMapVersion.objects.filter(road_map__in=road_maps).order_by()
    newest = dict(versions.values_list("road_map").annotate(Max("pk")))
    return [
        _summary(
            proposal,
            revision,
            signatures[revision.pk] if revision else [],
            refusals[revision.pk] if revision else [],
            sitting[proposal.road_map.group_id],
            newest.get(proposal.road_map_id),
        )
        for proposal, revision in texts
    ]


def _summary(
    proposal: Proposal,
    revision: Revision | None,
    signatures: list[Signature],
    refusals: list[Refusal],
    seats: list[Seat],
    newest: int | None,
) -> ProposalSummary:
    signed = {row.side: row for row in signatures if not row.withdrawn_at}
    refused = {row.side: row for row in refusals}
    facts = ProposalFacts(
        stored=proposal.state,
        is_private=proposal.is_private,
        is_overtaken=newest != proposal.base_id,
        is_void=revision is not None and revision.void_at is not None,
        signed_by=frozenset(signed),
        refused_by=frozenset(refused),
    )
    sides = (proposal.layer,) if proposal.is_private else tuple(Side.values)
    chairs = {seat.side: seat for seat in seats if seat.role == SeatRole.CO_CHAIR}
    slots = tuple(
        SignatureSlot(
            side=side,
            status=signature_status(facts, side),
            signature=signed.get(side),
            refusal=refused.get(side),
            withdrawn=tuple(row for row in signatures if row.side == side and row.withdrawn_at),
            co_chair=chairs.get(side),
        )
        for side in sides
    )
    secretaries = tuple(seat for seat in seats if seat.role == SeatRole.SECRETARY and seat.side in sides)
    return ProposalSummary(proposal, revision, facts, slots, secretaries)


def _grouped(rows: Iterable[T], key: str) -> defaultdict[int, list[T]]:
    found: defaultdict[int, list[T]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found
