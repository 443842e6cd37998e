"""The drafts of a road map, each as the page shows it."""

from collections import defaultdict
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
from roadmaps.models import Proposal, RoadMap, RoadMapVersion
from roadmaps.models.proposal import OPEN_STATES


@dataclass(frozen=True)
class Draft:
    """One text of a road map, and what is counted of it: an open proposal, or what one has become, ``version``.

    ``text``: as much of it as shows to the reader, where that is not the whole.
    """

    road_map: RoadMap
    proposal: Proposal
    version: RoadMapVersion | None = None
    text: RoadMapContent | None = None

    @cached_property
    def content(self) -> RoadMapContent:
        return self.proposal.document if self.text is None else self.text

    @property
    def reference(self) -> str:
        """RM-07.P1, as it is printed."""
        return f"{self.road_map.reference}.P{self.proposal.number}"

    @property
    def is_private(self) -> bool:
        """Whether it lies on one side's own layer."""
        return self.proposal.layer != Layer.SHARED

    @cached_property
    def steps(self) -> list[tuple[MeasureContent, MilestoneContent]]:
        """Every milestone with its measure, in the order of reading."""
        return [(measure, step) for _section, measure, step in self.content.milestones()]

    @cached_property
    def undated(self) -> list[tuple[MeasureContent, MilestoneContent]]:
        """The milestones whose date is still to be agreed."""
        return [(measure, step) for measure, step in self.steps if step.deadline.due_on is None]

    @cached_property
    def by_decision(self) -> dict[str, list[MeasureContent]]:
        """The measures that a decision has become, by its code."""
        found: dict[str, list[MeasureContent]] = defaultdict(list)
        for _section, measure in self.content.measures():
            if measure.decision:
                found[measure.decision].append(measure)
        return dict(found)


def road_maps(actor: Actor) -> QuerySet[RoadMap, Any]:
    """With group and leads."""
    return visible_to(actor, RoadMap.objects.prefetch_related(Prefetch("group", groups(actor))))


def drafts_of(actor: Actor, road_map: RoadMap) -> list[Draft]:
    """Return the open drafts of a road map, newest first; each as much of it as the actor may see."""
    proposals = visible_to(actor, Proposal.objects.filter(road_map=road_map, state__in=OPEN_STATES)).order_by("-number")
    found = list(proposals.prefetch_related(Prefetch("author", organisations(actor))))
    if road_map.group_id in followed_groups(actor):
        return [Draft(road_map, proposal) for proposal in found]
    written, own = set(visible(actor, "proposal.author", proposals).values_list("pk", flat=True)), own_codes(actor)
    return [
        Draft(road_map, proposal, text=None if proposal.pk in written else extract(proposal.document, own))
        for proposal in found
    ]


def followed_groups(actor: Actor) -> set[int]:
    """Return the keys of the groups whose road maps the actor sees whole, not only the rows that name them."""
    return set(visible(actor, "group.follow", WorkingGroup.objects.all()).values_list("pk", flat=True))


def own_codes(actor: Actor) -> frozenset[str]:
    """Codes of the own organisations and of those that answer to them."""
    own = Organisation.objects.filter(pk__in=actor.own_and_answering())
    return frozenset(own.values_list("code", flat=True))
