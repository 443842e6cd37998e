from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.policy.actors import actor_of
from desk.areas.selectors import overview, totals
from desk.page import page, require_ever
from desk.programme.selectors import figures
from desk.selectors import summit, visible_to
from programme.models import Decision, SourceStanding


@page
def programme(request: HttpRequest) -> HttpResponse:
    """Show the figures of the summit and the progress of each area."""
    actor = actor_of(request)
    require_ever(actor, "indicator.view")
    rows = overview(actor)
    counted = visible_to(actor, Decision.objects.all()).order_by().values_list("source_standing").annotate(Count("pk"))
    standings = dict(counted)
    context = {
        "title": _("Programme"),
        "figures": figures(actor),
        "summit": summit(actor),
        "rows": rows,
        "totals": totals(rows),
        "standings": [(value, standings[value]) for value in SourceStanding.values if value in standings],
    }
    return render(request, "programme/programme.html", context)
