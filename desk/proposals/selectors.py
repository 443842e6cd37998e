"""What the page of a proposal shows: the changes that the reader can see, the signatures, what the reader can do."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from django.db.models import Prefetch, Q
from django.http import Http404

from accounts.policy.actors import Actor
from accounts.policy.questions import can_on
from common.sides import Layer
from common.text import Text
from desk.proposals.difference import Difference, DiffRow
from desk.proposals.status import ProposalSummary, SignatureSlot, proposals, summary_of
from desk.roadmaps.selectors.drafts import own_codes
from desk.roadmaps.selectors.table import OfficialTable, SectionRow
from desk.selectors import visible_or_404, visible_to
from roadmaps.document.content import RoadMapContent
from roadmaps.document.extract import extract
from roadmaps.document.numbering import roman
from roadmaps.models import Proposal, Refusal, Revision, RoadMap, RoadMapVersion, Signature
from roadmaps.proposal_status import ProposalAct, ProposalStatus
from roadmaps.signing import passkeys

REFERENCE: Final = re.compile(r"(RM-[0-9]{2,7})\.(P|UZ|KR)([1-9][0-9]{0,8})")


def proposal_or_404(actor: Actor, reference: str) -> Proposal:
    """Return the proposal; the own side finds one by the reference of its draft too.

    Raises: Http404.
    """
    parts = REFERENCE.fullmatch(reference)
    if parts is None:
        raise Http404
    road_map, layer, number = parts.groups()
    named = Q(layer=Layer.SHARED if layer == "P" else layer, number=number)
    if layer == actor.side:
        named |= Q(drafted_as=f"{layer}{number}")
    return visible_or_404(actor, proposals(actor).filter(named), road_map__reference=road_map)


def revision_or_404(actor: Actor, proposal: Proposal, number: int) -> Revision:
    """Raises: Http404."""
    return visible_or_404(actor, Revision.objects.filter(proposal=proposal), number=str(number))


def current_revision(actor: Actor, proposal: Proposal) -> Revision | None:
    """Return the text that a proposal's page is about: its open revision, else the last; None for an open draft."""
    revisions = visible_to(actor, Revision.objects.filter(proposal=proposal)).order_by("-number")
    return revisions.filter(void_at=None).first() if proposal.is_open else revisions.first()


def sees_whole(actor: Actor, proposal: Proposal) -> bool:
    """Return whether the actor sees all of it, and not only the rows that name their organisation."""
    return can_on(actor, "proposal.author", proposal) or can_on(actor, "group.follow", proposal.road_map.group)


@dataclass(frozen=True)
class RevisionLine:
    """One line of the list of revisions, with its signatures and refusals."""

    revision: Revision
    signatures: tuple[Signature, ...]
    refusals: tuple[Refusal, ...]


