"""Record the outcome of sending a message, only while the worker still holds the lease."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.policy.actors import system_actor
from audit.services import record_event
from reminders.models import Message, MessageState, Notice, NoticeState

BACK_OFF: Final = tuple(timedelta(minutes=n) for n in (1, 5, 15, 60))  # then hourly
SAID: Final = Notice._meta.get_field("why").max_length


@transaction.atomic
def sent(*, message: Message, lease: UUID, now: datetime) -> None:
    """Record that the server accepted it, including notices that got a newer stage in the meantime."""
    if _close(message, lease, state=MessageState.SENT, sent_at=now, error=""):
        message.notices.update(state=NoticeState.SENT, why="")
        record_event(
            kind="reminder.sent",
            act=system_actor("reminders", door="task").act,
            subject=message.message_id,
            layer=message.recipient.side,  # visible to the recipient's side only
            recipient=message.recipient_id,
            milestones=sorted(message.notices.values_list("subject_id", flat=True)),
        )


@transaction.atomic
def refused(*, message: Message, lease: UUID, said: str) -> None:
    """Record that the server permanently refused it for this address."""
    if _close(message, lease, state=MessageState.REFUSED, error=said):
        message.notices.update(state=NoticeState.REFUSED, why=said[:SAID])


@transaction.atomic
def postpone(*, message_id: int, lease: UUID, said: str, now: datetime, not_delivered: bool) -> None:
    """Schedule another attempt. ``not_delivered``: the server certainly has nothing, so it may be rendered again."""
    message = Message.objects.select_for_update().filter(pk=message_id, lease=lease).first()
    if message is None:
        return
    _close(
        message,
        lease,
        error=said,
        attempts=message.attempts + 1,
        next_attempt_at=now + BACK_OFF[min(message.attempts, len(BACK_OFF) - 1)],
        handed_over_at=None if not_delivered else message.handed_over_at,
    )


def _close(message: Message, lease: UUID, **values: Any) -> bool:
    """Write the outcome and release the lease; do nothing if another worker has taken it over."""
    mine = Message.objects.filter(pk=message.pk, lease=lease)
    return bool(mine.update(lease=None, lease_until=None, **values))
