"""Who hears of a milestone: whom its organisations and its working group have today."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from django.db.models import QuerySet

from accounts.models import Membership, Organisation, Role, Seat, SeatRole
from accounts.models.term import InForceQuerySet, Term
from common.sides import Side, day_of
from reminders.models import Reach
from roadmaps.models import AssignmentRole

TOLD: Final = (Role.OFFICER.value, Role.HEAD.value)
# the weaker reason of two is not given: what a lead is told as lead, it is not told as co-executor
STRENGTH: Final = (AssignmentRole.LEAD.value, AssignmentRole.CO_EXECUTOR.value)


@dataclass(frozen=True, order=True)
class Hearer:
    """One person and why: ``capacity`` is the role in ``organisation``, or the seat where there is none."""

    person: int
    side: str
    organisation: int | None
    capacity: str


T = TypeVar("T", bound=Term)
Executors = tuple[tuple[int, str], ...]
"""Organisation and role of each, in the order of the document."""


class Directory:
    """Who is what at ``now``, each side by its own day; three queries, however many organisations are asked about.

    Whoever is told may see the milestone: executors take part in it, an organisation sees what those that answer to it
    take part in, a coordinator sees all, and a secretary sits.
    """

    def __init__(self, now: datetime) -> None:
        self._bodies = {row.pk: row for row in Organisation.objects.only("pk", "side", "parent", "coordinator")}
        self._coordinators = {row.side: row.pk for row in self._bodies.values() if row.coordinator}
        self._members: dict[tuple[int, str], list[Hearer]] = defaultdict(list)
        self._secretaries: dict[int, list[Hearer]] = defaultdict(list)
        roles = (*TOLD, Role.ADMINISTRATOR)
        members = _in_force(Membership.objects.filter(role__in=roles), "organisation__side", now)
        for person, body, role in members.values_list("user", "organisation", "role").distinct():
            self._members[body, role].append(Hearer(person, self._bodies[body].side, body, role))
        seats = _in_force(Seat.objects.filter(role=SeatRole.SECRETARY), "side", now)
        for person, group, side, role in seats.values_list("user", "group", "side", "role").distinct():
            self._secretaries[group].append(Hearer(person, side, None, role))

    def of_milestone(self, executors: Executors, group: int, reach: str) -> list[Hearer]:
        """Everybody whom a stage of that reach tells, each person once, for the strongest reason."""
        found: dict[int, Hearer] = {}
        for organisation, _role in sorted(executors, key=lambda row: STRENGTH.index(row[1])):
            for hearer in self._of_organisation(organisation, reach):
                found.setdefault(hearer.person, hearer)
        if reach == Reach.SECRETARIES:
            for hearer in self._secretaries[group]:
                found.setdefault(hearer.person, hearer)
        return sorted(found.values())

    def _of_organisation(self, organisation: int, reach: str) -> list[Hearer]:
        """Its officers, and its heads from the reach of heads on; heads too where it has no officer.

        An organisation with neither is never met with silence: the one it answers to is told instead, and so on up,
        at last its side's coordinator, there the administrators where even it has neither.
        """
        for body in self._ladder(organisation):
            officers, heads = (sorted(self._members[body, role]) for role in TOLD)
            if officers or heads:
                return (officers or heads) if reach == Reach.OFFICERS else officers + heads
        coordinator = self._coordinators.get(self._bodies[organisation].side, organisation)
        return sorted(self._members[coordinator, Role.ADMINISTRATOR])

    def _ladder(self, organisation: int) -> Iterator[int]:
        """The organisation, those above it, and the coordinator of its side."""
        body: int | None = organisation
        seen: set[int] = set()
        while body is not None and body not in seen:
            seen.add(body)
            yield body
            body = self._bodies[body].parent_id
        coordinator = self._coordinators.get(self._bodies[organisation].side)
        if coordinator is not None and coordinator not in seen:
            yield coordinator


def _in_force(rows: "InForceQuerySet[T]", side: str, now: datetime) -> "QuerySet[T]":
    """Of people who can sign in, on their side's own day."""
    uz, kr = (rows.in_force(day_of(own, now)).filter(**{side: own}) for own in Side.values)
    return (uz | kr).filter(user__is_active=True).order_by()
