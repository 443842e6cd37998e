"""`manage.py check_agreements`: does every road map still read as both sides signed it?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.policy.actors import system_actor
from roadmaps.services.agreements import check_agreements


class Command(BaseCommand):
    help = "Compare the rows of every road map with its version in force. Exits with 1 where any row differs."

    def handle(self, *args: Any, **options: Any) -> None:
        found = check_agreements(by=system_actor("check_agreements"))
        if not found:
            self.stdout.write("The rows of all road maps are those of their versions in force.")
            return
        lines = [f"{reference}: {count} differ from the version in force" for reference, count in found.items()]
        raise CommandError("Rows were changed without both signatures.\n" + "\n".join(lines))
