"""May they? Four questions; nothing else in the product decides.

- `can`, `visible`, `can_on`, `who_can`.
- `would`: `visible` for records that are not saved yet.
- `sees_all`: whether `visible` would leave out nothing, so that a caller writes no filter of its own either.
- `require`: `can_on`, or a refusal; it also finds out by which membership or seat.

A list and a record never disagree: `can_on` is the list's filter. Default deny: an unknown permission, one that the
model does not declare, a model without an access declaration, an actor without standing: nothing.
"""

from collections.abc import Iterator, Sequence, Set
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any, Literal, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from accounts.models import Membership, Seat, User
from accounts.policy.access import Access, access_of
from accounts.policy.actors import Actor, Capacity
from accounts.policy.lookups import ends_if_saved, ends_of
from accounts.policy.permissions import PERMISSIONS
from accounts.policy.relations import EVERY, Every, Relation
from common.sides import Layer

M = TypeVar("M", bound=Model)


def can(actor: Actor, permission: str) -> bool:
    """Return whether the actor could have ``permission`` on some record. For menus and buttons."""
    if permission not in PERMISSIONS:
        return False
    return actor.is_system or any(grant.could(actor) for grant in PERMISSIONS[permission].grants)


def visible(actor: Actor, permission: str, queryset: QuerySet[M, Any]) -> QuerySet[M, Any]:
    """Return the records of ``queryset`` on which the actor has ``permission``.

    Where a relation gives every record, no filter is written for it.
    """
    access = access_of(queryset.model)
    if actor.is_system and _grants(permission, access):
        return queryset
    granted = _granted(actor, permission, queryset.model)
    if granted is None:
        return queryset.none()
    if granted is not EVERY:
        queryset = queryset.filter(granted)
    for lookup, values in _limits(actor, access):
        queryset = queryset.filter(**{f"{lookup}__in": values})
    if person := _managed(actor, permission, access):
        queryset = queryset.exclude(**{access.person: person})
    return queryset


def sees_all(actor: Actor, permission: str, model: type[Model]) -> bool:
    """Return whether the actor has ``permission`` on every record of the model: `visible` then writes no filter."""
    access = access_of(model)
    if actor.is_system:
        return bool(_grants(permission, access))
    limited = access.layer or access.own_side or _managed(actor, permission, access)
    return not limited and _granted(actor, permission, model) is EVERY


def _granted(actor: Actor, permission: str, model: type[Model]) -> Q | Literal[Every.EVERY] | None:
    """Return a filter of what the grants of the permission give together; None where they give nothing."""
    access = access_of(model)
    barred = PERMISSIONS[permission].not_of_seats if access.person and permission in PERMISSIONS else ()
    found: list[Q] = []
    for grant in _grants(permission, access):
        records = grant.records(actor, model)
        if records is EVERY and grant not in barred:
            return EVERY
        if records is not None:
            seatless = [_seatless(actor.today, access)] if grant in barred else []
            found.append(reduce(and_, [*([] if records is EVERY else [records]), *seatless]))
    return reduce(or_, found) if found else None


def can_on(actor: Actor, permission: str, obj: Model) -> bool:
    """Return whether the actor has ``permission`` on this record as it stands in the database."""
    return visible(actor, permission, type(obj)._default_manager.filter(pk=obj.pk)).exists()


def would(actor: Actor, permission: str, records: Sequence[Model]) -> list[bool]:
    """Return for each of ``records``, which are not saved, whether the actor would have ``permission`` on it.

    All are of one model; the number of queries does not grow with them.
    """
    if not records:
        return []
    access = access_of(records[0])
    grants = _grants(permission, access)
    if actor.is_system:
        return [bool(grants)] * len(records)
    granted: set[int] = set()
    barred = PERMISSIONS[permission].not_of_seats if grants else ()
    seated = _seated(ends_if_saved(records, (access.person,)), actor.today) if access.person and barred else set()
    for grant in grants:
        ends = ends_if_saved(records, grant.lookups(access))
        held = {place for place, ended in enumerate(ends) if grant.holds(actor, access, ended)}
        granted |= held - seated if grant in barred else held
    for lookup, values in _limits(actor, access):
        ends = ends_if_saved(records, (lookup,))
        granted &= {place for place, ended in enumerate(ends) if not ended.isdisjoint(values)}
    if person := _managed(actor, permission, access):
        ends = ends_if_saved(records, (access.person,))
        granted -= {place for place, ended in enumerate(ends) if person in ended}
    return [place in granted for place in range(len(records))]


