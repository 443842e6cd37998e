"""What a person reads: the right deadlines, in their language, in bytes that no mail server has to change."""

from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.mail import get_connection, send_mail
from django.utils import translation
from icalendar import Calendar
from pytest_django import Settings

from accounts.models import User
from common.deadlines import Deadline, Precision
from common.text import Text
from reminders.backends import StoredEmail
from reminders.digest import readable
from reminders.mail import Mail, render
from reminders.models import Message, Notice
from roadmaps.models import Milestone, RoadMapVersion
from tests.partnership.processes import read_settings
from tests.scenarios.reminders import NOW, SOON, give_out, member, on, set_up

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_database")]

TUESDAY = date(2026, 12, 1)  # the day before NOW


@pytest.fixture
def milestones(db: None) -> list[Milestone]:
    words = [Text.of("Grid", ru="Сеть"), Text.of("Pilot <plant> & line"), Text.of("첫 보고", "ko")]
    steps = [(on(SOON), "minenergy"), (on(TUESDAY), "minenergy"), (Deadline(SOON, Precision.ANNUAL), "minenergy")]
    return set_up(*steps, words=words)


def rendered(user: User) -> Mail:
    give_out(NOW)
    notices = list(Notice.objects.filter(recipient=user, state="waiting").select_related("stage", "organisation"))
    shown = readable(user, [notice.subject_id for notice in notices], NOW)
    with translation.override(user.language):
        return render(Message.objects.get(recipient=user), notices, shown, now=NOW)


def read(mail: Mail) -> EmailMessage:
    return message_from_bytes(mail.raw, policy=default)


def part(mail: Mail, kind: str) -> str:
    [found] = [part for part in read(mail).walk() if part.get_content_type() == kind]
    return str(found.get_content())


def test_the_most_urgent_comes_first_and_each_says_why_it_is_told(milestones: list[Milestone]) -> None:
    mail = rendered(member("officer", "minenergy"))
    assert mail.subject == read(mail)["Subject"] == "3 deadlines: 1 overdue, 2 within 3 working days"
    text = part(mail, "text/plain")
    places = [
        text.index(words)
        for words in ("The deadline has passed", "RM-07 1.2", "Three working days left", "RM-07 1.1", "RM-07 1.3")
    ]
    assert places == sorted(places)
    for words in (
        "RM-07 1.2 Pilot <plant> & line",
        "Deadline: 1 December 2026 (1 working day late)",
        "Why you receive this: 1 working day after, in the calendar of Uzbekistan; officer of minenergy",
        "Deadline: 7 December 2026 (3 working days left)",
        "Lead for Korea: motie",
        "RM-07 1.3 첫 보고 [Korean, the original]",
        "Deadline: annually, by 7 December; this time 7 December 2026",
        f"{configured.ORIGIN}/milestones/{milestones[0].uid}/",
    ):
        assert words in text
    assert "Pilot &lt;plant&gt; &amp; line" in part(mail, "text/html")


def test_on_the_day_itself(milestones: list[Milestone]) -> None:
    Milestone.objects.filter(pk=milestones[0].pk).update(due_on=NOW.date())
    mail = rendered(member("officer", "motie"))
    assert mail.subject == "3 deadlines: 1 overdue, 1 today, 1 within 3 working days"
    assert "Deadline: 2 December 2026 (today)" in part(mail, "text/plain")
    assert "on the day, in the calendar of Korea; officer of motie" in part(mail, "text/plain")


