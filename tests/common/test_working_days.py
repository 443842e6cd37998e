"""Working days are counted as people count them, in both directions."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from common.working_days import WEEKEND, WorkingCalendar, last_morning, morning
from tests.scenarios.calendars import CALENDARS, DAYS

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 12, day) for day in (4, 5, 6, 7))


def test_a_sunday_counts_as_the_friday_before() -> None:
    calendar = WorkingCalendar()
    assert calendar.shift(SUNDAY, 0) == FRIDAY
    assert calendar.shift(MONDAY, 0) == MONDAY
    assert calendar.shift(SUNDAY, -3) == date(2026, 12, 2)
    assert calendar.shift(MONDAY, -3) == date(2026, 12, 2)
    assert calendar.shift(SUNDAY, 1) == calendar.shift(FRIDAY, 1) == MONDAY


def test_an_exception_overrides_a_holiday_and_a_holiday_the_week() -> None:
    year = {FRIDAY: False, SATURDAY: True, MONDAY: False}
    calendar = WorkingCalendar(of_year={2026: year}.__getitem__, exceptions={SATURDAY: False, SUNDAY: True})
    assert [calendar.is_working(day) for day in (FRIDAY, SATURDAY, SUNDAY, MONDAY)] == [False, False, True, False]
    without = WorkingCalendar(of_year={2026: year}.__getitem__)
    assert [without.is_working(day) for day in (FRIDAY, SATURDAY, SUNDAY, MONDAY)] == [False, True, False, False]


@given(CALENDARS, DAYS, st.integers(-250, 250))
def test_shift_finds_the_nth_working_day(calendar: WorkingCalendar, day: date, n: int) -> None:
    found = calendar.shift(day, n)
    assert calendar.is_working(found)
    # count again: the working days after it, up to the one that was found
    low, high = (found, day - timedelta(days=1)) if n <= 0 else (day + timedelta(days=1), found)
    counted = sum(calendar.is_working(low + timedelta(days=k)) for k in range((high - low).days + 1))
    if n:
        assert counted == abs(n)
        assert calendar.between(found, day) == -n
    else:
        assert found == day or not calendar.is_working(day) and counted == 1


@given(CALENDARS, DAYS, DAYS, st.integers(-20, 20))
def test_a_later_day_is_never_reached_earlier(calendar: WorkingCalendar, a: date, b: date, n: int) -> None:
    first, second = sorted((a, b))
    assert calendar.shift(first, n) <= calendar.shift(second, n)
    assert calendar.shift(a, n) <= calendar.shift(a, n + 1)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))
def test_the_last_morning_has_come_and_the_next_has_not(now: datetime) -> None:
    for zone in (ZoneInfo("Asia/Tashkent"), ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")):
        day = last_morning(now, zone)
        assert morning(day, zone) <= now < morning(day + timedelta(days=1), zone)


def test_the_weekend_is_saturday_and_sunday() -> None:
    assert {SATURDAY.weekday(), SUNDAY.weekday()} == WEEKEND
