"""Find the people who are reminded of a milestone: from its organisations and its working group, as of today."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import Final, TypeVar

from django.db.models import QuerySet

from accounts.models import Membership, Organisation, Role, Seat, SeatRole
from accounts.models.term import InForceQuerySet, Term
from common.sides import Side, day_of
from reminders.models import StageReach
from roadmaps.models import AssignmentRole

ROLES: Final = (Role.OFFICER.value, Role.HEAD.value)
# a person with two reasons is reminded for the stronger one: as lead rather than as co-executor
STRENGTH: Final = (AssignmentRole.LEAD.value, AssignmentRole.CO_EXECUTOR.value)


@dataclass(frozen=True, order=True)
class Recipient:
    """One person and the reason: ``capacity`` is the role in ``organisation``, or the seat if there is none."""

    person: int
    side: str
    organisation: int | None
    capacity: str


T = TypeVar("T", bound=Term)
Executors = tuple[tuple[int, str], ...]
"""Organisation and role of each, in the order of the document."""


class RecipientFinder:
    """Hold the roles and seats at ``now``, by each side's own day. Three queries for any number of organisations.

    Every recipient may see the milestone: executors take part in it, an organisation sees what the organisations under
    it take part in, a coordinator sees everything, and a secretary has a seat in the working group.
    """

    def __init__(self, now: datetime) -> None:
        self._organisations = {row.pk: row for row in Organisation.objects.only("pk", "side", "parent", "coordinator")}
        self._coordinators = {row.side: row.pk for row in self._organisations.values() if row.coordinator}
        self._members: dict[tuple[int, str], list[Recipient]] = defaultdict(list)
        self._secretaries: dict[int, list[Recipient]] = defaultdict(list)
        roles = (*ROLES, Role.ADMINISTRATOR)
        members = _in_force(Membership.objects.filter(role__in=roles), "organisation__side", now)
        for person, organisation_id, role in members.values_list("user", "organisation", "role").distinct():
            self._members[organisation_id, role].append(
                Recipient(person, self._organisations[organisation_id].side, organisation_id, role)
            )
        seats = _in_force(Seat.objects.filter(role=SeatRole.SECRETARY), "side", now)
        for person, group, side, role in seats.values_list("user", "group", "side", "role").distinct():
            self._secretaries[group].append(Recipient(person, side, None, role))

        self.shown: frozenset[Recipient] | None = None
        self.organisations: frozenset[int] = frozenset(self._organisations)
        self.groups: frozenset[int] = frozenset(self._secretaries)

    def show_only(self, shown: Callable[[Sequence[Recipient]], Sequence[bool]]) -> None:
        """Leave out whoever is not ``shown``; keep ``organisations`` and ``groups`` that may remind somebody who is."""
        everyone = sorted(
            {one for of_one in (self._members, self._secretaries) for ones in of_one.values() for one in ones},
            key=lambda one: (one.person, one.organisation or 0, one.capacity),  # a secretary's is of no organisation
        )
        self.shown = frozenset(compress(everyone, shown(everyone)))
        self.organisations = frozenset(
            key
            for key in self._organisations
            if not self.shown.isdisjoint(self._of_organisation(key, StageReach.HEADS))
        )
        self.groups = frozenset(key for key, ones in self._secretaries.items() if not self.shown.isdisjoint(ones))

    def of_milestone(self, executors: Executors, group: int, reach: str) -> list[Recipient]:
        """Return the recipients of a stage of that reach, each person once, for the strongest reason."""
        found: dict[int, Recipient] = {}
        for organisation, _role in sorted(executors, key=lambda row: STRENGTH.index(row[1])):
            for recipient in self._of_organisation(organisation, reach):
                found.setdefault(recipient.person, recipient)
        if reach == StageReach.SECRETARIES:
            for recipient in self._secretaries[group]:
                found.setdefault(recipient.person, recipient)
        return sorted(one for one in found.values() if self.shown is None or one in self.shown)

    def _of_organisation(self, organisation: int, reach: str) -> list[Recipient]:
        """Return its officers, and its heads if the reach includes heads or there is no officer.

        For an organisation with neither, return those of the organisation above it, and so on up to the coordinator of
        its side; if that has neither, the coordinator's administrators.
        """
        for organisation_id in self._chain_of_command(organisation):
            officers, heads = (sorted(self._members[organisation_id, role]) for role in ROLES)
            if officers or heads:
                return (officers or heads) if reach == StageReach.OFFICERS else officers + heads
        coordinator = self._coordinators.get(self._organisations[organisation].side, organisation)
        return sorted(self._members[coordinator, Role.ADMINISTRATOR])

    def _chain_of_command(self, organisation: int) -> Iterator[int]:
        """Yield the organisation, those above it, and the coordinator of its side."""
        organisation_id: int | None = organisation
        seen: set[int] = set()
        while organisation_id is not None and organisation_id not in seen:
            seen.add(organisation_id)
            yield organisation_id
            organisation_id = self._organisations[organisation_id].parent_id
        coordinator = self._coordinators.get(self._organisations[organisation].side)
        if coordinator is not None and coordinator not in seen:
            yield coordinator


def _in_force(rows: "InForceQuerySet[T]", side: str, now: datetime) -> "QuerySet[T]":
    """Return the rows in force of people who can sign in, by their side's own day."""
    uz, kr = (rows.in_force(day_of(own, now)).filter(**{side: own}) for own in Side.values)
    return (uz | kr).filter(user__is_active=True).order_by()
