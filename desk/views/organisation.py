from typing import Any

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.actors import Actor, actor_of
from accounts.models import Membership, Organisation, OrganisationName
from accounts.policy import can_on
from common.text import LANGUAGES, OWN_NAMES
from desk.reading import areas, bodies, projects, seen, summit, visible_or_404
from desk.reading.decisions import decision_rows
from desk.views.pages import page
from programme.models import Decision, DecisionParty, ProjectParticipant


@page
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """One body: every name it had and from when, what it answers to, what it leads and takes part in."""
    actor = actor_of(request)
    record = visible_or_404(actor, bodies(actor).prefetch_related(Prefetch("parent", bodies(actor))), code=code)
    editable = can_on(actor, "organisation.edit", record)
    names = seen(actor, OrganisationName.objects.filter(organisation=record))
    context = {
        "title": str(record.name),
        "organisation": record,
        "in_force": record.name_row(actor.today),
        "names": list(names)[::-1],
        "languages": [(language, OWN_NAMES[language]) for language in LANGUAGES],
        "summit": summit(actor),
        "answering": bodies(actor).filter(parent=record),
        "areas": areas(actor).filter(Q(group__lead_uz=record) | Q(group__lead_kr=record)),
        "projects": _projects(actor, record),
        "decisions": _decisions(actor, record),
        "editable": editable,
        "people": _people(actor, record) if editable else None,
    }
    return render(request, "desk/organisation.html", context)


def _projects(actor: Actor, organisation: Organisation) -> Any:
    """In which it has a part, with that part."""
    parts = seen(actor, ProjectParticipant.objects.filter(organisation=organisation))
    mine = projects(actor).filter(pk__in=parts.order_by().values("project"))
    return mine.prefetch_related(Prefetch("participants", parts))


def _decisions(actor: Actor, organisation: Organisation) -> Any:
    """Those that name it or to which it was added, and whether the source itself names it."""
    parties = dict(
        seen(actor, DecisionParty.objects.filter(organisation=organisation)).values_list("decision", "inferred")
    )
    rows = decision_rows(actor, Decision.objects.filter(pk__in=parties))
    return [(row, parties[row.decision.pk]) for row in rows]


def _people(actor: Actor, organisation: Organisation) -> Any:
    """Its people today, for those who manage their memberships."""
    today = Membership.objects.in_force(actor.today).filter(organisation=organisation)
    return seen(actor, today).select_related("user").order_by("user__name", "role")
