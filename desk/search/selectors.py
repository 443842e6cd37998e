"""What a search finds: only what the actor may see, in any of the four languages, whatever apostrophe was typed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from django.contrib import admin
from django.db.models import Model, Prefetch, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, WorkingGroup
from accounts.policy.actors import Actor
from accounts.web.admin_base import ScopedModelAdmin
from accounts.web.admin_site import StaffSite
from accounts.web.search import matching
from common.text import Text
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

    ``changelist`` is the list that shows every hit.
    """

    name: str
    title: str | Promise
    records: QuerySet[Any, Any]
    hit: Callable[[Any], Hit]
    lookups: tuple[str, ...]
    changelist: str = ""


@dataclass(frozen=True)
class SearchResult:
    kind: SearchKind
    count: int
    hits: tuple[Hit, ...]

    @property
    def rest(self) -> int:
        return self.count - len(self.hits)


def find(actor: Actor, pattern: str) -> list[SearchResult]:
    """Return each kind of record of which something was found. ``pattern`` is that of `common.text.search_pattern`."""
    found = []
    for kind in kinds(actor):
        records = matching(kind.records, kind.lookups, pattern)
        if count := records.count():
            found.append(SearchResult(kind, count, tuple(kind.hit(record) for record in records[:SHOWN])))
    return found


def kinds(actor: Actor) -> Iterator[SearchKind]:
    """Yield areas and road maps, then what the lists of the admin search, in their order."""
    areas = visible_to(actor, PriorityArea.objects.all())
    yield SearchKind("area", _("Areas"), areas, _area, ("name", "code"))
    group = Prefetch("group", visible_to(actor, WorkingGroup.objects.all()))
    maps = visible_to(actor, RoadMap.objects.prefetch_related(group))
    yield SearchKind("roadmap", _("Road maps"), maps, _road_map, ("group__name", "group__area__name", "reference"))
    for screen in cast(StaffSite, admin.site).screens():
        if screen.in_search and screen.search_texts:
            yield _kind_of(screen, actor)


def _kind_of(screen: ScopedModelAdmin[Any], actor: Actor) -> SearchKind:
    model: type[Model] = screen.model
    rows: QuerySet[Any, Any] = Organisation.objects.named() if model is Organisation else model._default_manager.all()
    name = str(screen.opts.model_name)
    hit = HITS.get(model, _record)
    return SearchKind(name, screen.list_name, visible_to(actor, rows), hit, screen.search_texts, screen.list_url_name)


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
