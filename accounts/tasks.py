"""Background tasks of accounts."""

from celery import shared_task
from django.core.management import call_command

from accounts.signin import reset


@shared_task(name="accounts.tasks.clear_expired")
def clear_expired() -> None:
    """Delete expired tokens and sessions."""
    call_command("cleartokens", verbosity=0)
    call_command("clearsessions", verbosity=0)


# expires: whoever waits that long has asked again
@shared_task(name="accounts.tasks.send_reset_link", expires=3600)
def send_reset_link(email: str) -> None:
    """Send the link for a forgotten password."""
    reset.send_reset_link(email)
