"""How a deadline is printed.

The wording is that of official documents, so it is kept here by language and not among the interface's translations.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from common.deadlines.value import PERIOD_MONTHS, Deadline, Precision


@dataclass(frozen=True, slots=True)
class _Wording:
    """The patterns of a language.

    In a pattern ``y`` is the year, ``d`` the day, ``month`` the month's name, ``of_month`` its form beside a day and
    ``part`` the number of a quarter or half.
    """

    months: tuple[str, ...]
    of_months: tuple[str, ...]
    forms: dict[Precision, str]
    none: str
    review: str  # the long form of a continuous deadline: first review, then the interval
    # the interval: every month; n months where n ends in 1, in 2 to 4, in anything else (as Russian counts)
    every: tuple[str, str, str, str]
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
    """Return the deadline as agreed, in en, uz, ru or ko: never a day where a month was agreed.

    Raises: KeyError for another language.
    """
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
        part=parts[(day.month - 1) // PERIOD_MONTHS[precision]] if parts else "",
    )


def printed_day(day: date, language: str) -> str:
    """Return a plain day in the same wording: a forecast, a completion, a review."""
    return printed(Deadline(day, Precision.DAY), language)


def printed_long(deadline: Deadline, language: str) -> str:
    """Return the deadline as `printed`; a continuous one with its first review and the interval of the next ones."""
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
