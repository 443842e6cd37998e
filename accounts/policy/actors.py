"""Who asks: a person, a partner's system, or this system itself, through which door, on which day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from uuid import uuid4

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Membership, Organisation, Reach, Seat, ServiceAccount, User
from audit.acting import Act, Door
from common.sides import day_of


@dataclass(frozen=True)
class Actor:
    """Exactly one of ``person``, ``account`` and ``system`` is set; none of them is nobody, who may nothing.

    The keys (own organisations, groups, side-wide roles) are read once; an actor lives as long as one request or task.
    ``system`` is the name of a command or task that acts for nobody else. ``today`` is the side's own day, Tashkent's
    or Seoul's: memberships and seats begin and end with it.
    """

    door: Door
    today: date
    person: User | None = None
    account: ServiceAccount | None = None
    system: str = ""
    reason: str = ""
    request_id: str = ""

    def because(self, reason: str) -> "Actor":
        return replace(self, reason=reason)

    def through(self, door: Door) -> "Actor":
        return replace(self, door=door)

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
        """In force today, the strongest first: what the person acts as."""
        if self.person is None or not self.person.is_active:
            return []
        rows = Membership.objects.in_force(self.today).filter(user=self.person)
        reaching = rows.annotate(reach=Reach("organisation"))  # type: ignore[no-redef]  # the property, at hand
        named = reaching.select_related("organisation").prefetch_related("organisation__names")
        return sorted(named, key=lambda row: (row.role == "reader", row.pk))

    @cached_property
    def seats(self) -> list[Seat]:
        """In force today."""
        if self.person is None or not self.person.is_active:
            return []
        return list(Seat.objects.in_force(self.today).filter(user=self.person).select_related("group"))

    @property
    def has_standing(self) -> bool:
        """A membership or seat in force, or a system with the scope to read."""
        if self.account:
            return "read" in self.account.scopes
        return bool(self.memberships or self.seats)

    def own(self, roles: Collection[str] = ()) -> list[Organisation]:
        """Organisations in which the actor has one of ``roles`` (any, where none is named)."""
        return [row.organisation for row in self._acts_for(roles)]

    def own_and_answering(self, roles: Collection[str] = ()) -> set[int]:
        """Keys of `own` and of every organisation that answers to one of them."""
        return {key for row in self._acts_for(roles) for key in row.reach}

    def _acts_for(self, roles: Collection[str]) -> Sequence[Membership | ServiceAccount]:
        """What makes the actor act for an organisation; an account has no role."""
        if self.account:
            return [self.account] if self.has_standing and not roles else []
        return [row for row in self.memberships if not roles or row.role in roles]

    def groups(self, roles: Collection[str] = ()) -> set[int]:
        """Keys of the working groups in which the actor holds one of the seats ``roles`` (any, where none is named)."""
        return {seat.group_id for seat in self.seats if not roles or seat.role in roles}

    @property
    def act(self) -> Act:
        """What the audit stores. Raises: ValueError for nobody."""
        if self.person:
            organisation = self.memberships[0].organisation.code if self.memberships else ""
            kind, key, name = "person", self.person.pk, self.person.name
        elif self.account:
            organisation = self.account.organisation.code
            kind, key, name = "service", self.account.pk, self.account.name
        elif self.system:
            organisation, kind, key, name = "", "system", None, self.system
        else:
            raise ValueError("Nobody acts.")
        return Act(
            actor_kind=kind,  # type: ignore[arg-type]  # one of the three by construction
            actor_id=key,
            actor_name=name,
            organisation=organisation,
            side=self.side,
            door=self.door,
            reason=self.reason,
            request_id=self.request_id,
        )


def system_actor(name: str, *, door: Door = "command", reason: str = "") -> Actor:
    """A command or task that acts for nobody. It sees and writes what its service does; it never signs."""
    return Actor(door=door, today=timezone.localdate(), system=name, reason=reason, request_id=str(uuid4()))


def account_actor(account: ServiceAccount) -> Actor:
    """A partner's system; made once a request."""
    today = day_of(account.organisation.side, timezone.now())
    return Actor(door="api", today=today, account=account, request_id=str(uuid4()))


def actor_of(request: HttpRequest) -> Actor:
    """The person behind a request to the staff's screens; made once a request."""
    actor: Actor | None = getattr(request, "_actor", None)
    if actor is None:
        user = request.user
        person = None if isinstance(user, AnonymousUser) else user
        actor = Actor(
            door="admin",
            today=day_of(person.side if person else "", timezone.now()),
            person=person,
            request_id=str(uuid4()),
        )
        request._actor = actor  # type: ignore[attr-defined]  # the request carries it, as it carries its user
    return actor
