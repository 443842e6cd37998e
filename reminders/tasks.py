"""What beat sends and the workers do."""

from celery import shared_task
from django.utils import timezone

from reminders.models import Heartbeat
from reminders.services import record_heartbeat


@shared_task(name="reminders.tasks.heartbeat")
def heartbeat() -> None:
    """Shows the whole way: beat sent it, the broker carried it, a worker did it, the database took it."""
    record_heartbeat(kind=Heartbeat.Kind.WORKER, now=timezone.now())
