"""Working days: which days are worked on, and the arithmetic of deadlines on them. No clock is read here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

MORNING: Final = time(9)  # when a working day begins, on the spot
WEEKEND: Final = frozenset({5, 6})  # Saturday and Sunday
DAY: Final = timedelta(days=1)

Exceptions = Mapping[date, bool]


def _as_the_week(year: int) -> Exceptions:
    return {}


@dataclass(frozen=True)
class WorkingCalendar:
    """One country's working days: its week, a year's holidays, and what overrides both.

    - ``weekend``: the days of the week that are free, Monday is 0.
    - ``of_year``: the days of a year that differ from the week: False is free, True is worked on. Asked year by year.
    - ``exceptions``: the same, and stronger.
    """

    weekend: frozenset[int] = WEEKEND
    of_year: Callable[[int], Exceptions] = _as_the_week
    exceptions: Exceptions = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        if day in self.exceptions:
            return self.exceptions[day]
        return self.of_year(day.year).get(day, day.weekday() not in self.weekend)

    def shift(self, day: date, n: int) -> date:
        """The n-th working day after ``day``, for a negative n the |n|-th before it; whether it is one itself or not.

        For 0 the day itself where it is worked on, else the last working day before it: people hear of a Sunday's
        deadline before it passes, not after.
        """
        if n == 0:
            return day if self.is_working(day) else self.shift(day, -1)
        step = DAY if n > 0 else -DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def between(self, a: date, b: date) -> int:
        """Working days from ``a`` to ``b``, negative where ``b`` is earlier: ``between(shift(b, n), b) == -n``.

        Counted are the days that remain: the day ``a`` and not ``b`` itself; backwards ``a`` and not ``b`` as well.
        """
        if a > b:
            return -sum(self.is_working(b + n * DAY) for n in range(1, (a - b).days + 1))
        return sum(self.is_working(a + n * DAY) for n in range((b - a).days))


def morning(day: date, zone: tzinfo) -> datetime:
    """When that day's work begins in a zone."""
    return datetime.combine(day, MORNING, tzinfo=zone)


def last_morning(now: datetime, zone: tzinfo) -> date:
    """The day in a zone whose morning has come last: yesterday before nine, today from nine on."""
    here = now.astimezone(zone)
    return here.date() if here.time() >= MORNING else here.date() - DAY
