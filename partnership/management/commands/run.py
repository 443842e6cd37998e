"""The whole product on one machine, in one terminal: `make run`."""

import hashlib
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from accounts.demo.people import FILE
from accounts.demo.tour import tour
from partnership import health
from partnership.environment import ConfigurationError
from partnership.runner import Runner, children, claim_port, on_stop


class Command(BaseCommand):
    help = "Prepare the database, then run web, worker and beat until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        on_stop(signal.default_int_handler)
        try:
            claim_port(settings.PORT)
            if not health.broker_answers():
                raise ConfigurationError("The broker does not answer: start Redis, or correct REDIS_URL.")
            self.prepare()
            family = children(port=settings.PORT, data_dir=settings.DATA_DIR)
            Runner(family, port=settings.PORT, say=self.say).run(self.welcome)
        except KeyboardInterrupt:  # while preparing; once the children run, the runner hears the signal
            pass
        self.say("Stopped.")

    def prepare(self) -> None:
        """Each step finds what an earlier start has done already, and leaves it."""
        self.say("Preparing the database ...")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        collect_static(Path(settings.STATIC_ROOT))
        call_command("load_programme", stdout=self.stdout)
        call_command("load_stages", stdout=self.stdout)
        if settings.DEMO:
            call_command("load_demo", stdout=self.stdout)

    def welcome(self) -> None:
        self.say(f"\nThe road maps are at {settings.ORIGIN}")
        if settings.DEMO:
            self.say(f"Sign in as one of these, or as any other in {settings.DATA_DIR / FILE}:")
            for account in tour(settings.DATA_DIR):
                self.say(f"    {account.address:40}{account.password:16}{account.purpose}")
        self.say(f"Logs are in {settings.DATA_DIR / 'logs'}. Ctrl-C stops it all; nothing is lost.\n")

    def say(self, text: str) -> None:
        """At once. A terminal that was closed hears nothing more, and must not keep the children from being stopped."""
        with suppress(OSError):
            self.stdout.write(text)
            self.stdout.flush()


def collect_static(root: Path) -> None:
    """Collect only what has changed: the content of every source file is compared with what was collected last."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            with storage.open(path) as file:
                digest.update(path.encode() + b"\0" + hashlib.sha256(file.read()).digest())
    collected = root.parent / f"{root.name}.sha256"
    if not root.is_dir() or not collected.is_file() or collected.read_text() != digest.hexdigest():
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        collected.write_text(digest.hexdigest())
