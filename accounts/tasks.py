"""Background tasks of accounts."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from accounts.models import SubmittedForm
from accounts.models.submitted_form import KEPT
from accounts.signin import reset


@shared_task(name="accounts.tasks.clear_expired")
def clear_expired() -> None:
    """Delete expired tokens and sessions, and forms that nobody submits again."""
    call_command("cleartokens", verbosity=0)
    call_command("clearsessions", verbosity=0)
    SubmittedForm.objects.filter(at__lt=timezone.now() - KEPT).delete()


# expires: whoever waits that long has asked again
@shared_task(name="accounts.tasks.send_reset_link", expires=3600)
def send_reset_link(email: str) -> None:
    """Send the link for a forgotten password."""
    reset.send_reset_link(email)
