"""Every person who must know of a deadline is planned to hear of it once a stage, whatever happened meanwhile."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.calendars import calendar_of
from accounts.models import DayException, Membership, Organisation, Seat, User
from accounts.policy.actors import Actor, system_actor
from accounts.policy.questions import can_on
from accounts.services import save_record
from audit.services import save_audited
from common.deadlines import Deadline, Precision
from common.sides import TIME_ZONES, day_of
from common.text import Text
from reminders.due import Planned, due
from reminders.models import Message, Notice, Stage
from reminders.moments import anchors, occurrences
from reminders.services import plan
from roadmaps.models import Assignment, Milestone, RoadMapVersion
from tests.scenarios.people import seat
from tests.scenarios.races import at_once
from tests.scenarios.reminders import LONG_AGO, NOW, SOON, also_member, end, member, move, on, set_up

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_database")]
ACT = system_actor("tests").act
TOO_LATE = datetime(2026, 12, 9, 5, tzinfo=UTC)  # SOON has passed in both countries; 8 December is a holiday in one


@pytest.fixture
def milestone(db: None) -> Milestone:
    return set_up((on(SOON), "minenergy"))[0]


def stage(code: str) -> Stage:
    return Stage.objects.get(code=code)


def add_stage(working_days: int, reach: str) -> None:
    code = f"day{working_days}"
    save_record(Stage(code=code, name=Text.of(code), working_days=working_days, reach=reach), by=system_actor("tests"))


def organisation(code: str, side: str, **columns: object) -> Organisation:
    row = Organisation(code=code, side=side, kind="agency", **columns)
    save_audited(row, act=ACT)
    return row


def also_executor(milestone: Milestone, code: str, **columns: object) -> Assignment:
    executor = Organisation.objects.get(code=code)
    row = Assignment(
        milestone=milestone, organisation=executor, side=executor.side, role="co_executor", position=0, **columns
    )
    save_audited(row, act=ACT)
    return row


def secretary(side: str) -> User:
    user = seat("secretary", side, "energy")
    Seat.objects.filter(user=user).update(valid_from=LONG_AGO)
    return user


def told(found: Sequence[Planned], *, live: bool = True) -> set[tuple[str, int]]:
    """Stage and person of each."""
    codes = dict(Stage.objects.values_list("pk", "code"))
    return {(codes[one.stage], one.recipient) for one in found if one.superseded != live}


def states(user: User) -> dict[str, str]:
    rows = Notice.objects.filter(recipient=user, outdated=False)
    assert len(rows) == len(found := dict(rows.values_list("stage__code", "state")))
    return found


# when


def test_a_holiday_of_one_country_moves_the_moment_there_alone(milestone: Milestone) -> None:
    """Three working days before 11 December, where the 8th is Constitution Day in one of the two."""
    move(milestone, on(date(2026, 12, 11)))
    uz, kr = member("officer", "minenergy"), member("officer", "motie")
    found = {one.recipient: one.moment for one in due(NOW, until=NOW + timedelta(days=6))}
    assert found == {
        uz.pk: datetime(2026, 12, 7, 4, tzinfo=UTC),
        kr.pk: datetime(2026, 12, 8, 0, tzinfo=UTC),
    }
    # and one that only its coordinator's administrator knows of
    save_record(DayException(side="KR", day=date(2026, 12, 10), kind="day_off"), by=system_actor("tests"))
    found = {one.recipient: one.moment for one in due(NOW, until=NOW + timedelta(days=6))}
    assert found[kr.pk] == datetime(2026, 12, 7, 0, tzinfo=UTC)


def test_nothing_before_its_moment_and_all_of_it_from_then_on(milestone: Milestone) -> None:
    officer = member("officer", "minenergy")
    nine = datetime(2026, 12, 2, 4, tzinfo=UTC)
    assert due(nine - timedelta(seconds=1)) == []
    assert told(due(nine)) == {("last", officer.pk)}
    assert told(due(nine, until=nine + timedelta(days=30))) == {("today", officer.pk), ("overdue", officer.pk)}


def test_after_days_of_downtime_each_person_hears_of_the_newest_stage_alone(milestone: Milestone) -> None:
    """Down over a weekend and over a holiday that only one country has; the last mails before it were not sent yet."""
    uz, kr = member("officer", "minenergy"), member("head", "motie")
    plan(now=NOW)
    assert states(uz) == states(kr) == {"last": "waiting"}
    # 8 December, ten in Seoul: a day late in Korea, a holiday in Uzbekistan
    plan(now=datetime(2026, 12, 8, 1, tzinfo=UTC))
    assert states(uz) == {"last": "superseded", "today": "waiting"}
    assert states(kr) == {"last": "superseded", "today": "superseded", "overdue": "waiting"}
    plan(now=TOO_LATE)
    assert states(uz) == states(kr) == {"last": "superseded", "today": "superseded", "overdue": "waiting"}
    assert due(TOO_LATE + timedelta(days=61)) == []


def test_what_a_mail_server_may_have_already_is_not_called_superseded(milestone: Milestone) -> None:
    officer = member("officer", "minenergy")
    plan(now=NOW)
    message = Message.objects.create(recipient=officer, created_at=NOW, handed_over_at=NOW)
    Notice.objects.update(message=message)
    plan(now=TOO_LATE)
    assert states(officer) == {"last": "waiting", "today": "superseded", "overdue": "waiting"}
    Message.objects.update(handed_over_at=None)
    plan(now=TOO_LATE)
    assert states(officer)["last"] == "superseded"


def test_a_second_sweep_finds_nothing_new(milestone: Milestone) -> None:
    officer = member("officer", "minenergy")
    assert plan(now=NOW) == 1
    assert plan(now=NOW) == plan(now=NOW + timedelta(hours=5)) == 0
    assert states(officer) == {"last": "waiting"}


@pytest.mark.parametrize("between", ["another day", "to be agreed"])
def test_a_date_that_moved_there_and_back_is_told_again(milestone: Milestone, between: str) -> None:
    officer = member("officer", "minenergy")
    plan(now=NOW)
    Notice.objects.update(state="sent")
    move(milestone, Deadline() if between == "to be agreed" else on(date(2027, 3, 1)))
    assert plan(now=NOW) == 0
    assert Notice.objects.get().outdated
    move(milestone, on(SOON))
    assert (plan(now=NOW), plan(now=NOW)) == (1, 0)
    assert states(officer) == {"last": "waiting"}


def test_a_repeated_deadline_is_told_of_in_each_of_its_periods(milestone: Milestone) -> None:
    officer = member("officer", "minenergy")
    move(milestone, Deadline(date(2024, 12, 7), Precision.ANNUAL))
    assert {(one.period, one.anchor) for one in due(NOW)} == {(2026, SOON)}
    milestone.review_every = 1
    move(milestone, Deadline(date(2026, 1, 7), Precision.CONTINUOUS, 1))
    assert [(one.period, one.anchor) for one in due(NOW) if not one.superseded] == [
        (9, date(2026, 10, 7)),
        (10, date(2026, 11, 7)),
        (11, SOON),
    ]
    plan(now=NOW)
    Notice.objects.filter(state="waiting").update(state="sent")
    assert plan(now=NOW) == 0
    assert not Notice.objects.filter(outdated=True).exists()
    assert {one.recipient for one in due(NOW)} == {officer.pk}


def test_no_period_is_left_out_whenever_it_began_and_however_long_it_is() -> None:
    """The query that narrows repeated deadlines down by months, against each of them looked at by itself."""
    every = (1, 2, 5, 12, 13)
    firsts = [date(2025 + n // 12, n % 12 + 1, day) for n in range(23) for day in (1, 15, 28)]
    deadlines = [Deadline(first, Precision.CONTINUOUS, every[n % 5]) for n, first in enumerate(firsts)]
    milestones = set_up(*[(deadline, "minenergy") for deadline in deadlines])
    member("officer", "minenergy")
    overdue = stage("overdue")
    window = anchors(TOO_LATE, overdue.working_days, calendar_of("UZ"), TIME_ZONES["UZ"])
    found = {(one.subject_id, one.period) for one in due(TOO_LATE) if one.stage == overdue.pk}
    assert found == {
        (milestone.pk, period)
        for milestone, deadline in zip(milestones, deadlines, strict=True)
        for period, _anchor in occurrences(deadline, *window)
    }


# who


def test_reach_says_who_hears_and_each_person_hears_once_for_the_strongest_reason(milestone: Milestone) -> None:
    add_stage(-4, "officers")
    officer, head = member("officer", "minenergy"), member("head", "minenergy")
    for role, code in (("reader", "minenergy"), ("administrator", "minenergy")):
        member(role, code)
    uz, kr = secretary("UZ"), secretary("KR")
    Seat.objects.filter(user=seat("member", "UZ", "energy")).update(valid_from=LONG_AGO)
    company = organisation("company", "UZ")
    also_executor(milestone, "company")
    Assignment.objects.filter(role="lead").update(position=5)  # what the document names first is not stronger
    also_member(officer, "head", "company")
    also_member(uz, "officer", "company")
    found = due(TOO_LATE)
    people = {code: {who for of, who in told(found) | told(found, live=False) if of == code} for code in stages()}
    assert people["day-4"] == {officer.pk, uz.pk}
    assert people["last"] == people["today"] == {officer.pk, head.pk, uz.pk}
    assert people["overdue"] == {officer.pk, head.pk, uz.pk, kr.pk}
    energy = Organisation.objects.get(code="minenergy")
    why = {one.recipient: (one.organisation, one.capacity) for one in found if not one.superseded}
    assert why == {
        officer.pk: (energy.pk, "officer"),
        head.pk: (energy.pk, "head"),
        uz.pk: (company.pk, "officer"),
        kr.pk: (None, "secretary"),
    }


def stages() -> list[str]:
    return list(Stage.objects.values_list("code", flat=True))


def test_who_is_there_today_hears_a_new_member_too_and_one_who_left_no_more(milestone: Milestone) -> None:
    first = member("officer", "minenergy")
    plan(now=NOW)
    second = member("officer", "minenergy")
    third = member("officer", "minenergy", is_active=False)  # type: ignore[arg-type]  # any column
    assert plan(now=NOW) == 1
    end(Membership.objects.get(user=first))
    assert told(due(NOW)) == {("last", second.pk)}
    begins = Membership.objects.filter(user=third)
    User.objects.filter(pk=third.pk).update(is_active=True)
    # three in the morning in Tashkent is the side's own next day, in UTC it is not yet
    night = datetime(2026, 12, 2, 22, tzinfo=UTC)
    begins.update(valid_from=date(2026, 12, 3))
    assert ("last", third.pk) in told(due(night))
    begins.update(valid_from=date(2026, 12, 4))
    assert ("last", third.pk) not in told(due(night))


def test_an_organisation_with_nobody_is_answered_for_by_those_above_it(milestone: Milestone) -> None:
    """Its head, the one it answers to, at last its side's coordinator: never silence."""
    coordinator = organisation("coordinator", "UZ", coordinator=True)
    above = organisation("above", "UZ")
    Organisation.objects.filter(code="minenergy").update(parent=above)
    add_stage(-4, "officers")
    by_then = NOW - timedelta(days=1)

    def hears() -> set[tuple[int, int | None]]:
        return {(one.recipient, one.organisation) for one in due(by_then)}

    administrator = member("administrator", "coordinator")
    member("administrator", "minenergy")
    assert hears() == {(administrator.pk, coordinator.pk)}
    last = member("officer", "coordinator")
    assert hears() == {(last.pk, coordinator.pk)}
    parent = member("officer", "above")
    assert hears() == {(parent.pk, above.pk)}
    head = member("head", "minenergy")
    energy = Organisation.objects.get(code="minenergy")
    assert hears() == {(head.pk, energy.pk)}
    officer = member("officer", "minenergy")
    assert hears() == {(officer.pk, energy.pk)}


