"""What a search finds: only what the actor may see, in any of the four languages and both scripts of Uzbek."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from django.contrib import admin
from django.db.models import CharField, Expression, Model, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Seat, User, WorkingGroup
from accounts.policy.actors import Actor
from accounts.policy.naming import mention, named
from accounts.policy.questions import visible
from accounts.web.admin_base import ScopedModelAdmin
from accounts.web.admin_site import StaffSite
from accounts.web.search import matching
from common.text import Text
from desk.selectors import visible_to
from programme.models import Decision, PriorityArea, Project
from roadmaps.models import Measure, Milestone, Proposal, RoadMap

LONGEST: Final = 400  # characters of a query
# RM-03.P2, which no column holds
REFERENCE: Final = Concat("road_map__reference", Value(".P"), Cast("number", CharField()), output_field=CharField())
SHOWN: Final = 25  # hits of a kind; the list behind shows all


@dataclass(frozen=True)
class Hit:
    """One record found. ``side`` is empty for what belongs to both; ``where`` names what the record stands in."""

    address: str
    code: str
    words: Text | str
    side: str = ""
    where: str = ""


@dataclass(frozen=True)
class SearchKind:
    """One kind of record: where a search looks, and how a hit of it is shown.

    ``changelist`` is the list that shows every hit.
    """

    name: str
    title: str | Promise
    records: QuerySet[Any, Any]
    hits: Callable[[list[Any]], list[Hit]]
    lookups: tuple[str | Expression, ...]
    changelist: str = ""


@dataclass(frozen=True)
class SearchResult:
    kind: SearchKind
    count: int
    hits: tuple[Hit, ...]

    @property
    def rest(self) -> int:
        return self.count - len(self.hits)


def find(actor: Actor, words: str) -> list[SearchResult]:
    """Return each kind of record of which something was found, by the words of `common.text.search_words`."""
    found = []
    for kind in kinds(actor):
        records = matching(kind.records, kind.lookups, words)
        if count := records.count():
            found.append(SearchResult(kind, count, tuple(kind.hits(list(records[:SHOWN])))))
    return found


def kinds(actor: Actor) -> Iterator[SearchKind]:
    """Yield areas, road maps and their rows, proposals and people, then what the lists of the admin search."""
    areas = visible_to(actor, PriorityArea.objects.all())
    yield SearchKind("area", _("Areas"), areas, _each(_area), ("name", "code"))
    group = Prefetch("group", visible_to(actor, WorkingGroup.objects.all()))
    maps = visible_to(actor, RoadMap.objects.prefetch_related(group))
    yield SearchKind(
        "roadmap", _("Road maps"), maps, _each(_road_map), ("group__name", "group__area__name", "reference")
    )
    measures = visible_to(actor, Measure.objects.filter(dropped_in=None).select_related("section__road_map"))
    texts = ("title", "expected_result", "funding_text")
    yield SearchKind("measure", _("Measures"), measures, _each(_measure), texts)
    milestones = visible_to(actor, Milestone.objects.filter(dropped_in=None).select_related("measure", "road_map"))
    yield SearchKind("milestone", _("Milestones"), milestones, _each(_milestone), ("mechanism",))
    proposals = visible_to(actor, Proposal.objects.select_related("road_map__group"))
    yield SearchKind("proposal", _("Proposals"), proposals, _each(_proposal), (REFERENCE,))
    yield SearchKind("person", _("People"), people(actor), partial(_people, actor), ("name",))
    for screen in cast(StaffSite, admin.site).screens():
        if screen.in_search and screen.search_texts:
            yield _kind_of(screen, actor)


def _kind_of(screen: ScopedModelAdmin[Any], actor: Actor) -> SearchKind:
    model: type[Model] = screen.model
    rows: QuerySet[Any, Any] = Organisation.objects.named() if model is Organisation else model._default_manager.all()
    name = str(screen.opts.model_name)
    hits = _each(HITS.get(model, _record))
    return SearchKind(name, screen.list_name, visible_to(actor, rows), hits, screen.search_texts, screen.list_url_name)


def people(actor: Actor) -> QuerySet[User, Any]:
    """Return the people whom the actor reads by name: those they see, and holders of seats in groups they see."""
    seats = visible(actor, "group.view", Seat.objects.in_force(actor.today)).order_by().values("user")
    known = visible_to(actor, User.objects.all()).order_by().values("pk")
    return User.objects.filter(Q(pk__in=known) | Q(pk__in=seats), is_active=True)


def _people(actor: Actor, found: list[User]) -> list[Hit]:
    """Return each person, opening where they stand: their own screen, or the area of their seat."""
    keys = [person.pk for person in found]
    seats = visible(actor, "group.view", Seat.objects.in_force(actor.today).filter(user__in=keys))
    held = {seat.user_id: seat for seat in seats.select_related("group__area").order_by("-pk")}
    screens = set(visible_to(actor, User.objects.filter(pk__in=keys)).values_list("pk", flat=True))
    names = named(actor, [mention(person, actor.today) for person in found])
    hits = []
    for person, name in zip(found, names, strict=True):
        seat = held.get(person.pk)
        where = f"{seat.get_role_display()}, {seat.group}" if seat else ""
        address = _address(person)
        if person.pk not in screens and seat is not None:
            area = getattr(seat.group, "area", None)
            address = reverse("desk:area", args=[area.code]) if area else reverse("desk:programme")
        hits.append(Hit(address, "", name, person.side, where))
    return hits


def _each(hit: Callable[[Any], Hit]) -> Callable[[list[Any]], list[Hit]]:
    return lambda records: [hit(record) for record in records]


def _measure(measure: Measure) -> Hit:
    road_map = measure.section.road_map
    address = f"{reverse('desk:roadmap', args=[road_map.reference])}#measure-{measure.number}"
    return Hit(address, f"{measure.number}.", measure.title, where=road_map.reference)


def _milestone(milestone: Milestone) -> Hit:
    address = reverse("desk:milestone", args=[milestone.uid])
    return Hit(address, milestone.label, milestone.mechanism, where=milestone.road_map.reference)


def _proposal(proposal: Proposal) -> Hit:
    address = reverse("desk:proposal", args=[proposal.reference])
    return Hit(address, proposal.reference, proposal.road_map.group.name, where=proposal.get_state_display())


def _area(area: PriorityArea) -> Hit:
    return Hit(reverse("desk:area", args=[area.code]), "", area.name)


def _road_map(road_map: RoadMap) -> Hit:
    return Hit(reverse("desk:roadmap", args=[road_map.reference]), road_map.reference, road_map.group.name)


def _organisation(organisation: Organisation) -> Hit:
    address = reverse("desk:organisation", args=[organisation.code])
    return Hit(address, "", organisation.name, organisation.side)


def _titled(record: Decision | Project) -> Hit:
    return Hit(_address(record), record.code, record.title)


def _record(record: Model) -> Hit:
    return Hit(_address(record), "", str(record))


def _address(record: Model) -> str:
    """Return where a record opens: on its own page, or on its form."""
    if hasattr(record, "get_absolute_url"):
        return str(record.get_absolute_url())
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])


HITS: Final[dict[type[Model], Callable[[Any], Hit]]] = {
    Decision: _titled,
    Project: _titled,
    Organisation: _organisation,
}
