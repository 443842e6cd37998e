"""The page of one milestone, and the form of its leads' forecasts."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.policy.actors import actor_of
from accounts.services import StaleEdit
from common.errors import sentence
from desk.milestones.forms import ForecastForm
from desk.milestones.selectors.page import MilestonePage
from desk.page import form_page
from desk.selectors import visible_or_404
from roadmaps.models import Assignment, Milestone
from roadmaps.services import IllegalMove, set_forecast


@form_page
def milestone(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show a milestone; a POST saves the forecast of the assignment that it names."""
    actor = actor_of(request)
    record = visible_or_404(actor, Milestone.objects.select_related("measure", "road_map__group"), uid=str(uid))
    bound = ForecastForm(request.POST) if request.method == "POST" else None
    if bound is not None and bound.is_valid() and _saved(request, bound, record):
        messages.success(request, _("The forecast is saved. The agreed deadline has not changed."))
        return redirect("desk:milestone", uid=uid)
    page = MilestonePage(actor, record, timezone.now(), bound)
    return render(request, "milestones/milestone.html", {"page": page}, status=400 if bound else 200)


def _saved(request: HttpRequest, form: ForecastForm, record: Milestone) -> bool:
    """Raises: Http404 for an assignment of another milestone; NotAllowed."""
    actor, data = actor_of(request), form.cleaned_data
    assignment = visible_or_404(actor, Assignment.objects.filter(milestone=record), pk=str(data["assignment"]))
    try:
        set_forecast(
            assignment=assignment,
            forecast_on=data["forecast_on"],
            reason=data["reason"],
            based_on=data["based_on"],
            by=actor,
        )
    except ValidationError as error:
        form.add_error(None, error)
    except IllegalMove as error:
        form.add_error(None, sentence(error))
    except StaleEdit:
        form.add_error(None, _("Someone else changed this forecast. Check it below, then save yours again."))
        newest = Assignment.objects.get(pk=assignment.pk)
        form.data = {**form.data.dict(), "based_on": str(newest.row_version)}  # type: ignore[attr-defined]  # of a POST
    return form.is_valid()
