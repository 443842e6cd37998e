"""Deadlines: what a date means, its periods and how it is printed. Pure arithmetic: the clock is never read here."""

from common.deadlines.periods import due_on_in_period, is_overdue, last_day, period_on, slippage_days
from common.deadlines.printing import printed, printed_day, printed_long
from common.deadlines.value import FIRST_POSSIBLE, LONGEST_REVIEW, REPEATED, TO_BE_AGREED, Deadline, Precision

__all__ = [
    "FIRST_POSSIBLE",
    "LONGEST_REVIEW",
    "REPEATED",
    "TO_BE_AGREED",
    "Deadline",
    "Precision",
    "due_on_in_period",
    "is_overdue",
    "last_day",
    "period_on",
    "printed",
    "printed_day",
    "printed_long",
    "slippage_days",
]
