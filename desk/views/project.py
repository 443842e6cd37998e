from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.actors import actor_of
from accounts.policy import can_on
from desk.reading import bodies, projects, seen, visible_or_404
from desk.reading.decisions import decision_rows
from desk.views.pages import page
from programme.models import Decision, ParticipantRole, ProjectParticipant

ORDER = [ParticipantRole.LEAD, ParticipantRole.FUNDING, ParticipantRole.PARTICIPANT]


@page
def project(request: HttpRequest, code: str) -> HttpResponse:
    """One project: who takes part and as what, and where it comes from."""
    actor = actor_of(request)
    record = visible_or_404(actor, projects(actor), code=code)
    parts = seen(actor, ProjectParticipant.objects.filter(project=record))
    participants = parts.prefetch_related(Prefetch("organisation", bodies(actor))).order_by("-organisation__side")
    rows = decision_rows(actor, Decision.objects.filter(project=record))
    context = {
        "title": str(record.title),
        "project": record,
        "row": rows[0] if rows else None,
        "participants": sorted(participants, key=lambda part: ORDER.index(ParticipantRole(part.role))),
        "editable": can_on(actor, "project.edit", record),
    }
    return render(request, "desk/project.html", context)
