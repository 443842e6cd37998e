"""One proposal as its page shows it: what would change, as far as it shows to the reader, and what they can do."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from django.db.models import Prefetch
from django.http import Http404

from accounts.policy.actors import Actor
from accounts.policy.questions import can_on
from common.sides import Layer
from common.text import Text
from desk.proposals.difference import Difference, DiffRow
from desk.proposals.status import Course, Keyhole, course, proposals
from desk.roadmaps.selectors.drafts import own_codes
from desk.roadmaps.selectors.table import OfficialTable, SectionRow
from desk.selectors import visible_or_404, visible_to
from roadmaps.document.content import RoadMapContent
from roadmaps.document.extract import extract
from roadmaps.document.numbering import roman
from roadmaps.models import Proposal, ProposalState, Refusal, Revision, RoadMap, RoadMapVersion, Signature
from roadmaps.signing import passkeys

REFERENCE: Final = re.compile(r"(RM-[0-9]{2,7})\.P([1-9][0-9]{0,8})")


def proposal_or_404(actor: Actor, reference: str) -> Proposal:
    """Raises: Http404."""
    parts = REFERENCE.fullmatch(reference)
    if parts is None:
        raise Http404
    return visible_or_404(actor, proposals(actor), road_map__reference=parts[1], number=parts[2])


def revision_or_404(actor: Actor, proposal: Proposal, number: int) -> Revision:
    """Raises: Http404."""
    return visible_or_404(actor, Revision.objects.filter(proposal=proposal), number=str(number))


def current_revision(actor: Actor, proposal: Proposal) -> Revision | None:
    """What a proposal's page is about: the open revision, of a closed proposal its last; none while it is edited."""
    if proposal.state in (ProposalState.DRAFT, ProposalState.REWORKED):
        return None
    return visible_to(actor, Revision.objects.filter(proposal=proposal)).order_by("-number").first()


def sees_whole(actor: Actor, proposal: Proposal) -> bool:
    """Return whether the actor sees all of it, and not only the rows that name their organisation."""
    return can_on(actor, "proposal.author", proposal) or can_on(actor, "group.follow", proposal.road_map.group)


@dataclass(frozen=True)
class RevisionLine:
    """One line of the list of revisions, with the keys and refusals it had."""

    revision: Revision
    signatures: tuple[Signature, ...]
    refusals: tuple[Refusal, ...]


class ProposalPage:
    """Read by `proposals/proposal.html`; each part is worked out when the page first shows it."""

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
        """As far as it shows to the reader."""
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
        """The text as the official table; for a first version always, else where the reader asks for it."""
        if not (self.is_first or self._with_table) or not self.content.sections:
            return None
        return OfficialTable(self.actor, self.road_map, self.content, agreed=self.version is not None)

    @property
    def sections(self) -> list[SectionRow]:
        """The table's, each under its number in the whole document."""
        numbers = {section.uid: roman(place) for place, section in enumerate(self.document.sections, 1)}
        rows = zip(self.content.sections, self.table.sections, strict=True) if self.table else ()
        return [replace(row, number=numbers[section.uid]) for section, row in rows]

    def _narrow(self, content: RoadMapContent) -> RoadMapContent:
        return extract(content, own_codes(self.actor)) if self.is_extract else content

    # -- where it stands

    @cached_property
    def course(self) -> Course:
        return course(self.actor, self.proposal, self.revision)

    @cached_property
    def version(self) -> RoadMapVersion | None:
        """The version that this revision became."""
        return RoadMapVersion.objects.filter(revision=self.revision).first() if self.revision else None

    @property
    def next_number(self) -> int:
        """The number of the version that it is or would become."""
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
    def is_private(self) -> bool:
        return self.proposal.layer != Layer.SHARED

    # -- what the reader can do

    @cached_property
    def own_key(self) -> Keyhole | None:
        """The key of the reader's side, where they are the one who turns it."""
        if not self.course.takes_keys or not self._may("proposal.sign"):
            return None
        return next((hole for hole in self.course.keyholes if hole.side == self.actor.side), None)

    @property
    def can_sign(self) -> bool:
        return self.own_key is not None and self.own_key.signature is None

    @property
    def can_withdraw_key(self) -> bool:
        return self.own_key is not None and self.own_key.signature is not None

    @cached_property
    def has_passkey(self) -> bool:
        return self.actor.person is not None and bool(passkeys(self.actor.person))

    @cached_property
    def can_refuse(self) -> bool:
        return self.course.takes_keys and self._may("proposal.refuse")

    @property
    def is_current(self) -> bool:
        """Whether this is the proposal as it stands, and not one of its old revisions."""
        return not self.course.is_void

    @cached_property
    def can_edit(self) -> bool:
        drafting = self.proposal.state == ProposalState.DRAFT
        return (
            self.proposal.is_open
            and self.is_current
            and self._may("proposal.draft" if drafting else "proposal.publish")
        )

    @cached_property
    def can_publish(self) -> bool:
        return self.revision is None and not self.course.overtaken and self._may("proposal.publish")

    @cached_property
    def can_withdraw(self) -> bool:
        return self.proposal.is_open and self.is_current and self._may("proposal.withdraw")

    def _may(self, permission: str) -> bool:
        return can_on(self.actor, permission, self.proposal)
