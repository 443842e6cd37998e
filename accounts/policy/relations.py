"""The relations between an actor and a record, each defined once and read from both ends.

A grant in `accounts.policy.permissions` is a relation with the roles that it needs. A relation says which lookups of a
record it follows, at which keys these must end for an actor, and who holds a record whose lookups end at given keys.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Set
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, Final, Literal

from django.db.models import Model, Q

from accounts.models import Organisation
from accounts.policy.access import UNDECLARED, Access, Lookup, access_of
from accounts.policy.actors import Actor
from accounts.policy.lookups import reached

ADMINISTRATOR: Final = "administrator"


class Every(Enum):
    """In place of keys or of a filter: every record."""

    EVERY = "every"


EVERY: Final = Every.EVERY
NONE: Final[frozenset[Any]] = frozenset()
Keys = Set[Any] | Literal[Every.EVERY]


@dataclass(frozen=True)
class Holders:
    """Filters of the memberships and of the seats that give the relation; None where none does."""

    memberships: Q | None = None
    seats: Q | None = None


@dataclass(frozen=True)
class Relation(ABC):
    """``roles``: the roles or seats that count; any, where none is named."""

    roles: tuple[str, ...] = ()

    @abstractmethod
    def keys(self, actor: Actor, access: Access) -> Keys:
        """Return where the lookups of a record must end for this actor."""

    def lookups(self, access: Access) -> tuple[Lookup, ...]:
        """Return the lookups of a record that the relation follows."""
        return ()

    @abstractmethod
    def holders(self, access: Access, ends: Set[Any]) -> Holders:
        """Return who has the relation to a record whose lookups end at ``ends``."""

    def could(self, actor: Actor) -> bool:
        """Return whether the actor could have the relation to some record."""
        return bool(self.keys(actor, UNDECLARED))

    def records(self, actor: Actor, model: type[Model]) -> Q | Literal[Every.EVERY] | None:
        """Return a filter of the model's records; None where no record has the relation."""
        access = access_of(model)
        keys = self.keys(actor, access)
        return EVERY if keys is EVERY else reached(model, self.lookups(access), keys, actor.today)

    def holds(self, actor: Actor, access: Access, ends: Set[Any]) -> bool:
        """Return whether the actor has the relation to a record whose lookups end at ``ends``."""
        keys = self.keys(actor, access)
        return keys is EVERY or not keys.isdisjoint(ends)

    def _in_roles(self) -> Q:
        return Q(role__in=self.roles) if self.roles else Q()


class Everybody(Relation):
    """Has a membership or seat in force, or is a partner system with the scope to read."""

    def keys(self, actor: Actor, access: Access) -> Keys:
        return EVERY if actor.has_standing else NONE

    def holders(self, access: Access, ends: Set[Any]) -> Holders:
        everyone = Q(pk__isnull=False)  # an empty Q would vanish in an OR
        return Holders(memberships=everyone, seats=everyone)


class Oneself(Relation):
    """The record is about the actor, who has a membership or seat in force."""

    def lookups(self, access: Access) -> tuple[Lookup, ...]:
        return _named(access.person)

    def keys(self, actor: Actor, access: Access) -> Keys:
        return {actor.person.pk} if actor.person and actor.has_standing else NONE

    def holders(self, access: Access, ends: Set[Any]) -> Holders:
        return Holders(memberships=Q(user__in=ends), seats=Q(user__in=ends))


class TakesPart(Relation):
    """Own organisation, or one that answers to it, is lead or co-executor."""

    def lookups(self, access: Access) -> tuple[Lookup, ...]:
        return access.takes_part

    def keys(self, actor: Actor, access: Access) -> Keys:
        return actor.own_and_answering(self.roles)

    def holders(self, access: Access, ends: Set[Any]) -> Holders:
        return Holders(memberships=Q(organisation__in=above(ends)) & self._in_roles())


class _OfOrganisation(Relation):
    """Own organisation itself stands in the record."""

    def keys(self, actor: Actor, access: Access) -> Keys:
        return {organisation.pk for organisation in actor.own(self.roles)}

    def holders(self, access: Access, ends: Set[Any]) -> Holders:
        return Holders(memberships=Q(organisation__in=ends) & self._in_roles())


