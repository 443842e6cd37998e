"""Deadlines: what a date means, how it is printed, and its periods. Arithmetic only; no clock is read here.

The printed wording is that of official documents, so it stands here, language by language, and not among the
interface's translations.
"""

import calendar
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from common.errors import InvalidValue

FIRST_POSSIBLE: Final = date(2024, 6, 14)  # the day of the summit: nothing it decided can have been due before
LONGEST_REVIEW: Final = 120  # months between two reviews of a continuous commitment


class Precision(StrEnum):
    """How exactly a deadline was agreed."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    ANNUAL = "annual"  # every year, by that day
    CONTINUOUS = "continuous"  # no end; the day is the first review's


_MONTHS: Final = {Precision.MONTH: 1, Precision.QUARTER: 3, Precision.HALF: 6, Precision.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline as agreed: the LAST day on which it is met, and how exactly that was said.

    - All three empty: the date is still to be agreed.
    - A month, quarter, half or year ends on its own last day.
    - `review_every`, in months, belongs to a continuous deadline and to no other.

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
        if self.due_on and self.precision in _MONTHS:
            months = _MONTHS[self.precision]
            end = _day_in(self.due_on.year, ((self.due_on.month - 1) // months + 1) * months, 31)
            if self.due_on != end:
                raise InvalidValue("deadline.not_last_day", last_day=end)
        if self.precision is not Precision.CONTINUOUS:
            if self.review_every is not None:
                raise InvalidValue("deadline.not_reviewed")
        elif type(self.review_every) is not int or not 1 <= self.review_every <= LONGEST_REVIEW:
            raise InvalidValue("deadline.review_interval", most=LONGEST_REVIEW)

    def to_json(self) -> dict[str, str | int | None]:
        """{"due_on": "2025-06-30", "precision": "month", "review_every": null}; every key always."""
        return {
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "precision": self.precision.value if self.precision else None,
            "review_every": self.review_every,
        }

    @classmethod
    def from_json(cls, value: object) -> "Deadline":
        """The reverse of `to_json`. Raises: InvalidValue."""
        if not isinstance(value, dict) or set(value) != {"due_on", "precision", "review_every"}:
            raise InvalidValue("deadline.not_a_deadline")
        precision = value["precision"]
        if precision is not None and precision not in list(Precision):
            raise _unknown_precision(precision)
        due_on = None if value["due_on"] is None else _iso_date(value["due_on"])
        return cls(due_on, None if precision is None else Precision(precision), value["review_every"])


TO_BE_AGREED: Final = Deadline()


def last_day(precision: Precision, year: int, part: int | None = None) -> date:
    """The last day of a month (part 1-12), quarter (1-4), half (1-2) or year (no part).

    Raises: InvalidValue where there is no such period.
    """
    months = _MONTHS.get(precision)
    if months is None:
        raise InvalidValue("period.unknown", precision=precision)
    if precision is Precision.YEAR and part is not None:
        raise InvalidValue("period.year_has_no_parts")
    number = 1 if precision is Precision.YEAR else part
    if number is None or not 1 <= number <= 12 // months:
        raise InvalidValue("period.out_of_range", most=12 // months)
    return _day_in(year, number * months, 31)


def due_on_in_period(deadline: Deadline, period: int) -> date:
    """The day on which a period's report is due.

    - annual: period N is the calendar year N, its day that day in year N (29 February: the 28th in other years).
    - continuous: period k is the review k * `review_every` months after the first, always counted from the first
      day, so that 31 January, 28 February does not drift to 28 March.
    - all others have the one period 0.

    Raises: InvalidValue where there is no such period.
    """
    first = deadline.due_on
    if first is None:
        raise InvalidValue("period.no_date")
    if deadline.precision is Precision.ANNUAL:
        if period < first.year:
            raise InvalidValue("period.before_first", first=first.year, period=period)
        return _day_in(period, first.month, first.day)
    if period < 0 or (period and deadline.review_every is None):
        raise InvalidValue("period.none", period=period)
    years, month = divmod(first.month - 1 + period * (deadline.review_every or 0), 12)
    return _day_in(first.year + years, month + 1, first.day)


def period_on(deadline: Deadline, day: date) -> int:
    """The period that is current on a day: the first whose own deadline is that day or later.

    A deadline with one period is in it for good, also once past. Raises: InvalidValue where none is agreed yet.
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
    """Days by which a deadline has moved since it was first agreed, later is positive; None where one is missing."""
    return None if original is None or now is None else (now - original).days


def is_overdue(due_on: date | None, today: date) -> bool:
    """Whether the last day on which it was met has passed."""
    return due_on is not None and due_on < today


@dataclass(frozen=True, slots=True)
class _Wording:
    """A language's patterns: y is the year, d the day, month its name, of_month the same beside a day, part which."""

    months: tuple[str, ...]
    of_months: tuple[str, ...]
    forms: dict[Precision, str]
    none: str
    review: str  # continuous at length: first review day, then the interval
    every: tuple[
        str, str, str, str
    ]  # each month; and n months, n ending in 1, in 2 to 4, in all else (as Russian counts)
    quarters: tuple[str, ...] = ("I", "II", "III", "IV")
    halves: tuple[str, ...] = ("I", "II")


def _names(line: str) -> tuple[str, ...]:
    return tuple(line.split())


