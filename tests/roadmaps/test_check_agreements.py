"""A row changed without both signatures is found by the daily check, and shown where people look."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.policy.actors import system_actor
from audit.models import Event
from roadmaps.models import Measure, Milestone, Revision
from roadmaps.selectors import latest_agreement_check
from roadmaps.services.agreements import check_agreements
from roadmaps.tasks import check_agreements as task
from tests.scenarios.signing import Group

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

PAGE = "/road-maps/RM-07/"
NOTICE = "differs from the version that both sides signed"


@pytest.fixture
def group() -> Group:
    group = Group()
    group.adopt()
    return group


def page(user: User) -> str:
    client = Client()
    client.force_login(user)
    return " ".join(client.get(PAGE).content.decode().split())


def found() -> dict[str, int]:
    return check_agreements(by=system_actor("tests"))


def test_what_was_signed_differs_in_nothing(group: Group) -> None:
    out = StringIO()
    call_command("check_agreements", stdout=out)
    assert out.getvalue() == "The rows of all road maps are those of their versions in force.\n"
    assert NOTICE not in page(group.secretary)


def test_a_date_moved_in_the_table_is_found_and_shown(group: Group) -> None:
    before = Milestone.objects.values("due_on", "precision").get()
    Milestone.objects.update(due_on=date(2031, 1, 1), precision="day")
    with pytest.raises(CommandError, match="RM-07: 1 differ from the version in force"):
        call_command("check_agreements")
    assert NOTICE in page(group.secretary)
    Milestone.objects.update(**before)
    task()
    assert NOTICE not in page(group.secretary)
    events = Event.objects.filter(kind="agreements checked")
    assert [event.detail["differing"] for event in events] == [{}, {"RM-07": 1}]


def test_rows_and_versions_that_cannot_be_read_are_found(group: Group) -> None:
    Measure.objects.update(number=1_000_000)
    assert found() == {"RM-07": 1}
    Measure.objects.update(number=1)
    Revision.objects.update(content={})
    assert found() == {"RM-07": 1}


def test_a_check_is_the_latest_for_two_days(group: Group) -> None:
    now = timezone.now()
    assert latest_agreement_check(now=now) is None
    found()
    assert latest_agreement_check(now=timezone.now()) == {}
    assert latest_agreement_check(now=timezone.now() + timedelta(days=3)) is None
