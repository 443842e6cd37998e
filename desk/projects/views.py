from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.policy.actors import actor_of
from accounts.policy.questions import can_on
from desk.decisions.selectors import decision_rows
from desk.page import page
from desk.selectors import organisations, projects, visible_or_404, visible_to
from programme.models import Decision, ParticipantRole, ProjectParticipant

ORDER = [ParticipantRole.LEAD, ParticipantRole.FUNDING, ParticipantRole.PARTICIPANT]


@page
def project(request: HttpRequest, code: str) -> HttpResponse:
    """Show one project: its participants with their roles, and its decision."""
    actor = actor_of(request)
    record = visible_or_404(actor, projects(actor), code=code)
    parts = visible_to(actor, ProjectParticipant.objects.filter(project=record))
    parts = parts.prefetch_related(Prefetch("organisation", organisations(actor))).order_by("-organisation__side")
    rows = decision_rows(actor, Decision.objects.filter(project=record))
    context = {
        "title": str(record.title),
        "record": record,
        "project": record,
        "row": rows[0] if rows else None,
        "participants": sorted(parts, key=lambda part: ORDER.index(ParticipantRole(part.role))),
        "editable": can_on(actor, "project.edit", record),
    }
    return render(request, "projects/project.html", context)
