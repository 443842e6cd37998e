"""`manage.py reset_second_factor EMAIL --reason ...`: for somebody who has lost their passkey and authenticator app."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.policy.actors import system_actor
from accounts.signin.factors import NoSecondFactor, reset_second_factor
from common.text import LineField


class Command(BaseCommand):
    help = "Remove all second factors of a person and end their sessions, so that they can add new ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address that the person signs in with")
        parser.add_argument("--reason", required=True, help="kept in the audit: who asked, and how you know them")

    def handle(self, *args: Any, email: str, reason: str, **options: Any) -> None:
        try:
            reason = LineField(max_length=1000).clean(reason)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user = User.objects.filter(email__iexact=email.strip()).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {email}.")
        try:
            removed = reset_second_factor(user=user, by=system_actor("reset_second_factor", reason=reason))
        except NoSecondFactor:
            raise CommandError(f"{user.email} has no second factor. Nothing was changed.") from None
        self.stdout.write(f"Removed: {', '.join(removed)}. All sessions of {user.email} were ended.")
        self.stdout.write("The person signs in with the password and adds a new passkey or authenticator app.")
