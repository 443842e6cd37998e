"""Background tasks of road maps."""

from celery import shared_task

from accounts.policy.actors import system_actor
from roadmaps.services.agreements import check_agreements as check


@shared_task(name="roadmaps.tasks.check_agreements")
def check_agreements() -> None:
    """Compare the rows of every road map with its version in force."""
    check(by=system_actor("daily check of agreements", door="task"))
