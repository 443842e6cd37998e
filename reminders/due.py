"""When a notice is due: whose reminders of which stage of which deadline have come, as of a moment. Reads only.

The moment of one stage of one deadline is computed in `reminders.moments`, whom it reminds in `reminders.recipients`.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, reduce
from itertools import groupby
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, ExtractMonth, ExtractYear
from django.db.models.lookups import LessThanOrEqual

from accounts.calendars import calendar_of
from common.deadlines import REPEATED, Deadline, Precision
from common.sides import TIME_ZONES, Side
from common.working_days import DAY
from reminders.models import Notice, NoticeState, Stage, Subject
from reminders.moments import LOOKBACK, anchors, moment, occurrences
from reminders.recipients import Executors, Recipient, RecipientFinder
from roadmaps.models import Assignment, Milestone
from roadmaps.next_deadline import last_number_on, next_number

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


@dataclass(frozen=True)
class ComingReminders:
    """What comes in some days; ``cut``: only of the first milestones, because there are too many on one day."""

    planned: list[Planned]
    cut: bool


def coming(
    now: datetime, *, until: datetime, shown: Callable[[Sequence[Recipient]], Sequence[bool]], most: int
) -> Iterator[ComingReminders]:
    """Yield what `due` finds from ``now`` to ``until`` for the recipients that are ``shown``, in the order of time.

    Only milestones of which one of them may be reminded are read, and at most ``most`` at a time: where there are more,
    a shorter time is taken, down to a day. So a caller who stops early has read little of a programme of any size.
    """
    people = RecipientFinder(now)
    people.show_only(shown)
    begin, length = now, until - now
    while begin < until:
        end = min(begin + length, until)
        sweep = _Sweep(begin, end, None, people)
        keys = sweep.candidates(most + 1)
        if len(keys) > most and length > DAY:
            length = max(DAY, length / 2)
            continue
        sweep.milestones = keys[:most]
        yield ComingReminders(sweep.found() if keys else [], cut=len(keys) > most)
        begin = end


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

    def __init__(
        self,
        now: datetime,
        until: datetime | None,
        milestones: Collection[int] | None,
        people: RecipientFinder | None = None,
    ) -> None:
        self.now, self.until, self.milestones = now, until, milestones
        self.people = people
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
        return self.people or RecipientFinder(self.now)

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
        windows = self._open_windows()
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

    def _open_windows(self) -> list[Window]:
        return sorted(window for window in set(self.windows.values()) if window[0] <= window[1])

    def candidates(self, most: int) -> list[int]:
        """Return the keys of the first ``most`` milestones in the windows of which somebody shown may be reminded.

        One query a stretch of days and way to be reminded: so each stops when it is full, by the index of deadlines.
        """
        rows = Milestone.objects.filter(dropped_in=None, completed_on=None)
        parts = Assignment.objects.filter(milestone=OuterRef("pk"), dropped_in=None)
        ways = [rows.filter(Exists(parts.filter(organisation__in=self.directory.organisations)))]
        if self.directory.groups:
            ways.append(rows.filter(road_map__group__in=self.directory.groups))
        found: set[int] = set()
        stretches = list(_stretches(self._open_windows()))
        for way in ways:
            once = way.exclude(precision__in=REPEATED).order_by("due_on", "pk")
            for stretch in stretches:
                found.update(once.filter(due_on__range=stretch).values_list("pk", flat=True)[:most])
            again = way.filter(_comes_again(stretches), precision__in=REPEATED).order_by("pk")
            found.update(again.values_list("pk", flat=True)[:most])
        return sorted(found)


def _stretches(windows: list[Window]) -> Iterator[Window]:
    """Yield windows that overlap as one; they are in order."""
    waiting: Window | None = None
    for first, last in windows:
        if waiting and first <= waiting[1]:
            waiting = (waiting[0], max(waiting[1], last))
            continue
        if waiting:
            yield waiting
        waiting = (first, last)
    if waiting:
        yield waiting


def _comes_again(stretches: list[Window]) -> Q:
    """Return a filter of the repeated deadlines of which a day lies in one of the stretches."""
    found = Q(pk__in=())
    for first, last in stretches:
        found |= Q(LessThanOrEqual(next_number(first), last_number_on(last)))
    return found & Q(due_on__isnull=False)


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