def who_can(permission: str, obj: Model, *, actor: Actor) -> QuerySet[User]:
    """Return the people who have ``permission`` on this record on the actor's day; for "waits for" and refusals."""
    access = access_of(obj)
    grants = _grants(permission, access)
    if not grants:
        return User.objects.none()
    grants = _that_count(permission, obj, actor.today)
    holders = [grant.holders(access, ends_of(obj, grant.lookups(access), actor.today)) for grant in grants]
    memberships = Membership.objects.in_force(actor.today).filter(
        reduce(or_, [h.memberships for h in holders if h.memberships is not None], Q(pk__in=()))
    )
    seats = Seat.objects.in_force(actor.today).filter(
        reduce(or_, [h.seats for h in holders if h.seats is not None], Q(pk__in=()))
    )
    people = User.objects.filter(is_active=True).filter(
        Q(pk__in=memberships.values("user")) | Q(pk__in=seats.values("user"))
    )
    record = type(obj)._default_manager.filter(pk=obj.pk)
    if access.layer and (layer := record.values_list(access.layer, flat=True).get()) != Layer.SHARED:
        people = people.filter(side=layer)
    if access.own_side:
        people = people.filter(side=record.values_list(access.side, flat=True).distinct().get())
    if access.person and permission == access.edit:
        people = people.exclude(pk__in=record.values(access.person))
    return people


def require(actor: Actor, permission: str, obj: Model) -> Actor:
    """Return the actor in the capacity that gives ``permission`` on the record; services act as that one.

    Raises: NotAllowed, carrying the permission and the record, so that a page can say who could.
    """
    if not can_on(actor, permission, obj):
        raise NotAllowed(permission, obj)
    return in_capacity(actor, permission, obj)


def in_capacity(actor: Actor, permission: str, obj: Model) -> Actor:
    """Return the actor as the membership or seat that gives ``permission`` on a record, saved or not.

    Of several it is the first, in the order of the permission's grants and then of `Actor.capacities`. It refuses
    nobody: where none gives it, the actor comes back as they came.
    """
    capacity = _capacity(actor, permission, obj)
    return actor.acting_as(capacity) if capacity else actor


def _capacity(actor: Actor, permission: str, obj: Model) -> Capacity | None:
    if len(actor.capacities) < 2:
        return next(iter(actor.capacities), None)
    access = access_of(obj)
    for grant in _that_count(permission, obj, actor.today):
        ends = ends_of(obj, grant.lookups(access), actor.today)
        for capacity in actor.capacities:
            if grant.holds(actor.only(capacity), access, ends):
                return capacity
    return None


def _grants(permission: str, access: Access) -> tuple[Relation, ...]:
    """Return who has the permission, where it may be asked of the model at all."""
    return PERMISSIONS[permission].grants if permission in access.permissions & PERMISSIONS.keys() else ()


def _that_count(permission: str, obj: Model, today: date) -> tuple[Relation, ...]:
    """Return the grants of the permission that count for this record."""
    access = access_of(obj)
    grants = _grants(permission, access)
    barred = PERMISSIONS[permission].not_of_seats if grants else ()
    if not (barred and access.person) or not _seated([ends_of(obj, (access.person,), today)], today):
        return grants
    return tuple(grant for grant in grants if grant not in barred)


def _seatless(today: date, access: Access) -> Q:
    """Return a filter of the records that are about nobody with a seat, now or later."""
    return Q(~Exists(Seat.objects.not_ended(today).filter(user=OuterRef(access.person))))


def _seated(people: Sequence[Set[Any]], today: date) -> set[int]:
    """Return the places of ``people`` in which somebody holds a seat, now or later."""
    keys = {key for of_record in people for key in of_record}
    holding = set(Seat.objects.not_ended(today).filter(user__in=keys).values_list("user", flat=True))
    return {place for place, of_record in enumerate(people) if not holding.isdisjoint(of_record)}


def _limits(actor: Actor, access: Access) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the lookups that hold for every relation, each with the values that the actor may see."""
    if access.layer:
        yield access.layer, (Layer.SHARED, actor.side)
    if access.own_side:
        yield access.side, (actor.side,)


def _managed(actor: Actor, permission: str, access: Access) -> int | None:
    """Return the actor's own key, where the permission is to manage people: nobody manages themselves."""
    return actor.person.pk if access.person and permission == access.edit and actor.person else None


class NotAllowed(PermissionDenied):
    """The policy's refusal."""

    def __init__(self, permission: str, obj: Model | None = None) -> None:
        super().__init__(permission)
        self.permission = permission
        self.obj = obj
