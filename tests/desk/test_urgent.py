"""What needs somebody is found by the database: exactly what the status says of each milestone, and no row more."""

from datetime import date, timedelta
from random import Random

import pytest
from django.test import Client
from django.utils import timezone

from accounts.policy.actors import Actor, system_actor
from audit.bulk import update_all
from common.deadlines import Deadline, Precision
from desk.milestones.selectors import urgent as selector
from desk.milestones.selectors.urgent import urgent
from roadmaps.demo.scale import make_scale_data
from roadmaps.milestone_status import due_status
from roadmaps.models import Assignment, Milestone
from tests.scenarios.pages import html_of
from tests.scenarios.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

BY = system_actor("tests")
LEAD = "motie"
ANY_DAY = 2000


def scatter(random: Random, today: date) -> None:
    """Give every milestone a random deadline of any kind, some with a forecast, some done."""

    def day() -> date:
        return today + timedelta(days=random.choice((random.randrange(-900, 900), random.randrange(-40, 40))))

    kinds = (Precision.DAY, Precision.ANNUAL, Precision.CONTINUOUS)
    rows = list(Milestone.objects.order_by("pk"))
    for row in rows:
        row.due_on, row.precision = day(), random.choice(kinds)
        row.review_every = random.choice((1, 3, 5, 12, 18)) if row.precision == Precision.CONTINUOUS else None
        row.completed_on = today if random.random() < 0.1 else None
        if random.random() < 0.05:
            row.due_on, row.precision, row.review_every = None, "", None
    update_all(Milestone, rows, ["due_on", "precision", "review_every", "completed_on"], act=BY.act)
    parts = list(Assignment.objects.order_by("pk"))
    for part in parts:
        part.forecast_on = day() if random.random() < 0.3 else None
    update_all(Assignment, parts, ["forecast_on"], act=BY.act)


def by_arithmetic(actor: Actor) -> list[tuple[int, int]]:
    """Days and key of each milestone that needs its lead, by the rule for one milestone; the most urgent first."""
    found = []
    for row in Milestone.objects.filter(dropped_in=None):
        parts = list(row.assignments.filter(dropped_in=None))
        forecasts = [part.forecast_on for part in parts if part.forecast_on]
        status = due_status(
            Deadline(row.due_on, Precision(row.precision) if row.precision else None, row.review_every),
            forecast_on=max(forecasts, default=None),
            completed_on=row.completed_on,
            today=actor.today,
        )
        leads = any(part.role == "lead" and part.organisation.code == LEAD for part in parts)
        if leads and status.needs_someone:
            found.append((status.days or 0, row.pk))
    return sorted(found)


def late_since(day: date) -> None:
    rows = list(Milestone.objects.all())
    for row in rows:
        row.due_on, row.precision, row.review_every, row.completed_on = day, Precision.DAY, None, None
    update_all(Milestone, rows, ["due_on", "precision", "review_every", "completed_on"], act=BY.act)


@pytest.mark.parametrize("seed", range(2))
def test_the_database_finds_what_the_status_of_each_milestone_says(seed: int) -> None:
    list(make_scale_data(milestones=160, by=BY, now=timezone.now()))
    user, this_day = person("head", LEAD), timezone.localdate()
    random = Random(seed)  # noqa: S311  # told apart by its seed
    year = this_day.year + 1
    days = [date(year, 1, 31), date(year, 2, 28), date(year, 3, 1), date(2028, 2, 29), date(year, 12, 2), this_day]
    for today in [*days, *(this_day + timedelta(days=random.randrange(ANY_DAY)) for _ in range(2))]:
        scatter(random, today)
        actor = Actor(door="admin", today=today, person=user)
        found = urgent(actor, most=1000)
        told = [(entry.due_status.days or 0, entry.row.pk) for entry in found.entries]
        assert sorted(told) == by_arithmetic(actor), today
        # on one day, one whose month is too short stands after the others
        assert [days for days, _pk in told] == sorted(days for days, _pk in told)
        assert found.total == len(told) and not found.more
        parts = [urgent(actor, first=first, most=7) for first in range(0, len(told), 7)]
        assert [entry.row.pk for part in parts for entry in part.entries] == [pk for _days, pk in told]
        assert {part.total for part in parts} <= {len(told)}


def test_the_desk_shows_some_and_leads_to_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    list(make_scale_data(milestones=160, by=BY, now=timezone.now()))
    late_since(date(2026, 1, 1))
    monkeypatch.setattr("desk.home.views.SHOWN", 2)
    client = Client()
    client.force_login(person("head", LEAD))
    desk = client.get("/")
    late = desk.context["late"]
    assert len(late.entries) == 2 and late.more > 3
    assert f"And {late.more} more milestone" in html_of(desk)
    assert f"{len(desk.context['todo']) + late.more} items need your attention." in html_of(desk)
    listed = client.get("/milestones/")
    assert listed.context["late"].total == late.total
    assert [entry.row.pk for entry in listed.context["late"].entries[:2]] == [entry.row.pk for entry in late.entries]
    monkeypatch.setattr(selector, "COUNTED", 4)
    assert "At least 4 items" in html_of(client.get("/"))
    assert "Only the first 4 are listed." in html_of(client.get("/milestones/?page=99"))
    assert client.get("/milestones/?page=2").context["tasks"] == []


def test_the_list_of_those_who_forecast_nothing_is_empty() -> None:
    list(make_scale_data(milestones=32, by=BY, now=timezone.now()))
    client = Client()
    client.force_login(person("reader", LEAD))
    assert client.get("/milestones/").context["tasks"] == []
