"""What a mail server answers decides what happens to a message, and never what happens to the next one."""

from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from typing import Any

import pytest
from django.utils import timezone
from django.utils.encoding import punycode
from pytest_django import Settings

from accounts.models import Membership, Organisation, User
from accounts.signin.events import credential_changed
from audit.models import Event
from reminders.backends import SMTPBackend
from reminders.mail import Mail, render
from reminders.models import CredentialNotice, Message, Notice
from reminders.services import credentials
from reminders.services.credentials import plan_credential_notices, send_credential_notices
from reminders.services.delivery import sending
from reminders.services.delivery.leases import LEASE, SKEW
from reminders.services.delivery.outcomes import GIVEN_UP
from reminders.services.delivery.preparing import IN_DOUBT
from roadmaps.models import Milestone
from tests.faults.smtp import Moment, Server, closes, new_server, serving
from tests.scenarios.reminders import NOW, SOON, end, give_out, member, move, on, set_up, sweep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_database")]

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
RELAYING = "550 5.7.1 Relaying denied"


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


def state(user: User) -> tuple[str, str]:
    notice = Notice.objects.select_related("message").get(recipient=user)
    return notice.state, notice.message.state if notice.message else ""


def text_of(server: Server, place: int = -1) -> str:
    part = message_from_bytes(server.taken[place].raw, policy=default).get_body(("plain",))
    assert part
    return str(part.get_content())


REPLIES = [
    # the reply to the recipient or the content; whether it closes the notice; whether an ERROR is logged
    ("550 5.1.1 No such person here", True, False),
    ("550 5.1.2 No such domain", True, False),
    ("553 5.1.3 Bad address", True, False),
    ("551 5.1.6 Moved away", True, False),
    ("556 5.1.10 The domain takes no mail", True, False),
    ("550 5.2.1 Mailbox disabled", True, False),
    ("550 5.1.11 Something else", False, True),
    ("550 5.1.8 Bad sender", False, True),
    ("550 No such person here", False, True),
    (RELAYING, False, True),
    ("550 relaying denied", False, True),
    ("552 5.2.2 Mailbox full", False, True),
    ("552 5.3.4 Too big", False, True),
    ("554 5.7.1 Rejected as spam", False, True),
    ("450 4.2.0 Greylisted", False, False),
    ("451 4.3.0 Try again later", False, False),
    ("452 4.2.2 Mailbox full", False, False),
    ("421 4.3.2 Closing down", False, False),
]


@pytest.mark.parametrize(("reply", "closes_it", "error"), REPLIES, ids=[reply for reply, *_ in REPLIES])
@pytest.mark.parametrize("moment", ["recipient", "content"])
def test_only_a_reply_about_the_address_closes_a_notice(
    server: Server,
    officer: User,
    caplog: pytest.LogCaptureFixture,
    moment: Moment,
    reply: str,
    closes_it: bool,
    error: bool,
) -> None:
    server.then(moment, reply)
    sweep(NOW)
    assert state(officer) == (("refused", "refused") if closes_it else ("waiting", "waiting"))
    assert Message.objects.get().error == reply
    assert any(record.levelname == "ERROR" for record in caplog.records) == error
    sweep(NOW + MINUTE)
    assert len(server.taken) == (not closes_it)


@pytest.mark.parametrize("reply", [reply for reply, closes_it, _error in REPLIES if closes_it])
def test_a_reply_to_the_sender_is_never_about_the_address(server: Server, officer: User, reply: str) -> None:
    server.then("sender", reply)
    sweep(NOW)
    assert state(officer) == ("waiting", "waiting")


def test_a_misconfigured_relay_loses_nothing(server: Server, officer: User) -> None:
    people = [officer, *(member(role, "minenergy") for role in ("officer", "head") * 4)]
    server.otherwise("recipient", RELAYING)
    sweep(NOW)
    assert server.asked == sending.ALL_REFUSED, "a relay that refuses all is not asked for each"
    for minutes in range(1, 6):
        sweep(NOW + minutes * MINUTE)
    assert server.taken == []
    server.otherwise("recipient", "")
    sweep(NOW + 2 * HOUR)
    assert sorted(mail.recipient for mail in server.taken) == sorted(user.email for user in people)
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}


