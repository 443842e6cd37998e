"""Who was told what: each reader sees what the policy shows them, and what comes is what is planned then."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.calendars import calendar_of
from accounts.models import Membership, Organisation, Seat, User
from accounts.policy.actors import Actor, system_actor
from accounts.policy.questions import visible
from accounts.services import save_record
from audit.services import save_audited
from common.sides import day_of
from common.text import Text
from desk.reminders.selectors.upcoming import AHEAD, upcoming, visible_once_planned
from reminders.due import Planned, due
from reminders.models import Message, Notice, Stage
from reminders.services import plan
from roadmaps.models import Assignment, Milestone
from tests.scenarios.pages import html_of
from tests.scenarios.people import loner, seat
from tests.scenarios.reminders import LONG_AGO, NOW, SOON, also_member, end, member, move, on, set_up, sweep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_database")]

BUDGET = Path(__file__).with_name("queries.json")
SYSTEM = system_actor("tests")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(user: User, address: str = "/reminders/") -> str:
    response = signed_in(user).get(address)
    assert response.status_code == 200, address
    return html_of(response)


def context_of(user: User, address: str) -> Any:
    return signed_in(user).get(address).context


def organisation(code: str, side: str, **columns: object) -> Organisation:
    row = Organisation(code=code, side=side, kind="agency", **columns)
    save_audited(row, act=SYSTEM.act)
    return row


def secretary(side: str) -> User:
    user = seat("secretary", side, "energy")
    Seat.objects.filter(user=user).update(valid_from=LONG_AGO)
    return user


def auditor(side: str) -> User:
    organisation(f"control-{side.lower()}", side, control_body=True)
    return member("auditor", f"control-{side.lower()}")


def names_in(text: str, users: dict[str, User]) -> set[str]:
    """Of whose reminders the table tells."""
    return {name for name, user in users.items() if f"&nbsp;{user.name}</th>" in text}


# who sees what


def test_each_sees_their_own_an_administrator_the_organisations_an_auditor_the_sides() -> None:
    set_up((on(SOON), "minenergy"), (on(SOON), "company"))
    users = {"officer": member("officer", "minenergy"), "head": member("head", "minenergy")}
    users |= {"of company": member("officer", "company"), "korean": member("officer", "motie")}
    administrator, ours, theirs = member("administrator", "minenergy"), auditor("UZ"), auditor("KR")
    sweep(NOW)
    assert names_in(text_of(users["officer"]), users) == {"officer"}
    assert names_in(text_of(users["korean"]), users) == {"korean"}
    assert names_in(text_of(administrator), users) == {"officer", "head"}
    assert names_in(text_of(ours), users) == {"officer", "head", "of company"}
    assert names_in(text_of(theirs), users) == {"korean"}
    assert names_in(text_of(member("reader", "minenergy")), users) == set()
    assert signed_in(loner()).get("/reminders/").status_code == 404
    filtered = names_in(text_of(ours, f"/reminders/?person={users['head'].pk}&road_map=RM-07"), users)
    assert filtered == {"head"}
    assert names_in(text_of(ours, "/reminders/?road_map=RM-05"), users) == set()
    # whom a reader may not see, they cannot ask for
    foreign = f"/reminders/?person={users['korean'].pk}"
    assert names_in(text_of(users["officer"], foreign), users) == {"officer"}


def key_of(row: Notice) -> tuple[Any, ...]:
    return (row.subject_kind, row.subject_id, row.period, row.stage_id, row.recipient_id, row.anchor)


def test_what_comes_is_exactly_what_shows_once_it_is_planned() -> None:
    sunday, holiday = date(2026, 12, 13), date(2026, 12, 8)
    first, *_rest = set_up((on(sunday), "minenergy"), (on(holiday), "company"), (on(date(2026, 12, 18)), "minenergy"))
    name = Text.of("day before")  # whose morning, before a Sunday, is that of the day itself
    save_record(Stage(code="before", name=name, working_days=-1, reach="heads"), by=SYSTEM)
    above = organisation("above", "UZ")
    Organisation.objects.filter(code="company").update(parent=above)
    coordinator = organisation("coordinator", "KR", coordinator=True)
    save_audited(
        Assignment(milestone=first, organisation=coordinator, side="KR", role="co_executor", position=9), act=SYSTEM.act
    )
    officer = member("officer", "company")
    also_member(officer, "head", "minenergy")
    readers = [officer, secretary("UZ"), secretary("KR"), auditor("UZ"), auditor("KR"), loner()]
    for code in ("minenergy", "company", "motie", "coordinator", "above"):
        readers += [member(role, code) for role in ("officer", "head", "administrator", "reader")]
    actors = [Actor(door="admin", today=day_of(user.side, NOW), person=user) for user in readers]
    comes: list[Planned] = due(NOW, until=NOW + AHEAD)
    expected = {actor.person: {one.key for one in visible_once_planned(actor, comes)} for actor in actors}
    found: dict[User | None, set[tuple[Any, ...]]] = {actor.person: set() for actor in actors}
    for at in sorted({one.moment for one in comes}):
        plan(now=at)
        new = Notice.objects.filter(state="waiting", moment=at).order_by()
        for actor in actors:
            found[actor.person] |= {key_of(row) for row in visible(actor, "notice.view", new)}
    assert found == expected
    assert len(set(map(frozenset, found.values()))) > 8  # the readers differ, so the comparison says something
    assert any(one.superseded for one in comes)


def test_a_day_that_only_one_side_has_off_is_said() -> None:
    (milestone,) = set_up((on(date(2026, 12, 11)), "minenergy"))  # 8 December is a holiday of Uzbekistan
    officer = member("officer", "minenergy")
    actor = Actor(door="admin", today=day_of("UZ", NOW), person=officer)
    first = upcoming(actor, NOW).mornings[0]
    assert first.day == date(2026, 12, 7)
    assert [item.elsewhere for item in first.rows[0].items] == [date(2026, 12, 8)]
    assert first.rows[0].items[0].milestone == milestone


def test_beyond_two_hundred_reminders_the_next_day_is_one_step_away(monkeypatch: pytest.MonkeyPatch) -> None:
    soon = timezone.localdate() + timedelta(days=10)
    set_up(*((on(soon + timedelta(days=number)), "minenergy") for number in (0, 0, 14)))
    member("officer", "minenergy")
    reader = auditor("UZ")
    first, second, *_rest = context_of(reader, "/reminders/to-come/")["upcoming"].mornings
    assert len(first.rows[0].items) == 2
    monkeypatch.setattr("desk.reminders.selectors.upcoming.MANY", 1)
    page = context_of(reader, "/reminders/to-come/")["upcoming"]
    assert [(morning.day, len(morning.rows[0].items)) for morning in page.mornings] == [(first.day, 2)]
    assert page.later == second.day
    assert f"/reminders/dry-run/?day={second.day}" in text_of(reader, "/reminders/to-come/")


# a dry run


def test_a_dry_run_shows_the_day_and_writes_nothing() -> None:
    day = calendar_of("UZ").shift(timezone.localdate() + timedelta(days=10), 1)
    set_up((on(day), "minenergy"), (on(day), "minenergy"))
    officer, head = member("officer", "minenergy"), member("head", "minenergy")
    run = context_of(auditor("UZ"), f"/reminders/dry-run/?day={day}")["run"]
    assert [(stage.code, count) for stage, count in run.stages] == [("today", 4)]
    assert {row.recipient for row in run.rows} == {officer, head}
    text = text_of(officer, f"/reminders/dry-run/?day={day}")
    assert officer.name in text and head.name not in text and "This page sends nothing." in text
    assert not Notice.objects.exists() and not Message.objects.exists()
    assert context_of(officer, f"/reminders/dry-run/?day={day + timedelta(days=60)}")["run"].rows == []


@pytest.mark.parametrize("day", ["2026-02-30", "soon", "0001-01-01", "9999-12-31", "2020-01-01", "\x00"])
def test_a_day_that_cannot_be_is_a_sentence(day: str) -> None:
    set_up((on(SOON), "minenergy"))
    response = signed_in(member("officer", "minenergy")).get("/reminders/dry-run/", {"day": day})
    assert response.status_code == 400
    assert 'id="day-error"' in html_of(response) and "<title>Error:" in html_of(response)


# one mail


def test_a_mail_is_shown_to_its_reader_and_the_own_sides_auditor_alone() -> None:
    set_up((on(SOON), "minenergy"), words=[Text.of("<b>Steel</b>")])
    officer, head = member("officer", "minenergy"), member("head", "minenergy")
    others = [head, member("administrator", "minenergy"), auditor("KR"), member("officer", "motie"), loner()]
    sweep(NOW)
    message = Message.objects.get(recipient=officer)
    address = f"/reminders/{message.pk}/"
    for reader in (officer, auditor("UZ")):
        text = text_of(reader, address)
        assert message.message_id.strip("<>") in text and "1 deadline: 1 within 3 working days" in text
        assert "&lt;b&gt;Steel" in text and "<b>Steel" not in text
    assert [signed_in(user).get(address).status_code for user in others] == [404] * len(others)
    assert signed_in(officer).get(f"/reminders/{10**30}/").status_code == 404
    assert address not in text_of(others[1]) and address in text_of(officer)


def test_who_may_no_longer_see_a_milestone_sees_that_something_was_sent_and_nothing_of_it() -> None:
    (milestone,) = set_up((on(SOON), "minenergy"), words=[Text.of("Steel")])
    officer = member("officer", "minenergy")
    sweep(NOW)
    organisation("elsewhere", "UZ")
    also_member(officer, "officer", "elsewhere")
    Notice.objects.filter(state="sent").update(state="cancelled", why="Done on 1 December 2026.")
    address = f"/reminders/{Message.objects.get().pk}/"
    assert "Done on" in text_of(officer) and "RM-07 1.1" in text_of(officer) and "Steel" in text_of(officer, address)
    end(Membership.objects.get(user=officer, organisation__code="minenergy"))
    for text in (text_of(officer), text_of(officer, address)):
        assert "No longer applies" in text and "you cannot see" in text
        assert "Done on" not in text and "1.1" not in text and "Steel" not in text and str(milestone.uid) not in text


# troubles


def test_what_was_refused_and_what_waits_too_long_is_named_with_what_the_server_said() -> None:
    set_up((on(SOON), "minenergy"))
    users = {role: member(role, "minenergy") for role in ("officer", "head")}
    member("officer", "minenergy")  # another of the same name, whose reminder has only just been planned
    administrator = member("administrator", "minenergy")
    now = timezone.now()
    plan(now=NOW)
    Notice.objects.update(moment=now - timedelta(hours=3), planned_at=now)
    assert names_in(text_of(administrator, "/reminders/troubles/"), users) == set()
    Notice.objects.filter(recipient=users["officer"]).update(planned_at=now - timedelta(hours=2))
    Notice.objects.filter(recipient=users["head"]).update(state="refused", why="550 No such user")
    text = text_of(administrator, "/reminders/troubles/")
    assert names_in(text, users) == {"officer", "head"} and text.count(f"{users['officer'].name}</th>") == 1
    assert "550 No such user" in text and "2 reminders have not been delivered" in text
    assert "/admin/accounts/user/" in text.split('class="notice"')[1]


# the milestone's page


def test_a_milestone_says_what_comes_on_each_sides_day_and_names_only_who_shows() -> None:
    today = timezone.localdate()
    (milestone,) = set_up((on(today + timedelta(days=30)), "minenergy"))
    officer, head, korean = member("officer", "minenergy"), member("head", "minenergy"), member("officer", "motie")
    address = f"/milestones/{milestone.uid}/"
    page = context_of(officer, address)["page"]
    assert [(step.stage.code, step.names) for step in page.upcoming] == [
        ("last", [officer]),
        ("today", [officer]),
        ("overdue", [officer]),
    ]
    last = page.upcoming[0]
    days = tuple(calendar_of(side).shift(today + timedelta(days=30), -3) for side in ("UZ", "KR"))
    assert (last.uz, last.kr) == days
    assert head.name not in text_of(officer, address) and korean.name not in text_of(officer, address)
    move(milestone, on(SOON))
    sweep(NOW)
    heard = context_of(auditor("UZ"), address)["page"].sent
    assert [(row.stage.code, {told.recipient for told in row.rows}) for row in heard] == [("last", {officer, head})]
    assert "3 working days" not in text_of(korean, address) and head.name not in text_of(korean, address)


# what it costs


def test_each_page_costs_the_same_for_two_reminders_and_for_two_hundred() -> None:
    day = calendar_of("UZ").shift(timezone.localdate() + timedelta(days=10), 1)
    first, *rest = set_up(*[(on(SOON), "minenergy")] * 200)
    officer, reader = member("officer", "minenergy"), auditor("UZ")
    sweep(NOW)
    pages = {
        "reminders": "/reminders/",
        "reminders_to_come": "/reminders/to-come/",
        "reminders_dry_run": f"/reminders/dry-run/?day={day}",
        "reminders_troubles": "/reminders/troubles/",
        "reminder_mail": f"/reminders/{Message.objects.get().pk}/",
        "milestone": f"/milestones/{first.uid}/",
    }
    budget = {name: n for name, n in json.loads(BUDGET.read_text(encoding="utf-8")).items() if name in pages}
    now = timezone.now()
    Notice.objects.update(moment=now - timedelta(hours=3), state="refused")
    few = [first.pk, rest[0].pk]
    Notice.objects.filter(subject_id__in=[row.pk for row in rest[1:]]).update(recipient=loner(side="KR"))
    Milestone.objects.update(due_on=day + timedelta(days=300))
    Milestone.objects.filter(pk__in=few).update(due_on=day)
    assert len(context_of(reader, "/reminders/to-come/")["upcoming"].mornings[0].rows[0].items) == 2
    assert costs(reader, pages) == budget
    Notice.objects.update(recipient=officer)
    Milestone.objects.update(due_on=day)
    assert len(context_of(reader, "/reminders/to-come/")["upcoming"].mornings[0].rows[0].items) == 200
    assert costs(reader, pages) == budget
    sent = context_of(reader, "/reminders/")["page"]
    assert sent.has_more and not context_of(reader, "/reminders/?page=2")["page"].has_more


def costs(user: User, pages: dict[str, str]) -> dict[str, int]:
    client, counted = signed_in(user), {}
    for name, address in pages.items():
        client.get(address)  # what is read once a process or a session
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200, address
        counted[name] = len(queries)
    return counted
