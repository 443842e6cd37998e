"""What an organisation leads and is overdue, at risk or due soon: found, ordered and cut off by the database."""

from dataclasses import dataclass
from datetime import timedelta
from heapq import merge
from itertools import islice
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from accounts.policy.actors import Actor
from accounts.policy.questions import visible
from common.deadlines import REPEATED
from desk.milestones.selectors.live import LiveMilestone, live_of_lead
from roadmaps.milestone_status import SOON
from roadmaps.models import Assignment, Milestone
from roadmaps.next_deadline import last_number_on, next_number, number_of

COUNTED: Final = 1000  # the list ends here, and so does the counting: both cost the same for any programme

Rows = QuerySet[Any, Any]  # milestones with ``next_day``


@dataclass(frozen=True)
class Urgent:
    """Some of them in a row, the most urgent first; ``total`` is how many there are, ``COUNTED`` at most."""

    entries: list[LiveMilestone]
    total: int
    first: int

    @property
    def more(self) -> int:
        """Return how many follow those that are shown."""
        return max(0, self.total - self.first - len(self.entries))

    @property
    def is_cut(self) -> bool:
        """Return whether there may be more than were counted."""
        return self.total >= COUNTED


def urgent(actor: Actor, *, first: int = 0, most: int) -> Urgent:
    """Return ``most`` of what the actor's organisation leads and is overdue, at risk or due soon, from ``first`` on.

    No milestone that is not shown is read, but for its key, of which no more than ``first + most`` of each way to be
    urgent. The order is that of the next deadline.
    """
    end = min(first + most, COUNTED)
    ways = _ways(actor)
    keys = [list(rows.values_list("next_day", "pk")[:end]) for rows in ways]
    # a way that is not full is counted already
    counts = [len(way) if len(way) < end else rows[:COUNTED].count() for rows, way in zip(ways, keys, strict=True)]
    shown = [pk for _day, pk in islice(merge(*keys), first, end)]
    entries = {entry.row.pk: entry for entry in live_of_lead(actor, shown)} if shown else {}
    return Urgent([entries[pk] for pk in shown], min(sum(counts), COUNTED), first)


def _ways(actor: Actor) -> tuple[Rows, Rows, Rows]:
    """Return overdue or due soon, at risk though due later, and repeated; no milestone is in two of them."""
    open_ones = Milestone.objects.filter(dropped_in=None, completed_on=None, due_on__isnull=False)
    led: Rows = visible(actor, "milestone.forecast", open_ones)
    once = led.exclude(precision__in=REPEATED).annotate(next_day=number_of("due_on"))
    again: Rows = led.filter(precision__in=REPEATED).annotate(next_day=next_number(actor.today))
    soon = actor.today + timedelta(days=SOON)
    return (
        once.filter(due_on__lte=soon).order_by("due_on", "pk"),
        once.filter(_expected_after("due_on", F("forecast_on")), due_on__gt=soon).order_by("due_on", "pk"),
        again.filter(
            Q(next_day__lte=last_number_on(soon)) | Q(_expected_after("next_day", number_of("forecast_on")))
        ).order_by("next_day", "pk"),
    )


def _expected_after(day: str, forecast: Combinable) -> Exists:
    forecasts = Assignment.objects.filter(milestone=OuterRef("pk"), dropped_in=None, forecast_on__isnull=False)
    return Exists(forecasts.annotate(forecast=forecast).filter(forecast__gt=OuterRef(day)))
