"""One milestone as its page shows it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Final

from django.db.models import Prefetch

from accounts.policy.actors import Actor
from accounts.policy.questions import visible
from accounts.web.history import HistoryEntry, entries
from common.days import later
from desk.milestones.forms import ForecastForm
from desk.milestones.selectors.live import LiveMilestone, live
from desk.reminders.selectors.sent import SentStage, sent_stages
from desk.reminders.selectors.upcoming import UpcomingStage, upcoming_stages
from desk.selectors import areas, organisations, visible_to
from programme.models import Decision, Meeting, PriorityArea, Project
from roadmaps.models import Assignment, AssignmentRole, Milestone, RoadMapVersion

MARGIN: Final = 30  # days on both ends of the strip of dates


@dataclass(frozen=True)
class ExecutorRow:
    """One executor; ``form`` is there where the reader may write its forecast."""

    assignment: Assignment
    form: ForecastForm | None


class MilestonePage:
    """Read by `milestones/milestone.html`; each part is computed when the page first shows it."""

    def __init__(self, actor: Actor, record: Milestone, now: datetime, bound: ForecastForm | None = None) -> None:
        self.actor, self.record, self.now, self._bound = actor, record, now, bound

    @cached_property
    def live(self) -> LiveMilestone:
        """The milestone with its dates and status; a dropped one too."""
        return live(self.actor, visible_to(self.actor, Milestone.objects.filter(pk=self.record.pk)))[0]

    @cached_property
    def is_sample(self) -> bool:
        """Whether the version in force was signed with sample keys."""
        versions = visible_to(self.actor, RoadMapVersion.objects.filter(road_map=self.record.road_map_id))
        return bool(versions.order_by("-number").values_list("illustrative", flat=True).first())

    @cached_property
    def area(self) -> PriorityArea | None:
        return areas(self.actor).filter(group=self.record.road_map.group_id).first()

    @cached_property
    def executors(self) -> list[ExecutorRow]:
        """Leads first, as the agreed text names them."""
        rows = visible_to(self.actor, Assignment.objects.filter(milestone=self.record, dropped_in=None))
        rows = rows.prefetch_related(Prefetch("organisation", organisations(self.actor))).order_by("position")
        may = visible(self.actor, "milestone.forecast", Assignment.objects.filter(milestone=self.record))
        own = set(may.values_list("pk", flat=True)) if not self.record.dropped_in_id else set()
        return [ExecutorRow(row, self._form(row) if row.pk in own else None) for row in rows]

    def _form(self, row: Assignment) -> ForecastForm:
        if self._bound is not None and str(self._bound.data.get("assignment")) == str(row.pk):
            return self._bound
        return ForecastForm(
            auto_id=f"id_%s_{row.pk}",
            initial={
                "assignment": row.pk,
                "based_on": row.row_version,
                "forecast_on": row.forecast_on,
                "reason": row.forecast_reason,
            },
        )

    @cached_property
    def leads(self) -> list[ExecutorRow]:
        return [executor for executor in self.executors if executor.assignment.role == AssignmentRole.LEAD]

    @cached_property
    def decision(self) -> Decision | None:
        """The decision that its measure carries out, with the meeting's record."""
        decisions = Decision.objects.prefetch_related(
            Prefetch("meeting", visible_to(self.actor, Meeting.objects.all()))
        )
        return visible_to(self.actor, decisions.filter(measures=self.record.measure)).first()

    @cached_property
    def project(self) -> Project | None:
        """The milestone's own project, or else that of its decision."""
        found = visible_to(self.actor, Project.objects.filter(milestones=self.record)).first()
        if found is None and self.decision is not None:
            found = visible_to(self.actor, Project.objects.filter(decision=self.decision)).first()
        return found

    @cached_property
    def sent(self) -> list[SentStage]:
        return sent_stages(self.actor, self.record)

    @cached_property
    def upcoming(self) -> list[UpcomingStage]:
        return upcoming_stages(self.actor, self.record, self.now)

    @cached_property
    def history(self) -> list[HistoryEntry]:
        """Changes of the milestone and of its executors, newest first."""
        found = entries(self.record, self.actor)
        for executor in self.executors:
            row = executor.assignment
            about = f"{row.organisation.short_name}, {row.get_role_display()}"
            found += [replace(entry, about=about) for entry in entries(row, self.actor)]
        return sorted(found, key=lambda entry: entry.at, reverse=True)[:20]

    @property
    def strip(self) -> "Strip | None":
        return strip(self.live, self.actor.today)


@dataclass(frozen=True)
class Strip:
    """The dates on one line of 1,000 units; each place is None where there is no such date."""

    first: int | None
    agreed: int | None
    forecast: int | None
    done: int | None
    pending: int | None
    today: int


def strip(entry: LiveMilestone, today: date) -> Strip | None:
    """Return the places of the dates on the line, with a margin; None without an agreed date."""
    row = entry.row
    pending = entry.pending.deadline.due_on if entry.pending else None
    days = [row.original_due_on, row.due_on, entry.forecast_on, row.completed_on, pending]
    known = [day for day in days if day]
    if row.due_on is None or not known:
        return None
    start, end = later(min(*known, today), -MARGIN), later(max(*known, today), MARGIN)
    length = (end - start).days

    def place(day: date | None) -> int | None:
        return round((day - start).days / length * 1000) if day else None

    first, agreed, forecast, done, asked = map(place, days)
    return Strip(first, agreed, forecast, done, asked, today=place(today) or 0)
