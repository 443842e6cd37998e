"""How the pages print what is agreed: how a milestone stands, its first date, the line of its dates."""

from typing import Final
from uuid import UUID

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.deadlines import Deadline, Precision, printed, printed_day
from common.language import reader_language
from common.templatetags.words import status
from desk.milestones.selectors.live import LiveMilestone
from desk.milestones.selectors.page import Strip
from desk.roadmaps.selectors.versions import VersionPage
from roadmaps.milestone_status import MilestoneStatus
from roadmaps.models import Milestone

register = template.Library()

PICTURE: Final = (
    '<svg class="mini" viewBox="-20 0 1040 68" preserveAspectRatio="xMidYMid meet" role="img" aria-label="{}">{}</svg>'
)
LINE: Final = 52  # the line of the strip; marks stand on it


@register.simple_tag
def milestone_status(entry: LiveMilestone) -> SafeString:
    """`{% milestone_status milestone %}`: a word, and a shape of its own; the days where they need somebody."""
    return status(entry.shape, _words(entry))


def _words(entry: LiveMilestone) -> str:
    days = entry.due_status.days or 0
    match entry.due_status.status:
        case MilestoneStatus.DONE:
            return _("Done")
        case MilestoneStatus.OVERDUE:
            return ngettext("Overdue %(days)d day", "Overdue %(days)d days", -days) % {"days": -days}
        case MilestoneStatus.AT_RISK:
            return _("At risk")
        case MilestoneStatus.SOON:
            if days == 0:
                return _("Due today")
            return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}
        case MilestoneStatus.CONTINUOUS:
            return _("Continuous")
        case MilestoneStatus.UNDATED:
            return _("No date yet")
        case _:
            return _("Open")


@register.simple_tag
def live_of(page: VersionPage, uid: UUID) -> LiveMilestone | None:
    """`{% live_of page uid as entry %}`: how the milestone of a row stands; None where the reader does not see it."""
    return page.by_uid.get(uid)


@register.simple_tag
def first_agreed(row: Milestone) -> str:
    """The first agreed date, as exactly as it was agreed."""
    if row.original_due_on is None:
        return _("not yet")
    precision = Precision(row.original_precision)
    if precision == Precision.CONTINUOUS:
        return printed_day(row.original_due_on, reader_language())
    return printed(Deadline(row.original_due_on, precision), reader_language())


@register.simple_tag
def strip(places: Strip, entry: LiveMilestone) -> SafeString:
    """Draw the dates on one line, with a text alternative."""
    first, agreed = places.first, places.agreed
    marks = [format_html('<rect class="g-track" x="0" y="{}" width="1000" height="4"/>', LINE - 2)]
    if first is not None and first != agreed:
        marks.append(_diamond("g-first", first))
    if places.forecast is not None and agreed is not None and places.forecast > agreed:
        marks.append(format_html('<path class="g-slip" d="M{} {}H{}"/>', agreed, LINE, places.forecast))
    if agreed is not None:
        marks.append(_diamond("g-agreed", agreed))
    if places.pending is not None:
        bars = '<path class="g-pending" d="M{} {}h3.6v10h-3.6zM{} {}h3.6v10h-3.6z"/>'
        marks.append(format_html(bars, places.pending - 5, LINE - 5, places.pending + 2, LINE - 5))
    if places.forecast is not None:
        triangle = '<path class="g-forecast" d="M{} {}l6 10h-12z"/>'
        marks.append(format_html(triangle, places.forecast, LINE - 6))
    if places.done is not None:
        marks.append(format_html('<path class="g-done" d="M{} {}l3.6 3.8l6.4 -8"/>', places.done - 5, LINE))
    marks.append(format_html('<path class="g-today" d="M{} 20V68"/>', places.today))
    marks.append(format_html('<text class="g-todaytext" x="{}" y="14">{}</text>', places.today, _("today")))
    drawn = format_html_join("", "{}", ((mark,) for mark in marks))
    return format_html(PICTURE, _said(entry), drawn)


def _diamond(kind: str, x: int) -> SafeString:
    path = '<path class="{}" d="M{} {}l5.5 5.5l-5.5 5.5l-5.5 -5.5z"/>'
    return format_html(path, kind, x, LINE - 5.5)


def _said(entry: LiveMilestone) -> str:
    parts = [_("agreed %(date)s") % {"date": printed(entry.row.deadline, reader_language())}]
    if entry.moved:
        parts.insert(0, _("first agreed %(date)s") % {"date": first_agreed(entry.row)})
    if entry.pending:
        parts.append(_("pending %(date)s") % {"date": printed(entry.pending.deadline, reader_language())})
    if entry.forecast_on:
        parts.append(_("forecast %(date)s") % {"date": printed_day(entry.forecast_on, reader_language())})
    if entry.row.completed_on:
        parts.append(_("done %(date)s") % {"date": printed_day(entry.row.completed_on, reader_language())})
    return "; ".join(parts)
