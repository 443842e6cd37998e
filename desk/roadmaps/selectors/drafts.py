"""The road maps as lists and pages show them: the version in force, and the drafts that would change it."""

from collections import defaultdict
from collections.abc import Iterable
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


def drafts_of(actor: Actor, road_maps: Iterable[RoadMap]) -> dict[int, list[Draft]]:
    """What each road map reads today, by its key: the version in force first, then the open drafts, newest first.

    A few queries, however many there are.
    """
    by_key = {road_map.pk: road_map for road_map in road_maps}
    open_ones = Proposal.objects.filter(road_map__in=by_key, state__in=OPEN_STATES)
    proposals = visible_to(actor, open_ones).order_by("-number")
    found = _in_force(actor, by_key)
    for proposal in proposals.prefetch_related(Prefetch("author", organisations(actor))):
        found[proposal.road_map_id].append(Draft(by_key[proposal.road_map_id], proposal))
    return dict(found)


def _in_force(actor: Actor, by_key: dict[int, RoadMap]) -> defaultdict[int, list[Draft]]:
    """Whole for whoever follows the group; else the rows that name an own organisation."""
    followed = followed_groups(actor)
    own = own_codes(actor)
    found: defaultdict[int, list[Draft]] = defaultdict(list)
    versions = visible_to(actor, RoadMapVersion.objects.filter(road_map__in=by_key)).order_by("road_map", "-number")
    for version in versions.select_related("revision__proposal"):
        road_map = by_key[version.road_map_id]
        if found[road_map.pk]:
            continue
        document = version.revision.document
        text = document if road_map.group_id in followed else extract(document, own)
        found[road_map.pk].append(Draft(road_map, version.revision.proposal, version, text))
    return found


def followed_groups(actor: Actor) -> set[int]:
    """Return the keys of the groups whose road maps the actor sees whole, not only the rows that name them."""
    return set(visible(actor, "group.follow", WorkingGroup.objects.all()).values_list("pk", flat=True))


def own_codes(actor: Actor) -> frozenset[str]:
    """Codes of the own organisations and of those that answer to them."""
    own = Organisation.objects.filter(pk__in=actor.own_and_answering())
    return frozenset(own.values_list("code", flat=True))


def draft_of(actor: Actor, group: int) -> tuple[RoadMap | None, Draft | None]:
    """The road map of a group and its newest draft, as far as the actor may see them."""
    road_map = visible_to(actor, RoadMap.objects.filter(group=group)).first()
    if road_map is None:
        return None, None
    found = drafts_of(actor, [road_map]).get(road_map.pk)
    return road_map, found[0] if found else None
