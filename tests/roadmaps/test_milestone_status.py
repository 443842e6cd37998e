"""A status follows from the dates, and from nothing else."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.deadlines import TO_BE_AGREED, Deadline, Precision
from roadmaps.milestone_status import MilestoneStatus, due_status, next_due

DUE = date(2026, 9, 30)
QUARTER = Deadline(DUE, Precision.QUARTER)
days = st.dates(date(2024, 6, 14), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("today", "forecast_on", "status", "left"),
    [
        (date(2026, 9, 30), None, MilestoneStatus.SOON, 0),
        (date(2026, 10, 1), None, MilestoneStatus.OVERDUE, -1),
        (date(2026, 8, 31), None, MilestoneStatus.SOON, 30),
        (date(2026, 8, 30), None, MilestoneStatus.OPEN, 31),
        (date(2026, 1, 1), date(2026, 10, 1), MilestoneStatus.AT_RISK, 272),
        (date(2026, 1, 1), date(2026, 9, 30), MilestoneStatus.OPEN, 272),
        (date(2026, 10, 5), date(2026, 12, 1), MilestoneStatus.OVERDUE, -5),
    ],
)
def test_a_deadline_is_met_on_its_last_day(
    today: date, forecast_on: date | None, status: MilestoneStatus, left: int
) -> None:
    found = due_status(QUARTER, forecast_on=forecast_on, completed_on=None, today=today)
    assert (found.status, found.days) == (status, left)


@given(days, st.none() | days, st.sampled_from([QUARTER, TO_BE_AGREED, Deadline(DUE, Precision.ANNUAL)]))
def test_what_is_done_is_never_late_and_what_has_no_date_never_near(
    today: date, forecast_on: date | None, deadline: Deadline
) -> None:
    done = due_status(deadline, forecast_on=forecast_on, completed_on=today, today=today)
    assert done.status == MilestoneStatus.DONE and not done.needs_someone
    undated = due_status(TO_BE_AGREED, forecast_on=forecast_on, completed_on=None, today=today)
    assert (undated.status, undated.days) == (MilestoneStatus.UNDATED, None)


@given(days, st.integers(1, 36))
def test_a_repeated_deadline_is_never_past(today: date, months: int) -> None:
    for deadline in (Deadline(DUE, Precision.ANNUAL), Deadline(DUE, Precision.CONTINUOUS, months)):
        due = next_due(deadline, today)
        assert due is not None and due >= min(today, DUE)
        assert due - today < timedelta(days=367 if today > DUE else 10_000) or months > 12
