"""`manage.py demo_sign RM-07.P1 --as co_chair.kr.energy@demo.invalid`: sign with a sample key, where DEMO is on."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.policy.actors import Actor
from accounts.policy.questions import NotAllowed, who_can
from audit.services import record_event
from common.errors import sentence
from common.sides import Side
from roadmaps.demo.keys import DemoKeyError, demo_sign, published_revision, sample_actor, sample_person
from roadmaps.models import Revision, RoadMapVersion
from roadmaps.services.errors import IllegalMove
from roadmaps.signing import CannotSign


class Command(BaseCommand):
    help = "Sign a published proposal with a sample co-chair's key, on a machine without an authenticator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "proposal", metavar="PROPOSAL", help="RM-07.P1 (what is open of it) or one revision, RM-07.P1.R2"
        )
        parser.add_argument("--as", dest="address", required=True, metavar="ADDRESS", help="the sample account")

    def handle(self, *args: Any, proposal: str, address: str, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Sample keys sign only with DEMO=1. Never set it in production.")
        now = timezone.now()
        try:
            by = sample_actor(sample_person(address), now)
            revision = published_revision(proposal, by=by)
        except DemoKeyError as error:
            raise CommandError(str(error)) from error
        try:
            demo_sign(revision=revision, directory=settings.DATA_DIR, by=by, now=now)
        except DemoKeyError as error:
            raise CommandError(str(error)) from error
        except NotAllowed as error:
            raise refused(_who_could(revision, by), revision, by) from error
        except (CannotSign, IllegalMove) as error:
            raise refused(sentence(error), revision, by) from error
        for line in _outcome(revision, by):
            self.stdout.write(line)


def refused(told: str, revision: Revision, by: Actor) -> CommandError:
    """The event is recorded here, at the door, after the refused transaction has rolled back."""
    record_event(kind="signature refused", act=by.act, subject=revision.reference, reason=told)
    return CommandError(told)


def _who_could(revision: Revision, by: Actor) -> str:
    people = who_can("proposal.sign", revision.proposal, actor=by).order_by("-side", "email")
    named = ", ".join(person.email for person in people) or "nobody: the seats of its co-chairs are empty"
    return f"{by.act.actor_name} is not a co-chair of {revision.proposal.road_map}. This can be signed by: {named}."


def _outcome(revision: Revision, by: Actor) -> list[str]:
    version = RoadMapVersion.objects.filter(revision=revision).select_related("road_map").first()
    signed = f"{revision.reference}: signed for {Side(by.side).label} with a sample key."
    if version:
        return [signed, f"{version.road_map.reference} is in force as version {version.number}."]
    others = who_can("proposal.sign", revision.proposal, actor=by).exclude(side=by.side).order_by("email")
    waits = ", ".join(person.email for person in others) or "the other side's co-chair, whose seat is empty"
    return [signed, f"Waiting for {waits}."]
