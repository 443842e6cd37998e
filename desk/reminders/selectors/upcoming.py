"""Reminders that are not planned yet: those that the reader will see once they are."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import compress, groupby
from typing import Final

from accounts.calendars import calendar_of
from accounts.models import User
from accounts.policy.actors import Actor
from accounts.policy.questions import would
from common.sides import TIME_ZONES, Side, day_of
from desk.reminders.selectors.notice_rows import NoticeRow, notice_rows
from desk.selectors import organisations, visible_to
from reminders.due import Planned, coming, due, outgoing
from reminders.models import Notice, Stage
from reminders.moments import moment
from reminders.recipients import Recipient
from roadmaps.models import Milestone

AHEAD: Final = timedelta(days=30)
YEAR: Final = timedelta(days=366)
MANY: Final = 200  # reminders: after so many no other morning is shown
READ: Final = 500  # milestones of one day: beyond so many a morning is cut


@dataclass(frozen=True)
class Morning:
    """What goes out on one day of the reader's side; ``cut``: not all of it, because there is too much."""

    day: date
    rows: list[NoticeRow]
    cut: bool = False


@dataclass(frozen=True)
class Upcoming:
    """``later``: the first day with more than is shown, if there is one."""

    mornings: list[Morning]
    later: date | None


@dataclass(frozen=True)
class DryRun:
    """What would go out on a day: by stage how many reminders, and how many people get one mail each."""

    day: date
    rows: list[NoticeRow]
    stages: list[tuple[Stage, int]]


@dataclass(frozen=True)
class UpcomingStage:
    """One stage that a milestone still has before it: on which day of each side, and whose notices the reader will see.

    How many are told in all is not shown: it would count people whom the reader may not see.
    """

    stage: Stage
    days: dict[str, date] = field(default_factory=dict)
    names: list[User] = field(default_factory=list)

    @property
    def uz(self) -> date | None:
        return self.days.get(Side.UZ)

    @property
    def kr(self) -> date | None:
        return self.days.get(Side.KR)


def visible_once_planned(actor: Actor, planned: Iterable[Planned]) -> list[Planned]:
    """Return what the actor will see once it is a notice, without what will be superseded by then."""
    standing = [one for one in planned if not one.superseded]
    notices = [Notice(recipient_id=one.recipient, organisation_id=one.organisation) for one in standing]
    return list(compress(standing, would(actor, "notice.view", notices)))


def upcoming(actor: Actor, now: datetime) -> Upcoming:
    """Return the next 30 days by day, up to the day on which 200 reminders are reached.

    Of the milestones of one day, only the first 500 are read.
    """
    shown: list[Planned] = []
    cut: set[date] = set()
    later = None
    for day, ones in groupby(_coming(actor, now, cut), lambda one: day_of(actor.side, one.moment)):
        if len(shown) >= MANY:
            later = day
            break
        shown += ones
    rows = groupby(_planned_rows(actor, shown), lambda row: day_of(actor.side, row.first.moment))
    return Upcoming([Morning(day, list(of_day), day in cut) for day, of_day in rows], later)


def _coming(actor: Actor, now: datetime, cut: set[date]) -> Iterator[Planned]:
    """Yield what the actor will see, in the order of time, and add the days that are not whole to ``cut``."""

    def shown(recipients: Sequence[Recipient]) -> list[bool]:
        notices = [Notice(recipient_id=one.person, organisation_id=one.organisation) for one in recipients]
        return would(actor, "notice.view", notices)

    for span in coming(now, until=now + AHEAD, shown=shown, most=READ):
        standing = [one for one in span.planned if not one.superseded]
        if span.cut:
            cut |= {day_of(actor.side, one.moment) for one in standing}
        yield from standing


def on_day(actor: Actor, day: date, now: datetime) -> DryRun:
    """Return what would go out on a day; nothing is written."""
    planned = visible_once_planned(actor, outgoing(on=day, now=now))
    counts = Counter(one.stage for one in planned)
    return DryRun(day, _planned_rows(actor, planned), [(stage, counts[stage.pk]) for stage in _stages(actor, counts)])


def upcoming_stages(actor: Actor, milestone: Milestone, now: datetime) -> list[UpcomingStage]:
    """Return the stages of a milestone in the next year; of a repeated deadline, up to its next day."""
    planned = [one for one in due(now, milestones=[milestone.pk], until=now + YEAR) if not one.superseded]
    following = [one for one in planned if one.anchor == planned[0].anchor]
    sides = dict(User.objects.filter(pk__in={one.recipient for one in following}).values_list("pk", "side"))
    names = User.objects.in_bulk({one.recipient for one in visible_once_planned(actor, following)})
    found = {stage.pk: UpcomingStage(stage) for stage in _stages(actor, {one.stage for one in following})}
    for one in following:
        step = found[one.stage]
        step.days[sides[one.recipient]] = day_of(sides[one.recipient], one.moment)
        if one.recipient in names:
            step.names.append(names[one.recipient])
    return list(found.values())


def _stages(actor: Actor, keys: Iterable[int]) -> list[Stage]:
    return list(visible_to(actor, Stage.objects.filter(pk__in=set(keys))).order_by("working_days"))


def _planned_rows(actor: Actor, planned: list[Planned]) -> list[NoticeRow]:
    """Return the rows of notices that are never saved."""
    stages = {stage.pk: stage for stage in _stages(actor, {one.stage for one in planned})}
    people = User.objects.in_bulk({one.recipient for one in planned})
    known = organisations(actor).in_bulk({one.organisation for one in planned if one.organisation})
    found = [
        Notice(
            subject_kind=one.subject_kind,
            subject_id=one.subject_id,
            period=one.period,
            stage=stages[one.stage],
            recipient=people[one.recipient],
            organisation=known[one.organisation] if one.organisation else None,
            capacity=one.capacity,
            anchor=one.anchor,
            moment=one.moment,
        )
        for one in planned
    ]
    return notice_rows(actor, found, _elsewhere(actor, found))


def _elsewhere(actor: Actor, found: list[Notice]) -> dict[tuple[int, date], date]:
    """Return the other side's day by stage and deadline, where it differs."""
    own, other = actor.side, Side.KR.value if actor.side == Side.UZ else Side.UZ.value
    calendar, days = calendar_of(other), {}
    for row in {(row.stage_id, row.anchor): row for row in found}.values():
        at = moment(row.anchor, row.stage.working_days, calendar, TIME_ZONES[other])
        if (day := day_of(other, at)) != day_of(own, row.moment):
            days[row.stage_id, row.anchor] = day
    return days
