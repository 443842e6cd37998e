"""Name people: whoever prints who did or can do something asks `named`.

Named by name are the reader's own side, holders of seats of both sides, and this system; all others as their role and
organisation. A seat shows with its holder's name to everybody (``group.view``), also after it has ended.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, Role, Seat, User
from accounts.policy.actors import Actor
from accounts.policy.questions import visible
from common.sides import Side, day_of


@dataclass(frozen=True)
class Mention:
    """Somebody to be named, as a record or a history row tells of them.

    ``organisation`` is the code of the one they acted for, empty where it is not known; ``on``: their side's day.
    """

    kind: str
    key: int | None
    name: str
    side: str
    on: date
    organisation: str = ""


def mention(person: User, on: date) -> Mention:
    """Return a person as they stand on a day."""
    return Mention("person", person.pk, person.name, person.side, on)


def actor_of_row(row: Any) -> Mention:
    """Return who wrote a history row."""
    on = day_of(row.act_side, row.history_date)
    return Mention(row.act_kind, row.history_user_id, row.act_name, row.act_side, on, row.act_organisation)


def named(actor: Actor, mentions: Sequence[Mention]) -> list[str]:
    """Return what the actor reads for each, in their order; a few queries, none where all are of the own side."""
    known = _names(actor, mentions)
    others = [one for one, name in zip(mentions, known, strict=True) if name is None]
    roles = _roles(one.key for one in others if one.kind == "person" and one.key is not None)
    codes = {one.organisation for one in others if one.organisation}
    places = {row.code: row for row in Organisation.objects.named().filter(code__in=codes)} if codes else {}
    return [
        _in_office(one, roles[one.key], places) if name is None else name
        for one, name in zip(mentions, known, strict=True)
    ]


def _names(actor: Actor, mentions: Sequence[Mention]) -> list[str | None]:
    """Return the name of each, and None for those whom the actor does not read by name."""
    own = ("", actor.side)
    foreign = {one.key for one in mentions if one.side not in own and one.kind == "person"}
    seats: set[Any] = set()
    if foreign and not actor.is_system:
        holding = visible(actor, "group.view", Seat.objects.filter(user__in=foreign))
        seats = set(holding.order_by().values_list("user", flat=True))
    return [
        one.name
        if actor.is_system or one.kind == "system" or one.side in own or (one.kind == "person" and one.key in seats)
        else None
        for one in mentions
    ]


def _roles(people: Iterable[int]) -> defaultdict[int | None, list[Membership]]:
    """Return the memberships of each person, those of more than readers first."""
    found: defaultdict[int | None, list[Membership]] = defaultdict(list)
    keys = set(people)
    rows = (
        Membership.objects.filter(user__in=keys).select_related("organisation").prefetch_related("organisation__names")
    )
    for row in sorted(rows, key=lambda row: (row.role == Role.READER, row.pk)):
        found[row.user_id].append(row)
    return found


def _in_office(one: Mention, memberships: Iterable[Membership], places: dict[str, Organisation]) -> str:
    """Return the role and organisation; where no membership of that day is known, the organisation or the side."""
    held = [
        row
        for row in memberships
        if row.valid_from <= one.on
        and (row.valid_to is None or row.valid_to >= one.on)
        and one.organisation in ("", row.organisation.code)
    ]
    if held:
        words = {"role": held[0].get_role_display(), "where": held[0].organisation.short_name}
        return _("%(role)s, %(where)s") % words
    place = places.get(one.organisation)
    where = place.short_name if place else str(Side(one.side).label)
    return _("partner system, %(where)s") % {"where": where} if one.kind == "service" else where