class ProposalPage:
    """Everything that `proposals/proposal.html` shows; each part is read when it is first used."""

    def __init__(
        self, actor: Actor, proposal: Proposal, revision: Revision | None, *, with_table: bool = False
    ) -> None:
        self.actor, self.proposal, self.revision = actor, proposal, revision
        self.road_map = proposal.road_map
        self._with_table = with_table

    # -- the text

    @property
    def is_first(self) -> bool:
        """Whether everything is new: there is no version to compare with."""
        return self.proposal.base is None

    @cached_property
    def is_extract(self) -> bool:
        return not sees_whole(self.actor, self.proposal)

    @cached_property
    def document(self) -> RoadMapContent:
        """Whole."""
        return (self.revision or self.proposal).document

    @cached_property
    def content(self) -> RoadMapContent:
        """What the reader can see of it."""
        return self._narrow(self.document)

    @property
    def reason(self) -> Text | None:
        return (self.revision or self.proposal).reason

    @cached_property
    def rows(self) -> tuple[DiffRow, ...]:
        """What differs from the base version."""
        base = self.proposal.base.revision.document if self.proposal.base else RoadMapContent()
        return Difference(self.actor, base, self.document, self._narrow).rows

    @cached_property
    def table(self) -> OfficialTable | None:
        """The text as the official table: always for a first version, otherwise on request."""
        if not (self.is_first or self._with_table) or not self.content.sections:
            return None
        return OfficialTable(self.actor, self.road_map, self.content, agreed=self.version is not None)

    @property
    def sections(self) -> list[SectionRow]:
        """The sections of the table, each with its number in the whole document."""
        numbers = {section.uid: roman(place) for place, section in enumerate(self.document.sections, 1)}
        rows = zip(self.content.sections, self.table.sections, strict=True) if self.table else ()
        return [replace(row, number=numbers[section.uid]) for section, row in rows]

    def _narrow(self, content: RoadMapContent) -> RoadMapContent:
        return extract(content, own_codes(self.actor)) if self.is_extract else content

    # -- its status

    @cached_property
    def summary(self) -> ProposalSummary:
        return summary_of(self.actor, self.proposal, self.revision)

    @cached_property
    def version(self) -> RoadMapVersion | None:
        """The version that this revision became."""
        return RoadMapVersion.objects.filter(revision=self.revision).first() if self.revision else None

    @property
    def next_number(self) -> int:
        """The number of the version that it became or would become."""
        if self.version:
            return self.version.number
        return self.proposal.base.number + 1 if self.proposal.base else 1

    @cached_property
    def revisions(self) -> list[RevisionLine]:
        """All of them, newest first."""
        found = (
            visible_to(self.actor, Revision.objects.filter(proposal=self.proposal)).defer("content").order_by("-number")
        )
        kept = found.prefetch_related(
            Prefetch("signatures", visible_to(self.actor, Signature.objects.filter(withdrawn_at=None))),
            Prefetch("refusals", visible_to(self.actor, Refusal.objects.all())),
        )
        return [RevisionLine(row, tuple(row.signatures.all()), tuple(row.refusals.all())) for row in kept]

    @cached_property
    def shows_road_map(self) -> bool:
        """Whether the reader may open the road map itself."""
        return visible_to(self.actor, RoadMap.objects.filter(pk=self.road_map.pk)).exists()

    @property
    def is_current(self) -> bool:
        """Whether this is the proposal as it is now, and not one of its old revisions."""
        return self.summary.status != ProposalStatus.VOID

    # -- what the reader can do

    def can(self, act: ProposalAct) -> bool:
        """Return whether the reader may do it now, by the table of statuses and the policy."""
        move = self.summary.move(act, self.actor.side)
        return move is not None and can_on(self.actor, move.permission, self.proposal)

    @cached_property
    def can_sign(self) -> bool:
        return self.can(ProposalAct.SIGN)

    @cached_property
    def can_withdraw_signature(self) -> bool:
        return self.can(ProposalAct.WITHDRAW_SIGNATURE)

    @property
    def own_slot(self) -> SignatureSlot | None:
        """The slot of the reader's side, where they sign, or have signed, for it."""
        if not (self.can_sign or self.can_withdraw_signature):
            return None
        return next((slot for slot in self.summary.slots if slot.side == self.actor.side), None)

    @cached_property
    def has_passkey(self) -> bool:
        return self.actor.person is not None and bool(passkeys(self.actor.person))

    @cached_property
    def can_refuse(self) -> bool:
        return self.can(ProposalAct.REFUSE)

    @cached_property
    def can_edit(self) -> bool:
        """Whether the editor opens for them; it reopens a published proposal."""
        return self.can(ProposalAct.EDIT) or self.can(ProposalAct.REOPEN)

    @cached_property
    def can_publish(self) -> bool:
        return self.can(ProposalAct.PUBLISH)

    @cached_property
    def can_withdraw(self) -> bool:
        return self.can(ProposalAct.WITHDRAW)
