"""How a milestone stands, from its dates alone. Nothing here is stored; the day is an argument."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from common.deadlines import Deadline, Precision, due_on_in_period, period_on

SOON: Final = 30  # days before the deadline in which it counts as near


class Standing(StrEnum):
    """The statuses that dates decide; their shapes are those of components.css."""

    DONE = "done"
    OVERDUE = "overdue"
    AT_RISK = "risk"
    SOON = "soon"
    OPEN = "open"
    CONTINUOUS = "cont"
    UNDATED = "none"


@dataclass(frozen=True)
class Stand:
    """``standing``, and the days until the deadline (negative: days late); None where there is no date."""

    standing: Standing
    days: int | None

    @property
    def needs_someone(self) -> bool:
        return self.standing in (Standing.OVERDUE, Standing.AT_RISK, Standing.SOON)


def next_due(deadline: Deadline, today: date) -> date | None:
    """The deadline that counts today: of a repeated one (annual, continuous) the next that is not past."""
    if deadline.due_on is None or deadline.precision not in (Precision.ANNUAL, Precision.CONTINUOUS):
        return deadline.due_on
    if today <= deadline.due_on:
        return deadline.due_on
    return due_on_in_period(deadline, period_on(deadline, today))


def stand(deadline: Deadline, *, forecast_on: date | None, completed_on: date | None, today: date) -> Stand:
    """Done beats all; then late, then expected late, then near.

    A deadline is met on its last day, and late from the day after.
    """
    due = next_due(deadline, today)
    days = (due - today).days if due else None
    if completed_on is not None:
        return Stand(Standing.DONE, days)
    if due is None or days is None:
        return Stand(Standing.UNDATED, None)
    if days < 0:
        return Stand(Standing.OVERDUE, days)
    if forecast_on is not None and forecast_on > due:
        return Stand(Standing.AT_RISK, days)
    if days <= SOON:
        return Stand(Standing.SOON, days)
    if deadline.precision == Precision.CONTINUOUS:
        return Stand(Standing.CONTINUOUS, days)
    return Stand(Standing.OPEN, days)
