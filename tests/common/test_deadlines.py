"""A deadline prints as it was agreed, and its periods never drift."""

import calendar
import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.deadlines import (
    TO_BE_AGREED,
    Deadline,
    Precision,
    due_on_in_period,
    is_overdue,
    last_day,
    period_on,
    printed,
    printed_long,
    slippage_days,
)
from common.errors import InvalidValue, sentence

LANGUAGES = ("en", "uz", "ru", "ko")
PARTS = {Precision.MONTH: 12, Precision.QUARTER: 4, Precision.HALF: 2, Precision.YEAR: 1}
days = st.dates(date(2024, 1, 1), date(2100, 12, 31))


@st.composite
def deadlines(draw: st.DrawFn) -> Deadline:
    precision = draw(st.sampled_from([None, *Precision]))
    if precision is None:
        return TO_BE_AGREED
    if precision in PARTS:
        part = None if precision is Precision.YEAR else draw(st.integers(1, PARTS[precision]))
        return Deadline(last_day(precision, draw(st.integers(2024, 2100)), part), precision)
    every = draw(st.integers(1, 120)) if precision is Precision.CONTINUOUS else None
    return Deadline(draw(days), precision, every)


@given(deadlines())
def test_a_deadline_survives_json(deadline: Deadline) -> None:
    assert Deadline.from_json(deadline.to_json()) == deadline


