"""The drafts of a road map, each as the page shows it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.models import Organisation, WorkingGroup
from accounts.policy.actors import Actor
from accounts.policy.questions import visible
from common.sides import Layer
from desk.selectors import groups, organisations, visible_to
from roadmaps.document.content import MeasureContent, MilestoneContent, RoadMapContent
from roadmaps.document.extract import extract
from roadmaps.models import Proposal, RoadMap
from roadmaps.proposal_status import OPEN_STATES


@dataclass(frozen=True)
class Draft:
    """An open proposal of a road map; ``content`` holds only the rows that the reader may see."""

    road_map: RoadMap
    proposal: Proposal
    content: RoadMapContent
    is_extract: bool = False

    @property
    def reference(self) -> str:
        """RM-07.P1, as it is printed."""
        return f"{self.road_map.reference}.{self.proposal.code}"

    @property
    def is_private(self) -> bool:
        """Whether it lies on one side's own layer."""
        return self.proposal.layer != Layer.SHARED

    @property
    def is_from_programme(self) -> bool:
        """Whether it is a first draft made from the press release and never edited."""
        proposal = self.proposal
        return proposal.author_id is None and proposal.base_id is None and proposal.row_version == 1

    @cached_property
    def steps(self) -> list[tuple[MeasureContent, MilestoneContent]]:
        """Every milestone with its measure, in the order of reading."""
        return [(measure, step) for _section, measure, step in self.content.milestones()]

    @cached_property
    def undated(self) -> list[tuple[MeasureContent, MilestoneContent]]:
        """The milestones whose date is still to be agreed."""
        return [(measure, step) for measure, step in self.steps if step.deadline.due_on is None]


def road_maps(actor: Actor) -> QuerySet[RoadMap, Any]:
    """Return the visible road maps with their group and its leads."""
    return visible_to(actor, RoadMap.objects.prefetch_related(Prefetch("group", groups(actor))))


def drafts_of(actor: Actor, road_map: RoadMap) -> list[Draft]:
    """Return the open drafts of a road map, newest first; each as much of it as the actor may see."""
    proposals = visible_to(actor, Proposal.objects.filter(road_map=road_map, state__in=OPEN_STATES)).order_by("-pk")
    found = list(proposals.prefetch_related(Prefetch("author", organisations(actor))))
    if road_map.group_id in followed_groups(actor):
        return [Draft(road_map, proposal, proposal.document) for proposal in found]
    written, own = set(visible(actor, "proposal.author", proposals).values_list("pk", flat=True)), own_codes(actor)
    return [
        Draft(road_map, proposal, proposal.document)
        if proposal.pk in written
        else Draft(road_map, proposal, extract(proposal.document, own), is_extract=True)
        for proposal in found
    ]


def followed_groups(actor: Actor) -> set[int]:
    """Return the keys of the groups whose road maps the actor sees whole, not only the rows that name them."""
    return set(visible(actor, "group.follow", WorkingGroup.objects.all()).values_list("pk", flat=True))


def own_codes(actor: Actor) -> frozenset[str]:
    """Return the codes of the own organisations and of those that answer to them."""
    own = Organisation.objects.filter(pk__in=actor.own_and_answering())
    return frozenset(own.values_list("code", flat=True))
