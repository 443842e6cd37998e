"""Every person hears of a stage once, whatever the mail server says, and nothing that is no longer true or theirs."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import Membership, User
from audit.models import Event
from reminders.models import Message, MessageState, Notice, NoticeState
from reminders.services.delivery.leases import BACK_OFF, LEASE, LeaseLost, claim, claimable, hand_over
from reminders.services.delivery.outcomes import sent
from reminders.services.delivery.preparing import prepare
from reminders.services.delivery.sending import deliver
from roadmaps.models import Milestone
from tests.faults.smtp import Server, closes, hangs, new_server, serving
from tests.scenarios.reminders import NOW, SOON, also_member, end, give_out, member, move, on, set_up, sweep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_database")]

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    server = new_server()
    settings.EMAIL_BACKEND = "reminders.backends.SMTPBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 10
    with serving(server):
        yield server


@pytest.fixture
def milestone(db: None) -> Milestone:
    return set_up((on(SOON), "minenergy"))[0]


@pytest.fixture
def officer(milestone: Milestone) -> User:
    return member("officer", "minenergy")


def states(user: User) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(recipient=user).order_by("stage__working_days", "pk")
    return list(rows.values_list("stage__code", "state"))


def words_of(server: Server, place: int = -1) -> str:
    return str(server.taken[place].raw, "ascii").replace("=\r\n", "")


def test_one_mail_for_all_that_waits_for_a_person(server: Server) -> None:
    set_up((on(SOON), "minenergy"), (on(SOON), "minenergy"), (on(date(2026, 12, 1)), "minenergy"))
    people = [member("officer", "minenergy"), member("head", "minenergy"), member("officer", "motie")]
    sweep(NOW)
    sweep(NOW + MINUTE)
    assert sorted(mail.recipient for mail in server.taken) == sorted(person.email for person in people)
    assert len({mail.message_id for mail in server.taken}) == 3
    assert server.connections == 1
    for place in range(3):
        assert all(f"RM-07 1.{number}" in words_of(server, place) for number in (1, 2, 3))
    assert set(Notice.objects.exclude(state="superseded").values_list("state", flat=True)) == {"sent"}
    message = Message.objects.get(recipient=people[0])
    assert (message.state, message.sent_at, message.lease) == (MessageState.SENT, NOW, None)
    events = Event.objects.filter(kind="reminder.sent")
    assert sorted(events.values_list("layer", flat=True)) == ["KR", "UZ", "UZ"]
    assert set(events.values_list("subject", flat=True)) == {mail.message_id for mail in server.taken}


def test_a_long_digest_takes_no_more_queries_than_a_short_one(server: Server) -> None:
    rows = set_up(*[(on(SOON), "minenergy")] * 20)
    short, long = member("officer", "minenergy"), member("head", "minenergy")
    give_out(NOW)
    Notice.objects.filter(recipient=short).exclude(subject_id=rows[0].pk).delete()
    counts = []
    for user in (short, long):
        with CaptureQueriesContext(connection) as queries:
            deliver(ids=[Message.objects.get(recipient=user).pk], clock=lambda: NOW)
        counts.append(len(queries))
    assert len(server.taken) == 2
    assert counts[0] == counts[1]


def test_a_server_that_says_later_gets_one_mail_later(server: Server, officer: User) -> None:
    server.then("content", "451 4.3.0 Try again later")
    sweep(NOW)
    message = Message.objects.get()
    assert (message.state, message.attempts, message.handed_over_at, message.lease) == ("waiting", 1, None, None)
    assert (message.error, message.next_attempt_at) == ("451 4.3.0 Try again later", NOW + MINUTE)
    sweep(NOW + MINUTE / 2)
    assert server.taken == []
    User.objects.filter(pk=officer.pk).update(email="elsewhere@example.invalid")  # nobody has it: it is written anew
    sweep(NOW + MINUTE)
    [mail] = server.taken
    assert (mail.message_id, mail.recipient) == (message.message_id, "elsewhere@example.invalid")
    assert states(officer) == [("last", "sent")]


def test_the_attempts_become_rarer_up_to_one_an_hour(server: Server, officer: User) -> None:
    now = NOW
    for minutes in (1, 5, 15, 60, 60):
        server.then("recipient", "421 4.3.2 Closing down")
        sweep(now)
        message = Message.objects.get()
        assert message.next_attempt_at == now + timedelta(minutes=minutes)
        now = message.next_attempt_at
    assert len(BACK_OFF) == 4
    sweep(now)
    assert len(server.taken) == 1


def test_what_is_put_off_does_not_hold_up_the_others(server: Server, officer: User) -> None:
    others = [member("officer", "motie"), member("head", "motie")]
    server.then("recipient", "450 4.2.0 Greylisted")
    sweep(NOW)
    assert [mail.recipient for mail in server.taken] == [person.email for person in others]


def test_an_address_that_is_refused_for_good_is_left_alone_and_says_so(server: Server, officer: User) -> None:
    server.then("recipient", "550 5.1.1 No such person here")
    sweep(NOW)
    for hours in range(1, 4):
        sweep(NOW + hours * HOUR)
    message = Message.objects.get()
    assert (message.state, message.error) == ("refused", "550 5.1.1 No such person here")
    assert states(officer) == [("last", "refused")]
    assert Notice.objects.get().why == message.error
    assert server.taken == []


def test_a_server_that_will_not_have_us_is_no_fault_of_the_address(server: Server, officer: User) -> None:
    server.then("sender", "550 5.7.1 You may not send from here")
    sweep(NOW)
    assert Message.objects.get().state == MessageState.WAITING
    sweep(NOW + MINUTE)
    assert states(officer) == [("last", "sent")]


def test_where_the_server_may_have_it_only_the_same_bytes_are_sent_again(
    server: Server, officer: User, milestone: Milestone
) -> None:
    """Also after a clear "no": that says nothing of what the server had before. And whatever has changed meanwhile."""
    server.then("taken", closes)
    server.then("content", "451 4.3.0 Try again later")
    now = NOW
    for _ in range(2):
        sweep(now)
        message = Message.objects.get()
        assert message.handed_over_at == NOW
        assert message.next_attempt_at
        now = message.next_attempt_at
    move(milestone, on(SOON + timedelta(days=1)))
    officer.email = "elsewhere@example.invalid"
    User.objects.filter(pk=officer.pk).update(email=officer.email)
    sweep(now)
    first, second = server.taken
    assert first == second
    assert states(officer)[0] == ("last", "sent")
    sweep(now + MINUTE)
    assert server.taken[2].recipient == "elsewhere@example.invalid"
    assert "named 7 December 2026 as the deadline. The deadline has moved to 8 December 2026." in words_of(server)


def test_a_server_that_falls_silent_may_have_it(server: Server, officer: User, settings: Settings) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    server.then("taken", hangs)
    sweep(NOW)
    assert Message.objects.get().handed_over_at == NOW
    settings.EMAIL_TIMEOUT = 10
    sweep(NOW + MINUTE)
    first, second = server.taken
    assert first == second


def test_what_the_person_may_no_longer_see_is_not_in_the_mail(server: Server) -> None:
    set_up((on(SOON), "uzenergo"), (on(SOON), "minenergy"))
    user = member("officer", "uzenergo")
    other = also_member(user, "officer", "minenergy")
    [ids] = give_out(NOW)
    end(other)
    deliver(ids=ids, clock=lambda: NOW)
    assert "RM-07 1.1" in words_of(server)
    assert "RM-07 1.2" not in words_of(server)
    notice = Notice.objects.get(recipient=user, subject_id__in=Milestone.objects.filter(number=2))
    assert (notice.state, notice.why) == ("cancelled", "The recipient can no longer see the milestone.")
    assert notice.message is None


def test_what_was_handed_over_is_not_sent_again_to_who_may_no_longer_see_it(server: Server) -> None:
    set_up((on(SOON), "uzenergo"), (on(SOON), "minenergy"))
    user = member("officer", "uzenergo")
    other = also_member(user, "officer", "minenergy")
    server.then("content", closes)
    sweep(NOW)
    end(other)
    sweep(NOW + MINUTE)
    message = Message.objects.get()
    assert (message.state, message.error) == ("unknown", "The recipient can no longer see everything in it.")
    assert server.taken == []
    sweep(NOW + 2 * MINUTE)
    assert len(server.taken) == 1
    assert "RM-07 1.1" in words_of(server)
    assert "RM-07 1.2" not in words_of(server)


def test_whoever_lost_all_access_gets_nothing(server: Server, officer: User) -> None:
    [ids] = give_out(NOW)
    end(Membership.objects.get(user=officer))
    deliver(ids=ids, clock=lambda: NOW)
    assert server.taken == []
    assert Message.objects.get().state == MessageState.CANCELLED
    assert states(officer) == [("last", "cancelled")]


def test_after_days_without_a_server_one_mail_with_the_newest_stage(officer: User, settings: Settings) -> None:
    server = new_server()
    settings.EMAIL_BACKEND = "reminders.backends.SMTPBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    now, back = NOW, NOW + timedelta(days=8)
    while now < back:
        sweep(now)
        now += 6 * HOUR
    assert Message.objects.get().error.startswith("ConnectionRefusedError")
    with serving(server):
        sweep(back)
        sweep(back + MINUTE)
    assert len(server.taken) == 1
    assert "The deadline has passed" in words_of(server)
    assert states(officer) == [("last", "superseded"), ("today", "superseded"), ("overdue", "sent")]
    assert Message.objects.count() == 1


def test_what_was_in_an_earlier_attempt_only_was_not_sent(server: Server, officer: User) -> None:
    server.then("content", "451 4.3.0 Try again later")
    sweep(NOW)
    sweep(NOW + timedelta(days=8))
    assert len(server.taken) == 1
    assert states(officer) == [("last", "superseded"), ("today", "superseded"), ("overdue", "sent")]


@pytest.mark.parametrize(
    ("day", "why"), [(date(2027, 6, 30), "The deadline has moved to 30 June 2027."), (None, "The deadline is to be")]
)
def test_a_deadline_that_moves_while_it_waits(
    server: Server, officer: User, milestone: Milestone, day: date | None, why: str
) -> None:
    server.then("content", "451 4.3.0 Try again later")
    sweep(NOW)
    milestone.due_on = day
    milestone.precision = "day" if day else ""
    move(milestone, milestone.deadline)
    sweep(NOW + MINUTE)
    assert server.taken == []
    notice = Notice.objects.get(recipient=officer)
    assert (notice.state, Message.objects.get().state) == ("cancelled", "cancelled")
    assert notice.why.startswith(why)


def test_what_is_done_meanwhile(server: Server, officer: User, milestone: Milestone) -> None:
    [ids] = give_out(NOW)
    milestone.completed_on = date(2026, 12, 2)
    move(milestone, milestone.deadline)
    deliver(ids=ids, clock=lambda: NOW)
    assert server.taken == []
    assert Notice.objects.get().why == "Done on 2 December 2026."


def test_what_waited_too_long_is_given_up(server: Server, officer: User) -> None:
    [ids] = give_out(NOW)
    Notice.objects.update(state=NoticeState.WAITING)
    deliver(ids=ids, clock=lambda: NOW + timedelta(days=61))
    assert server.taken == []
    assert Notice.objects.get().why == "It waited for more than 60 days."


def test_a_lease_is_one_persons_until_it_runs_out(officer: User) -> None:
    [[pk]] = give_out(NOW)
    first = claim(message_id=pk, now=NOW)
    assert first
    assert claim(message_id=pk, now=NOW + LEASE) is None
    assert give_out(NOW + LEASE) == []
    ready = prepare(message_id=pk, lease=first, now=NOW)
    assert ready and not ready.again
    hand_over(message_id=pk, lease=first, clock=lambda: NOW)
    later = NOW + LEASE + MINUTE
    assert give_out(later) == [[pk]]
    second = claim(message_id=pk, now=later)
    assert second
    again = prepare(message_id=pk, lease=second, now=later)
    assert again and again.again
    assert again.message.raw == ready.message.raw
    assert prepare(message_id=pk, lease=first, now=later) is None
    with pytest.raises(LeaseLost):
        hand_over(message_id=pk, lease=first, clock=lambda: later)
    sent(message=ready.message, lease=first, now=later)  # too late: it is somebody else's to say
    assert Message.objects.get().state == MessageState.WAITING
    assert not Message.objects.filter(claimable(later)).exists()
