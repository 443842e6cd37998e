"""What beat sends and the workers do."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.utils import timezone

from reminders.models import Heartbeat
from reminders.services import delivery, record_heartbeat
from reminders.services.planning import plan


@shared_task(name="reminders.tasks.heartbeat")
def heartbeat() -> None:
    """Shows the whole way: beat sent it, the broker carried it, a worker did it, the database took it."""
    record_heartbeat(kind=Heartbeat.Kind.WORKER, now=timezone.now())


@shared_task(name="reminders.tasks.sweep")
def sweep() -> None:
    """Plan what has come due, then give out what waits."""
    now = timezone.now()
    plan(now=now)
    delivery.dispatch(now=now, enqueue=deliver.delay_on_commit)


# expires: the next sweep gives it out again, so that a queue nobody takes from holds no pile
@shared_task(name="reminders.tasks.deliver", base=DjangoTask, expires=60)
def deliver(ids: list[int]) -> None:
    delivery.deliver(ids=ids)
