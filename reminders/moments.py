"""Compute when a stage is due and which deadlines make it due now, on plain values."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from common.days import later
from common.deadlines import Deadline, due_on_in_period, period_on
from common.working_days import DAY, WorkingCalendar, last_morning, morning

LOOKBACK: Final = timedelta(days=60)  # older stages are not sent any more


def moment(anchor: date, working_days: int, calendar: WorkingCalendar, zone: tzinfo) -> datetime:
    """Return 09:00 in the zone on the stage's working day, as UTC."""
    return morning(calendar.shift(anchor, working_days), zone).astimezone(UTC)


def anchors(
    now: datetime, working_days: int, calendar: WorkingCalendar, zone: tzinfo, lookback: timedelta = LOOKBACK
) -> tuple[date, date]:
    """Return the first and the last deadline whose `moment` lies in (now - lookback, now]; none if first is after last.

    Every deadline between them qualifies: the moment of a later deadline is never earlier.
    """
    before = _last_anchor(last_morning(now - lookback, zone), working_days, calendar)
    return before + DAY, _last_anchor(last_morning(now, zone), working_days, calendar)


def _last_anchor(day: date, n: int, calendar: WorkingCalendar) -> date:
    """Return the last deadline whose n-th working day is ``day`` or earlier: the inverse of `WorkingCalendar.shift`."""
    if n < 0:
        return calendar.shift(day, -n)
    if n == 0:
        return calendar.shift(day, 1) - DAY
    return calendar.shift(day + DAY, -n) - DAY


def occurrences(deadline: Deadline, first: date, last: date) -> Iterator[tuple[int, date]]:
    """Yield the periods of a deadline that end from ``first`` to ``last``, with their days; 0 if there is only one."""
    if deadline.due_on is None or first > last:
        return
    period = period_on(deadline, first)
    while first <= (day := due_on_in_period(deadline, period)) <= last:
        yield period, day
        if period_on(deadline, later(day, 1)) == period:  # it does not repeat
            return
        period += 1


def anchor_in(deadline: Deadline, period: int) -> date | None:
    """Return the day of that period of the deadline; None if it has no such period."""
    try:
        return due_on_in_period(deadline, period)
    except ValueError:
        return None
