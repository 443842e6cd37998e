"""Render one digest to the bytes that are sent: text, HTML and a calendar file, in the active language.

The same row and the same moment give the same bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import utf8_charset_qp
from django.template.loader import render_to_string
from django.utils.encoding import punycode
from django.utils.translation import get_language, ngettext
from icalendar import Calendar, Event

from common.days import later
from reminders.digest import Correction, DigestLine, by_stage, corrections_of, lines_of
from reminders.models import Message, Notice
from reminders.templatetags.mails import plain
from roadmaps.models import Milestone


@dataclass(frozen=True)
class Mail:
    subject: str
    raw: bytes


def render(message: Message, notices: Iterable[Notice], milestones: Mapping[int, Milestone], *, now: datetime) -> Mail:
    """Render a message. ``milestones`` holds those that the recipient may see.

    Raises: KeyError for a notice of any other milestone.
    """
    person, language = message.recipient, get_language() or "en"
    notices = list(notices)
    lines = lines_of(person, [row for row in notices if not row.corrects_id], milestones, now)
    corrections = corrections_of(person, [row for row in notices if row.corrects_id], milestones)
    context = {
        "groups": by_stage(lines),
        "corrections": corrections,
        "person": person,
        "demo": settings.DEMO,
        "language": language,
    }
    subject = subject_of(lines, corrections)
    mail = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string("reminders/digest.txt", context),
        to=[formatted(" ".join(person.name.split()), person.email)],
        headers={
            "Date": format_datetime(now),
            "Message-ID": message_id_of(message),
            "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers
            "Content-Language": language,
        },
    )
    mail.encoding = utf8_charset_qp  # 7-bit, so that no server re-encodes the bytes
    mail.attach_alternative(render_to_string("reminders/digest.html", context), "text/html")
    mail.attach("deadlines.ics", calendar_file([*lines, *corrections], now), "text/calendar")
    return Mail(subject, _bytes(mail.message(), _digest(message)))


def message_id_of(message: Message) -> str:
    """Return the Message-ID, which never changes: mail clients recognise a second copy by it."""
    return f"<reminder.{message.pk}.{_digest(message)}@{settings.RP_ID}>"


def formatted(name: str, address: str) -> str:
    """Return "Name <address>" in ASCII: the name in words of at most 75 characters (RFC 2047), the domain punycoded."""
    user, _at, domain = address.rpartition("@")
    if name.isascii():
        return str(Address(name, user, punycode(domain)))
    words = Header(name, "utf-8", maxlinelen=75).encode()
    return f"{' '.join(words.split())} <{user}@{punycode(domain)}>"


def subject_of(lines: Sequence[DigestLine], corrections: Sequence[Correction] = ()) -> str:
    """Return the subject, such as "1 correction; 3 deadlines: 1 overdue, 2 within 3 working days"."""
    corrected = ngettext("%(n)d correction", "%(n)d corrections", len(corrections)) % {"n": len(corrections)}
    return "; ".join(([corrected] if corrections else []) + ([_deadlines(lines)] if lines else []))


def _deadlines(lines: Sequence[DigestLine]) -> str:
    late = sum(line.notice.anchor < line.today for line in lines)
    now = sum(line.notice.anchor == line.today for line in lines)
    ahead = [line.days for line in lines if line.notice.anchor > line.today]
    parts = []
    if late:
        parts.append(ngettext("%(n)d overdue", "%(n)d overdue", late) % {"n": late})
    if now:
        parts.append(ngettext("%(n)d today", "%(n)d today", now) % {"n": now})
    if ahead:
        words = ngettext("%(n)d within %(days)d working day", "%(n)d within %(days)d working days", max(ahead))
        parts.append(words % {"n": len(ahead), "days": max(ahead)})
    total = ngettext("%(n)d deadline", "%(n)d deadlines", len(lines)) % {"n": len(lines)}
    return f"{total}: {', '.join(parts)}"


def calendar_file(lines: Iterable[DigestLine | Correction], now: datetime) -> bytes:
    """Return an iCalendar file (RFC 5545) with one all-day event a deadline; its uid stays when the deadline moves."""
    days = {(line.milestone.uid, line.notice.period): (line, line.day) for line in lines if line.day}
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//{settings.RP_ID}//Road maps//EN")
    for line, day in days.values():
        row = line.milestone
        event = Event()
        event.add("uid", f"{row.uid}.{line.notice.period}@{settings.RP_ID}")
        event.add("dtstamp", now)
        event.add("sequence", row.row_version)
        event.add("dtstart", day)
        event.add("dtend", later(day, 1))  # the first day that no longer belongs to it
        event.add("summary", f"{line.reference} {plain(row.mechanism)}")
        event.add("url", line.link)
        event.add("transp", "TRANSPARENT")  # does not block the day
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _digest(message: Message) -> str:
    return sha256(f"{message.recipient_id} {message.created_at.isoformat()}".encode()).hexdigest()[:16]


def _bytes(root: Any, digest: str) -> bytes:
    """Serialise with fixed boundaries instead of random ones; ``=_`` cannot occur in quoted-printable text."""
    for number, part in enumerate(part for part in root.walk() if part.is_multipart()):
        part.set_boundary(f"=_{digest}.{number}")
    raw: bytes = root.as_bytes(linesep="\r\n")
    return raw
