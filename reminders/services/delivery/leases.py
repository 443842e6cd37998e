"""The lease of a message: while a worker has it, no other one sends the message."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db.models import Q
from django.db.models.functions import Coalesce

from reminders.models import Message, MessageState

LEASE: Final = timedelta(minutes=5)  # longer than any dialogue: each of its steps may take EMAIL_TIMEOUT
BACK_OFF: Final = tuple(timedelta(minutes=n) for n in (1, 5, 15, 60))  # then hourly
SKEW: Final = timedelta(minutes=10)  # between the clocks of two hosts


class LeaseLost(Exception):  # noqa: N818  # no error: another worker has taken the message over
    """Another worker has the message."""


def claimable(now: datetime) -> Q:
    """Select messages without a valid lease whose next attempt is due.

    A time further ahead than any that is ever set was written before the clock was set back, and does not count.
    """
    free = Q(lease_until=None) | Q(lease_until__lt=now) | Q(lease_until__gt=now + LEASE + SKEW)
    due = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now) | Q(next_attempt_at__gt=now + max(BACK_OFF) + SKEW)
    return Q(state=MessageState.WAITING) & free & due


def claim(*, message_id: int, now: datetime) -> UUID | None:
    """Take a lease on the message; return None if another worker has it."""
    lease = uuid4()
    free = Message.objects.filter(claimable(now), pk=message_id)
    return lease if free.update(lease=lease, lease_until=now + LEASE) else None


def hand_over(*, message_id: int, lease: UUID, clock: Callable[[], datetime]) -> None:
    """Record that from now on the server may have the message. Raises: LeaseLost."""
    mine = Message.objects.filter(pk=message_id, lease=lease, state=MessageState.WAITING)
    if not mine.update(handed_over_at=Coalesce("handed_over_at", clock())):
        raise LeaseLost
