"""What a list prints of each road map: counted from rows and outlines, never from a document."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, Max, OuterRef, Q

from accounts.policy.actors import Actor
from desk.milestones.selectors.live import readable_milestones
from desk.roadmaps.selectors.drafts import followed_groups
from desk.selectors import visible_to
from roadmaps.document.outline import MeasureOutline, read_outline
from roadmaps.models import Measure, Proposal, RoadMap, RoadMapVersion
from roadmaps.proposal_status import OPEN_STATES


@dataclass(frozen=True)
class RoadMapSummary:
    """The version in force of a road map, as its number; or else its newest draft, as its outline.

    ``whole`` is False where the reader is shown only the rows that name their organisation: then nothing can be said
    of what is missing.
    """

    road_map: RoadMap
    version: int | None
    whole: bool
    milestones: int
    undated: int
    outline: tuple[MeasureOutline, ...] = ()


def summaries(actor: Actor, road_maps: Iterable[RoadMap]) -> dict[int, RoadMapSummary]:
    """Return the summary of each road map by its key; those of which the actor sees no text are left out."""
    by_key = {road_map.pk: road_map for road_map in road_maps}
    followed = followed_groups(actor)
    versions = visible_to(actor, RoadMapVersion.objects.filter(road_map__in=by_key)).order_by()
    numbers = dict(versions.values_list("road_map").annotate(Max("number")))
    rows = readable_milestones(actor, followed, road_map__in=numbers).order_by()
    counts = {
        key: (total, total - dated)
        for key, total, dated in rows.values_list("road_map").annotate(Count("pk"), Count("due_on"))
    }
    found = {
        key: RoadMapSummary(by_key[key], number, by_key[key].group_id in followed, *counts.get(key, (0, 0)))
        for key, number in numbers.items()
    }
    return found | _drafts(actor, {key: row for key, row in by_key.items() if key not in numbers})


def _drafts(actor: Actor, by_key: Mapping[int, RoadMap]) -> dict[int, RoadMapSummary]:
    """Return the newest open draft of each."""
    drafts = visible_to(actor, Proposal.objects.filter(road_map__in=by_key, state__in=OPEN_STATES)).order_by("pk")
    found = {}
    for key, stored in drafts.values_list("road_map", "outline"):
        outline = read_outline(stored)
        found[key] = RoadMapSummary(
            by_key[key],
            version=None,
            whole=True,
            milestones=sum(measure.milestones for measure in outline),
            undated=sum(len(measure.undated) for measure in outline),
            outline=outline,
        )
    return found


def undated_milestones(actor: Actor, summary: RoadMapSummary, *, most: int) -> list[tuple[int, int]]:
    """Return the numbers of measure and milestone of the first ``most`` whose date is still to be agreed."""
    if summary.version is None:
        return [(measure.number, number) for measure in summary.outline for number in measure.undated][:most]
    rows = readable_milestones(actor, followed_groups(actor), road_map=summary.road_map, due_on=None)
    in_order = rows.order_by("measure__position", "position").values_list("measure__number", "number")
    return list(in_order[:most])


def measures_of_decisions(actor: Actor, found: Mapping[int, RoadMapSummary]) -> dict[tuple[int, str], list[int]]:
    """Return the numbers of the measures that carry out a decision, by road map and the decision's code."""
    measures: dict[tuple[int, str], list[int]] = defaultdict(list)
    for key, summary in found.items():
        for measure in summary.outline:
            if measure.decision:
                measures[key, measure.decision].append(measure.number)
    agreed = [key for key, summary in found.items() if summary.version is not None]
    steps = readable_milestones(actor, followed_groups(actor), measure=OuterRef("pk"))
    rows = visible_to(actor, Measure.objects.filter(section__road_map__in=agreed, decision__isnull=False))
    whole = [key for key in agreed if found[key].whole]
    rows = rows.filter(Q(section__road_map__in=whole) | Exists(steps), dropped_in=None).order_by("position")
    for key, code, number in rows.values_list("section__road_map", "decision__code", "number"):
        measures[key, code].append(number)
    return measures
