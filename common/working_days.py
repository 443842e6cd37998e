"""Working days: which days are working days, and how they are counted. The clock is never read here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from common.days import within

MORNING: Final = time(9)  # when a working day begins, local time
WEEKEND: Final = frozenset({5, 6})  # Saturday and Sunday
DAY: Final = timedelta(days=1)

DayExceptions = Mapping[date, bool]  # True: a working day, False: a day off


def _no_exceptions(year: int) -> DayExceptions:
    return {}


@dataclass(frozen=True)
class WorkingCalendar:
    """One country's working days: its week, the holidays of each year, and the exceptions to both.

    - ``weekend``: the days off of the week; Monday is 0.
    - ``of_year``: returns the days of a year that differ from the week.
    - ``exceptions``: days that override the week and the holidays.
    """

    weekend: frozenset[int] = WEEKEND
    of_year: Callable[[int], DayExceptions] = _no_exceptions
    exceptions: DayExceptions = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        if day in self.exceptions:
            return self.exceptions[day]
        return self.of_year(day.year).get(day, day.weekday() not in self.weekend)

    def shift(self, day: date, n: int) -> date:
        """Return the n-th working day after ``day``; for a negative n, the |n|-th before it.

        For 0, return the day itself if it is a working day, else the last working day before it: people are reminded
        of a Sunday's deadline before it passes, not after. A day of a year that cannot be meant counts as the nearest
        that can.
        """
        day = within(day)
        if n == 0:
            return day if self.is_working(day) else self.shift(day, -1)
        step = DAY if n > 0 else -DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def between(self, a: date, b: date) -> int:
        """Return the working days from ``a`` to ``b``, negative where ``b`` is earlier.

        ``a`` counts and ``b`` does not, in both directions, so that ``between(shift(b, n), b) == -n``.
        """
        a, b = within(a), within(b)
        if a > b:
            return -sum(self.is_working(b + n * DAY) for n in range(1, (a - b).days + 1))
        return sum(self.is_working(a + n * DAY) for n in range((b - a).days))


def morning(day: date, zone: tzinfo) -> datetime:
    """Return when that working day begins in a time zone."""
    return datetime.combine(day, MORNING, tzinfo=zone)


def last_morning(now: datetime, zone: tzinfo) -> date:
    """Return the last day whose morning has come in a time zone: yesterday before nine, today from nine on."""
    here = now.astimezone(zone)
    return here.date() if here.time() >= MORNING else here.date() - DAY