def test_those_that_are_refused_again_and_again_hold_up_nobody(server: Server, officer: User) -> None:
    """They end the run each time; the next one begins with what was never tried."""
    refused = [officer, *(member("head", "minenergy") for _ in range(sending.ALL_REFUSED - 1))]
    fine = member("officer", "motie")
    for minutes in range(2):
        for user in refused:
            server.once(user.email, "recipient", "552 5.2.2 Mailbox full")
        sweep(NOW + minutes * MINUTE)
    assert [mail.recipient for mail in server.taken] == [fine.email]


def test_some_bad_addresses_among_many_do_not_stop_a_run(server: Server, officer: User) -> None:
    others = [member("head", "minenergy") for _ in range(5)]
    for _ in range(2):
        server.then("recipient", "552 5.2.2 Mailbox full")
    sweep(NOW)
    assert len(server.taken) == len(others) - 1


def test_what_is_refused_for_five_days_is_given_up_and_told(server: Server) -> None:
    set_up((on(date(2026, 12, 1)), "minenergy"))  # the last stage: none is due after it
    officer, administrator = member("officer", "minenergy"), member("administrator", "minenergy")
    server.otherwise("recipient", RELAYING)
    now = NOW
    while now < NOW + GIVEN_UP:
        sweep(now)
        assert Notice.objects.filter(recipient=officer, state="waiting").count() == 1
        now += 6 * HOUR
    sweep(now)
    notice = Notice.objects.get(recipient=officer, stage__code="overdue")
    assert (notice.state, notice.why) == ("refused", RELAYING)
    [event] = Event.objects.filter(kind="reminder given up", subject=officer.email)
    assert event.detail["said"] == RELAYING
    server.otherwise("recipient", "")
    _tell()
    assert server.taken[-1].recipient == administrator.email
    assert RELAYING in text_of(server)
    sweep(now + HOUR)
    assert officer.email not in {mail.recipient for mail in server.taken}


def test_time_without_a_server_is_not_counted(server: Server) -> None:
    set_up((on(date(2026, 12, 1)), "minenergy"))  # the last stage: none is due after it
    officer = member("officer", "minenergy")
    now = NOW
    with pytest.MonkeyPatch.context() as away:
        away.setattr(SMTPBackend, "open", _refused)
        while now < NOW + GIVEN_UP + DAY:
            sweep(now)
            now += 12 * HOUR
    server.then("recipient", "451 4.3.0 Try again later")
    sweep(now)
    assert Message.objects.get(recipient=officer).error == "451 4.3.0 Try again later"
    sweep(now + 2 * HOUR)
    assert [mail.recipient for mail in server.taken] == [officer.email]


def test_the_administrators_hear_of_a_bad_address_and_a_corrected_one_is_tried_anew(
    server: Server, officer: User
) -> None:
    administrator = member("administrator", "minenergy")
    member("administrator", "motie")
    server.then("recipient", "550 5.1.1 No such person here")
    sweep(NOW)
    assert state(officer) == ("refused", "refused")
    [event] = Event.objects.filter(kind="address refused")
    assert (event.subject, event.layer, event.detail["person"]) == (officer.email, "UZ", officer.pk)
    before = len(server.taken)
    _tell()
    _tell()
    assert [mail.recipient for mail in server.taken[before:]] == [administrator.email]
    assert officer.name in text_of(server) and "550 5.1.1 No such person here" in text_of(server)

    User.objects.filter(pk=officer.pk).update(email="right@example.invalid")
    sweep(NOW + HOUR)
    assert server.taken[-1].recipient == "right@example.invalid"
    assert state(officer) == ("sent", "sent")


def test_who_hears_of_a_bad_address(officer: User) -> None:
    """The other administrators of the organisation; where there is none, those of the coordinator."""
    administrator, abroad = member("administrator", "minenergy"), member("administrator", "motie")
    Organisation.objects.filter(code="minenergy").update(coordinator=True)
    lone = member("officer", "minenergy")
    end(Membership.objects.get(user=lone))
    told = {
        user: [one.email for one in credentials._administrators(user, NOW)]
        for user in (officer, lone, administrator, abroad)
    }
    assert told == {officer: [administrator.email], lone: [administrator.email], administrator: [], abroad: []}


