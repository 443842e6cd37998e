"""Background tasks of accounts."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="accounts.tasks.clear_expired")
def clear_expired() -> None:
    """Delete expired tokens and sessions."""
    call_command("cleartokens", verbosity=0)
    call_command("clearsessions", verbosity=0)
