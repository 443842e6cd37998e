"""What is done about accounts in the background."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="accounts.tasks.clear_expired")
def clear_expired() -> None:
    """Tokens and sessions that have run out: nobody can use them, and they would only pile up."""
    call_command("cleartokens", verbosity=0)
    call_command("clearsessions", verbosity=0)
