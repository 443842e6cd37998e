"""Why a notice is not sent, or no longer says what is true, as a sentence in the active language."""

from datetime import datetime

from django.utils.translation import gettext as _

from common.deadlines import printed_day
from common.language import reader_language
from reminders.models import Notice
from reminders.moments import LOOKBACK, anchor_in
from roadmaps.models import Milestone


def what_changed(notice: Notice, milestone: Milestone) -> str:
    """Return what is no longer as the notice says; "" if nothing is."""
    if milestone.completed_on:
        return _("Done on %(day)s.") % {"day": printed_day(milestone.completed_on, reader_language())}
    if milestone.dropped_in_id:
        return _("The milestone is no longer in the road map.")
    deadline = anchor_in(milestone.deadline, notice.period)
    if deadline is None:
        return _("The deadline is to be agreed again.")
    if deadline != notice.anchor:
        return _("The deadline has moved to %(day)s.") % {"day": printed_day(deadline, reader_language())}
    return ""


def why_not(notice: Notice, milestone: Milestone | None, now: datetime) -> str:
    """Return why it is not sent. ``milestone`` is None if the person may not see it."""
    if milestone is None:
        return _("The recipient can no longer see the milestone.")
    if notice.corrects_id:
        return _("It is as the earlier email says.")
    if changed := what_changed(notice, milestone):
        return changed
    if notice.moment <= now - LOOKBACK:
        return _("It waited for more than %(n)d days.") % {"n": LOOKBACK.days}
    return _("The membership, the seat or the organisation’s part has ended.")
