"""`manage.py reminders --on 2026-12-01`: list the reminders due on a day. Reads only."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from common.days import read_day
from common.errors import InvalidValue, sentence
from common.sides import Side
from reminders.due import Planned, outgoing
from reminders.models import Stage
from roadmaps.models import Milestone


class Command(BaseCommand):
    help = "List the reminders due on a day, by side and stage. Nothing is sent or written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", required=True, metavar="DAY", help="such as 2026-12-01")

    def handle(self, *args: Any, on: str, **options: Any) -> None:
        try:
            day = read_day(on)
        except InvalidValue as error:
            raise CommandError(sentence(error)) from error
        found = outgoing(on=day, now=timezone.now())
        for line in _table(found):
            self.stdout.write(line)
        digests = len({one.recipient for one in found})
        self.stdout.write(f"{day}: reminders {len(found)}, digests {digests}. Nothing is sent.")


def _table(found: list[Planned]) -> Iterator[str]:
    people = User.objects.in_bulk({one.recipient for one in found})
    stages = Stage.objects.in_bulk({one.stage for one in found})
    milestones = Milestone.objects.select_related("measure", "road_map").in_bulk({one.subject_id for one in found})

    def place(one: Planned) -> tuple[str, int]:
        return people[one.recipient].side, stages[one.stage].working_days

    for (side, days), group in groupby(sorted(found, key=lambda one: (place(one), one.key)), key=place):
        first, *rest = group
        yield f"{Side(side).label}, {stages[first.stage]} ({days:+d})"
        for one in (first, *rest):
            milestone, person = milestones[one.subject_id], people[one.recipient]
            label = f"{milestone.road_map.reference} {milestone.label}"
            yield f"    {label:14} {one.anchor}  {one.capacity:13} {person.name} <{person.email}>"