class Leads(_OfOrganisation):
    """Own organisation itself is its side's lead."""

    def lookups(self, access: Access) -> tuple[Lookup, ...]:
        return access.leads


class Wrote(_OfOrganisation):
    """Own organisation wrote it."""

    def lookups(self, access: Access) -> tuple[Lookup, ...]:
        return _named(access.author)


class Sits(Relation):
    """Holds a seat in the record's working group."""

    def lookups(self, access: Access) -> tuple[Lookup, ...]:
        return _named(access.group)

    def keys(self, actor: Actor, access: Access) -> Keys:
        return actor.groups(self.roles)

    def holders(self, access: Access, ends: Set[Any]) -> Holders:
        return Holders(seats=Q(group__in=ends) & self._in_roles())


class _SideWide(Relation):
    """Own organisation has the part ``flag`` for its whole side."""

    flag: ClassVar[str]

    def keys(self, actor: Actor, access: Access) -> Keys:
        return EVERY if any(getattr(place, self.flag) for place in actor.own(self.roles)) else NONE

    def holders(self, access: Access, ends: Set[Any]) -> Holders:
        return Holders(memberships=Q(**{f"organisation__{self.flag}": True}) & self._in_roles())


class Coordinates(_SideWide):
    """Own organisation coordinates its side."""

    flag = "coordinator"


class Controls(_SideWide):
    """Own organisation is the control organisation of its side."""

    flag = "control_body"


class Audits(Relation):
    """Is auditor, in a control organisation or coordinator: all of shared and of the own side."""

    def keys(self, actor: Actor, access: Access) -> Keys:
        auditing = actor.own(("auditor",))
        return EVERY if any(place.control_body or place.coordinator for place in auditing) else NONE

    def holders(self, access: Access, ends: Set[Any]) -> Holders:
        side_wide = Q(organisation__control_body=True) | Q(organisation__coordinator=True)
        return Holders(memberships=side_wide & Q(role="auditor"))


class Administers(Relation):
    """Is administrator of the organisation or of one it answers to; the coordinator's, of its whole side."""

    def could(self, actor: Actor) -> bool:
        return bool(actor.own((ADMINISTRATOR,)))

    def lookups(self, access: Access) -> tuple[Lookup, ...]:
        return access.administered

    def keys(self, actor: Actor, access: Access) -> Keys:
        keys = actor.own_and_answering((ADMINISTRATOR,))
        if any(organisation.coordinator for organisation in actor.own((ADMINISTRATOR,))):
            keys = keys | set(Organisation.objects.filter(side=actor.side).values_list("pk", flat=True))
        return keys

    def holders(self, access: Access, ends: Set[Any]) -> Holders:
        sides = set(Organisation.objects.filter(pk__in=ends).values_list("side", flat=True))
        whole_side = Q(organisation__coordinator=True, organisation__side__in=sides)
        return Holders(memberships=(Q(organisation__in=above(ends)) | whole_side) & Q(role=ADMINISTRATOR))


class AdministersSide(Relation):
    """Is the coordinator's administrator; where the record has a side, of that side only."""

    def lookups(self, access: Access) -> tuple[Lookup, ...]:
        return _named(access.side)

    def keys(self, actor: Actor, access: Access) -> Keys:
        if not any(organisation.coordinator for organisation in actor.own((ADMINISTRATOR,))):
            return NONE
        return {actor.side} if access.side else EVERY

    def holders(self, access: Access, ends: Set[Any]) -> Holders:
        of_side = Q(organisation__side__in=ends) if access.side else Q()
        return Holders(memberships=Q(organisation__coordinator=True, role=ADMINISTRATOR) & of_side)


def above(keys: Iterable[int]) -> set[int]:
    """Return ``keys`` and every organisation to which one of them answers."""
    parents = dict(Organisation.objects.values_list("pk", "parent_id"))
    found: set[int] = set()
    following = set(keys)
    while following:
        found |= following
        following = {parent for key in following if (parent := parents.get(key)) is not None} - found
    return found


def _named(lookup: str) -> tuple[str, ...]:
    """Return the one lookup that a declaration names, or none."""
    return (lookup,) if lookup else ()
