"""What each relation means, from both ends: the records of an actor, and the people of a record.

A grant in `accounts.policy.permissions` is one of these with the roles or seats that it needs. Each answers
``could(actor)``, ``records(actor, model)`` (a filter of the model, or None: no record) and
``people(record)`` (filters of Membership and of Seat).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Protocol, cast

from django.db.models import Exists, Model, OuterRef, Q

from accounts.models import Organisation
from accounts.policy.access import UNDECLARED, Access, Lookup, Via
from accounts.policy.actors import Actor

ADMINISTRATOR = "administrator"
# every row: an empty Q would vanish in an OR
ALL = Q(pk__isnull=False)


@dataclass(frozen=True)
class Holders:
    """Whose membership or seat gives the relation; None where none does."""

    memberships: Q | None = None
    seats: Q | None = None


class Relation(Protocol):
    def could(self, actor: Actor) -> bool: ...
    def records(self, actor: Actor, model: type[Model]) -> Q | None: ...
    def people(self, record: Model) -> Holders: ...


def access_of(model: type[Model] | Model) -> Access:
    """What the model declares; `UNDECLARED` where it declares nothing."""
    return cast(Access, getattr(model, "access", UNDECLARED))


def reached(model: type[Model], lookups: Iterable[Lookup], keys: Collection[int]) -> Q | None:
    """Records whose ``lookups`` end at one of ``keys``; none comes twice."""
    if not keys:
        return None
    found = [_reached(model, *_split(lookup), keys) for lookup in lookups]
    return reduce(or_, found) if found else None


def _reached(model: type[Model], path: str, where: dict[str, str], keys: Collection[int]) -> Q:
    """Straight on where each hop leads to one row; from a hop that leads to many, by EXISTS.

    So a list in the order of an index stops as soon as its page is full: whoever is looked for in a subquery of its
    own would be looked for in the whole table first.
    """
    hops, table = path.split("__"), model
    for at, hop in enumerate(hops):
        field: Any = None if hop == "pk" else table._meta.get_field(hop)
        if field is not None and field.one_to_many:
            before = "__".join(hops[: at + 1])
            inside = {name.removeprefix(f"{before}__"): value for name, value in where.items()}
            outer = OuterRef("__".join([*hops[:at], "pk"]))
            rows = field.related_model._default_manager.filter(**{field.field.name: outer}, **inside)
            return Q(Exists(rows.filter(**{f"{'__'.join(hops[at + 1 :])}__in": keys})))
        table = field.related_model if field is not None else table
    return Q(**{f"{path}__in": keys}, **where)


def ends(record: Model, lookups: Iterable[Lookup]) -> set[int]:
    """Where the ``lookups`` of one record end."""
    found: set[int] = set()
    for lookup in lookups:
        path, where = _split(lookup)
        rows = type(record)._default_manager.filter(pk=record.pk, **where).order_by()
        found.update(key for key in rows.values_list(path, flat=True) if key is not None)
    return found


def _named(lookup: str) -> tuple[str, ...]:
    """The one lookup that a declaration names, or none."""
    return (lookup,) if lookup else ()


def _split(lookup: Lookup) -> tuple[str, dict[str, str]]:
    return (lookup.lookup, {lookup.column: lookup.value}) if isinstance(lookup, Via) else (lookup, {})


def above(keys: set[int]) -> set[int]:
    """``keys`` and every organisation to which one of them answers."""
    parents = dict(Organisation.objects.values_list("pk", "parent_id"))
    found: set[int] = set()
    while keys:
        found |= keys
        keys = {parent for key in keys if (parent := parents.get(key)) is not None} - found
    return found


def in_roles(roles: Collection[str]) -> Q:
    return Q(role__in=roles) if roles else Q()


@dataclass(frozen=True)
class Everybody:
    """Whoever has a membership or seat in force, and a partner's system with the scope to read."""

    def could(self, actor: Actor) -> bool:
        return actor.has_standing

    def records(self, actor: Actor, model: type[Model]) -> Q | None:
        return ALL if actor.has_standing else None

    def people(self, record: Model) -> Holders:
        return Holders(memberships=ALL, seats=ALL)


@dataclass(frozen=True)
class Oneself:
    """The record is about the actor, who has a membership or seat in force."""

    def could(self, actor: Actor) -> bool:
        return actor.person is not None and actor.has_standing

    def records(self, actor: Actor, model: type[Model]) -> Q | None:
        lookup = access_of(model).person
        if not lookup or actor.person is None or not actor.has_standing:
            return None
        return Q(**{lookup: actor.person.pk})

    def people(self, record: Model) -> Holders:
        keys = ends(record, _named(access_of(record).person))
        return Holders(memberships=Q(user__in=keys), seats=Q(user__in=keys))