@pytest.mark.parametrize(
    ("language", "name", "words"),
    [
        ("uz", "Oʻtkir Gʻaniyev", ["2026-yil 7-dekabr", "har yili, 7-dekabrgacha", "Muddat oʻtdi"]),
        ("ru", "Ольга Ким", ["7\u00a0декабря 2026\u00a0г.", "ежегодно, до 7\u00a0декабря", "Срок прошёл", "Сеть"]),
        ("ko", "김민준", ["2026년 12월 7일", "매년 12월 7일까지", "기한 경과", "첫 보고"]),
    ],
)
@pytest.mark.usefixtures("milestones")
def test_in_the_language_of_the_person(language: str, name: str, words: list[str]) -> None:
    mail = rendered(member("officer", "minenergy", language=language, name=name))
    headers = read(mail)
    assert headers["To"].addresses[0].display_name == name
    assert headers["Content-Language"] == language
    for kind in ("text/plain", "text/html"):
        assert all(word in part(mail, kind) for word in words)


@pytest.mark.usefixtures("milestones")
def test_the_bytes_need_no_change_on_their_way_and_are_the_same_each_time() -> None:
    user = member("officer", "minenergy", language="ko", name="김민준")
    mail = rendered(user)
    assert mail.raw.isascii()
    assert b"\n" not in mail.raw.replace(b"\r\n", b"")
    assert max(map(len, mail.raw.splitlines())) < 998
    assert rendered(user) == mail
    headers = read(mail)
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Date"].datetime == NOW
    assert headers["Message-ID"].startswith(f"<reminder.{Message.objects.get(recipient=user).pk}.")
    assert headers["Message-ID"].endswith(f"@{configured.RP_ID}>")


@pytest.mark.usefixtures("milestones")
def test_a_reader_of_the_html_asks_nobody_for_anything() -> None:
    html = part(rendered(member("officer", "minenergy")), "text/html")
    assert not [word for word in ("src=", "url(", "<img", "<link", "@import", "<script") if word in html]


def test_the_deadlines_as_a_calendar_takes_them(milestones: list[Milestone]) -> None:
    calendar = Calendar.from_ical(part(rendered(member("officer", "minenergy")), "text/calendar"))
    events = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    assert events.keys() == {
        f"{row.uid}.{period}@{configured.RP_ID}" for row, period in zip(milestones, (0, 0, 2026), strict=True)
    }
    event = events[f"{milestones[0].uid}.0@{configured.RP_ID}"]
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (SOON, date(2026, 12, 8))
    assert (event.decoded("DTSTAMP"), event["SEQUENCE"]) == (NOW, 1)
    assert str(event["SUMMARY"]) == "RM-07 1.1 Grid"


@pytest.mark.usefixtures("milestones")
def test_samples_and_demonstrations_say_what_they_are(settings: Settings) -> None:
    user = member("officer", "minenergy")
    settings.DEMO = False
    plain = part(rendered(user), "text/plain")
    assert "Sample" not in plain
    assert "demonstration" not in plain
    RoadMapVersion.objects.update(illustrative=True)
    settings.DEMO = True
    for kind in ("text/plain", "text/html"):
        text = part(rendered(user), kind)
        assert text.count("Sample: the two sides have not agreed any of it.") == 3
        assert "This is a demonstration" in text


@pytest.mark.usefixtures("milestones")
def test_a_demo_keeps_each_mail_in_one_file_however_often_it_is_sent(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "reminders.backends.FileBackend", str(tmp_path / "mail")
    mail = rendered(member("officer", "minenergy"))
    for _ in range(2):
        get_connection().send_messages([StoredEmail(mail.raw, address="someone@example.invalid")])
    [file] = (tmp_path / "mail").iterdir()
    assert file.name.startswith("20261202T060000Z-reminder.")
    assert file.read_bytes() == mail.raw
    for _ in range(2):
        send_mail("Forgot your password?", "Text", None, ["someone@example.invalid"])
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 3


def test_a_demo_sends_to_a_server_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings(monkeypatch, tmp_path)["EMAIL_BACKEND"] == "reminders.backends.FileBackend"
    read = read_settings(monkeypatch, tmp_path, EMAIL_URL="smtp://mail.example.org:2525")
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"]) == ("mail.example.org", 2525)
    assert read["EMAIL_BACKEND"] == "reminders.backends.SMTPBackend"
