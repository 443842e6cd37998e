"""When a notice is due: whose reminders of which stage of which deadline have come, as of a moment. Reads only.

The moment of one stage of one deadline is computed in `reminders.moments`, whom it reminds in `reminders.recipients`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, reduce
from itertools import groupby
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce, ExtractMonth, ExtractYear

from accounts.calendars import calendar_of
from common.deadlines import REPEATED, Deadline, Precision
from common.sides import TIME_ZONES, Side
from reminders.models import Notice, NoticeState, Stage, Subject
from reminders.moments import LOOKBACK, anchors, moment, occurrences
from reminders.recipients import Executors, RecipientFinder
from roadmaps.models import Assignment

Key = tuple[str, int, int, int, int, date]
Window = tuple[date, date]


@dataclass(frozen=True)
class Planned:
    """One person to be reminded of one stage of one deadline; the columns of `Notice`, with relations as keys.

    ``superseded``: a newer stage of the same deadline is due as well.
    """

    subject_kind: str
    subject_id: int
    period: int
    stage: int
    recipient: int
    anchor: date
    moment: datetime
    organisation: int | None
    capacity: str
    superseded: bool = False

    @property
    def key(self) -> Key:
        """Return what identifies the notice."""
        return (self.subject_kind, self.subject_id, self.period, self.stage, self.recipient, self.anchor)


@dataclass(frozen=True)
class _Waiting:
    """An open milestone, with what decides who is reminded and when."""

    pk: int
    deadline: Deadline
    group: int
    executors: Executors


def due(now: datetime, *, milestones: Collection[int] | None = None, until: datetime | None = None) -> list[Planned]:
    """Return everyone to be reminded, as of ``now``, of the stages whose moment passed in the last 60 days.

    - ``milestones``: only these. A notice that is no longer found, or is superseded, is no longer valid.
    - ``until``: instead, the stages whose moment is after ``now`` and not after this.

    Reads only, in a fixed number of queries. In the order of the moments.
    """
    return _Sweep(now, until, milestones).found()


def outgoing(*, on: date, now: datetime) -> list[Planned]:
    """Return the reminders due on a day, as of now; for today, also those not sent yet. Reads only.

    The day starts a second before midnight UTC, which is 09:00 in Seoul, so it has one morning of each country.
    """
    begin = datetime.combine(on, time.min, tzinfo=UTC) - timedelta(seconds=1)
    end = begin + timedelta(days=1)
    found = due(now if begin <= now < end else begin, until=end)
    if begin <= now < end:
        standing, waiting = current(now)
        found = [one for one in due(now) if one.key in waiting or one.key not in standing] + found
    return [one for one in found if not one.superseded]


class _Sweep:
    """One search for what is due; everything besides the milestones is read once."""

    def __init__(self, now: datetime, until: datetime | None, milestones: Collection[int] | None) -> None:
        self.now, self.until, self.milestones = now, until, milestones
        self.calendars = {side: calendar_of(side) for side in Side.values}
        self.moments: dict[tuple[str, int, date], datetime] = {}

    def found(self) -> list[Planned]:
        planned = [one for milestone in self._milestones() for one in self._of(milestone)]
        # in the order of the stages: the last one of a group is the newest
        newest = {self._thread(one): one.stage for one in planned}
        marked = (replace(one, superseded=one.stage != newest[self._thread(one)]) for one in planned)
        return sorted(marked, key=lambda one: (one.moment, one.key))

    def _thread(self, one: Planned) -> tuple[Any, ...]:
        """Return the group of which only the newest is sent; of upcoming ones, the newest of each morning."""
        return (one.subject_id, one.period, one.anchor, one.recipient, one.moment if self.until else None)

    def _of(self, milestone: _Waiting) -> Iterator[Planned]:
        for (side, stage), window in self.windows.items():
            for period, anchor in occurrences(milestone.deadline, *window):
                for recipient in self.directory.of_milestone(milestone.executors, milestone.group, stage.reach):
                    if recipient.side == side:
                        yield Planned(
                            subject_kind=Subject.MILESTONE,
                            subject_id=milestone.pk,
                            period=period,
                            stage=stage.pk,
                            recipient=recipient.person,
                            anchor=anchor,
                            moment=self._moment(side, stage, anchor),
                            organisation=recipient.organisation,
                            capacity=recipient.capacity,
                        )

    def _moment(self, side: str, stage: Stage, anchor: date) -> datetime:
        key = (side, stage.pk, anchor)
        if key not in self.moments:
            self.moments[key] = moment(anchor, stage.working_days, self.calendars[side], TIME_ZONES[side])
        return self.moments[key]

    @cached_property
    def directory(self) -> RecipientFinder:
        return RecipientFinder(self.now)

    @cached_property
    def windows(self) -> dict[tuple[str, Stage], Window]:
        """Return the range of deadlines that make a stage due on a side, in the order of the stages."""
        end, span = (self.until, self.until - self.now) if self.until else (self.now, LOOKBACK)
        return {
            (side, stage): anchors(end, stage.working_days, self.calendars[side], TIME_ZONES[side], span)
            for stage in Stage.objects.order_by("working_days")
            for side in Side.values
        }

    def _milestones(self) -> list[_Waiting]:
        """Return the milestones in force and not done that have a deadline in one of the windows."""
        windows = [window for window in set(self.windows.values()) if window[0] <= window[1]]
        if not windows:
            return []
        rows = Assignment.objects.filter(
            dropped_in=None, milestone__dropped_in=None, milestone__completed_on=None
        ).order_by("milestone_id", "position")
        if self.milestones is not None:
            rows = rows.filter(milestone__in=self.milestones)
        once = reduce(or_, (Q(milestone__due_on__range=window) for window in windows))
        hull = min(first for first, _last in windows), max(last for _first, last in windows)
        return [
            *_waiting(rows.filter(once).exclude(milestone__precision__in=REPEATED)),
            *_waiting(_repeated(rows.filter(milestone__precision__in=REPEATED), hull)),
        ]


def _repeated(rows: "QuerySet[Assignment]", window: Window) -> "QuerySet[Assignment]":
    """Return the repeated ones of which a period may end in the window, by counting months."""
    first, last = (day.year * 12 + day.month for day in window)
    begun = ExtractYear("milestone__due_on") * 12 + ExtractMonth("milestone__due_on")
    since = (Value(last) - begun) % Coalesce("milestone__review_every", Value(12))
    return rows.filter(milestone__due_on__lte=window[1]).annotate(since=since).filter(since__lte=last - first)


def _waiting(rows: "QuerySet[Assignment]") -> Iterator[_Waiting]:
    columns = ("milestone", "milestone__due_on", "milestone__precision", "milestone__review_every")
    found = rows.values_list(*columns, "milestone__road_map__group", "organisation", "role")
    for (pk, due_on, precision, every, group), executors in groupby(found, key=lambda row: row[:5]):
        deadline = Deadline(due_on, Precision(precision), every)
        yield _Waiting(pk, deadline, group, tuple((row[5], row[6]) for row in executors))


def current(now: datetime) -> tuple[set[Key], dict[Key, int]]:
    """Return the notices that are neither cancelled nor outdated, and those of them that are waiting.

    Looks back twice as far as `due`, because a change of the calendar moves a moment by days.
    """
    rows = Notice.objects.of_stages().filter(moment__gt=now - 2 * LOOKBACK, outdated=False)
    rows = rows.exclude(state=NoticeState.CANCELLED)
    columns = ("subject_kind", "subject_id", "period", "stage", "recipient", "anchor")
    found = {row[:6]: row[6:] for row in rows.values_list(*columns, "pk", "state")}
    return set(found), {key: pk for key, (pk, state) in found.items() if state == NoticeState.WAITING}
