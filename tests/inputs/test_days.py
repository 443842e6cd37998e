"""A day is typed in one form, of a year that can be meant, and counting days never leaves the calendar."""

from datetime import date
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from common.days import FIRST_PAST, FIRST_PLANNED, LAST, DayField, DayInput, later, read_day
from common.deadlines import Deadline, Precision, due_on_in_period, period_on
from common.errors import InvalidValue
from common.working_days import WorkingCalendar
from programme.loading.schema import Day
from reminders.moments import occurrences
from roadmaps.models import Assignment, Milestone
from roadmaps.services import set_forecast
from tests.inputs.doors import form_classes, import_everything
from tests.scenarios.people import actor_for, person
from tests.scenarios.signing import Group, due

OTHER_FORMS = (
    *("3/4/2027", "3.4.2027", "03/04/27", "4 March 2027", "20270304", "2027-W10-4", "2027-063", "2027-3-4"),
    *("2027-02-29", "2027-13-01", "2027-00-10", " 2027-03-04", "2027-03-04T00:00", "+2027-03-04", "today", "0"),
    *("２０２７-03-04", "٢٠٢٧-03-04", "2027‐03‐04", "2027-03-04\n", "\x00"),
)
NEVER_MEANT = ("0001-01-01", "0207-03-04", "1989-12-31", "2101-01-01", "9999-12-31")
DATES = st.dates()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def day_fields() -> list[tuple[str, Any]]:
    found: list[tuple[str, str, Any]]
    import_everything()
    found = [(kind.__name__, name, field) for kind in form_classes() for name, field in kind.base_fields.items()]
    return [(f"{form}.{name}", field) for form, name, field in found if isinstance(field, forms.DateField)]


def test_every_form_takes_a_day_by_the_one_field_and_the_browsers_own_input() -> None:
    fields = day_fields()
    assert len(fields) >= 6
    for name, field in fields:
        assert (type(field), type(field.widget)) == (DayField, DayInput), name
        assert 'type="date"' in field.widget.render("day", date(2027, 3, 4), field.widget.attrs), name
        assert 'value="2027-03-04"' in field.widget.render("day", date(2027, 3, 4)), name
        assert field.clean("2027-03-04") == date(2027, 3, 4)
        for typed in (*OTHER_FORMS, *NEVER_MEANT):
            with pytest.raises(ValidationError, match="not a day|is out of range"):
                field.clean(typed)


@given(st.text() | st.dates().map(str) | st.sampled_from(OTHER_FORMS))
def test_a_day_that_is_read_is_written_so(typed: str) -> None:
    try:
        day = read_day(typed)
    except InvalidValue:
        return
    assert day.isoformat() == typed
    assert FIRST_PLANNED <= day <= LAST


@pytest.mark.django_db
@pytest.mark.parametrize("typed", [*OTHER_FORMS, *NEVER_MEANT])
def test_filters_commands_files_and_pages_read_days_alike(typed: str) -> None:
    from pydantic import TypeAdapter

    from roadmaps.api import MilestoneFilters

    assert not MilestoneFilters({"due_after": typed}, Milestone.objects.all()).is_valid()
    with pytest.raises(CommandError):
        call_command("reminders", on=typed)
    with pytest.raises(ValueError, match="day.not_a_day|day.out_of_range"):
        TypeAdapter(Day).validate_python(typed)
    page = signed_in(person("officer", "minenergy")).get("/reminders/dry-run/", {"day": typed})
    assert page.status_code == 400


@pytest.mark.django_db
def test_a_forecast_that_cannot_be_meant_is_refused_and_an_older_one_closes_no_page() -> None:
    group = Group()
    group.edit(due(date(2027, 6, 30)))
    group.adopt()
    milestone = Milestone.objects.get()
    lead = Assignment.objects.filter(milestone=milestone, side="UZ").get()
    officer = person("officer", lead.organisation.code)
    for day in (date(2100, 12, 31), date(9999, 12, 31), date(1, 1, 1)):
        given: dict[str, Any] = {
            "assignment": lead,
            "reason": "Slow.",
            "based_on": lead.row_version,
            "by": actor_for(officer),
        }
        if day <= LAST and day >= FIRST_PLANNED:
            lead = set_forecast(forecast_on=day, **given)
        else:
            with pytest.raises(ValidationError, match="is out of range"):
                set_forecast(forecast_on=day, **given)
    from audit.acting import acting

    for day in (date.max, date.min):
        with acting(actor_for(officer).act):  # as it was stored before there was a rule
            lead.forecast_on = day
            lead.save()
        for user in (officer, group.chairs["KR"], group.secretary):
            browser = signed_in(user)
            for address in (f"/milestones/{milestone.uid}/", "/", "/areas/energy/", "/road-maps/RM-07/"):
                assert browser.get(address).status_code == 200, (day, address)


@given(DATES, st.integers(-40_000, 40_000))
def test_counting_days_never_leaves_the_calendar(day: date, n: int) -> None:
    assert date.min <= later(day, n) <= date.max
    assert date.min <= WorkingCalendar().shift(day, n % 500 - 250) <= date.max


@given(DATES, DATES)
def test_working_days_between_any_two_days_are_counted(a: date, b: date) -> None:
    assert abs(WorkingCalendar().between(a, b)) <= (LAST - FIRST_PAST).days


@given(DATES, DATES, st.sampled_from([Precision.DAY, Precision.ANNUAL, Precision.CONTINUOUS]), st.integers(1, 120))
def test_periods_end_in_the_calendar(first: date, day: date, precision: Precision, months: int) -> None:
    deadline = Deadline(first, precision, months if precision is Precision.CONTINUOUS else None)
    period = period_on(deadline, day)
    assert due_on_in_period(deadline, period + (precision is not Precision.DAY)) <= date.max
    ahead = list(occurrences(deadline, day, later(day, 400)))
    assert len(ahead) <= 15
    assert all(day <= found <= later(day, 400) for _period, found in ahead)


def test_now_is_within_the_years_that_can_be_meant() -> None:
    assert FIRST_PLANNED <= timezone.localdate() <= LAST
