"""`manage.py load_demo`: sample accounts and two sample road maps in force, only where DEMO is on."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.demo.people import DemoError, load_demo
from accounts.policy.actors import system_actor
from roadmaps.demo.agreements import adopt_samples
from roadmaps.demo.keys import DemoKeyError


class Command(BaseCommand):
    help = (
        "Make a sample account for each role and seat, listed with their passwords in DATA_DIR/demo-accounts.json, "
        "and bring the draft road maps of chemistry and skills into force with sample deadlines and sample keys."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Sample accounts are created only with DEMO=1. Never set it in production.")
        try:
            self.load()
        except (DemoError, DemoKeyError) as error:
            raise CommandError(str(error)) from error

    def load(self) -> None:
        report = load_demo(directory=settings.DATA_DIR, by=system_actor("load_demo"))
        if report.created:
            self.stdout.write(f"{report.created} sample accounts created; their passwords are in {report.file}")
        if report.renewed:
            self.stdout.write(f"{report.renewed} accounts had no password in {report.file} and got new ones")
        if report.changed:
            self.stdout.write(f"{report.changed} accounts were changed by people and are kept; {report.file} says how")
        for address in report.missing:
            self.stdout.write(f"{address} was not created: another account has this address")
        done, left = adopt_samples(directory=settings.DATA_DIR, now=timezone.now())
        for line in (*done, *left):
            self.stdout.write(line)
        count = report.created + report.renewed + len(done)
        self.stdout.write(f"{count} change{'' if count == 1 else 's'}")
