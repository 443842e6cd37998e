"""Decisions, and what became of them: measures of a draft, a project."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.policy.actors import Actor
from desk.roadmaps.selectors.drafts import Draft, drafts_of
from desk.selectors import visible_to
from programme.models import Decision, Meeting, PriorityArea, Project
from roadmaps.document.content import MeasureContent
from roadmaps.models import RoadMap


@dataclass(frozen=True)
class DecisionRow:
    """One decision; its draft and project are None where there is none, or where it is not theirs."""

    decision: Decision
    draft: Draft | None
    project: Project | None

    @property
    def measures(self) -> list[MeasureContent]:
        return self.draft.by_decision.get(self.decision.code, []) if self.draft else []

    @property
    def is_loose(self) -> bool:
        """To be carried out, and in no measure of the draft. Where nobody shows the draft, nothing is said."""
        return self.draft is not None and self.decision.to_carry_out and not self.measures


def decision_rows(actor: Actor, decisions: QuerySet[Decision, Any]) -> list[DecisionRow]:
    """Those of ``decisions`` that the actor may see."""
    found = list(
        visible_to(actor, decisions).prefetch_related(
            Prefetch("area", visible_to(actor, PriorityArea.objects.all())),
            Prefetch("meeting", visible_to(actor, Meeting.objects.all())),
            Prefetch("project", visible_to(actor, Project.objects.all())),
        )
    )
    groups = {decision.area.group_id for decision in found}
    road_maps = {row.group_id: row for row in visible_to(actor, RoadMap.objects.filter(group__in=groups))}
    drafts = drafts_of(actor, road_maps.values())
    newest = {group: drafts[row.pk][0] for group, row in road_maps.items() if row.pk in drafts}
    return [
        DecisionRow(decision, newest.get(decision.area.group_id), getattr(decision, "project", None))
        for decision in found
    ]
