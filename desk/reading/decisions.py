"""Decisions, and what became of them: measures of a draft, a project."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.actors import Actor
from desk.reading.drafts import Draft, drafts_of
from desk.reading.records import seen
from programme.models import Decision, Meeting, PriorityArea, Project
from roadmaps.content import Measure
from roadmaps.models import RoadMap


@dataclass(frozen=True)
class DecisionRow:
    """One decision; its draft and project are None where there is none, or where it is not theirs."""

    decision: Decision
    draft: Draft | None
    project: Project | None

    @property
    def measures(self) -> list[Measure]:
        return self.draft.by_decision.get(self.decision.code, []) if self.draft else []

    @property
    def is_loose(self) -> bool:
        """To be carried out, and in no measure of the draft. Where nobody shows the draft, nothing is said."""
        return self.draft is not None and self.decision.to_carry_out and not self.measures


def decision_rows(actor: Actor, decisions: QuerySet[Decision, Any]) -> list[DecisionRow]:
    """Those of ``decisions`` that the actor may see."""
    found = list(
        seen(actor, decisions).prefetch_related(
            Prefetch("area", seen(actor, PriorityArea.objects.all())),
            Prefetch("meeting", seen(actor, Meeting.objects.all())),
            Prefetch("project", seen(actor, Project.objects.all())),
        )
    )
    groups = {decision.area.group_id for decision in found}
    road_maps = {row.group_id: row for row in seen(actor, RoadMap.objects.filter(group__in=groups))}
    drafts = drafts_of(actor, road_maps.values())
    newest = {group: drafts[row.pk][0] for group, row in road_maps.items() if row.pk in drafts}
    return [
        DecisionRow(decision, newest.get(decision.area.group_id), getattr(decision, "project", None))
        for decision in found
    ]
