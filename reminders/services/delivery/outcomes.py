"""Record the outcome of sending a message, only while the worker still holds the lease."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.policy.actors import system_actor
from audit.models import Event
from audit.services import record_event
from reminders.models import Message, MessageState, Notice, NoticeState
from reminders.services.delivery.corrections import correct
from reminders.services.delivery.leases import BACK_OFF

GIVEN_UP: Final = timedelta(days=5)
SAID: Final = Notice._meta.get_field("why").max_length

QUIET: Final = timedelta(days=7)

ADDRESS_REFUSED: Final = "address refused"
REMINDER_GIVEN_UP: Final = "reminder given up"
REFUSALS: Final = (ADDRESS_REFUSED, REMINDER_GIVEN_UP)
"""The kinds of events of which the administrators are told; their detail has the key of the ``person``."""


@transaction.atomic
def sent(*, message: Message, lease: UUID, now: datetime, again: bool = False) -> None:
    """Record that the server accepted it, including notices that got a newer stage in the meantime.

    ``again``: its bytes are of an earlier attempt; what has changed since is corrected by another message.
    """
    if _close(message, lease, state=MessageState.SENT, sent_at=now, error=""):
        message.notices.update(state=NoticeState.SENT, why="")
        if again:
            correct(message, now=now)
        record_event(
            kind="reminder.sent",
            act=system_actor("reminders", door="task").act,
            subject=message.message_id,
            layer=message.recipient.side,  # visible to the recipient's side only
            recipient=message.recipient_id,
            milestones=sorted(message.notices.values_list("subject_id", flat=True)),
        )


@transaction.atomic
def refused(*, message: Message, lease: UUID, said: str, now: datetime) -> None:
    """Record that its address is bad."""
    if _close(message, lease, state=MessageState.REFUSED, error=said):
        message.notices.update(state=NoticeState.REFUSED, why=said[:SAID])
        _tell(ADDRESS_REFUSED, message, said, now)


@transaction.atomic
def postpone(
    *, message_id: int, lease: UUID, said: str, now: datetime, counts: bool, not_delivered: bool = False
) -> None:
    """Schedule another attempt, or give up what could not be sent for five days.

    - ``counts``: the failure speaks of this message.
    - ``not_delivered``: the server certainly has nothing, so it is rendered again.
    """
    message = (
        Message.objects.select_for_update(of=("self",))
        .select_related("recipient")
        .filter(pk=message_id, lease=lease)
        .first()
    )
    if message is None:
        return
    if not message.notices.exists():  # not rendered yet: what it is for shows why it waits
        Notice.objects.waiting_for(message.recipient_id).filter(message=None).update(message=message)
    message.notices.filter(state=NoticeState.WAITING).update(why=said[:SAID])
    if counts and _given_up(message, said, now):
        _close(message, lease, state=MessageState.REFUSED, error=said)
        _tell(REMINDER_GIVEN_UP, message, said, now)
        return
    values: dict[str, Any] = {"error": said, "attempts": message.attempts + 1}
    values["next_attempt_at"] = now + BACK_OFF[min(message.attempts, len(BACK_OFF) - 1)]
    if not_delivered and message.handed_over_at:
        values["handed_over_at"] = None
        if Message.objects.unsent().filter(recipient=message.recipient_id).exists():
            # the newer message takes over: a person has one message that no server has
            message.notices.update(message=None)
            values["state"] = MessageState.CANCELLED
    _close(message, lease, **values)


def _given_up(message: Message, said: str, now: datetime) -> bool:
    """Give up its notices that could not be sent for five days, and return whether none is left."""
    waiting = message.notices.filter(state=NoticeState.WAITING)
    waiting.filter(tried_since=None).update(tried_since=now)
    given_up = waiting.filter(tried_since__lte=now - GIVEN_UP)
    return bool(given_up.update(state=NoticeState.REFUSED, why=said[:SAID])) and not waiting.exists()


def _close(message: Message, lease: UUID, **values: Any) -> bool:
    """Write the outcome and release the lease; do nothing if another worker has taken it over."""
    mine = Message.objects.filter(pk=message.pk, lease=lease)
    return bool(mine.update(lease=None, lease_until=None, **values))


def _tell(kind: str, message: Message, said: str, now: datetime) -> None:
    """Append the event by which the administrators of the person's organisation are told: once a week an address."""
    if Event.objects.filter(kind=kind, subject=message.address, at__gt=now - QUIET).exists():
        return
    record_event(
        kind=kind,
        act=system_actor("reminders", door="task").act,
        subject=message.address,
        layer=message.recipient.side,
        person=message.recipient_id,
        said=said,
    )
