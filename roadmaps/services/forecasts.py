"""A lead's forecast: the day on which it expects a milestone. It changes nothing that was agreed."""

from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.policy.actors import Actor
from accounts.policy.questions import require
from accounts.services import StaleEdit
from audit.services import save_audited
from common.days import check_day
from common.errors import InvalidValue, sentence
from roadmaps.models import Assignment
from roadmaps.services.errors import IllegalMove, typed_reason
from roadmaps.services.locking import lock_road_map

LONGEST_REASON: Final = 1000


@transaction.atomic
def set_forecast(
    *, assignment: Assignment, forecast_on: date | None, reason: str, based_on: int, by: Actor
) -> Assignment:
    """Save or remove the forecast of one lead, with its reason.

    A new forecast is for today or later; one that has passed meanwhile may keep its day.

    Raises: NotAllowed, StaleEdit, IllegalMove (dropped, done), ValidationError at ``forecast_on`` or ``reason``.
    """
    # before the row itself: a version that comes into force at this moment writes it too
    lock_road_map(Assignment.objects.values_list("milestone__road_map", flat=True).get(pk=assignment.pk))
    assignment = (
        Assignment.objects.select_for_update(of=("self",)).select_related("milestone__measure").get(pk=assignment.pk)
    )
    by = require(by, "milestone.forecast", assignment)
    if assignment.row_version != based_on:
        raise StaleEdit(assignment)
    if assignment.dropped_in_id or assignment.milestone.dropped_in_id:
        raise IllegalMove("forecast.dropped")
    if assignment.milestone.completed_on:
        raise IllegalMove("forecast.completed")
    try:
        reason = typed_reason(reason, LONGEST_REASON)
    except InvalidValue as error:
        raise ValidationError({"reason": sentence(error)}) from error
    if not reason:
        raise ValidationError({"reason": _("Give a reason. It is visible to the other side.")})
    try:
        if forecast_on is not None:
            check_day(forecast_on)
    except InvalidValue as error:
        raise ValidationError({"forecast_on": sentence(error)}) from error
    if forecast_on is not None and forecast_on != assignment.forecast_on and forecast_on < by.today:
        raise ValidationError({"forecast_on": _("This day is past. Give the day on which you expect to finish.")})
    if (assignment.forecast_on, assignment.forecast_reason) == (forecast_on, reason):
        return assignment
    assignment.forecast_on, assignment.forecast_reason = forecast_on, reason
    save_audited(assignment, act=by.because(reason).act)
    return assignment
