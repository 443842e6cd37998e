"""Heartbeats of the processes."""

import socket
from datetime import datetime, timedelta

from reminders.models import Heartbeat

FORGOTTEN = timedelta(days=1)


def record_heartbeat(*, kind: str, now: datetime) -> None:
    """Record that this host's process of that kind is alive.

    Delete hosts not seen for a day: a container has a new name each time.
    """
    Heartbeat.objects.update_or_create(kind=kind, name=socket.gethostname(), defaults={"at": now})
    Heartbeat.objects.filter(at__lt=now - FORGOTTEN).delete()
