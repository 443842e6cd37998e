"""When a stage is due, and which deadlines make it due now; on plain values."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from common.calendar import DAY, WorkingCalendar, last_morning, morning
from common.deadlines import Deadline, due_on_in_period, period_on

LOOKBACK: Final = timedelta(days=60)  # what was due longer ago is not caught up with


def moment(anchor: date, working_days: int, calendar: WorkingCalendar, zone: tzinfo) -> datetime:
    """09:00 in the zone on the stage's working day, as UTC."""
    return morning(calendar.shift(anchor, working_days), zone).astimezone(UTC)


def anchors(
    now: datetime, working_days: int, calendar: WorkingCalendar, zone: tzinfo, lookback: timedelta = LOOKBACK
) -> tuple[date, date]:
    """The first and the last deadline whose `moment` lies in (now - lookback, now]; first after last: there is none.

    No deadline between them is left out: a later deadline's moment is never earlier.
    """
    before = _last_anchor(last_morning(now - lookback, zone), working_days, calendar)
    return before + DAY, _last_anchor(last_morning(now, zone), working_days, calendar)


def _last_anchor(day: date, n: int, calendar: WorkingCalendar) -> date:
    """The last deadline whose n-th working day is ``day`` or earlier: `WorkingCalendar.shift` the other way round."""
    if n < 0:
        return calendar.shift(day, -n)
    if n == 0:
        return calendar.shift(day, 1) - DAY
    return calendar.shift(day + DAY, -n) - DAY


def occurrences(deadline: Deadline, first: date, last: date) -> Iterator[tuple[int, date]]:
    """The periods of a deadline that end from ``first`` to ``last``, each with its day; 0 where there is only one."""
    if deadline.due_on is None or first > last:
        return
    period = period_on(deadline, first)
    while first <= (day := due_on_in_period(deadline, period)) <= last:
        yield period, day
        if period_on(deadline, day + DAY) == period:  # it does not repeat
            return
        period += 1


def anchor_in(deadline: Deadline, period: int) -> date | None:
    """The day of that period as the deadline stands; None where it has no such period."""
    try:
        return due_on_in_period(deadline, period)
    except ValueError:
        return None
