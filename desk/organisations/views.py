from typing import Any

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Membership, Organisation, OrganisationName
from accounts.policy.actors import Actor, actor_of
from accounts.policy.questions import can_on
from common.language import LANGUAGES, OWN_NAMES
from desk.decisions.selectors import decision_rows
from desk.page import page
from desk.selectors import areas, organisations, projects, summit, visible_or_404, visible_to
from programme.models import Decision, DecisionParty, ProjectParticipant


@page
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """Show one organisation: its names over time, its parent, and what it leads and takes part in."""
    actor = actor_of(request)
    with_parent = organisations(actor).prefetch_related(Prefetch("parent", organisations(actor)))
    record = visible_or_404(actor, with_parent, code=code)
    editable = can_on(actor, "organisation.edit", record)
    names = visible_to(actor, OrganisationName.objects.filter(organisation=record))
    context = {
        "title": str(record.name),
        "organisation": record,
        "in_force": record.name_row(actor.today),
        "names": list(names)[::-1],
        "languages": [(language, OWN_NAMES[language]) for language in LANGUAGES],
        "summit": summit(actor),
        "answering": organisations(actor).filter(parent=record),
        "areas": areas(actor).filter(Q(group__lead_uz=record) | Q(group__lead_kr=record)),
        "projects": _projects(actor, record),
        "decisions": _decisions(actor, record),
        "editable": editable,
        "people": _people(actor, record) if editable else None,
    }
    return render(request, "organisations/organisation.html", context)


def _projects(actor: Actor, organisation: Organisation) -> Any:
    """Return the projects in which it takes part, with its role."""
    parts = visible_to(actor, ProjectParticipant.objects.filter(organisation=organisation))
    mine = projects(actor).filter(pk__in=parts.order_by().values("project"))
    return mine.prefetch_related(Prefetch("participants", parts))


def _decisions(actor: Actor, organisation: Organisation) -> Any:
    """Return the decisions of which it is a party, each with whether that is inferred."""
    parties = dict(
        visible_to(actor, DecisionParty.objects.filter(organisation=organisation)).values_list("decision", "inferred")
    )
    rows = decision_rows(actor, Decision.objects.filter(pk__in=parties))
    return [(row, parties[row.decision.pk]) for row in rows]


def _people(actor: Actor, organisation: Organisation) -> Any:
    """Return today's memberships, for those who manage them."""
    today = Membership.objects.in_force(actor.today).filter(organisation=organisation)
    return visible_to(actor, today).select_related("user").order_by("user__name", "role")
