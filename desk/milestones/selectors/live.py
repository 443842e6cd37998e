"""The milestones in force today: each with its dates, its status and the change that is pending."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from accounts.models import WorkingGroup
from accounts.policy.actors import Actor
from accounts.policy.questions import sees_all, visible
from common.deadlines import Deadline
from desk.selectors import visible_to
from roadmaps.milestone_status import DueStatus, MilestoneStatus, due_status
from roadmaps.models import (
    Assignment,
    AssignmentRole,
    Milestone,
    Proposal,
    ProposalState,
)


@dataclass(frozen=True)
class Pending:
    """Another deadline that a published proposal asks for."""

    deadline: Deadline
    proposal: str  # RM-07.P2


@dataclass(frozen=True)
class LiveMilestone:
    """One milestone with its status today; ``forecast_on`` is the latest forecast of its leads."""

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


def readable_milestones(actor: Actor, followed: Collection[int], **only: Any) -> QuerySet[Milestone, Any]:
    """Return the rows in force that a road map's table shows to the actor.

    All rows of the groups in ``followed``; of the others those that name an own organisation today.
    """
    rows = visible_to(actor, Milestone.objects.filter(dropped_in=None, **only))
    if sees_all(actor, "group.follow", WorkingGroup):
        return rows
    own = Assignment.objects.filter(
        milestone=OuterRef("pk"), dropped_in=None, organisation__in=actor.own_and_answering()
    )
    return rows.filter(Q(road_map__group__in=followed) | Exists(own))


def live(actor: Actor, rows: QuerySet[Milestone, Any]) -> list[LiveMilestone]:
    """Return the status of each today, with the change that is pending; the number of queries is fixed."""
    leads = visible_to(actor, Assignment.objects.filter(dropped_in=None, role=AssignmentRole.LEAD))
    found = list(_with_forecast(rows).prefetch_related(Prefetch("assignments", leads)))
    pending = pending_deadlines(actor, {row.road_map_id for row in found})
    own = {organisation.pk for organisation in actor.own()}
    return [
        _live(
            row,
            actor.today,
            pending=pending.get(row.uid),
            mine=any(assignment.organisation_id in own for assignment in row.assignments.all()),
        )
        for row in found
    ]


def live_of_lead(actor: Actor, keys: Collection[int]) -> list[LiveMilestone]:
    """Return the status of the milestones ``keys``, which the actor's organisation leads; without pending changes."""
    rows = _with_forecast(visible(actor, "milestone.forecast", Milestone.objects.filter(pk__in=keys)))
    return [_live(row, actor.today, pending=None, mine=True) for row in rows]


def _with_forecast(rows: QuerySet[Milestone, Any]) -> QuerySet[Milestone, Any]:
    """The latest forecast of the executors in force as ``latest_forecast``."""
    forecasts = Assignment.objects.filter(milestone=OuterRef("pk"), dropped_in=None, forecast_on__isnull=False)
    latest = Subquery(forecasts.order_by("-forecast_on").values("forecast_on")[:1])
    return rows.select_related("measure", "road_map__group").annotate(latest_forecast=latest)


def pending_deadlines(actor: Actor, road_maps: set[int]) -> dict[UUID, Pending]:
    """Return the deadline that the newest published proposal asks for, by the milestone's identity."""
    published = Proposal.objects.filter(road_map__in=road_maps, state=ProposalState.PUBLISHED).order_by("number")
    found: dict[UUID, Pending] = {}
    for proposal in visible_to(actor, published).select_related("road_map"):
        for _section, _measure, step in proposal.document.milestones():
            found[step.uid] = Pending(step.deadline, proposal.reference)
    return found


def _live(row: Milestone, today: date, *, pending: Pending | None, mine: bool) -> LiveMilestone:
    forecast_on: date | None = getattr(row, "latest_forecast", None)
    return LiveMilestone(
        row=row,
        forecast_on=forecast_on,
        due_status=due_status(row.deadline, forecast_on=forecast_on, completed_on=row.completed_on, today=today),
        pending=pending if pending and pending.deadline != row.deadline else None,
        mine=mine,
    )


@dataclass(frozen=True)
class Counts:
    """The number of milestones of a list by status."""

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
