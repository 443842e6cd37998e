"""The dialogue with the mail server: whose turn, what the server said, what that means."""

import logging
import smtplib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from reminders.backends import KeptMail
from reminders.models import Message
from reminders.services.delivery.dispatching import claimable
from reminders.services.delivery.outcomes import put_off, refused, sent
from reminders.services.delivery.preparing import prepare

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)  # above the longest dialogue: each of its steps may take EMAIL_TIMEOUT
CLOSING: Final = 421  # RFC 5321: the server ends the connection

Clock = Callable[[], datetime]


def deliver(*, ids: Sequence[int], clock: Clock = timezone.now) -> None:
    """Send these messages, one after the other, over one connection.

    - Whatever somebody else is sending, has sent, or may not be tried yet, is passed over.
    - Where the server cannot be spoken to it ends; the rest waits for the next sweep.
    - What fails here otherwise keeps its lease, and so is not in the way of the others in the next sweep.
    """
    connection = get_connection()
    try:
        for message_id in ids:
            if not _deliver_one(message_id, connection, clock):
                return
    finally:
        connection.close()


def claim(*, message_id: int, now: datetime) -> UUID | None:
    """Take the message for as long as a dialogue may last; None where somebody else has it."""
    lease = uuid4()
    free = Message.objects.filter(claimable(now), pk=message_id)
    return lease if free.update(lease=lease, lease_until=now + LEASE) else None


def _deliver_one(message_id: int, connection: BaseEmailBackend, clock: Clock) -> bool:
    """Whether the server can be spoken to for the next one.

    1. Whose turn it is; 2. whether the server is there; 3. what is to be sent, committed before a word of it is said;
    4. the dialogue; 5. what became of it.
    """
    lease = claim(message_id=message_id, now=clock())
    if lease is None:
        return True
    try:
        connection.open()
    except OSError as error:
        _later(message_id, lease, error, clock, taken_back=False)
        return False
    ready = prepare(message_id=message_id, lease=lease, now=clock())
    if ready is None:
        return True
    message = ready.message
    try:
        connection.send_messages([KeptMail(bytes(message.raw or b""), address=message.address)])
    except OSError as error:
        connection.close()  # whatever state the dialogue is in: the next one begins anew
        if said := _for_good(error):
            refused(message=message, lease=lease, said=said)
            return True
        # cut off in the middle nobody knows what the server has; nor does a later "no" take back what it had before
        in_doubt = isinstance(error, smtplib.SMTPServerDisconnected) or ready.again
        _later(message_id, lease, error, clock, taken_back=not in_doubt)
        return any(code != CLOSING for code, _words in _answers(error))
    sent(message=message, lease=lease, now=clock())
    return True


def _later(message_id: int, lease: UUID, error: OSError, clock: Clock, *, taken_back: bool) -> None:
    said = _in_words(error)
    logger.warning("Message %s is sent later: %s", message_id, said)
    put_off(message_id=message_id, lease=lease, said=said, now=clock(), taken_back=taken_back)


def _answers(error: OSError) -> list[tuple[int, bytes | str]]:
    """What the server answered, code and words; nothing where it did not."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return list(error.recipients.values())
        case smtplib.SMTPResponseException():
            return [(error.smtp_code, error.smtp_error)]
        case _:
            return []


def _for_good(error: OSError) -> str:
    """The server's words where it will never take this mail for this address; empty else.

    A 5xx to the greeting, the sign-in or the sender is our trouble with the server, not the address's.
    """
    final = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    return _in_words(error) if final and all(code >= 500 for code, _words in _answers(error)) else ""


def _in_words(error: OSError) -> str:
    answers = [
        f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
        for code, words in _answers(error)
    ]
    return "; ".join(answers) or f"{type(error).__name__}: {error}"