def test_what_is_dropped_or_done_is_told_to_nobody(milestone: Milestone) -> None:
    officer = member("officer", "minenergy")
    organisation("company", "UZ")
    version = RoadMapVersion.objects.get()
    also_executor(milestone, "company", dropped_in=version)
    member("officer", "company")
    assert told(due(NOW)) == {("last", officer.pk)}
    assert due(NOW, milestones=[milestone.pk]) == due(NOW)
    assert due(NOW, milestones=[milestone.pk + 1]) == due(NOW, milestones=[]) == []
    Milestone.objects.update(completed_on=date(2026, 11, 30))
    assert due(NOW) == []
    Milestone.objects.update(completed_on=None, dropped_in=version)
    assert due(NOW) == []


def test_whoever_is_told_may_see_the_milestone_and_nobody_is_left_out(milestone: Milestone) -> None:
    """Over chains of organisations of which a random part has people who can sign in."""
    organisation("coordinator", "UZ", coordinator=True)
    Organisation.objects.filter(code="motie").update(coordinator=True)
    parent = organisation("organisation0", "UZ")
    for n in range(1, 4):
        parent = organisation(f"organisation{n}", "UZ", parent=parent)
    Organisation.objects.filter(code="minenergy").update(parent=parent)
    organisation("kr-office", "KR", parent=organisation("kr-above", "KR"))
    also_executor(milestone, "kr-office")
    codes = Organisation.objects.values_list("code", flat=True)
    people = [member(role, code) for code in codes for role in ("officer", "head", "administrator", "reader")]
    people += [secretary("UZ"), secretary("KR")]
    for code in ("coordinator", "motie"):
        member("administrator", code)  # one of each is always there
    random = Random(7)  # noqa: S311  # the same ones in every run
    for _round in range(25):
        there = [user.pk for user in people if random.random() < random.choice((0.1, 0.5, 1))]
        User.objects.filter(pk__in=[user.pk for user in people]).update(is_active=False)
        User.objects.filter(pk__in=there).update(is_active=True)
        found = due(TOO_LATE)
        users = User.objects.in_bulk({one.recipient for one in found})
        for user in users.values():
            actor = Actor(door="task", today=day_of(user.side, TOO_LATE), person=user)
            assert can_on(actor, "milestone.view", milestone), user
        for code in stages():
            sides = {users[who].side for of, who in told(found) | told(found, live=False) if of == code}
            assert sides == {"UZ", "KR"}, code