_EN_MONTHS = _names("January February March April May June July August September October November December")
_UZ_MONTHS = _names("yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr")
_KO_MONTHS = tuple(f"{month}월" for month in range(1, 13))

_WORDINGS: Final = {
    "en": _Wording(
        _EN_MONTHS,
        _EN_MONTHS,
        {
            Precision.DAY: "{d} {of_month} {y}",
            Precision.MONTH: "{month} {y}",
            Precision.QUARTER: "{part} quarter {y}",
            Precision.HALF: "{part} half {y}",
            Precision.YEAR: "{y}",
            Precision.ANNUAL: "annually, by {d} {of_month}",
            Precision.CONTINUOUS: "permanently",
        },
        "date to be agreed",
        "permanently, first review {first}, then {every}",
        ("every month", "every {n} months", "every {n} months", "every {n} months"),
    ),
    "uz": _Wording(
        _UZ_MONTHS,
        _UZ_MONTHS,
        {
            Precision.DAY: "{y}-yil {d}-{of_month}",
            Precision.MONTH: "{y}-yil {month}",
            Precision.QUARTER: "{y}-yil {part} chorak",
            Precision.HALF: "{y}-yil {part} yarim yillik",
            Precision.YEAR: "{y}-yil",
            Precision.ANNUAL: "har yili, {d}-{of_month}gacha",
            Precision.CONTINUOUS: "doimiy",
        },
        "muddat kelishiladi",
        "doimiy, birinchi koʻrib chiqish {first}, soʻngra {every}",
        ("har oyda", "har {n} oyda", "har {n} oyda", "har {n} oyda"),
    ),
    "ru": _Wording(
        _names("январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь"),
        _names("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
        {
            Precision.DAY: "{d}\u00a0{of_month} {y}\u00a0г.",
            Precision.MONTH: "{month} {y}\u00a0г.",
            Precision.QUARTER: "{part} квартал {y}\u00a0г.",
            Precision.HALF: "{part} полугодие {y}\u00a0г.",
            Precision.YEAR: "{y}\u00a0г.",
            Precision.ANNUAL: "ежегодно, до {d}\u00a0{of_month}",
            Precision.CONTINUOUS: "постоянно",
        },
        "срок согласуется",
        "постоянно, первый обзор {first}, далее {every}",
        ("раз в месяц", "раз в {n}\u00a0месяц", "раз в {n}\u00a0месяца", "раз в {n}\u00a0месяцев"),
    ),
    "ko": _Wording(
        _KO_MONTHS,
        _KO_MONTHS,
        {
            Precision.DAY: "{y}년 {of_month} {d}일",
            Precision.MONTH: "{y}년 {month}",
            Precision.QUARTER: "{y}년 {part}분기",
            Precision.HALF: "{y}년 {part}",
            Precision.YEAR: "{y}년",
            Precision.ANNUAL: "매년 {of_month} {d}일까지",
            Precision.CONTINUOUS: "상시",
        },
        "일정 협의 중",
        "상시, 첫 점검 {first}, 이후 {every}",
        ("매월", "{n}개월마다", "{n}개월마다", "{n}개월마다"),
        quarters=("1", "2", "3", "4"),
        halves=("상반기", "하반기"),
    ),
}


def printed(deadline: Deadline, language: str) -> str:
    """The deadline as it was agreed, in en, uz, ru or ko: never a day where a month was meant. KeyError for others."""
    words = _WORDINGS[language]
    if deadline.due_on is None or deadline.precision is None:
        return words.none
    day, precision = deadline.due_on, deadline.precision
    parts = {Precision.QUARTER: words.quarters, Precision.HALF: words.halves}.get(precision)
    return words.forms[precision].format(
        y=day.year,
        d=day.day,
        month=words.months[day.month - 1],
        of_month=words.of_months[day.month - 1],
        part=parts[(day.month - 1) // _MONTHS[precision]] if parts else "",
    )


def printed_day(day: date, language: str) -> str:
    """A plain day in the same wording: a forecast, a completion, a review."""
    return printed(Deadline(day, Precision.DAY), language)


def printed_long(deadline: Deadline, language: str) -> str:
    """As `printed`, and for a continuous one its first review and how often the next follow."""
    if deadline.due_on is None or deadline.review_every is None:
        return printed(deadline, language)
    words, months = _WORDINGS[language], deadline.review_every
    if months == 1:
        form = 0
    elif months % 10 == 1 and months % 100 != 11:
        form = 1
    else:
        form = 2 if months % 10 in (2, 3, 4) and months % 100 not in (12, 13, 14) else 3
    every = words.every[form].format(n=months)
    return words.review.format(first=printed_day(deadline.due_on, language), every=every)


def _day_in(year: int, month: int, day: int) -> date:
    """That day of a month, or the month's last where it is shorter."""
    if not date.min.year <= year <= date.max.year:
        raise InvalidValue("deadline.year_out_of_range", year=year)
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _unknown_precision(value: object) -> InvalidValue:
    return InvalidValue("deadline.unknown_precision", value=value, choices=", ".join(Precision))


def _iso_date(value: object) -> date:
    try:
        day = date.fromisoformat(value)  # type: ignore[arg-type]  # what is no string is the TypeError below
    except (TypeError, ValueError):
        day = None
    # fromisoformat also takes 20250630 and 2025-W27-1; one form only, so that one deadline has one hash.
    if day is None or day.isoformat() != value:
        raise InvalidValue("deadline.not_a_date", value=value)
    return day
