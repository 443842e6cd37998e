"""Create the messages and give them to the workers."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import transaction

from reminders.models import Message, Notice, NoticeState
from reminders.services.delivery.leases import claimable

CHUNK: Final = 50  # messages a task, over one connection to the mail server


@transaction.atomic
def dispatch(*, now: datetime, enqueue: Callable[[list[int]], object]) -> None:
    """Create the missing messages and pass all that may be sent now to ``enqueue``, in chunks.

    - A database constraint allows one message a person that no server has, so two sweeps at once create no second one.
    - What a server may have is tried on its own; newer notices go in another message and do not wait for it.
    - What was never tried comes first: no message waits for another that fails.
    - What was enqueued before and is still waiting is enqueued again: the queue may have lost it.
    """
    waiting = Notice.objects.filter(state=NoticeState.WAITING, moment__lte=now, message=None)
    served = Message.objects.unsent().values("recipient")
    people = waiting.exclude(recipient__in=served).order_by("recipient").values_list("recipient", flat=True).distinct()
    Message.objects.bulk_create(
        [Message(recipient_id=person, created_at=now) for person in people], ignore_conflicts=True
    )
    ids = list(Message.objects.filter(claimable(now)).order_by("attempts", "pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        enqueue(ids[start : start + CHUNK])
