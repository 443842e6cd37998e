"""What is in force of a road map, live: each milestone with its dates, how it stands, and what is pending beside it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Max, Prefetch, Q, QuerySet

from accounts.policy.actors import Actor
from common.deadlines import Deadline
from desk.selectors import visible_to
from roadmaps.models import (
    Assignment,
    AssignmentRole,
    Milestone,
    Proposal,
    ProposalState,
)
from roadmaps.rules import DueStatus, MilestoneStatus, due_status


@dataclass(frozen=True)
class Pending:
    """Another deadline that a published proposal asks for."""

    deadline: Deadline
    proposal: str  # RM-07.P2


@dataclass(frozen=True)
class LiveMilestone:
    """One promise as it stands today. ``forecast_on`` is the latest of its leads'."""

    row: Milestone
    forecast_on: date | None
    due_status: DueStatus
    pending: Pending | None
    mine: bool

    @property
    def shape(self) -> str:
        """The status' shape in components.css."""
        return self.due_status.status.value

    @property
    def moved(self) -> bool:
        """Whether it was first agreed for another day."""
        first = self.row.original_due_on
        return first is not None and first != self.row.due_on

    @property
    def slip(self) -> int:
        """Days by which the leads expect it after the agreed date; 0 where they do not."""
        if self.forecast_on is None or self.row.due_on is None:
            return 0
        return max(0, (self.forecast_on - self.row.due_on).days)


def milestones(actor: Actor, **only: Any) -> QuerySet[Milestone, Any]:
    """Those the actor may see, with the latest forecast of their leads. ``dropped_in=None`` leaves out dropped ones."""
    leads = Assignment.objects.filter(dropped_in=None, role=AssignmentRole.LEAD)
    rows = visible_to(actor, Milestone.objects.filter(**only)).select_related("measure", "road_map__group")
    forecasts = Max("assignments__forecast_on", filter=Q(assignments__dropped_in=None))
    return rows.annotate(latest_forecast=forecasts).prefetch_related(Prefetch("assignments", visible_to(actor, leads)))


def live(actor: Actor, rows: Iterable[Milestone]) -> list[LiveMilestone]:
    """How each stands today; a few queries, however many there are."""
    rows = list(rows)
    pending = pending_deadlines(actor, {row.road_map_id for row in rows})
    own = {body.pk for body in actor.own()}
    return [_live(row, pending, own, actor.today) for row in rows]


def pending_deadlines(actor: Actor, road_maps: set[int]) -> dict[UUID, Pending]:
    """What published proposals would make of each milestone's deadline, by its identity; the newest proposal's word."""
    published = Proposal.objects.filter(road_map__in=road_maps, state=ProposalState.PUBLISHED).order_by("number")
    found: dict[UUID, Pending] = {}
    for proposal in visible_to(actor, published).select_related("road_map"):
        for _section, _measure, step in proposal.document.milestones():
            found[step.uid] = Pending(step.deadline, proposal.reference)
    return found


def _live(row: Milestone, pending: dict[UUID, Pending], own: set[int], today: date) -> LiveMilestone:
    asked = pending.get(row.uid)
    forecast_on: date | None = getattr(row, "latest_forecast", None)
    return LiveMilestone(
        row=row,
        forecast_on=forecast_on,
        due_status=due_status(row.deadline, forecast_on=forecast_on, completed_on=row.completed_on, today=today),
        pending=asked if asked and asked.deadline != row.deadline else None,
        mine=any(assignment.organisation_id in own for assignment in row.assignments.all()),
    )


@dataclass(frozen=True)
class Counts:
    """How the milestones of a list stand."""

    total: int
    overdue: int
    at_risk: int
    soon: int
    undated: int
    pending: int
    mine: int


def counted(rows: list[LiveMilestone]) -> Counts:
    by_status: dict[MilestoneStatus, int] = defaultdict(int)
    for row in rows:
        by_status[row.due_status.status] += 1
    return Counts(
        total=len(rows),
        overdue=by_status[MilestoneStatus.OVERDUE],
        at_risk=by_status[MilestoneStatus.AT_RISK],
        soon=by_status[MilestoneStatus.SOON],
        undated=by_status[MilestoneStatus.UNDATED],
        pending=sum(1 for row in rows if row.pending),
        mine=sum(1 for row in rows if row.mine),
    )