@dataclass(frozen=True)
class TakesPart:
    """Own organisation, or one that answers to it, is lead or co-executor."""

    roles: tuple[str, ...] = ()

    def could(self, actor: Actor) -> bool:
        return bool(actor.own(self.roles))

    def records(self, actor: Actor, model: type[Model]) -> Q | None:
        return reached(model, access_of(model).takes_part, actor.own_and_answering(self.roles))

    def people(self, record: Model) -> Holders:
        keys = above(ends(record, access_of(record).takes_part))
        return Holders(memberships=Q(organisation__in=keys) & in_roles(self.roles))


@dataclass(frozen=True)
class Leads:
    """Own organisation itself is its side's lead."""

    roles: tuple[str, ...] = ()

    def could(self, actor: Actor) -> bool:
        return bool(actor.own(self.roles))

    def records(self, actor: Actor, model: type[Model]) -> Q | None:
        return reached(model, access_of(model).leads, {body.pk for body in actor.own(self.roles)})

    def people(self, record: Model) -> Holders:
        keys = ends(record, access_of(record).leads)
        return Holders(memberships=Q(organisation__in=keys) & in_roles(self.roles))


@dataclass(frozen=True)
class Wrote:
    """Own organisation wrote it."""

    roles: tuple[str, ...] = ()

    def could(self, actor: Actor) -> bool:
        return bool(actor.own(self.roles))

    def records(self, actor: Actor, model: type[Model]) -> Q | None:
        return reached(model, _named(access_of(model).author), {body.pk for body in actor.own(self.roles)})

    def people(self, record: Model) -> Holders:
        keys = ends(record, _named(access_of(record).author))
        return Holders(memberships=Q(organisation__in=keys) & in_roles(self.roles))


@dataclass(frozen=True)
class Sits:
    """Holds a seat in the record's working group."""

    roles: tuple[str, ...] = ()

    def could(self, actor: Actor) -> bool:
        return bool(actor.groups(self.roles))

    def records(self, actor: Actor, model: type[Model]) -> Q | None:
        return reached(model, _named(access_of(model).group), actor.groups(self.roles))

    def people(self, record: Model) -> Holders:
        keys = ends(record, _named(access_of(record).group))
        return Holders(seats=Q(group__in=keys) & in_roles(self.roles))


@dataclass(frozen=True)
class SideWide:
    """Own organisation has a part for its whole side: ``coordinator`` or ``control_body``."""

    flag: str
    roles: tuple[str, ...] = ()

    def could(self, actor: Actor) -> bool:
        return any(getattr(body, self.flag) for body in actor.own(self.roles))

    def records(self, actor: Actor, model: type[Model]) -> Q | None:
        return ALL if self.could(actor) else None

    def people(self, record: Model) -> Holders:
        return Holders(memberships=Q(**{f"organisation__{self.flag}": True}) & in_roles(self.roles))


@dataclass(frozen=True)
class Audits:
    """Is auditor, in a control body or coordinator: all of shared and of the own side."""

    def could(self, actor: Actor) -> bool:
        return any(body.control_body or body.coordinator for body in actor.own(("auditor",)))

    def records(self, actor: Actor, model: type[Model]) -> Q | None:
        return ALL if self.could(actor) else None

    def people(self, record: Model) -> Holders:
        side_wide = Q(organisation__control_body=True) | Q(organisation__coordinator=True)
        return Holders(memberships=side_wide & Q(role="auditor"))


@dataclass(frozen=True)
class Administers:
    """Is administrator of the organisation or of one it answers to; the coordinator's, of its whole side."""

    def could(self, actor: Actor) -> bool:
        return bool(actor.own((ADMINISTRATOR,)))

    def records(self, actor: Actor, model: type[Model]) -> Q | None:
        return reached(model, access_of(model).administered, self._keys(actor))

    def people(self, record: Model) -> Holders:
        keys = ends(record, access_of(record).administered)
        sides = set(Organisation.objects.filter(pk__in=keys).values_list("side", flat=True))
        whole_side = Q(organisation__coordinator=True, organisation__side__in=sides)
        return Holders(memberships=(Q(organisation__in=above(keys)) | whole_side) & Q(role=ADMINISTRATOR))

    def _keys(self, actor: Actor) -> set[int]:
        keys = actor.own_and_answering((ADMINISTRATOR,))
        if any(body.coordinator for body in actor.own((ADMINISTRATOR,))):
            keys = keys | set(Organisation.objects.filter(side=actor.side).values_list("pk", flat=True))
        return keys


@dataclass(frozen=True)
class AdministersSide:
    """Is the coordinator's administrator; where the record has a side, of that side only."""

    def could(self, actor: Actor) -> bool:
        return any(body.coordinator for body in actor.own((ADMINISTRATOR,)))

    def records(self, actor: Actor, model: type[Model]) -> Q | None:
        if not self.could(actor):
            return None
        side = access_of(model).side
        return Q(**{side: actor.side}) if side else ALL

    def people(self, record: Model) -> Holders:
        only: dict[str, Any] = {}
        if side := access_of(record).side:
            only["organisation__side"] = type(record)._default_manager.values_list(side, flat=True).get(pk=record.pk)
        return Holders(memberships=Q(organisation__coordinator=True, role=ADMINISTRATOR, **only))
