from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.policy.actors import Actor, actor_of
from desk.areas.selectors import co_chairs, overview, totals
from desk.page import page, require_ever
from desk.proposals.status import proposals, summaries
from desk.roadmaps.selectors.drafts import Draft, drafts_of, road_maps
from desk.roadmaps.selectors.table import OfficialTable
from desk.roadmaps.selectors.versions import VersionPage
from desk.selectors import visible_or_404, visible_to
from programme.models import PriorityArea
from roadmaps.models import RoadMap
from roadmaps.proposal_status import OPEN_STATES
from roadmaps.services import layers_to_draft_on


@page
def roadmaps(request: HttpRequest) -> HttpResponse:
    """Show the road maps that the person can see."""
    actor = actor_of(request)
    require_ever(actor, "roadmap.view")
    rows = [row for row in overview(actor) if row.road_map]
    context = {"title": _("Road maps"), "rows": rows, "totals": totals(rows)}
    return render(request, "roadmaps/roadmaps.html", context)


@page
def roadmap(request: HttpRequest, reference: str) -> HttpResponse:
    """The document itself: the version in force, or one that ``?version=`` names; else a draft, or the one that
    ``?draft=`` names."""
    actor = actor_of(request)
    asked = {name: request.GET.get(name, "") for name in ("version", "against", "only")}
    record = visible_or_404(actor, RoadMap.objects.select_related("group"), reference=reference)
    agreed = VersionPage(actor, record, **asked)
    if "draft" not in request.GET and agreed.versions:
        return _agreed(request, actor, agreed)
    record = visible_or_404(actor, road_maps(actor), reference=reference)
    drafts = drafts_of(actor, record)
    draft = _chosen(drafts, request.GET.get("draft"))
    context = {
        "road_map": record,
        "area": visible_to(actor, PriorityArea.objects.filter(group=record.group_id)).first(),
        "drafts": drafts,
        "draft": draft,
        "table": OfficialTable(actor, record, draft.content, agreed=False) if draft else None,
        "version": agreed.version,
        "co_chairs": co_chairs(actor).get(record.group_id, []),
    }
    return render(request, "roadmaps/roadmap.html", context)


def _agreed(request: HttpRequest, actor: Actor, page: VersionPage) -> HttpResponse:
    record = page.road_map
    open_ones = proposals(actor).filter(road_map=record, state__in=OPEN_STATES).defer("content")
    context = {
        "page": page,
        "road_map": record,
        "area": visible_to(actor, PriorityArea.objects.filter(group=record.group_id)).first(),
        "open_proposals": summaries(actor, open_ones),
        "draft_layers": layers_to_draft_on(record, by=actor),
    }
    return render(request, "roadmaps/version.html", context)


def _chosen(drafts: list[Draft], code: str | None) -> Draft | None:
    """Return the draft of that code, such as P2, or the newest. Raises: Http404."""
    if code is None:
        return drafts[0] if drafts else None
    for draft in drafts:
        if code in (draft.proposal.code, draft.proposal.code.removeprefix("P")):
            return draft
    raise Http404
