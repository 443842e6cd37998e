from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.actors import actor_of
from desk.reading import bodies, seen, visible_or_404
from desk.reading.decisions import decision_rows
from desk.views.pages import page
from programme.models import Decision, DecisionParty


@page
def decision(request: HttpRequest, code: str) -> HttpResponse:
    """One decision with the whole paragraph that it comes from, and what became of it."""
    actor = actor_of(request)
    record = visible_or_404(actor, Decision.objects.all(), code=code)
    (row,) = decision_rows(actor, Decision.objects.filter(pk=record.pk))
    parties = seen(actor, DecisionParty.objects.filter(decision=record))
    context = {
        "title": str(record.title),
        "row": row,
        "decision": row.decision,
        "parties": parties.prefetch_related(Prefetch("organisation", bodies(actor))).order_by(
            "inferred", "-organisation__side"
        ),
    }
    return render(request, "desk/decision.html", context)
