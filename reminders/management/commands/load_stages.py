"""`manage.py load_stages`: create the default reminder stages."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.policy.actors import system_actor
from reminders.default_stages import ensure_stages


class Command(BaseCommand):
    help = "Create the missing default reminder stages."

    def handle(self, *args: Any, **options: Any) -> None:
        made = ensure_stages(by=system_actor("load_stages"))
        if made:
            self.stdout.write(f"{made} reminder stage{'' if made == 1 else 's'} created")
