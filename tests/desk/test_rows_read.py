"""The lists and counts read no more rows of a large programme than of a small one."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.policy.actors import system_actor
from accounts.services import save_record
from audit.bulk import update_all
from common.deadlines import Precision
from common.text import Text
from reminders.models import Stage
from roadmaps.demo.scale import make_scale_data
from roadmaps.models import Milestone
from tests.scenarios.pages import html_of
from tests.scenarios.people import person
from tests.scenarios.rows import rows_taken

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

BY = system_actor("tests")
PAGES = ("/", "/milestones/", "/areas/", "/areas/energy/", "/road-maps/", "/programme/", "/organisations/motie/",
         "/reminders/to-come/")  # fmt: skip
READERS = (("officer", "motie"), ("auditor", "miit"))


def deadlines() -> None:
    """A third is late, a third is due in ten days, a third is still to be agreed."""
    today, rows = timezone.localdate(), list(Milestone.objects.order_by("pk"))
    for place, row in enumerate(rows):
        row.due_on = (today - timedelta(days=5), today + timedelta(days=10), None)[place % 3]
        row.precision, row.review_every = (Precision.DAY if row.due_on else ""), None
    update_all(Milestone, rows, ["due_on", "precision", "review_every"], act=BY.act)


def cost(milestones: int) -> dict[tuple[str, str], tuple[int, int]]:
    """Rows and queries of each page for each reader."""
    found = {}
    with transaction.atomic():
        list(make_scale_data(milestones=milestones, by=BY, now=timezone.now()))
        deadlines()
        save_record(Stage(code="week", name=Text.of("A week"), working_days=-5, reach="heads"), by=BY)
        for role, code in READERS:
            client = Client()
            client.force_login(person(role, code))
            for page in PAGES:
                if page == "/milestones/" and role == "auditor":
                    continue
                client.get(page)
                with rows_taken() as rows, CaptureQueriesContext(connection) as queries:
                    answer = client.get(page)
                assert answer.status_code == 200, page
                if (page, code) == ("/areas/energy/", "miit"):
                    assert "more without a date" in html_of(answer)
                if (page, code) == ("/reminders/to-come/", "motie"):
                    assert "More reminders go out on this day" in html_of(answer)
                found[page, role] = sum(rows), len(queries)
        transaction.set_rollback(True)
    return found


def test_a_page_reads_as_many_rows_of_five_times_the_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    """With limits that the small programme reaches. Executors differ a little from one milestone to the next."""
    monkeypatch.setattr("desk.home.views.SHOWN", 2)
    monkeypatch.setattr("desk.home.views.PAGE", 2)
    monkeypatch.setattr("desk.areas.views.GAPS", 1)
    monkeypatch.setattr("desk.reminders.selectors.upcoming.READ", 2)
    monkeypatch.setattr("desk.reminders.selectors.upcoming.MANY", 4)
    person("officer", "motie")
    few, many = cost(240), cost(1200)
    assert {page: rows for page, (rows, _n) in many.items() if rows > few[page][0] * 1.1} == {}, (few, many)
    assert {page: n for page, (_rows, n) in many.items()} == {page: n for page, (_rows, n) in few.items()}
