"""A status follows from the dates, and from nothing else."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.deadlines import TO_BE_AGREED, Deadline, Precision
from roadmaps.rules import Standing, next_due, stand

DUE = date(2026, 9, 30)
QUARTER = Deadline(DUE, Precision.QUARTER)
days = st.dates(date(2024, 6, 14), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("today", "forecast_on", "standing", "left"),
    [
        (date(2026, 9, 30), None, Standing.SOON, 0),
        (date(2026, 10, 1), None, Standing.OVERDUE, -1),
        (date(2026, 8, 31), None, Standing.SOON, 30),
        (date(2026, 8, 30), None, Standing.OPEN, 31),
        (date(2026, 1, 1), date(2026, 10, 1), Standing.AT_RISK, 272),
        (date(2026, 1, 1), date(2026, 9, 30), Standing.OPEN, 272),
        (date(2026, 10, 5), date(2026, 12, 1), Standing.OVERDUE, -5),
    ],
)
def test_a_deadline_is_met_on_its_last_day(
    today: date, forecast_on: date | None, standing: Standing, left: int
) -> None:
    found = stand(QUARTER, forecast_on=forecast_on, completed_on=None, today=today)
    assert (found.standing, found.days) == (standing, left)


@given(days, st.none() | days, st.sampled_from([QUARTER, TO_BE_AGREED, Deadline(DUE, Precision.ANNUAL)]))
def test_what_is_done_is_never_late_and_what_has_no_date_never_near(
    today: date, forecast_on: date | None, deadline: Deadline
) -> None:
    done = stand(deadline, forecast_on=forecast_on, completed_on=today, today=today)
    assert done.standing == Standing.DONE and not done.needs_someone
    undated = stand(TO_BE_AGREED, forecast_on=forecast_on, completed_on=None, today=today)
    assert (undated.standing, undated.days) == (Standing.UNDATED, None)


@given(days, st.integers(1, 36))
def test_a_repeated_deadline_is_never_past(today: date, months: int) -> None:
    for deadline in (Deadline(DUE, Precision.ANNUAL), Deadline(DUE, Precision.CONTINUOUS, months)):
        due = next_due(deadline, today)
        assert due is not None and due >= min(today, DUE)
        assert due - today < timedelta(days=367 if today > DUE else 10_000) or months > 12
