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
    help = "Make a service account for a partner's system and print its client id and secret, once, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", required=True, help="code, such as koica")
        parser.add_argument("--scopes", required=True, nargs="+", help="read, report, report.submit, finance, webhooks")
        parser.add_argument("--name", help="what the system is called; the organisation's code unless told")

    def handle(self, *args: Any, organisation: str, scopes: list[str], name: str | None = None, **options: Any) -> None:
        body = Organisation.objects.filter(code=organisation).first()
        if body is None:
            raise CommandError(f"There is no organisation “{organisation}”: the list of organisations has the codes.")
        try:
            made = create_service_account(
                organisation=body,
                name=name or f"{organisation} system",
                scopes=[scope for word in scopes for scope in word.split(",") if scope],
                by=system_actor("create_service_account", reason="A partner's system was given access."),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        told = {
            "client_id": made.account.client_id,
            "client_secret": made.secret,
            "organisation": body.code,
            "scopes": made.account.scopes,
        }
        self.stdout.write(json.dumps(told))