def _tell() -> None:
    plan_credential_notices(now=timezone.now())
    send_credential_notices(now=timezone.now())


def _refused(_backend: SMTPBackend) -> None:
    raise ConnectionRefusedError(111, "Connection refused")


@pytest.mark.parametrize("moment", ["sender", "recipient"])
def test_a_line_that_breaks_before_the_content_leaves_no_doubt(
    server: Server, officer: User, milestone: Milestone, moment: Moment
) -> None:
    """What is true now is sent, in the language that the person now has."""
    server.then(moment, closes)
    sweep(NOW)
    assert Message.objects.get().handed_over_at is None
    User.objects.filter(pk=officer.pk).update(language="ru")
    Notice.objects.all().delete()
    move(milestone, on(date(2026, 12, 1)))
    sweep(NOW + MINUTE)
    [mail] = server.taken
    assert message_from_bytes(mail.raw)["Content-Language"] == "ru"
    assert "1\u00a0декабря 2026" in text_of(server)


def test_a_newer_notice_goes_out_while_an_older_one_is_in_doubt(server: Server, officer: User) -> None:
    server.then("taken", closes)
    sweep(NOW)
    Milestone.objects.update(due_on=date(2026, 12, 1))  # one day over: a stage that is due as well
    sweep(NOW + MINUTE / 2)
    first, second = server.taken
    assert first.message_id != second.message_id
    assert "1 December 2026" in text_of(server)
    assert sorted(Message.objects.values_list("state", flat=True)) == ["sent", "waiting"]


def test_in_doubt_for_a_day_at_most(server: Server, officer: User) -> None:
    """Then what is still true goes into a new message: twice is better than never."""
    for _ in range(3):
        server.then("taken", closes)
    for at in (NOW, NOW + 2 * HOUR, NOW + 4 * HOUR):
        sweep(at)
    assert len(server.taken) == 3 and len(set(server.taken)) == 1
    sweep(NOW + IN_DOUBT)
    old = Message.objects.get(state="unknown")
    assert old.error == "The mail server has not confirmed it for a day."
    sweep(NOW + IN_DOUBT + MINUTE)
    assert len({mail.message_id for mail in server.taken}) == 2
    assert state(officer) == ("sent", "sent")
    sweep(NOW + IN_DOUBT + HOUR)
    assert len(server.taken) == 4


CHANGES: dict[str, dict[str, Any]] = {
    "The deadline has moved to 30 June 2027.": {"due_on": date(2027, 6, 30)},
    "Done on 2 December 2026.": {"completed_on": date(2026, 12, 2)},
    "The deadline is to be agreed again.": {"due_on": None, "precision": ""},
}


@pytest.mark.parametrize("confirmed", [True, False], ids=["arrived late", "never confirmed"])
@pytest.mark.parametrize("says", CHANGES)
def test_what_changed_while_it_was_in_doubt_is_corrected(
    server: Server, officer: User, milestone: Milestone, says: str, confirmed: bool
) -> None:
    server.then("taken", closes)
    sweep(NOW)
    Milestone.objects.filter(pk=milestone.pk).update(**CHANGES[says])
    again = NOW + HOUR if confirmed else NOW + IN_DOUBT
    for minutes in range(4):
        sweep(again + minutes * MINUTE)
    stale, last = server.taken[0], server.taken[-1]
    assert set(server.taken[:-1]) == {stale}
    assert last.message_id != stale.message_id
    assert message_from_bytes(last.raw)["Subject"] == "1 correction"
    assert f"The email of 2 December 2026 named 7 December 2026 as the deadline. {says}" in text_of(server)
    assert Notice.objects.filter(corrects__isnull=False).values_list("state", flat=True).get() == "sent"
    assert not Notice.objects.filter(state="waiting").exists()


