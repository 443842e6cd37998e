"""The stages that always run, those that a coordinator adds, the dry run, and what a demonstration shows at once."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.calendars import calendar_of
from accounts.models import User
from accounts.services import save_record
from common.language import LANGUAGES
from reminders.due import due, outgoing
from reminders.models import Notice, Stage
from reminders.services import plan
from roadmaps.demo.samples import REMINDED, Today
from tests.scenarios.demo import directory_fixture, small_demo_fixture  # noqa: F401  # pytest finds them by name
from tests.scenarios.people import actor_for, person
from tests.scenarios.reminders import SOON, member, move, on, set_up

pytestmark = pytest.mark.django_db


def told(*arguments: str) -> list[str]:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().splitlines()


def test_the_default_stages_are_made_once_in_four_languages() -> None:
    assert told("load_stages") == ["3 reminder stages created"]
    assert told("load_stages") == []
    stages = list(Stage.objects.all())
    assert [(stage.code, stage.working_days, stage.reach) for stage in stages] == [
        ("last", -3, "heads"),
        ("today", 0, "heads"),
        ("overdue", 1, "secretaries"),
    ]
    assert all(set(stage.name.texts) == set(LANGUAGES) and stage.default for stage in stages)
    assert -stages[0].working_days == REMINDED


def test_a_coordinators_administrator_adds_a_stage_and_changes_no_default(programme: None) -> None:
    call_command("load_stages")
    motie = person("administrator", "motie")
    client = Client()
    client.force_login(motie)
    address = reverse("admin:reminders_stage_add")
    week = {"code": "week", "working_days": "-5", "reach": "officers", "name_en": "A week", "name_original": "en"}
    week |= {f"name_{language}": "" for language in ("uz", "ru", "ko")}
    for refused in ({"working_days": "-251"}, {"working_days": "0"}, {"code": "last"}):
        assert client.post(address, {**week, **refused}).status_code == 200
    assert client.post(address, week).status_code == 302
    added = Stage.objects.get(code="week")
    assert (added.working_days, added.default) == (-5, False)

    last = Stage.objects.get(code="last")
    change = reverse("admin:reminders_stage_change", args=[last.pk])
    page = client.post(change, {**week, "working_days": "-9", "based_on": "1", "reason": "Earlier."})
    assert page.status_code == 200
    assert "always runs" in page.content.decode()
    last.working_days = -9
    with pytest.raises(ValidationError):
        save_record(last, by=actor_for(motie))


@pytest.mark.usefixtures("empty_database")
def test_the_dry_run_prints_the_day_of_both_sides_and_writes_nothing() -> None:
    """From nine in Seoul, which is midnight in UTC, to nine in Tashkent; the 8th is a holiday of Uzbekistan."""
    set_up((on(date(2026, 12, 8)), "minenergy"), (on(date(2026, 12, 9)), "minenergy"))
    member("officer", "minenergy", name="Aziz")
    member("head", "motie", name="Minsu")
    lines = told("reminders", "--on", "2026-12-03")
    assert [[word for word in line.split() if word not in ("2026-12-08", "2026-12-09")][:4] for line in lines] == [
        ["Korea,", "Three", "working", "days"],
        ["RM-07", "1.1", "head", "Minsu"],
        ["Uzbekistan,", "Three", "working", "days"],
        ["RM-07", "1.1", "officer", "Aziz"],
        ["RM-07", "1.2", "officer", "Aziz"],
        ["2026-12-03:", "reminders", "3,", "digests"],
    ]
    assert lines[-1] == "2026-12-03: reminders 3, digests 2. Nothing is sent."
    assert told("reminders", "--on", "2026-12-05") == ["2026-12-05: reminders 0, digests 0. Nothing is sent."]
    assert not Notice.objects.exists()
    with pytest.raises(CommandError, match="“tomorrow” is not a day"):
        call_command("reminders", "--on", "tomorrow")


@pytest.mark.usefixtures("empty_database")
def test_today_what_is_left_from_before_goes_out_too() -> None:
    set_up((on(SOON), "minenergy"))
    uz, kr = member("officer", "minenergy"), member("officer", "motie")
    day = date(2026, 12, 7)  # SOON itself
    seoul, tashkent = (datetime(2026, 12, 7, hour, tzinfo=UTC) for hour in (0, 4))

    def goes_out(now: datetime) -> list[tuple[int, datetime]]:
        return [(one.recipient, one.moment) for one in outgoing(on=day, now=now)]

    assert goes_out(seoul - timedelta(hours=1)) == [(kr.pk, seoul), (uz.pk, tashkent)]
    before = datetime(2026, 12, 2, 4, tzinfo=UTC)
    assert goes_out(seoul) == [(uz.pk, before), (kr.pk, seoul), (uz.pk, tashkent)]
    plan(now=seoul)
    Notice.objects.filter(recipient=kr).update(state="sent")
    assert goes_out(tashkent) == [(uz.pk, tashkent)]


@pytest.mark.usefixtures("empty_database")
def test_the_sample_deadline_is_reminded_of_at_once_on_whatever_day_and_hour_it_is_made() -> None:
    """Fourteen days with weekends, a holiday and a Saturday that is worked."""
    milestone = set_up((on(SOON), "minenergy"))[0]
    officer = member("officer", "minenergy")
    last = Stage.objects.get(code="last").pk
    for days in range(14):
        for hour, minute in ((0, 30), (9, 30), (23, 30)):
            now = datetime(2026, 12, 1, hour, minute, tzinfo=UTC) + timedelta(days=days)
            move(milestone, on(Today.at(now, calendar_of("UZ")).reminded))
            (found,) = due(now)
            assert (found.stage, found.recipient, found.superseded) == (last, officer.pk, False), now


def test_a_demonstration_has_something_to_tell_its_lead(programme: None, small_demo: list[str]) -> None:
    call_command("load_stages")
    last = Stage.objects.get(code="last").pk
    found = [one for one in due(timezone.now()) if one.stage == last and not one.superseded]
    addresses = set(User.objects.filter(pk__in=[one.recipient for one in found]).values_list("email", flat=True))
    assert addresses >= {"officer.uzkimyosanoat@demo.invalid", "head.uzkimyosanoat@demo.invalid"}
