"""The 403 page: where the policy refused, it says who can."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, Seat, User
from accounts.policy.access import access_of
from accounts.policy.actors import Actor, actor_of
from accounts.policy.naming import mention, named
from accounts.policy.permissions import PERMISSIONS
from accounts.policy.questions import NotAllowed, can_on, who_can
from audit.services import record_event

MOST: Final = 20  # rows on one page


@dataclass(frozen=True)
class AccessRefusal:
    """``people`` are (side, name, roles in words); of whom the reader does not read by name, role and organisation."""

    title: str
    text: str
    people: tuple[tuple[str, str, str], ...]


def refused(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """Render the 403 page. It names people only where the reader may see the record itself."""
    refusal = None
    if isinstance(exception, NotAllowed) and request.user.is_authenticated:
        actor = actor_of(request)
        refusal = _refusal(exception.permission, exception.obj, actor)
        # here the refused transaction has rolled back: what was tried is kept, on the side of who tried it
        subject = exception.obj._meta.label if exception.obj else ""
        key = exception.obj.pk if exception.obj else None
        record_event(
            kind="refused", act=actor.act, subject=subject, layer=actor.side, permission=exception.permission, key=key
        )
    return render(request, "403.html", {"refusal": refusal}, status=403)


def _refusal(permission: str, record: Model | None, actor: Actor) -> AccessRefusal | None:
    if record is None or permission not in PERMISSIONS or not can_on(actor, access_of(record).view, record):
        return None
    words = PERMISSIONS[permission]
    people = list(who_can(permission, record, actor=actor).order_by("-side", "name"))
    return AccessRefusal(str(words.refusal), str(words.who), tuple(islice(_rows(people, actor), MOST)))


def _rows(people: list[User], actor: Actor) -> Iterator[tuple[str, str, str]]:
    """Yield each person who is named by name, with roles and seats; of all others each role and organisation once."""
    names = named(actor, [mention(person, actor.today) for person in people])
    roles = _roles(people, actor)
    told: set[tuple[str, str]] = set()
    for person, name in zip(people, names, strict=True):
        if name == person.name:
            yield person.side, name, "; ".join(roles[person.pk])
        elif (person.side, name) not in told:
            told.add((person.side, name))
            yield person.side, name, ""


def _roles(people: list[User], actor: Actor) -> dict[int, list[str]]:
    """Return the roles and seats of each, without the roles that only read."""
    memberships = Membership.objects.in_force(actor.today).filter(user__in=people).exclude(role=Role.READER)
    seats = Seat.objects.in_force(actor.today).filter(user__in=people).select_related("group")
    roles: dict[int, list[str]] = defaultdict(list)
    for membership in memberships.select_related("organisation").prefetch_related("organisation__names"):
        words = {"role": membership.get_role_display(), "where": membership.organisation.short_name}
        roles[membership.user_id].append(_("%(role)s, %(where)s") % words)
    for seat in seats:
        words = {"role": seat.get_role_display(), "where": str(seat.group)}
        roles[seat.user_id].append(_("%(role)s, %(where)s") % words)
    return roles
