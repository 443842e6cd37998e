"""Send messages to the mail server, and record what came of each."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError
from django.utils import timezone

from reminders.backends import InDoubt, StoredEmail
from reminders.models import Message
from reminders.services.delivery.leases import LeaseLost, claim, hand_over
from reminders.services.delivery.outcomes import postpone, refused, sent
from reminders.services.delivery.preparing import prepare
from reminders.services.delivery.replies import RELAY, Meaning, described, meaning_of, meaning_of_connecting

logger = logging.getLogger(__name__)

ALL_REFUSED: Final = 3  # messages that a relay refuses one after the other: it refuses us, not them

Clock = Callable[[], datetime]


def deliver(*, ids: Sequence[int], clock: Clock = timezone.now) -> None:
    """Send these messages, one after the other, over one connection.

    - Skip messages that another worker is sending or has sent, or that may not be tried yet.
    - Stop if the server cannot be used, or has refused the first three; the rest waits for the next sweep.
    - Whatever else fails on a message is kept as its error, and the others are sent.
    """
    connection = get_connection()
    refusals = 0
    try:
        for message_id in ids:
            meaning = _deliver_one(message_id, connection, clock)
            refusals = refusals + 1 if meaning is RELAY else 0
            if meaning and meaning.stops or refusals == ALL_REFUSED:
                return
    finally:
        connection.close()


def _deliver_one(message_id: int, connection: BaseEmailBackend, clock: Clock) -> Meaning | None:
    """Send one message, and return what its failure means, or None.

    1. Take the lease. 2. Connect. 3. Prepare what is to be sent. 4. Send it, and commit that the server may have it
    just before the content. 5. Record the outcome.
    """
    lease = claim(message_id=message_id, now=clock())
    if lease is None:
        return None
    try:
        connection.open()
    except Exception as error:  # noqa: BLE001  # of whatever kind: no message is sent without a connection
        return _failed(message_id, lease, error, meaning_of_connecting(error), clock)
    ready = None
    try:
        ready = prepare(message_id=message_id, lease=lease, now=clock())
        if ready is None:
            return None
        _send(ready.message, lease, connection, clock)
    except (DatabaseError, SoftTimeLimitExceeded):  # the lease runs out, and another worker takes the message
        raise
    except LeaseLost:
        connection.close()
        logger.warning("Message %s was taken over by another worker.", message_id)
        return None
    except Exception as error:  # noqa: BLE001  # one bad message stops no other
        connection.close()  # the state of the dialogue is unknown: start the next one on a new connection
        meaning = meaning_of(error)
        if ready and meaning.final:
            refused(message=ready.message, lease=lease, said=described(error), now=clock())
            return meaning
        # what the server may have from an earlier attempt, it may have whatever this attempt is told
        in_doubt = isinstance(error, InDoubt) or bool(ready and ready.again)
        return _failed(message_id, lease, error, meaning, clock, not_delivered=not in_doubt)
    sent(message=ready.message, lease=lease, now=clock(), again=ready.again)
    return None


def _send(message: Message, lease: UUID, connection: BaseEmailBackend, clock: Clock) -> None:
    handing_over = partial(hand_over, message_id=message.pk, lease=lease, clock=clock)
    mail = StoredEmail(bytes(message.raw or b""), address=message.address, hand_over=handing_over)
    connection.send_messages([mail])


def _failed(
    message_id: int, lease: UUID, error: Exception, meaning: Meaning, clock: Clock, *, not_delivered: bool = False
) -> Meaning:
    said = described(error)
    unexpected = None if isinstance(error, OSError) else error
    logger.log(meaning.level, "Message %s is sent later: %s", message_id, said, exc_info=unexpected)
    postpone(
        message_id=message_id,
        lease=lease,
        said=said,
        now=clock(),
        counts=meaning.counts,
        not_delivered=not_delivered,
    )
    return meaning
