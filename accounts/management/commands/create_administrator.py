"""`manage.py create_administrator --side UZ --email ... --name ...`: the first administrator of a side."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organisation, User
from accounts.policy.actors import system_actor
from accounts.services import create_administrator
from common.sides import Side
from common.text import EmailField, LineField


class Command(BaseCommand):
    help = "Create an administrator of a side's coordinator, who can then add everybody else of that side."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--side", required=True, choices=Side.values)
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, side: str, email: str, name: str, **options: Any) -> None:
        try:
            email = EmailField().clean(email)
            name = LineField(max_length=200).clean(name)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if User.objects.filter(email__iexact=email).exists():
            raise CommandError(f"{email} already has an account.")
        organisation = Organisation.objects.filter(side=side, coordinator=True).first()
        if organisation is None:
            raise CommandError(f"{side} has no coordinator yet. Run manage.py load_programme first.")
        password = secrets.token_urlsafe(12)
        create_administrator(
            organisation=organisation,
            email=email,
            name=name,
            password=password,
            by=system_actor("create_administrator", reason="First administrator of the side."),
        )
        self.stdout.write(f"{name} is an administrator of {organisation}, which coordinates {side}.")
        self.stdout.write(f"Password, shown once: {password}")
