"""Days that people type: in one form only, and of a year that can be meant."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from common.errors import InvalidValue, field_error, sentence

FIRST_PAST: Final = date(1990, 1, 1)  # of what has happened: nothing here is older than the relations of the two sides
FIRST_PLANNED: Final = date(2024, 1, 1)  # of deadlines, forecasts, terms and days off: the programme began that year
LAST: Final = date(2100, 12, 31)

_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_day(text: str, first: date = FIRST_PLANNED, last: date = LAST) -> date:
    """Return a day that was written as 2025-06-30; 3/4/2027 would be March to some and April to others.

    Raises: InvalidValue for another form, a day that no calendar has, and one outside of ``first`` to ``last``.
    """
    try:
        day = date.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise InvalidValue("day.not_a_day", value=text[:40])
    return check_day(day, first, last)


def check_day(day: date, first: date = FIRST_PLANNED, last: date = LAST) -> date:
    """Return the day. Raises: InvalidValue where it is outside of ``first`` to ``last``."""
    if not first <= day <= last:
        raise InvalidValue("day.out_of_range", value=day, first=first, last=last)
    return day


def later(day: date, days: int) -> date:
    """Return the day so many days later, negative is earlier; the calendar's first or last day where it ends before."""
    return date.fromordinal(min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal()))


def within(day: date) -> date:
    """Return the day, or the nearest one of a year that can be meant: older records may hold any."""
    return min(max(day, FIRST_PAST), LAST)


class DayInput(forms.DateInput):
    """The browser's own input of a date: it shows the reader's form and sends ISO 8601."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day that a person gives, from ``first`` to ``last``."""

    widget = DayInput

    def __init__(self, *, first: date = FIRST_PLANNED, last: date = LAST, **kwargs: Any) -> None:
        self.first, self.last = first, last
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        try:
            given = value if isinstance(value, date) else read_day(str(value), self.first, self.last)
            return check_day(given, self.first, self.last)
        except InvalidValue as error:
            raise field_error(error) from error

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"min": self.first.isoformat(), "max": self.last.isoformat()} if isinstance(widget, DayInput) else {}


def check_days(record: models.Model, before: models.Model | None, names: Iterable[str]) -> None:
    """Refuse a changed day of a year that cannot be meant; forms are narrower.

    Raises: ValidationError at the columns.
    """
    errors = {}
    for name in names:
        day = getattr(record, name)
        is_day = type(record._meta.get_field(name)) is models.DateField
        if is_day and isinstance(day, date) and day != getattr(before, name, None):
            try:
                check_day(day, FIRST_PAST)
            except InvalidValue as error:
                errors[name] = [sentence(error)]
    if errors:
        raise ValidationError(errors)