@given(days, st.sampled_from(sorted(PARTS)))
def test_a_period_ends_on_its_own_last_day_and_on_no_other(day: date, precision: Precision) -> None:
    length = 12 // PARTS[precision]
    part = (day.month - 1) // length + 1
    end = last_day(precision, day.year, None if precision is Precision.YEAR else part)
    assert end >= day
    assert end.month == part * length
    assert (end + timedelta(1)).day == 1
    assert Deadline(end, precision).due_on == end
    if day != end:
        with pytest.raises(InvalidValue, match=r"deadline\.not_last_day") as refusal:
            Deadline(day, precision)
        assert refusal.value.params == {"last_day": end}


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (
            {"due_on": "2025-02-30", "precision": "day", "review_every": None},
            "“2025-02-30” is not a date in the form 2025-06-30.",
        ),
        (
            {"due_on": "20250630", "precision": "day", "review_every": None},
            "“20250630” is not a date in the form 2025-06-30.",
        ),
        (
            {"due_on": 20250630, "precision": "day", "review_every": None},
            "“20250630” is not a date in the form 2025-06-30.",
        ),
        (
            {"due_on": None, "precision": "day", "review_every": None},
            "A deadline has both a date and a precision, or neither.",
        ),
        (
            {"due_on": "2025-06-30", "precision": "decade", "review_every": None},
            "“decade” is not a precision. Use one of: day, month, quarter, half, year, annual, continuous.",
        ),
        (
            {"due_on": "2025-06-30", "precision": ["day"], "review_every": None},
            "“['day']” is not a precision. Use one of: day, month, quarter, half, year, annual, continuous.",
        ),
        (
            {"due_on": "2025-06-30", "precision": "day", "review_every": 6},
            "Only a continuous deadline has a review interval.",
        ),
        (
            {"due_on": "2025-06-30", "precision": "continuous", "review_every": None},
            "The review interval of a continuous deadline is from 1 to 120 months.",
        ),
        (
            {"due_on": "2025-06-30", "precision": "continuous", "review_every": True},
            "The review interval of a continuous deadline is from 1 to 120 months.",
        ),
        (
            {"due_on": "2025-06-30", "precision": "continuous", "review_every": 121},
            "The review interval of a continuous deadline is from 1 to 120 months.",
        ),
        ({"due_on": None, "precision": None}, "A deadline has exactly the keys due_on, precision and review_every."),
    ],
)
def test_an_invalid_deadline_is_refused_with_a_sentence(wrong: dict[str, object], expected: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        Deadline.from_json(wrong)
    assert sentence(refusal.value) == expected


def test_a_datetime_is_not_a_deadline() -> None:
    with pytest.raises(InvalidValue, match=r"deadline\.has_time"):
        Deadline(datetime(2025, 6, 30, 9), Precision.DAY)


@pytest.mark.parametrize(
    ("deadline", "as_printed"),
    [
        (
            Deadline(date(2025, 9, 30), Precision.DAY),
            ("30 September 2025", "2025-yil 30-sentabr", "30\xa0сентября 2025\xa0г.", "2025년 9월 30일"),
        ),
        (
            Deadline(date(2024, 10, 31), Precision.MONTH),
            ("October 2024", "2024-yil oktabr", "октябрь 2024\xa0г.", "2024년 10월"),
        ),
        (
            Deadline(date(2026, 6, 30), Precision.QUARTER),
            ("II quarter 2026", "2026-yil II chorak", "II квартал 2026\xa0г.", "2026년 2분기"),
        ),
        (
            Deadline(date(2026, 6, 30), Precision.HALF),
            ("I half 2026", "2026-yil I yarim yillik", "I полугодие 2026\xa0г.", "2026년 상반기"),
        ),
        (
            Deadline(date(2026, 12, 31), Precision.HALF),
            ("II half 2026", "2026-yil II yarim yillik", "II полугодие 2026\xa0г.", "2026년 하반기"),
        ),
        (Deadline(date(2026, 12, 31), Precision.YEAR), ("2026", "2026-yil", "2026\xa0г.", "2026년")),
        (
            Deadline(date(2025, 12, 1), Precision.ANNUAL),
            ("annually, by 1 December", "har yili, 1-dekabrgacha", "ежегодно, до 1\xa0декабря", "매년 12월 1일까지"),
        ),
        (Deadline(date(2025, 9, 26), Precision.CONTINUOUS, 6), ("permanently", "doimiy", "постоянно", "상시")),
        (TO_BE_AGREED, ("date to be agreed", "muddat kelishiladi", "срок согласуется", "일정 협의 중")),
    ],
)
def test_a_deadline_prints_as_official_documents_write_it(deadline: Deadline, as_printed: tuple[str, ...]) -> None:
    assert tuple(printed(deadline, language) for language in LANGUAGES) == as_printed


@given(deadlines(), st.sampled_from(LANGUAGES))
def test_no_reader_is_shown_a_day_or_month_that_was_not_agreed(deadline: Deadline, language: str) -> None:
    shown = printed(deadline, language)
    numbers = [int(number) for number in re.findall(r"[0-9]+", shown)]
    day, precision = deadline.due_on, deadline.precision
    if day is None or precision in (None, Precision.CONTINUOUS):
        assert numbers == []
    elif precision in PARTS:
        assert day.year in numbers
        numbers.remove(day.year)
        part = {Precision.MONTH: day.month, Precision.QUARTER: (day.month + 2) // 3}.get(precision)
        assert numbers == ([part] if language == "ko" and part else [])
    else:
        assert day.day in numbers
        assert (day.year in numbers) == (precision is Precision.DAY)


def test_the_reviews_of_a_permanent_commitment_are_counted_as_each_language_counts() -> None:
    def every(months: int, language: str) -> str:
        return printed_long(Deadline(date(2025, 9, 26), Precision.CONTINUOUS, months), language)

    assert every(6, "en") == "permanently, first review 26 September 2025, then every 6 months"
    assert every(1, "en").endswith("then every month")
    assert [every(n, "ru").rpartition("далее ")[2] for n in (1, 3, 6, 12, 21)] == [
        "раз в месяц",
        "раз в 3\xa0месяца",
        "раз в 6\xa0месяцев",
        "раз в 12\xa0месяцев",
        "раз в 21\xa0месяц",
    ]
    assert every(6, "uz").endswith("har 6 oyda")
    assert every(6, "ko").endswith("6개월마다")


@given(days, st.integers(1, 120), st.integers(0, 60))
def test_the_reviews_of_a_permanent_commitment_never_drift(first: date, every: int, period: int) -> None:
    due_on = due_on_in_period(Deadline(first, Precision.CONTINUOUS, every), period)
    assert (due_on.year - first.year) * 12 + due_on.month - first.month == period * every
    assert due_on.day == min(first.day, calendar.monthrange(due_on.year, due_on.month)[1])


@given(days, st.integers(0, 60))
def test_an_annual_deadline_is_the_same_day_each_year(first: date, later: int) -> None:
    annual = Deadline(first, Precision.ANNUAL)
    due_on = due_on_in_period(annual, first.year + later)
    leap_day = (first.month, first.day) == (2, 29) and not calendar.isleap(due_on.year)
    assert (due_on.year, due_on.month) == (first.year + later, first.month)
    assert due_on.day == (28 if leap_day else first.day)
    with pytest.raises(InvalidValue, match=r"period\.before_first"):
        due_on_in_period(annual, first.year - 1)


@given(deadlines(), days)
def test_the_current_period_is_the_first_that_is_not_past(deadline: Deadline, day: date) -> None:
    if deadline.due_on is None:
        with pytest.raises(InvalidValue, match=r"period\.no_date"):
            period_on(deadline, day)
        return
    period = period_on(deadline, day)
    if deadline.precision not in (Precision.ANNUAL, Precision.CONTINUOUS):
        assert period == 0
        with pytest.raises(InvalidValue, match=r"period\.none \(period=1\)"):
            due_on_in_period(deadline, 1)
        return
    assert due_on_in_period(deadline, period) >= day
    if period > (deadline.due_on.year if deadline.precision is Precision.ANNUAL else 0):
        assert due_on_in_period(deadline, period - 1) < day


def test_slippage_and_lateness_are_counted_from_the_last_day() -> None:
    assert slippage_days(date(2026, 3, 31), date(2026, 6, 30)) == 91
    assert slippage_days(None, date(2026, 6, 30)) is None
    assert not is_overdue(date(2026, 6, 30), today=date(2026, 6, 30))
    assert is_overdue(date(2026, 6, 30), today=date(2026, 7, 1))
    assert not is_overdue(None, today=date(2026, 7, 1))
