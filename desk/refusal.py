"""The page of a refusal: a 403 that is the policy's says who could do it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Role, Seat, User
from accounts.policy.access import access_of
from accounts.policy.actors import Actor, actor_of
from accounts.policy.questions import NotAllowed, can_on, who_can
from audit.services import record_event

MOST: Final = 20  # people named on one page

WORDS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "project.edit": (
        gettext_lazy("This project is not yours to edit"),
        gettext_lazy("The officers and heads of the organisations that lead it keep it up to date."),
    ),
    "organisation.edit": (
        gettext_lazy("This organisation is not yours to edit"),
        gettext_lazy(
            "Its administrators, those of the body it answers to and those of its side’s coordinator keep its names."
        ),
    ),
    "membership.manage": (
        gettext_lazy("These people are not yours to manage"),
        gettext_lazy(
            "The organisation’s administrators do, those of the body it answers to and of its side’s coordinator."
        ),
    ),
    "proposal.draft": (
        gettext_lazy("This draft is not yours to edit"),
        gettext_lazy("The group’s secretaries edit it, and officers and heads of the organisations that take part."),
    ),
    "proposal.sign": (
        gettext_lazy("Only a co-chair can sign this proposal"),
        gettext_lazy(
            "The co-chair of each side turns that side’s key; you may read the proposal and write to them. "
            "There is no substitution and no administrator’s override."
        ),
    ),
    "proposal.refuse": (
        gettext_lazy("Only a co-chair can refuse this proposal"),
        gettext_lazy("The co-chair of each side refuses for that side; you may read the proposal and write to them."),
    ),
    "proposal.publish": (
        gettext_lazy("This proposal is not yours to publish or, once published, to edit"),
        gettext_lazy("The secretaries of the working group do."),
    ),
    "proposal.withdraw": (
        gettext_lazy("This proposal is not yours to withdraw"),
        gettext_lazy("The secretaries of the working group do."),
    ),
    "seat.manage": (
        gettext_lazy("This seat is not yours to give or to end"),
        gettext_lazy("The administrators of its side’s coordinator do."),
    ),
}


@dataclass(frozen=True)
class Refusal:
    """``people`` are (side, name, role in words)."""

    title: str
    text: str
    people: tuple[tuple[str, str, str], ...]


def refused(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """Names who could only where the person sees the record itself."""
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


def _refusal(permission: str, record: Model | None, actor: Actor) -> Refusal | None:
    if record is None or permission not in WORDS or not can_on(actor, access_of(record).view, record):
        return None
    title, text = WORDS[permission]
    people = who_can(permission, record, actor=actor).order_by("-side", "name")[:MOST]
    return Refusal(str(title), str(text), tuple(_named(list(people), actor)))


def _named(people: list[User], actor: Actor) -> Iterable[tuple[str, str, str]]:
    """Each with what they are, where: the roles that only read say nothing here."""
    memberships = Membership.objects.in_force(actor.today).filter(user__in=people).exclude(role=Role.READER)
    seats = Seat.objects.in_force(actor.today).filter(user__in=people).select_related("group")
    roles: dict[int, list[str]] = defaultdict(list)
    for membership in memberships.select_related("organisation").prefetch_related("organisation__names"):
        words = {"role": membership.get_role_display(), "where": membership.organisation.short_name}
        roles[membership.user_id].append(_("%(role)s, %(where)s") % words)
    for seat in seats:
        words = {"role": seat.get_role_display(), "where": str(seat.group)}
        roles[seat.user_id].append(_("%(role)s, %(where)s") % words)
    for person in people:
        yield person.side, person.name, "; ".join(roles[person.pk])
