"""The calendars of the two sides: their holidays, and what the coordinators' administrators enter."""

import warnings
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.calendars import calendar_of
from accounts.models import DayException
from accounts.policy.questions import NotAllowed
from accounts.services import save_record
from tests.scenarios.people import actor_for, person

pytestmark = pytest.mark.django_db

INDEPENDENCE = {"UZ": (9, 1), "KR": (8, 15)}
LAST_YEAR = 2100  # of the holidays that the library knows


def test_each_side_has_its_own_holidays_and_the_saturday_that_a_decree_made_a_working_day() -> None:
    uz, kr = calendar_of("UZ"), calendar_of("KR")
    both = {
        date(2026, 12, 8): (False, True),  # Constitution Day of Uzbekistan
        date(2026, 12, 12): (True, False),  # the Saturday worked for 31 December
        date(2026, 12, 31): (False, True),
        date(2026, 12, 25): (True, False),
        date(2026, 6, 3): (True, False),  # local elections
        date(2026, 8, 17): (True, False),  # substitute of Liberation Day, a Saturday
        date(2026, 5, 27): (False, True),  # Eid al-Adha
        date(2026, 12, 7): (True, True),
    }
    assert {day: (uz.is_working(day), kr.is_working(day)) for day in both} == both


def test_no_year_is_beyond_the_library() -> None:
    """After its last year only weekends are free. With every warning an error, as the sweep must never end by one."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for year in range(2024, 2150):
            for side, (month, day) in INDEPENDENCE.items():
                holiday = date(year, month, day)
                is_weekday = holiday.weekday() < 5
                assert calendar_of(side).is_working(holiday) == (is_weekday and year > LAST_YEAR), holiday


def test_an_administrator_of_the_coordinator_enters_a_day_of_the_own_side_and_of_no_other(programme: None) -> None:
    miit = person("administrator", "miit")
    client = Client()
    client.force_login(miit)
    address = reverse("admin:accounts_dayexception_add")
    day = {"side": "UZ", "day": "2026-12-07", "kind": "day_off", "note": "Decree."}
    assert client.post(address, {**day, "side": "KR"}).status_code == 200  # no such choice
    assert client.post(address, day).status_code == 302
    assert not calendar_of("UZ").is_working(date(2026, 12, 7))
    assert calendar_of("KR").is_working(date(2026, 12, 7))
    again = client.post(address, day)
    assert again.status_code == 200
    assert "in the calendar already" in again.content.decode()

    entered = DayException.objects.get()
    change = reverse("admin:accounts_dayexception_change", args=[entered.pk])
    changed = {"kind": "working_day", "note": "Mistake.", "based_on": "1", "reason": "It was the other Monday."}
    assert client.post(change, changed).status_code == 302
    assert calendar_of("UZ").is_working(date(2026, 12, 7))

    with pytest.raises(NotAllowed):
        save_record(DayException(side="KR", day=date(2026, 12, 7), kind="day_off"), by=actor_for(miit))
    assert DayException.objects.count() == 1
