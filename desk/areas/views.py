from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Seat, SeatRole
from accounts.policy.actors import actor_of
from desk.areas.selectors import co_chairs, overview, totals
from desk.decisions.selectors import decision_rows
from desk.page import page, require_ever
from desk.roadmaps.selectors.summaries import summaries, undated_milestones
from desk.selectors import areas as readable
from desk.selectors import projects, summit, visible_or_404, visible_to
from programme.models import AreaKind, Decision, Meeting, PriorityArea
from roadmaps.models import RoadMap

GAPS: Final = 20  # milestones without a date that are named; of the others only the number
SEATS = (
    (SeatRole.CO_CHAIR, gettext_lazy("Co-chairs")),
    (SeatRole.SECRETARY, gettext_lazy("Secretaries")),
    (SeatRole.MEMBER, gettext_lazy("Members")),
)


@page
def areas(request: HttpRequest) -> HttpResponse:
    """Show every area by kind, with its lead organisations and the co-chairs of its group."""
    actor = actor_of(request)
    require_ever(actor, "area.view")
    rows, chairs = overview(actor), co_chairs(actor)
    by_kind = [
        (AreaKind(kind).label, [(row, chairs.get(row.area.group_id, [])) for row in rows if row.area.kind == kind])
        for kind in AreaKind.values
    ]
    context = {"title": _("Areas"), "kinds": [entry for entry in by_kind if entry[1]], "totals": totals(rows)}
    return render(request, "areas/areas.html", context)


@page
def area(request: HttpRequest, code: str) -> HttpResponse:
    """Show one area: its decisions, projects, group and road map."""
    actor = actor_of(request)
    record = visible_or_404(actor, readable(actor), code=code)
    decisions = decision_rows(actor, Decision.objects.filter(area=record))
    road_map = visible_to(actor, RoadMap.objects.filter(group=record.group_id)).first()
    summary = summaries(actor, [road_map]).get(road_map.pk) if road_map else None
    seats = list(
        visible_to(actor, Seat.objects.in_force(actor.today).filter(group=record.group_id))
        .select_related("user")
        .order_by("-side", "user__name")
    )
    undated = undated_milestones(actor, summary, most=GAPS) if summary else []
    context = {
        "title": str(record.name),
        "area": record,
        "group": record.group,
        "seats": [(label, [seat for seat in seats if seat.role == role]) for role, label in SEATS],
        "decisions": decisions,
        "loose": [row.decision for row in decisions if row.is_loose],
        "projects": projects(actor).filter(area=record),
        "meetings": _meetings(record, visible_to(actor, Meeting.objects.all())),
        "summit": summit(actor),
        "road_map": road_map,
        "summary": summary,
        "undated": undated,
        "more_undated": summary.undated - len(undated) if summary else 0,
    }
    return render(request, "areas/area.html", context)


def _meetings(area: PriorityArea, meetings: QuerySet[Meeting, Any]) -> QuerySet[Meeting, Any]:
    """Return the meetings of the group and those that decided something in the area."""
    return meetings.filter(Q(group=area.group_id) | Q(pk__in=area.decisions.order_by().values("meeting")))
