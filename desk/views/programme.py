from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.actors import actor_of
from desk.reading import seen, summit
from desk.reading.figures import figures
from desk.reading.overview import overview, totals
from desk.views.pages import page, require_ever
from programme.models import Decision, Standing
from programme.models.decision import NOTHING_TO_CARRY_OUT


@page
def programme(request: HttpRequest) -> HttpResponse:
    """The whole programme: the summit's figures, and how far each area is."""
    actor = actor_of(request)
    require_ever(actor, "indicator.view")
    rows = overview(actor)
    counted = seen(actor, Decision.objects.all()).order_by().values_list("standing").annotate(Count("pk"))
    standings = dict(counted)
    context = {
        "title": _("Programme"),
        "figures": figures(actor),
        "summit": summit(actor),
        "rows": rows,
        "totals": totals(rows),
        "carried_out": ",".join(value for value in Standing.values if value not in NOTHING_TO_CARRY_OUT),
        "standings": [(value, standings[value]) for value in Standing.values if value in standings],
    }
    return render(request, "desk/programme.html", context)
