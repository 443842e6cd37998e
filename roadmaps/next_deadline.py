"""The next day of a deadline as a column, so that the database can compare it and put rows in its order.

A day is one number here. Of a repeated deadline it keeps the number that it has in a month of 31 days: 31 June stands
for 30 June, and compares as that with every day of the calendar.
"""

from datetime import date, timedelta
from typing import Final

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, ExtractDay, ExtractMonth, ExtractYear
from django.db.models.lookups import Exact, GreaterThanOrEqual

DAYS: Final = 32  # more than a month has


def number_of(column: str) -> Combinable:
    """Return a column of dates as numbers."""
    return _months(column) * DAYS + ExtractDay(column)


def last_number_on(day: date) -> int:
    """Return the greatest number that stands for a day: of a month's last day, that of the 31st."""
    is_last = (day + timedelta(days=1)).month != day.month
    return (day.year * 12 + day.month) * DAYS + (31 if is_last else day.day)


def next_number(today: date, *, of: str = "") -> Case:
    """Return the next day of a repeated deadline that is not past, found as `next_due` does, as a number.

    ``of``: the lookup that leads to the milestone, such as ``milestone__``.
    """
    due_on, this_month = f"{of}due_on", today.year * 12 + today.month
    day, every = ExtractDay(due_on), Coalesce(F(f"{of}review_every"), Value(12))
    since = (Value(this_month) - _months(due_on)) % every
    still_to_come = Q(Exact(since, 0)) & Q(GreaterThanOrEqual(day, today.day))
    ahead = Case(When(still_to_come, then=Value(0)), default=every - since)
    return Case(
        When(**{f"{due_on}__gte": today}, then=number_of(due_on)),
        default=(Value(this_month) + ahead) * DAYS + day,
        output_field=IntegerField(),
    )


def _months(column: str) -> Combinable:
    return ExtractYear(column) * 12 + ExtractMonth(column)
