"""The periods of a deadline: a year of an annual one, a review of a continuous one."""

from datetime import date

from common.deadlines.value import PERIOD_MONTHS, Deadline, Precision, day_in
from common.errors import InvalidValue


def last_day(precision: Precision, year: int, part: int | None = None) -> date:
    """Return the last day of a month (part 1-12), quarter (1-4), half (1-2) or year (no part).

    Raises: InvalidValue where there is no such period.
    """
    months = PERIOD_MONTHS.get(precision)
    if months is None:
        raise InvalidValue("period.unknown", precision=precision)
    if precision is Precision.YEAR and part is not None:
        raise InvalidValue("period.year_has_no_parts")
    number = 1 if precision is Precision.YEAR else part
    if number is None or not 1 <= number <= 12 // months:
        raise InvalidValue("period.out_of_range", most=12 // months)
    return day_in(year, number * months, 31)


def due_on_in_period(deadline: Deadline, period: int) -> date:
    """Return the day on which a period's report is due.

    - annual: period N is the calendar year N, its day that day in year N (29 February: the 28th in other years).
    - continuous: period k is the review k * `review_every` months after the first, always counted from the first
      day, so that 31 January, 28 February does not drift to 28 March.
    - all others have one period, 0.
    - a period beyond the calendar ends on its last day: reminders count some days ahead.

    Raises: InvalidValue where there is no such period.
    """
    first = deadline.due_on
    if first is None:
        raise InvalidValue("period.no_date")
    if deadline.precision is Precision.ANNUAL:
        if period < first.year:
            raise InvalidValue("period.before_first", first=first.year, period=period)
        return _day_or_last(period, first.month, first.day)
    if period < 0 or (period and deadline.review_every is None):
        raise InvalidValue("period.none", period=period)
    years, month = divmod(first.month - 1 + period * (deadline.review_every or 0), 12)
    return _day_or_last(first.year + years, month + 1, first.day)


def _day_or_last(year: int, month: int, day: int) -> date:
    return day_in(year, month, day) if year <= date.max.year else date.max


def period_on(deadline: Deadline, day: date) -> int:
    """Return the period that is current on a day: the first that is due on that day or later.

    A deadline with one period stays in it, also once it has passed. Raises: InvalidValue where no date is agreed yet.
    """
    first = deadline.due_on
    if first is None:
        raise InvalidValue("period.no_date")
    if deadline.precision is Precision.ANNUAL:
        period = max(first.year, day.year)
    elif deadline.review_every:
        period = max(0, ((day.year - first.year) * 12 + day.month - first.month) // deadline.review_every)
    else:
        return 0
    return period if due_on_in_period(deadline, period) >= day else period + 1


def slippage_days(original: date | None, now: date | None) -> int | None:
    """Return by how many days a deadline has moved since first agreed, later is positive; None where one is missing."""
    return None if original is None or now is None else (now - original).days


def is_overdue(due_on: date | None, today: date) -> bool:
    """Return whether the last day for meeting the deadline has passed."""
    return due_on is not None and due_on < today
