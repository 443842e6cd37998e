"""Who has something waiting gets a message; what may be sent now is given to the workers."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from reminders.models import Message, MessageState, Notice, NoticeState

CHUNK: Final = 50  # messages a task: they share one connection to the mail server


def claimable(now: datetime) -> Q:
    """Messages that nobody is sending and whose next attempt has come. A lease that has run out is nobody's."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return Q(state=MessageState.WAITING) & free & (Q(next_attempt_at=None) | Q(next_attempt_at__lte=now))


@transaction.atomic
def dispatch(*, now: datetime, enqueue: Callable[[list[int]], object]) -> None:
    """Make the messages that are missing and give out all that may be sent now to ``enqueue``, in chunks.

    - One waiting message a person, held by the database: two at once make no second one.
    - What was given out before and still waits is given out again: a queue may have lost it.
    """
    waiting = Notice.objects.filter(state=NoticeState.WAITING, moment__lte=now)
    served = Message.objects.filter(state=MessageState.WAITING).values("recipient")
    people = waiting.exclude(recipient__in=served).order_by("recipient").values_list("recipient", flat=True).distinct()
    Message.objects.bulk_create(
        [Message(recipient_id=person, created_at=now) for person in people], ignore_conflicts=True
    )
    ids = list(Message.objects.filter(claimable(now)).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        enqueue(ids[start : start + CHUNK])
