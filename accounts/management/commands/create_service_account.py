"""`manage.py create_service_account --organisation koica --scopes read`: a partner's system, as JSON."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organisation
from accounts.policy.actors import system_actor
from accounts.services import create_service_account


class Command(BaseCommand):
    help = "Create a service account for a partner system and print its client id and secret, once, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", required=True, help="code, such as koica")
        parser.add_argument("--scopes", required=True, nargs="+", help="read, report, report.submit, finance, webhooks")
        parser.add_argument("--name", help="name of the system; default: the organisation's code")

    def handle(self, *args: Any, organisation: str, scopes: list[str], name: str | None = None, **options: Any) -> None:
        found = Organisation.objects.filter(code=organisation).first()
        if found is None:
            raise CommandError(f"There is no organisation with the code “{organisation}”.")
        try:
            made = create_service_account(
                organisation=found,
                name=name or f"{organisation} system",
                scopes=[scope for word in scopes for scope in word.split(",") if scope],
                by=system_actor("create_service_account", reason="A partner's system was given access."),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        told = {
            "client_id": made.account.client_id,
            "client_secret": made.secret,
            "organisation": found.code,
            "scopes": made.account.scopes,
        }
        self.stdout.write(json.dumps(told))
