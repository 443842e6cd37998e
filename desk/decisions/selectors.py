"""Decisions, and what they led to: measures of a road map, a project."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.policy.actors import Actor
from desk.roadmaps.selectors.summaries import RoadMapSummary, measures_of_decisions, summaries
from desk.selectors import visible_to
from programme.models import Decision, Meeting, PriorityArea, Project
from roadmaps.models import RoadMap


@dataclass(frozen=True)
class DecisionRow:
    """One decision; its road map and project are None where there is none, or where the actor may not see it.

    ``measures`` are the numbers of the measures that carry it out.
    """

    decision: Decision
    road_map: RoadMapSummary | None
    measures: tuple[int, ...]
    project: Project | None

    @property
    def is_loose(self) -> bool:
        """Whether it is to be carried out and no measure does; False where the actor does not see all measures."""
        whole = self.road_map is not None and self.road_map.whole
        return whole and self.decision.to_carry_out and not self.measures


def decision_rows(actor: Actor, decisions: QuerySet[Decision, Any]) -> list[DecisionRow]:
    """Return those of ``decisions`` that the actor may see."""
    found = list(
        visible_to(actor, decisions).prefetch_related(
            Prefetch("area", visible_to(actor, PriorityArea.objects.all())),
            Prefetch("meeting", visible_to(actor, Meeting.objects.all())),
            Prefetch("project", visible_to(actor, Project.objects.all())),
        )
    )
    groups = {decision.area.group_id for decision in found}
    texts = summaries(actor, visible_to(actor, RoadMap.objects.filter(group__in=groups)))
    by_group = {summary.road_map.group_id: summary for summary in texts.values()}
    measures = measures_of_decisions(actor, texts)

    def row(decision: Decision) -> DecisionRow:
        summary = by_group.get(decision.area.group_id)
        numbers = measures.get((summary.road_map.pk, decision.code), []) if summary else []
        return DecisionRow(decision, summary, tuple(numbers), getattr(decision, "project", None))

    return [row(decision) for decision in found]
