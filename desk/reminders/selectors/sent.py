"""Reminders that were sent or are waiting, newest first, and delivery problems."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final

from django.db.models import Count, Q

from accounts.models import User
from accounts.policy.actors import Actor
from desk.reminders.selectors.notice_rows import NoticeItem, NoticeRow, notice_rows, notices
from desk.selectors import visible_to
from reminders.figures import PATIENCE
from reminders.models import Notice, NoticeState, Stage, Subject
from reminders.moments import LOOKBACK
from roadmaps.models import Milestone, RoadMap

PAGE: Final = 100
WEEK: Final = timedelta(days=7)
RECENT: Final = 2 * LOOKBACK  # what waited longer is given up


@dataclass(frozen=True)
class Figures:
    """How many reminders were sent in the last seven days, and how many have delivery problems."""

    sent: int
    problems: int


def figures(actor: Actor, now: datetime) -> Figures:
    rows = visible_to(actor, Notice.objects.filter(moment__gt=now - RECENT)).order_by()
    sent = Count("pk", filter=Q(state=NoticeState.SENT, planned_at__gt=now - WEEK))
    return Figures(**rows.aggregate(sent=sent, problems=Count("pk", filter=_has_problem(now))))


def _has_problem(now: datetime) -> Q:
    """Reminders that were refused, or have waited for longer than an hour."""
    stuck = Q(state=NoticeState.REFUSED) | Q(state=NoticeState.WAITING, planned_at__lte=now - PATIENCE)
    return stuck & Q(moment__gt=now - RECENT)


def delivery_problems(actor: Actor, now: datetime) -> list[NoticeRow]:
    """Return the newest reminders with delivery problems."""
    return notice_rows(actor, notices(actor).filter(_has_problem(now))[:PAGE])


@dataclass(frozen=True)
class SentStage:
    """One stage of one deadline, with everybody whose reminder has the same state."""

    rows: list[NoticeRow]

    @property
    def stage(self) -> Stage:
        return self.rows[0].first.stage

    @property
    def day(self) -> date:
        return self.rows[0].day

    @property
    def status(self) -> tuple[str, str]:
        return self.rows[0].status

    @property
    def notes(self) -> list[str]:
        return list(dict.fromkeys(note for row in self.rows for note in row.notes))


def sent_stages(actor: Actor, milestone: Milestone) -> list[SentStage]:
    """Return the newest reminders of one milestone by stage and state."""
    rows = notices(actor).filter(subject_kind=Subject.MILESTONE, subject_id=milestone.pk)
    groups: dict[tuple[int, date, str], list[NoticeRow]] = {}
    for notice in rows[:PAGE]:
        row = NoticeRow((NoticeItem(notice, milestone),))
        groups.setdefault((notice.stage_id, notice.anchor, notice.state), []).append(row)
    return [SentStage(found) for found in groups.values()]


class SentPage:
    """One page of the list. A filter that names nothing that the reader may see is ignored."""

    def __init__(self, actor: Actor, *, road_map: str, person: str, number: str) -> None:
        self.actor, self._road_map, self._person = actor, road_map, person
        self.number = max(1, int(number)) if number.isdecimal() and len(number) < 7 else 1

    @cached_property
    def road_maps(self) -> list[RoadMap]:
        return list(visible_to(self.actor, RoadMap.objects.select_related("group")).order_by("reference"))

    @cached_property
    def people(self) -> list[User]:
        """People whose reminders the reader can see."""
        told_to = visible_to(self.actor, Notice.objects.order_by()).values("recipient")
        return list(User.objects.filter(pk__in=told_to).order_by("name", "pk"))

    @property
    def road_map(self) -> RoadMap | None:
        return next((row for row in self.road_maps if row.reference == self._road_map), None)

    @property
    def person(self) -> User | None:
        return next((row for row in self.people if str(row.pk) == self._person), None)

    @cached_property
    def _found(self) -> list[Notice]:
        """One page of notices, and one more where there are more."""
        rows = notices(self.actor)
        if self.road_map:
            milestones = visible_to(self.actor, Milestone.objects.filter(road_map=self.road_map)).order_by()
            rows = rows.filter(subject_kind=Subject.MILESTONE, subject_id__in=milestones.values("pk"))
        if self.person:
            rows = rows.filter(recipient=self.person)
        start = (self.number - 1) * PAGE
        return list(rows[start : start + PAGE + 1])

    @cached_property
    def rows(self) -> list[NoticeRow]:
        """The rows by the time of sending, which after an outage is long after they were due."""
        return sorted(notice_rows(self.actor, self._found[:PAGE]), key=lambda row: row.at, reverse=True)

    @property
    def has_more(self) -> bool:
        return len(self._found) > PAGE
