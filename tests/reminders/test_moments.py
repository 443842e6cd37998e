"""The moment of a stage, and the deadlines that make it due, are one rule read from both ends."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.deadlines import TO_BE_AGREED, Deadline, Precision
from common.working_days import WorkingCalendar
from reminders.moments import anchor_in, anchors, moment, occurrences
from tests.scenarios.calendars import CALENDARS

ZONES = [ZoneInfo(name) for name in ("Asia/Tashkent", "Asia/Seoul", "UTC", "America/New_York", "Pacific/Kiritimati")]
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def test_a_moment_is_nine_in_the_morning_on_the_spot() -> None:
    monday = date(2026, 12, 7)
    assert moment(monday, -3, WorkingCalendar(), ZoneInfo("Asia/Tashkent")) == datetime(2026, 12, 2, 4, tzinfo=UTC)
    assert moment(monday, -3, WorkingCalendar(), ZoneInfo("Asia/Seoul")) == datetime(2026, 12, 2, 0, tzinfo=UTC)


@given(MOMENTS, st.integers(-30, 30), CALENDARS, st.sampled_from(ZONES), st.integers(1, 45 * 24))
def test_the_deadlines_found_are_those_whose_moment_has_passed(
    now: datetime, working_days: int, calendar: WorkingCalendar, zone: ZoneInfo, hours: int
) -> None:
    lookback = timedelta(hours=hours)
    first, last = anchors(now, working_days, calendar, zone, lookback)
    for away in range(-130, 131):
        anchor = now.date() + timedelta(days=away)
        passed = now - lookback < moment(anchor, working_days, calendar, zone) <= now
        assert (first <= anchor <= last) == passed, anchor


DAY = Deadline(date(2026, 12, 7), Precision.DAY)
LEAP = Deadline(date(2028, 2, 29), Precision.ANNUAL)
MONTHLY = Deadline(date(2026, 1, 31), Precision.CONTINUOUS, 1)


@pytest.mark.parametrize(
    ("deadline", "first", "last", "found"),
    [
        (TO_BE_AGREED, date(2026, 1, 1), date(2027, 1, 1), []),
        (DAY, date(2026, 12, 7), date(2026, 12, 7), [(0, date(2026, 12, 7))]),
        (DAY, date(2026, 12, 8), date(2027, 12, 8), []),
        (DAY, date(2026, 12, 8), date(2026, 12, 7), []),
        (LEAP, date(2027, 1, 1), date(2029, 12, 31), [(2028, date(2028, 2, 29)), (2029, date(2029, 2, 28))]),
        (MONTHLY, date(2026, 2, 1), date(2026, 3, 31), [(1, date(2026, 2, 28)), (2, date(2026, 3, 31))]),
    ],
)
def test_the_periods_of_a_deadline_in_a_stretch_of_days(
    deadline: Deadline, first: date, last: date, found: list[tuple[int, date]]
) -> None:
    assert list(occurrences(deadline, first, last)) == found
    assert all(anchor_in(deadline, period) == day for period, day in found)


def test_a_deadline_that_has_no_such_period_any_more_has_no_day() -> None:
    assert anchor_in(TO_BE_AGREED, 0) is None
    assert anchor_in(LEAP, 2027) is None
    assert anchor_in(DAY, 1) is None