# at what cost


def queries(steps: int) -> tuple[int, int, int]:
    """Of a sweep that plans everything, of the next that finds nothing new, and how many notices there are."""
    with transaction.atomic():
        set_up(*[(on(SOON), "minenergy")] * steps)
        for role, code in (("officer", "minenergy"), ("officer", "motie")):
            member(role, code)
        with CaptureQueriesContext(connection) as first:
            plan(now=NOW)
        with CaptureQueriesContext(connection) as second:
            plan(now=NOW)
        count = Notice.objects.count()
        transaction.set_rollback(True)
    return len(first), len(second), count


def test_a_sweep_costs_the_same_queries_for_2_and_for_200_milestones() -> None:
    few, many = queries(2), queries(200)
    assert (few[2], many[2]) == (4, 400)
    assert few[1] == many[1] <= 14
    # SQLite takes fewer values in one statement
    assert many[0] - few[0] == 0 if connection.vendor == "postgresql" else many[0] - few[0] < 20


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="races need PostgreSQL: SQLite has one writer")
def test_two_sweeps_at_once_neither_fail_nor_double() -> None:
    milestones = set_up(*[(on(SOON), "minenergy")] * 40)
    for role, code in (("officer", "minenergy"), ("head", "minenergy"), ("officer", "motie")):
        member(role, code)
    moments = (NOW, datetime(2026, 12, 7, 6, tzinfo=UTC), TOO_LATE)
    for newest, now in enumerate(moments, 1):
        at_once(*[lambda now=now: plan(now=now)] * 4)
        plan(now=now)  # what one left to the other
        counted = Notice.objects.filter(outdated=False).count(), Notice.objects.filter(state="waiting").count()
        assert counted == (len(milestones) * 3 * newest, len(milestones) * 3)
    Notice.objects.filter(state="waiting").update(state="sent")
    for milestone in milestones:
        move(milestone, on(date(2027, 3, 1)))
    at_once(*[lambda: plan(now=TOO_LATE)] * 4)
    plan(now=TOO_LATE)
    assert Notice.objects.filter(outdated=True).count() == len(milestones) * 3
