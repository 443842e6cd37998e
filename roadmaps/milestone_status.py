"""A milestone's status, from its dates alone. Nothing here is stored; the day is an argument."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from common.deadlines import REPEATED, Deadline, Precision, due_on_in_period, period_on

SOON: Final = 30  # days before the deadline in which it counts as near


class MilestoneStatus(StrEnum):
    """The values are the names of the shapes in components.css."""

    DONE = "done"
    OVERDUE = "overdue"
    AT_RISK = "risk"
    SOON = "soon"
    OPEN = "open"
    CONTINUOUS = "cont"
    UNDATED = "none"


@dataclass(frozen=True)
class DueStatus:
    """``status``, and the days until the deadline (negative: days late); None where there is no date."""

    status: MilestoneStatus
    days: int | None

    @property
    def needs_someone(self) -> bool:
        return self.status in (MilestoneStatus.OVERDUE, MilestoneStatus.AT_RISK, MilestoneStatus.SOON)


def next_due(deadline: Deadline, today: date) -> date | None:
    """Return the deadline that counts today: of a repeated one (annual, continuous) the next that is not past."""
    if deadline.due_on is None or deadline.precision not in REPEATED:
        return deadline.due_on
    if today <= deadline.due_on:
        return deadline.due_on
    return due_on_in_period(deadline, period_on(deadline, today))


def due_status(deadline: Deadline, *, forecast_on: date | None, completed_on: date | None, today: date) -> DueStatus:
    """Return the status on a day: completed before all else; then late, then expected late, then near.

    A deadline is met on its last day, and late from the day after.
    """
    due = next_due(deadline, today)
    days = (due - today).days if due else None
    if completed_on is not None:
        return DueStatus(MilestoneStatus.DONE, days)
    if due is None or days is None:
        return DueStatus(MilestoneStatus.UNDATED, None)
    if days < 0:
        return DueStatus(MilestoneStatus.OVERDUE, days)
    if forecast_on is not None and forecast_on > due:
        return DueStatus(MilestoneStatus.AT_RISK, days)
    if days <= SOON:
        return DueStatus(MilestoneStatus.SOON, days)
    if deadline.precision == Precision.CONTINUOUS:
        return DueStatus(MilestoneStatus.CONTINUOUS, days)
    return DueStatus(MilestoneStatus.OPEN, days)
