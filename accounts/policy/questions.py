"""May they? Four questions, and nothing else in the product decides.

A list and a record never disagree: `can_on` IS the list's filter. Default deny: an unknown permission, one that the
model does not declare, a model without an access declaration, an actor without standing: nothing.
"""

from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet

from accounts.models import Membership, Seat, User
from accounts.policy.actors import Actor
from accounts.policy.permissions import PERMISSIONS
from accounts.policy.relations import access_of
from common.sides import Layer

M = TypeVar("M", bound=Model)


def can(actor: Actor, permission: str) -> bool:
    """Could they ever, on some record? For menus and buttons."""
    if permission not in PERMISSIONS:
        return False
    return actor.is_system or any(grant.could(actor) for grant in PERMISSIONS[permission])


def visible(actor: Actor, permission: str, queryset: QuerySet[M, Any]) -> QuerySet[M, Any]:
    """The records of ``queryset`` on which the actor has ``permission``."""
    access = access_of(queryset.model)
    if permission not in access.permissions or permission not in PERMISSIONS:
        return queryset.none()
    if actor.is_system:
        return queryset
    found = [q for grant in PERMISSIONS[permission] if (q := grant.records(actor, queryset.model)) is not None]
    if not found:
        return queryset.none()
    queryset = queryset.filter(reduce(or_, found))
    if access.layer:
        queryset = queryset.filter(**{f"{access.layer}__in": (Layer.SHARED, actor.side)})
    if access.own_side:
        queryset = queryset.filter(**{access.side: actor.side})
    if access.person and permission == access.edit and actor.person:
        queryset = queryset.exclude(**{access.person: actor.person.pk})
    return queryset


def can_on(actor: Actor, permission: str, obj: Model) -> bool:
    """May they, on this record as it stands in the database?"""
    return visible(actor, permission, type(obj)._default_manager.filter(pk=obj.pk)).exists()


def who_can(permission: str, obj: Model, *, actor: Actor) -> QuerySet[User]:
    """The people who have ``permission`` on this record on the actor's day; for "waits for ..." and refusals."""
    access = access_of(obj)
    if permission not in access.permissions or permission not in PERMISSIONS:
        return User.objects.none()
    holders = [grant.people(obj) for grant in PERMISSIONS[permission]]
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


def require(actor: Actor, permission: str, obj: Model) -> None:
    """Raises: PermissionDenied, carrying the permission and the record, so that a door can say who could."""
    if not can_on(actor, permission, obj):
        raise NotAllowed(permission, obj)


class NotAllowed(PermissionDenied):
    """The policy's refusal."""

    def __init__(self, permission: str, obj: Model | None = None) -> None:
        super().__init__(permission)
        self.permission = permission
        self.obj = obj
