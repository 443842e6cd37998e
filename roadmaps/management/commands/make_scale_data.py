"""`manage.py make_scale_data --milestones 100000`: a large sample to measure with, in an empty demo database."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.policy.actors import system_actor
from roadmaps.demo.scale import NotEmpty, make_scale_data


class Command(BaseCommand):
    help = "Fill the road maps with sample milestones in force, for benchmarks. Only with DEMO=1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--milestones", type=int, required=True)

    def handle(self, *args: Any, milestones: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Sample data is created only with DEMO=1. Never set it in production.")
        if not 1 <= milestones <= 1_000_000:
            raise CommandError("--milestones: write a number from 1 to 1000000.")
        by = system_actor("make_scale_data", reason="Illustrative: made for measuring.")
        try:
            for line in make_scale_data(milestones=milestones, by=by, now=timezone.now()):
                self.stdout.write(line)
        except NotEmpty as error:
            raise CommandError(str(error)) from error
        self.stdout.write("One version each, not signed. Nobody is reminded until `manage.py load_stages` has run.")
