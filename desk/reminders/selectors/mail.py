"""One mail as it was sent."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from typing import Final

from django.conf import settings

from accounts.policy.actors import Actor
from desk.reminders.selectors.notice_rows import NoticeRow, local, notice_rows, notices
from reminders.models import Message

HEADERS: Final = ("From", "To", "Date", "Subject", "Message-ID")


class MailPage:
    """Read by `reminders/mail.html`. The text part only: nothing of a mail becomes markup of a page."""

    def __init__(self, actor: Actor, message: Message) -> None:
        self.actor, self.message = actor, message

    @cached_property
    def _mail(self) -> EmailMessage | None:
        raw = self.message.raw
        return message_from_bytes(bytes(raw), policy=policy.default) if raw else None

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(self._mail[name])) for name in HEADERS] if self._mail else []

    @property
    def language(self) -> str:
        return str(self._mail["Content-Language"]) if self._mail else ""

    @property
    def text(self) -> str:
        part = self._mail.get_body(("plain",)) if self._mail else None
        return str(part.get_content()) if part else ""

    @cached_property
    def rows(self) -> list[NoticeRow]:
        """The reminders in the email."""
        return notice_rows(self.actor, notices(self.actor).filter(message=self.message))

    @property
    def hides(self) -> bool:
        """Whether it names something that the reader may no longer see: then its text is not shown."""
        return any(item.milestone is None for row in self.rows for item in row.items)

    @property
    def moments(self) -> dict[str, str]:
        """The times of sending, the next attempt and handing over, in the recipient's time zone."""
        row, side = self.message, self.message.recipient.side
        at = {"sent": row.sent_at, "next": row.next_attempt_at, "handed_over": row.handed_over_at}
        return {name: local(moment, side) for name, moment in at.items() if moment}

    @property
    def is_file(self) -> bool:
        """Whether this installation writes email to files."""
        return bool(settings.EMAIL_FILE_PATH)
