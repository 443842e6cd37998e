"""A deadline: a date with the precision with which it was agreed."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from common.errors import InvalidValue

FIRST_POSSIBLE: Final = date(2024, 6, 14)  # the day of the summit: nothing it decided can have been due before
LONGEST_REVIEW: Final = 120  # months between two reviews of a continuous commitment


class Precision(StrEnum):
    """How precisely a deadline was agreed."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    ANNUAL = "annual"  # every year, by that day
    CONTINUOUS = "continuous"  # no end; the date is that of the first review


REPEATED: Final = (Precision.ANNUAL, Precision.CONTINUOUS)  # due again and again
PERIOD_MONTHS: Final = {Precision.MONTH: 1, Precision.QUARTER: 3, Precision.HALF: 6, Precision.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline as agreed: the LAST day for meeting it, and how precisely it was agreed.

    - All three empty: the date is still to be agreed.
    - A month, quarter, half or year ends on its own last day.
    - Only a continuous deadline has `review_every`, in months.

    Raises: InvalidValue.
    """

    due_on: date | None = None
    precision: Precision | None = None
    review_every: int | None = None

    def __post_init__(self) -> None:
        if (self.due_on is None) != (self.precision is None):
            raise InvalidValue("deadline.incomplete")
        if self.due_on is not None and (not isinstance(self.due_on, date) or isinstance(self.due_on, datetime)):
            raise InvalidValue("deadline.has_time")
        if self.precision is not None and not isinstance(self.precision, Precision):
            raise _unknown_precision(self.precision)
        if self.due_on and self.precision in PERIOD_MONTHS:
            months = PERIOD_MONTHS[self.precision]
            end = day_in(self.due_on.year, ((self.due_on.month - 1) // months + 1) * months, 31)
            if self.due_on != end:
                raise InvalidValue("deadline.not_last_day", last_day=end)
        if self.precision is not Precision.CONTINUOUS:
            if self.review_every is not None:
                raise InvalidValue("deadline.not_reviewed")
        elif type(self.review_every) is not int or not 1 <= self.review_every <= LONGEST_REVIEW:
            raise InvalidValue("deadline.review_interval", most=LONGEST_REVIEW)

    def to_json(self) -> dict[str, str | int | None]:
        """Return {"due_on": "2025-06-30", "precision": "month", "review_every": null}, always with every key."""
        return {
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "precision": self.precision.value if self.precision else None,
            "review_every": self.review_every,
        }

    @classmethod
    def from_json(cls, value: object) -> "Deadline":
        """Read what `to_json` wrote. Raises: InvalidValue."""
        if not isinstance(value, dict) or set(value) != {"due_on", "precision", "review_every"}:
            raise InvalidValue("deadline.not_a_deadline")
        precision = value["precision"]
        if precision is not None and precision not in list(Precision):
            raise _unknown_precision(precision)
        due_on = None if value["due_on"] is None else _iso_date(value["due_on"])
        return cls(due_on, None if precision is None else Precision(precision), value["review_every"])


TO_BE_AGREED: Final = Deadline()


def day_in(year: int, month: int, day: int) -> date:
    """Return that day of a month, or the month's last day where it is shorter."""
    if not date.min.year <= year <= date.max.year:
        raise InvalidValue("deadline.year_out_of_range", year=year)
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _unknown_precision(value: object) -> InvalidValue:
    return InvalidValue("deadline.unknown_precision", value=value, choices=", ".join(Precision))


def _iso_date(value: object) -> date:
    try:
        day = date.fromisoformat(value)  # type: ignore[arg-type]  # a value that is not a string raises TypeError
    except (TypeError, ValueError):
        day = None
    # fromisoformat also accepts 20250630 and 2025-W27-1; a single form gives one deadline a single hash
    if day is None or day.isoformat() != value:
        raise InvalidValue("deadline.not_a_date", value=value)
    return day
