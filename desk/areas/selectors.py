"""The areas with what is counted of each; a few queries, however many areas."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from accounts.models import Seat, SeatRole
from accounts.policy.actors import Actor
from desk.roadmaps.selectors.summaries import RoadMapSummary, summaries
from desk.selectors import areas, visible_to
from programme.models import Decision, PriorityArea, Project
from programme.models.decision import NOTHING_TO_CARRY_OUT
from roadmaps.models import RoadMap


@dataclass(frozen=True)
class AreaRow:
    """One area and what the actor may see of it; the road map is None where that is not theirs."""

    area: PriorityArea
    decisions: int
    to_carry_out: int
    projects: int
    road_map: RoadMap | None
    summary: RoadMapSummary | None

    @property
    def milestones(self) -> int:
        return self.summary.milestones if self.summary else 0

    @property
    def undated(self) -> int:
        return self.summary.undated if self.summary else 0


@dataclass(frozen=True)
class Totals:
    """The sums over all areas."""

    areas: int
    decisions: int
    to_carry_out: int
    projects: int
    road_maps: int
    in_force: int
    drafts: int
    empty_drafts: int
    milestones: int
    undated: int


def overview(actor: Actor) -> list[AreaRow]:
    """Return every area that the actor may see, in the order of the programme."""
    decisions = visible_to(actor, Decision.objects.all())
    counted = _by_area(decisions)
    open_ones = _by_area(decisions.exclude(source_standing__in=NOTHING_TO_CARRY_OUT))
    projects = _by_area(visible_to(actor, Project.objects.all()))
    road_maps = {road_map.group_id: road_map for road_map in visible_to(actor, RoadMap.objects.all())}
    found = summaries(actor, road_maps.values())
    rows = []
    for area in areas(actor):
        road_map = road_maps.get(area.group_id)
        rows.append(
            AreaRow(
                area=area,
                decisions=counted.get(area.pk, 0),
                to_carry_out=open_ones.get(area.pk, 0),
                projects=projects.get(area.pk, 0),
                road_map=road_map,
                summary=found.get(road_map.pk) if road_map else None,
            )
        )
    return rows


def totals(rows: Iterable[AreaRow]) -> Totals:
    rows = list(rows)
    texts = [row.summary for row in rows if row.summary]
    drafts = [text for text in texts if text.version is None]
    return Totals(
        areas=len(rows),
        decisions=sum(row.decisions for row in rows),
        to_carry_out=sum(row.to_carry_out for row in rows),
        projects=sum(row.projects for row in rows),
        road_maps=sum(1 for row in rows if row.road_map),
        in_force=len(texts) - len(drafts),
        drafts=len(drafts),
        empty_drafts=sum(1 for draft in drafts if not draft.milestones),
        milestones=sum(row.milestones for row in rows),
        undated=sum(row.undated for row in rows),
    )


def co_chairs(actor: Actor) -> dict[int, list[Seat]]:
    """Return today's co-chairs by the key of their group, Uzbekistan's first."""
    seats = visible_to(actor, Seat.objects.in_force(actor.today).filter(role=SeatRole.CO_CHAIR)).select_related("user")
    found: dict[int, list[Seat]] = {}
    for seat in seats.order_by("-side"):
        found.setdefault(seat.group_id, []).append(seat)
    return found


def _by_area(queryset: QuerySet[Any, Any]) -> dict[int, int]:
    return dict(queryset.order_by().values_list("area").annotate(Count("pk")))
