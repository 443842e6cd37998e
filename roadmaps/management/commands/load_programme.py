"""`manage.py load_programme`: the real programme, from its files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.policy.actors import system_actor
from programme.loading import DATA, LOADER, LoadError
from roadmaps.services import load_programme


class Command(BaseCommand):
    help = "Load the programme's files: create what is missing and keep what people have edited."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="the folder of the files")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loading = load_programme(directory=Path(options["data"]), by=system_actor(LOADER))
        except LoadError as error:
            raise CommandError(str(error)) from error
        for line in loading.lines():
            self.stdout.write(line)
