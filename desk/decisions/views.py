from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.policy.actors import actor_of
from desk.decisions.selectors import decision_rows
from desk.page import page
from desk.selectors import organisations, visible_or_404, visible_to
from programme.models import Decision, DecisionParty


@page
def decision(request: HttpRequest, code: str) -> HttpResponse:
    """Show one decision with the paragraph that it comes from, its measures and its project."""
    actor = actor_of(request)
    record = visible_or_404(actor, Decision.objects.all(), code=code)
    (row,) = decision_rows(actor, Decision.objects.filter(pk=record.pk))
    parties = visible_to(actor, DecisionParty.objects.filter(decision=record))
    context = {
        "title": str(record.title),
        "record": row.decision,
        "row": row,
        "decision": row.decision,
        "parties": parties.prefetch_related(Prefetch("organisation", organisations(actor))).order_by(
            "inferred", "-organisation__side"
        ),
    }
    return render(request, "decisions/decision.html", context)
