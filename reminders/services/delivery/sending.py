"""Send messages to the mail server and interpret its replies."""

import logging
import smtplib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from reminders.backends import StoredEmail
from reminders.services.delivery.leases import claim
from reminders.services.delivery.outcomes import postpone, refused, sent
from reminders.services.delivery.preparing import prepare

logger = logging.getLogger(__name__)

CLOSING: Final = 421  # RFC 5321: the server ends the connection

Clock = Callable[[], datetime]


def deliver(*, ids: Sequence[int], clock: Clock = timezone.now) -> None:
    """Send these messages, one after the other, over one connection.

    - Skip messages that another worker is sending or has sent, or that may not be tried yet.
    - Stop if the server cannot be reached; the rest waits for the next sweep.
    - A message that fails in any other way keeps its lease, so it does not block the others in the next sweep.
    """
    connection = get_connection()
    try:
        for message_id in ids:
            if not _deliver_one(message_id, connection, clock):
                return
    finally:
        connection.close()


def _deliver_one(message_id: int, connection: BaseEmailBackend, clock: Clock) -> bool:
    """Send one message, and return whether the server can be used for the next one.

    1. Take the lease. 2. Connect. 3. Prepare and commit what is to be sent. 4. Send it. 5. Record the outcome.
    """
    lease = claim(message_id=message_id, now=clock())
    if lease is None:
        return True
    try:
        connection.open()
    except OSError as error:
        _postpone(message_id, lease, error, clock, not_delivered=False)
        return False
    ready = prepare(message_id=message_id, lease=lease, now=clock())
    if ready is None:
        return True
    message = ready.message
    try:
        connection.send_messages([StoredEmail(bytes(message.raw or b""), address=message.address)])
    except OSError as error:
        connection.close()  # the state of the dialogue is unknown: start the next one on a new connection
        if said := _permanent_refusal(error):
            refused(message=message, lease=lease, said=said)
            return True
        # after a lost connection the server may have the email, whatever a later attempt is told
        in_doubt = isinstance(error, smtplib.SMTPServerDisconnected) or ready.again
        _postpone(message_id, lease, error, clock, not_delivered=not in_doubt)
        return any(code != CLOSING for code, _words in _answers(error))
    sent(message=message, lease=lease, now=clock())
    return True


def _postpone(message_id: int, lease: UUID, error: OSError, clock: Clock, *, not_delivered: bool) -> None:
    said = _described(error)
    logger.warning("Message %s is sent later: %s", message_id, said)
    postpone(message_id=message_id, lease=lease, said=said, now=clock(), not_delivered=not_delivered)


def _answers(error: OSError) -> list[tuple[int, bytes | str]]:
    """Return the codes and texts of the server's replies; empty if there was none."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return list(error.recipients.values())
        case smtplib.SMTPResponseException():
            return [(error.smtp_code, error.smtp_error)]
        case _:
            return []


def _permanent_refusal(error: OSError) -> str:
    """Return the server's reply if it permanently refuses this email for this address, otherwise "".

    A 5xx reply to the greeting, the sign-in or the sender concerns the server, not the address.
    """
    final = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    return _described(error) if final and all(code >= 500 for code, _words in _answers(error)) else ""


def _described(error: OSError) -> str:
    answers = [
        f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
        for code, words in _answers(error)
    ]
    return "; ".join(answers) or f"{type(error).__name__}: {error}"
