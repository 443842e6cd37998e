"""Describe each deadline to a person, in the active language and by the calendar and day of their side."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from django.conf import settings
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.calendars import calendar_of
from accounts.models import Organisation, Role, SeatRole, User
from accounts.policy.actors import Actor
from accounts.policy.questions import visible
from common.deadlines import REPEATED, printed, printed_day
from common.language import reader_language
from common.sides import Side, day_of
from common.text import Text
from reminders.models import Notice, Stage
from reminders.moments import anchor_in
from reminders.reasons import what_changed
from reminders.templatetags.mails import plain
from roadmaps.models import Assignment, AssignmentRole, Milestone, RoadMapVersion

CAPACITIES: Final = dict(Role.choices) | dict(SeatRole.choices)


@dataclass(frozen=True)
class DigestLine:
    """One deadline as the email prints it. ``days`` is the number of working days left, negative if it has passed."""

    notice: Notice
    milestone: Milestone
    days: int
    today: date
    sample: bool

    @property
    def reference(self) -> str:
        """RM-03 1.2"""
        return f"{self.milestone.road_map.reference} {self.milestone.label}"

    @property
    def deadline(self) -> str:
        """Return the deadline as agreed; for a repeated one, also the current date."""
        agreed = printed(self.milestone.deadline, reader_language())
        if self.milestone.precision not in REPEATED:
            return agreed
        return _("%(agreed)s; this time %(day)s") % {
            "agreed": agreed,
            "day": printed_day(self.notice.anchor, reader_language()),
        }

    @property
    def left(self) -> str:
        if self.notice.anchor == self.today:
            return _("today")
        if self.notice.anchor > self.today:
            return ngettext("%(n)d working day left", "%(n)d working days left", self.days) % {"n": self.days}
        return ngettext("%(n)d working day late", "%(n)d working days late", -self.days) % {"n": -self.days}

    @property
    def leads(self) -> list[tuple[str, Text | str]]:
        """Return the side's name and the organisation's name of each lead."""
        rows = [row.organisation for row in self.milestone.assignments.all()]
        return [(str(Side(organisation.side).label), _name(organisation, self.today)) for organisation in rows]

    @property
    def as_whom(self) -> str:
        """Return the capacity, such as "head of Uzkimyosanoat"; without an organisation, the seat: "secretary"."""
        capacity, organisation = (
            str(CAPACITIES.get(self.notice.capacity, self.notice.capacity)),
            self.notice.organisation,
        )
        if organisation is None:
            return capacity
        return _("%(capacity)s of %(organisation)s") % {
            "capacity": capacity,
            "organisation": plain(_name(organisation, self.today)),
        }

    @property
    def calendar(self) -> str:
        """Return the stage and calendar, such as "3 working days before, in the calendar of Uzbekistan"."""
        n = self.notice.stage.working_days
        if n == 0:
            when = _("on the day")
        elif n < 0:
            when = ngettext("%(n)d working day before", "%(n)d working days before", -n) % {"n": -n}
        else:
            when = ngettext("%(n)d working day after", "%(n)d working days after", n) % {"n": n}
        country = Side(self.notice.recipient.side).label
        return _("%(when)s, in the calendar of %(country)s") % {"when": when, "country": country}

    @property
    def day(self) -> date | None:
        return self.notice.anchor

    @property
    def link(self) -> str:
        return _link(self.milestone)


@dataclass(frozen=True)
class Correction:
    """What an earlier email said of a deadline and is no longer true."""

    notice: Notice
    milestone: Milestone
    side: str

    @property
    def reference(self) -> str:
        """RM-03 1.2"""
        return f"{self.milestone.road_map.reference} {self.milestone.label}"

    @property
    def earlier(self) -> str:
        """Return what the earlier email said, and when it was written."""
        message = self.notice.corrects.message if self.notice.corrects else None
        written = message.handed_over_at if message else None
        words = {"deadline": printed_day(self.notice.anchor, reader_language())}
        if written is None:
            return _("An earlier email named %(deadline)s as the deadline.") % words
        words["day"] = printed_day(day_of(self.side, written), reader_language())
        return _("The email of %(day)s named %(deadline)s as the deadline.") % words

    @property
    def changed(self) -> str:
        return what_changed(self.notice, self.milestone)

    @property
    def day(self) -> date | None:
        """Return the deadline that is true now, if there is one."""
        return anchor_in(self.milestone.deadline, self.notice.period) if self.milestone.dropped_in_id is None else None

    @property
    def link(self) -> str:
        return _link(self.milestone)


def readable(person: User, milestones: Collection[int], now: datetime) -> dict[int, Milestone]:
    """Return those of the milestones that the person may see, by primary key, with the leads that their page shows."""
    actor = Actor(door="task", today=day_of(person.side, now), person=person)
    organisations = visible(actor, "organisation.view", Organisation.objects.named())
    leads = Assignment.objects.filter(dropped_in=None, role=AssignmentRole.LEAD).order_by("position")
    seen = visible(actor, "milestone.view", leads).prefetch_related(Prefetch("organisation", organisations))
    rows = visible(actor, "milestone.view", Milestone.objects.filter(pk__in=milestones))
    rows = rows.select_related("measure", "road_map").prefetch_related(Prefetch("assignments", seen))
    return {row.pk: row for row in rows}


def lines_of(
    person: User, notices: Iterable[Notice], milestones: Mapping[int, Milestone], now: datetime
) -> list[DigestLine]:
    """Return one line a notice, the most urgent stage first. ``milestones`` come from `readable`."""
    today, calendar = day_of(person.side, now), calendar_of(person.side)
    versions = RoadMapVersion.objects.filter(road_map__in={row.road_map_id for row in milestones.values()})
    sample = dict(versions.order_by("number").values_list("road_map", "illustrative"))  # the latest version decides
    lines = []
    for notice in notices:
        row, days = milestones[notice.subject_id], calendar.between(today, notice.anchor)
        lines.append(DigestLine(notice, row, days, today, sample.get(row.road_map_id, False)))
    return sorted(lines, key=_urgency)


def corrections_of(person: User, notices: Iterable[Notice], milestones: Mapping[int, Milestone]) -> list[Correction]:
    found = [Correction(notice, milestones[notice.subject_id], person.side) for notice in notices]
    return sorted(found, key=lambda one: (one.reference, one.notice.pk))


def by_stage(lines: Iterable[DigestLine]) -> list[tuple[Stage, list[DigestLine]]]:
    return [(stage, list(found)) for stage, found in groupby(lines, lambda line: line.notice.stage)]


def _urgency(line: DigestLine) -> tuple[Any, ...]:
    row = line.milestone
    return -line.notice.stage.working_days, line.notice.anchor, row.road_map.reference, row.measure.number, row.number


def _link(milestone: Milestone) -> str:
    path: str = milestone.get_absolute_url()  # type: ignore[attr-defined]  # the settings say which page
    return f"{settings.ORIGIN}{path}"


def _name(organisation: Organisation, on: date) -> Text | str:
    row = organisation.name_row(on)
    return row.name if row else organisation.code
