"""The lease of a message: while a worker has it, no other one sends the message."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db.models import Q

from reminders.models import Message, MessageState

LEASE: Final = timedelta(minutes=5)  # longer than any dialogue: each of its steps may take EMAIL_TIMEOUT


def claimable(now: datetime) -> Q:
    """Select messages without a valid lease whose next attempt is due."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return Q(state=MessageState.WAITING) & free & (Q(next_attempt_at=None) | Q(next_attempt_at__lte=now))


def claim(*, message_id: int, now: datetime) -> UUID | None:
    """Take a lease on the message; return None if another worker has it."""
    lease = uuid4()
    free = Message.objects.filter(claimable(now), pk=message_id)
    return lease if free.update(lease=lease, lease_until=now + LEASE) else None
