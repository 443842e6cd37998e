"""Who asks: a person, a partner system or this system itself, through which door, on which day, in which capacity."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Membership, Organisation, Reach, Seat, ServiceAccount, User
from audit.acting import Act, Door
from common.request_id import request_id
from common.sides import day_of

Capacity = Membership | Seat
READ_ONCE: Final = frozenset({"memberships", "seats"})


@dataclass(frozen=True)
class Actor:
    """Exactly one of ``person``, ``account`` and ``system`` is set; with none of them it is nobody, who may nothing.

    - ``today`` is the side's own day, in Tashkent or Seoul: memberships and seats begin and end with it.
    - ``capacity`` is the membership or seat that the right came from, once `accounts.policy.questions.require` has
      found it: the audit names its organisation.
    - ``system`` is the name of a command or task that acts for nobody else.

    Memberships and seats are read once; an actor lives as long as one request or task.
    """

    door: Door
    today: date
    person: User | None = None
    account: ServiceAccount | None = None
    system: str = ""
    reason: str = ""
    request_id: str = ""
    capacity: Capacity | None = None

    def because(self, reason: str) -> "Actor":
        return self._but(reason=reason)

    def through(self, door: Door) -> "Actor":
        return self._but(door=door)

    def acting_as(self, capacity: Capacity) -> "Actor":
        """Return the actor with the capacity that the audit names. Its rights stay all that it has."""
        return self._but(capacity=capacity)

    def only(self, capacity: Capacity) -> "Actor":
        """Return the actor as if ``capacity`` were its only membership or seat."""
        return self._but(
            memberships=[capacity] if isinstance(capacity, Membership) else [],
            seats=[capacity] if isinstance(capacity, Seat) else [],
        )

    def _but(self, **changes: Any) -> "Actor":
        """Return a copy that keeps the memberships and seats that were read already."""
        known = {name: value for name, value in vars(self).items() if name in READ_ONCE}
        read = known | {name: changes.pop(name) for name in READ_ONCE & changes.keys()}
        copy = replace(self, **changes)
        vars(copy).update(read)
        return copy

    @property
    def is_system(self) -> bool:
        return bool(self.system)

    @property
    def side(self) -> str:
        if self.person:
            return self.person.side
        return self.account.organisation.side if self.account else ""

    @cached_property
    def memberships(self) -> list[Membership]:
        """Memberships in force today, the strongest first."""
        if self.person is None or not self.person.is_active:
            return []
        rows = Membership.objects.in_force(self.today).filter(user=self.person)
        reaching = rows.annotate(reach=Reach("organisation"))  # type: ignore[no-redef]  # the property, at hand
        named = reaching.select_related("organisation").prefetch_related("organisation__names")
        return sorted(named, key=lambda row: (row.role == "reader", row.pk))

    @cached_property
    def seats(self) -> list[Seat]:
        """Seats in force today."""
        if self.person is None or not self.person.is_active:
            return []
        return list(Seat.objects.in_force(self.today).filter(user=self.person).select_related("group"))

    @property
    def has_standing(self) -> bool:
        """Return whether there is a membership or seat in force, or a system's scope to read."""
        if self.account:
            return "read" in self.account.scopes
        return bool(self.memberships or self.seats)

    @property
    def capacities(self) -> list[Capacity]:
        """Return every membership and seat in force."""
        return [*self.memberships, *self.seats]

    def own(self, roles: Collection[str] = ()) -> list[Organisation]:
        """Return the organisations in which the actor has one of ``roles`` (any, where none is named)."""
        return [row.organisation for row in self._acts_for(roles)]

    def own_and_answering(self, roles: Collection[str] = ()) -> set[int]:
        """Return the keys of `own` and of every organisation that answers to one of them."""
        return {key for row in self._acts_for(roles) for key in row.reach}

    def _acts_for(self, roles: Collection[str]) -> Sequence[Membership | ServiceAccount]:
        """Return what the actor acts for an organisation by; an account has no role."""
        if self.account:
            return [self.account] if self.has_standing and not roles else []
        return [row for row in self.memberships if not roles or row.role in roles]

    def groups(self, roles: Collection[str] = ()) -> set[int]:
        """Return the keys of the working groups in which the actor holds one of the seats ``roles`` (any, if none)."""
        return {seat.group_id for seat in self.seats if not roles or seat.role in roles}

    @property
    def organisation(self) -> str:
        """Return the code of the organisation the actor acts for; empty where it could be one of several.

        A seat is held for a side. Its holder acts for the organisation of theirs that leads the group, where one does,
        else for the only one they belong to.
        """
        if self.account:
            return self.account.organisation.code
        if isinstance(self.capacity, Membership):
            return self.capacity.organisation.code
        rows = self.memberships
        if self.capacity:
            leads = (self.capacity.group.lead_uz_id, self.capacity.group.lead_kr_id)
            rows = [row for row in rows if row.organisation_id in leads] or rows
        codes = {row.organisation.code for row in rows}
        return codes.pop() if len(codes) == 1 else ""

    @property
    def act(self) -> Act:
        """Return what the audit stores. Raises: ValueError for nobody."""
        if self.person:
            kind, key, name = "person", self.person.pk, self.person.name
        elif self.account:
            kind, key, name = "service", self.account.pk, self.account.name
        elif self.system:
            kind, key, name = "system", None, self.system
        else:
            raise ValueError("Nobody acts.")
        return Act(
            actor_kind=kind,  # type: ignore[arg-type]  # one of the three by construction
            actor_id=key,
            actor_name=name,
            organisation=self.organisation,
            side=self.side,
            door=self.door,
            reason=self.reason,
            request_id=self.request_id,
        )


def system_actor(name: str, *, door: Door = "command", reason: str = "") -> Actor:
    """Return the actor of a command or task. It sees and writes what its service does; it never signs."""
    return Actor(door=door, today=timezone.localdate(), system=name, reason=reason, request_id=request_id())


def account_actor(account: ServiceAccount) -> Actor:
    """Return a partner system as an actor; made once a request."""
    today = day_of(account.organisation.side, timezone.now())
    return Actor(door="api", today=today, account=account, request_id=request_id())


def person_actor(person: User | None) -> Actor:
    """Return a person as an actor on the staff screens; None is nobody."""
    today = day_of(person.side if person else "", timezone.now())
    return Actor(door="admin", today=today, person=person, request_id=request_id())


def actor_of(request: HttpRequest) -> Actor:
    """Return the person behind a request to the staff screens; made once a request."""
    actor: Actor | None = getattr(request, "_actor", None)
    if actor is None:
        user = request.user
        actor = person_actor(None if isinstance(user, AnonymousUser) else user)
        request._actor = actor  # type: ignore[attr-defined]  # the request carries it, as it carries its user
    return actor
