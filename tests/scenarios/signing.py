"""The energy group with its co-chairs, their passkeys and a secretary, through the ordinary services."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.demo.software_passkey import SoftwarePasskey
from accounts.models import User
from common.deadlines import Deadline, Precision
from common.text import Text
from roadmaps.document.content import RoadMapContent
from roadmaps.models import (
    Proposal,
    ProposalState,
    Revision,
    RoadMap,
    RoadMapVersion,
    Signature,
)
from roadmaps.services import (
    publish,
    reopen_proposal,
    save_content,
    sign,
    start_proposal,
)
from roadmaps.signing import challenge, moment
from tests.scenarios.people import actor_for, seat


class Group:
    """The energy group: both co-chairs with a passkey each, a secretary, and what they do."""

    def __init__(self) -> None:
        self.chairs = {side: seat("co_chair", side, "energy") for side in ("UZ", "KR")}
        self.secretary = seat("secretary", "UZ", "energy")
        self.keys = {side: passkey(user) for side, user in self.chairs.items()}

    @property
    def proposal(self) -> Proposal:
        return Proposal.objects.filter(road_map__reference="RM-07").order_by("-pk")[0]

    def edit(
        self, change: Callable[[RoadMapContent], RoadMapContent], reason: str = "As agreed in Tashkent."
    ) -> Proposal:
        """Save a change; a published proposal is reopened for it first."""
        proposal = self.proposal
        if proposal.state == ProposalState.PUBLISHED:
            proposal = self.reopen()
        return save_content(
            proposal=proposal,
            content=change(proposal.document),
            reason=Text.of(reason),
            based_on=proposal.row_version,
            by=actor_for(self.secretary),
        )

    def reopen(self) -> Proposal:
        return reopen_proposal(proposal=self.proposal, by=actor_for(self.secretary), now=timezone.now())

    def publish(self) -> Revision:
        return publish(proposal=self.proposal, by=actor_for(self.secretary), now=timezone.now())

    def sign(self, revision: Revision, side: str, *, at: datetime | None = None) -> Signature:
        issued_at = moment(at or timezone.now())
        answer = self.keys[side].answer(wanted(revision, side, issued_at))
        return sign(
            revision=revision,
            issued_at=issued_at,
            response=answer,
            by=actor_for(self.chairs[side]),
            now=timezone.now(),
        )

    def adopt(self) -> RoadMapVersion:
        revision = self.publish()
        self.sign(revision, "UZ")
        self.sign(revision, "KR")
        return RoadMapVersion.objects.get(revision=revision)

    def amend(self, change: Callable[[RoadMapContent], RoadMapContent]) -> RoadMapVersion:
        road_map = RoadMap.objects.get(reference="RM-07")
        start_proposal(road_map=road_map, layer="shared", author=None, by=actor_for(self.secretary))
        self.edit(change)
        return self.adopt()


def passkey(user: User) -> SoftwarePasskey:
    key = SoftwarePasskey.make(rp_id=settings.RP_ID, origin=settings.ORIGIN)
    key.enrol(user, now=timezone.now() - timedelta(hours=1))
    return key


def wanted(revision: Revision, side: str, issued_at: datetime) -> bytes:
    return challenge(content_hash=revision.content_hash, revision=revision.reference, side=side, issued_at=issued_at)


def due(day: date) -> Callable[[RoadMapContent], RoadMapContent]:
    """The first milestone's deadline moved to a day."""

    def change(content: RoadMapContent) -> RoadMapContent:
        section = content.sections[0]
        measure = section.measures[0]
        step = replace(measure.milestones[0], deadline=Deadline(day, Precision.DAY))
        measure = replace(measure, milestones=(step, *measure.milestones[1:]))
        section = replace(section, measures=(measure, *section.measures[1:]))
        return replace(content, sections=(section, *content.sections[1:]))

    return change