def test_a_correction_that_is_no_longer_one_is_not_sent(server: Server, officer: User, milestone: Milestone) -> None:
    server.then("taken", closes)
    sweep(NOW)
    move(milestone, on(date(2027, 6, 30)))
    chunks = give_out(NOW + HOUR)
    for ids in chunks:
        sending.deliver(ids=ids, clock=lambda: NOW + HOUR)
    move(milestone, on(SOON))
    sweep(NOW + 2 * HOUR)
    assert len(server.taken) == 2 and len(set(server.taken)) == 1
    assert Notice.objects.filter(corrects__isnull=False).values_list("state", flat=True).get() == "cancelled"


def test_addresses_outside_ascii_are_sent_to_and_stop_nobody(server: Server, milestone: Milestone) -> None:
    korean = [member("officer", "minenergy", email=f"kim{n}@예제.한국") for n in range(6)]
    last = member("head", "minenergy")
    sweep(NOW)
    sweep(NOW + MINUTE)
    assert [mail.recipient for mail in server.taken] == [
        *(f"kim{n}@{punycode('예제.한국')}" for n in range(len(korean))),
        last.email,
    ]
    header = message_from_bytes(server.taken[0].raw, policy=default)["To"]
    assert header.addresses[0].domain == punycode("예제.한국")


def test_whatever_fails_on_one_message_is_kept_as_its_error(
    server: Server, milestone: Milestone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad = [member("officer", "minenergy", email=f"김{n}@example.invalid") for n in range(4)]
    rest = [member("head", "minenergy"), member("officer", "motie")]
    broken = member("officer", "minenergy", name="breaks")

    def breaks(message: Message, *arguments: Any, **named: Any) -> Mail:
        if message.recipient == broken:
            raise KeyError("a bug")
        return render(message, *arguments, **named)

    monkeypatch.setattr("reminders.services.delivery.preparing.render", breaks)
    sweep(NOW)
    assert sorted(mail.recipient for mail in server.taken) == sorted(user.email for user in rest)
    for user in (*bad, broken):
        message = Message.objects.get(recipient=user)
        assert (message.state, message.attempts, message.next_attempt_at) == ("waiting", 1, NOW + MINUTE)
        assert Notice.objects.get(recipient=user).message == message, "Delivery problems shows its error"
    assert Message.objects.get(recipient=broken).error == "KeyError: 'a bug'"
    assert "a bug" in caplog.text


def test_a_long_name_is_written_in_short_words(server: Server, milestone: Milestone) -> None:
    name = "Абдурахмонов Абдувоҳид Абдуҳамидович, директор департамента международного сотрудничества"
    member("officer", "minenergy", name=name)
    sweep(NOW)
    raw = server.taken[0].raw
    header = raw[raw.index(b"To: ") :].split(b"\r\nCc")[0].split(b"\r\nDate")[0]
    words = [word for word in header.split() if word.startswith(b"=?")]
    assert len(words) > 2 and all(len(word) <= 75 for word in words)
    assert f"{make_header(decode_header(message_from_bytes(raw)['To']))}".startswith(f"{name} <")


@pytest.mark.parametrize("name", ['Kim "Minjun", head', "O'Brien (energy)", "Kim; Park", "a@b"])
def test_a_name_with_signs_stays_a_name(server: Server, milestone: Milestone, name: str) -> None:
    user = member("officer", "minenergy", name=name)
    sweep(NOW)
    [address] = message_from_bytes(server.taken[0].raw, policy=default)["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, user.email)


def test_times_from_before_the_clock_was_set_back_hold_up_nothing(server: Server, officer: User) -> None:
    give_out(NOW)
    Message.objects.update(lease_until=NOW + LEASE + SKEW + MINUTE, next_attempt_at=NOW + 3 * HOUR)
    sweep(NOW)
    assert len(server.taken) == 1


def test_one_bad_notice_of_a_credential_stops_no_other(server: Server, officer: User) -> None:
    other = member("head", "minenergy")
    for user in (officer, other):
        credential_changed("password changed", user)
    plan_credential_notices(now=timezone.now())
    CredentialNotice.objects.filter(recipient=officer).update(address="김@example.invalid")
    now = timezone.now()
    send_credential_notices(now=now)
    assert [mail.recipient for mail in server.taken] == [other.email]
    assert CredentialNotice.objects.get(recipient=officer).error
