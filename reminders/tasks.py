"""Celery tasks."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.utils import timezone

from reminders.models import Heartbeat
from reminders.services import delivery, record_heartbeat
from reminders.services.credentials import plan_credential_notices, send_credential_notices, waiting
from reminders.services.planning import plan


@shared_task(name="reminders.tasks.heartbeat")
def heartbeat() -> None:
    """Record that beat, the broker, a worker and the database all work."""
    record_heartbeat(kind=Heartbeat.Kind.WORKER, now=timezone.now())


@shared_task(name="reminders.tasks.sweep")
def sweep() -> None:
    """Plan the notices of changed credentials and of deadlines that have come due, then dispatch what is waiting."""
    now = timezone.now()
    plan_credential_notices(now=now)
    if waiting(now).exists():
        tell_of_credentials.delay_on_commit()
    plan(now=now)
    delivery.dispatch(now=now, enqueue=deliver.delay_on_commit)


# expires: the next sweep dispatches it again, so a queue without workers does not grow
@shared_task(name="reminders.tasks.deliver", base=DjangoTask, expires=60)
def deliver(ids: list[int]) -> None:
    """Send the messages."""
    delivery.deliver(ids=ids)


@shared_task(name="reminders.tasks.tell_of_credentials", base=DjangoTask, expires=60)
def tell_of_credentials() -> None:
    """Send the notices of changed credentials."""
    send_credential_notices(now=timezone.now())
