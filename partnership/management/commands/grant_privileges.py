"""`manage.py grant_privileges ROLE`: what the application may do with each table, after every migration."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection, transaction

from partnership.database_role import grant_privileges


class Command(BaseCommand):
    help = "Give the application's role in PostgreSQL the privileges that it needs on each table, and no others."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="the role of web, worker and beat; it must exist and own nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles: name its database in DATABASE_URL.")
        try:
            with transaction.atomic():
                grant_privileges(options["role"])
        except ProgrammingError as error:
            raise CommandError(f"{error}".strip()) from error
