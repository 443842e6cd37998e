"""What a search finds: only what the actor may see, in any of the four languages, whatever apostrophe was typed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Model, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, WorkingGroup
from accounts.policy.actors import Actor
from common.text import LANGUAGES, Text
from desk.selectors import visible_to
from programme.models import Decision, PriorityArea, Project
from roadmaps.models import RoadMap

LONGEST: Final = 400  # characters of a query
SHOWN: Final = 25  # hits of a kind; the list behind shows all


@dataclass(frozen=True)
class Hit:
    """One record found. ``side`` is empty for what belongs to both."""

    address: str
    code: str
    words: Text | str
    side: str = ""


@dataclass(frozen=True)
class SearchKind:
    """One kind of record: where a search looks, and how a hit of it is shown.

    ``texts`` are multilingual columns, ``plain`` the others; ``changelist`` is the list that shows every hit.
    """

    name: str
    title: str | Promise
    records: QuerySet[Any, Any]
    hit: Callable[[Any], Hit]
    texts: tuple[str, ...]
    plain: tuple[str, ...]
    changelist: str = ""

    def matching(self, pattern: str) -> QuerySet[Any, Any]:
        """A subquery, so that an organisation with two names is found once."""
        paths = [f"{path}__texts__{language}" for path in self.texts for language in LANGUAGES]
        found = reduce(or_, (Q(**{f"{path}__iregex": pattern}) for path in (*paths, *self.plain)))
        matching = self.records.model._default_manager.filter(found).order_by()
        return self.records.filter(pk__in=matching.values("pk"))


@dataclass(frozen=True)
class SearchResult:
    kind: SearchKind
    count: int
    hits: tuple[Hit, ...]

    @property
    def rest(self) -> int:
        return self.count - len(self.hits)


def find(actor: Actor, pattern: str) -> list[SearchResult]:
    """Each kind of record of which something was found. ``pattern`` is `common.text.search_pattern`'s."""
    found = []
    for kind in kinds(actor):
        matching = kind.matching(pattern)
        if count := matching.count():
            found.append(SearchResult(kind, count, tuple(kind.hit(record) for record in matching[:SHOWN])))
    return found


def kinds(actor: Actor) -> tuple[SearchKind, ...]:
    def records(model: type[Model]) -> QuerySet[Any, Any]:
        return visible_to(actor, model._default_manager.all())

    maps = records(RoadMap).prefetch_related(Prefetch("group", records(WorkingGroup)))
    lists = "admin:programme_{}_changelist"
    return (
        SearchKind("areas", _("Areas"), records(PriorityArea), _area, ("name",), ("code",)),
        SearchKind("roadmaps", _("Road maps"), maps, _road_map, ("group__name", "group__area__name"), ("reference",)),
        SearchKind(
            "decisions",
            _("Decisions of the summit"),
            records(Decision),
            lambda record: Hit(reverse("desk:decision", args=[record.code]), record.code, record.title),
            ("title",),
            ("code",),
            lists.format("decision"),
        ),
        SearchKind(
            "projects",
            _("Projects"),
            records(Project),
            lambda record: Hit(reverse("desk:project", args=[record.code]), record.code, record.title),
            ("title", "summary"),
            ("code",),
            lists.format("project"),
        ),
        SearchKind(
            "organisations",
            _("Organisations"),
            visible_to(actor, Organisation.objects.named()),
            _organisation,
            ("names__name",),
            ("code", "names__short"),
            "admin:accounts_organisation_changelist",
        ),
    )


def _area(area: PriorityArea) -> Hit:
    return Hit(reverse("desk:area", args=[area.code]), "", area.name)


def _road_map(road_map: RoadMap) -> Hit:
    return Hit(reverse("desk:roadmap", args=[road_map.reference]), road_map.reference, road_map.group.name)


def _organisation(organisation: Organisation) -> Hit:
    address = reverse("desk:organisation", args=[organisation.code])
    return Hit(address, "", organisation.name, organisation.side)
