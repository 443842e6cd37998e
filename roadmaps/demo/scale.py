"""Road maps of any size for measuring: rows without meaning, made by the ordinary services."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from math import ceil, sqrt
from random import Random
from typing import Any, Final, cast
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import Organisation, WorkingGroup
from accounts.policy.actors import Actor
from audit.acting import Act
from audit.bulk import update_all
from audit.copying import copy_all
from audit.services import save_audited
from common.deadlines import TO_BE_AGREED, Deadline, Precision, last_day
from common.sides import Side
from common.text import Text
from roadmaps.document.content import (
    ExecutorContent,
    ExecutorRole,
    MeasureContent,
    MilestoneContent,
    RoadMapContent,
    RowContent,
    SectionContent,
)
from roadmaps.document.fields import HIGHEST_NUMBER, RowKind
from roadmaps.models import Assignment, Measure, Proposal, ProposalState, RoadMap, RoadMapVersion, Section
from roadmaps.models import Milestone as MilestoneRow
from roadmaps.row_mapping import RecordKeys
from roadmaps.services.projection import executor_values, project_version, row_values
from roadmaps.services.proposals import freeze

MILESTONES_A_MEASURE: Final = 4  # at least; more where the measures would need numbers that are too high
MEASURES_A_SECTION: Final = 25
FEW: Final = 50  # milestones of an organisation that has little to do with the programme
ORGANISATIONS_WITH_FEW: Final = 2  # a side
FORECAST_EVERY: Final = 50
REASON: Final = Text.of("Illustrative: made for measuring; nothing here was agreed by the two sides.")
LATER: Final = "Illustrative: made for measuring."


class NotEmpty(Exception):
    """No data was made; the message says why."""


def make_scale_data(*, milestones: int, by: Actor, now: datetime) -> Iterator[str]:
    """So many milestones in force, over all road maps but the programme's own and those in force; a line a road map.

    A third of the deadlines are one day (a real control table is like that), a few are still to be agreed, a tenth is
    done, one in fifty is expected later; each milestone has a lead a side, every second one a co-executor. Some
    organisations have much to do, some have fifty milestones and no more. The same numbers give the same data.
    On PostgreSQL the rows are streamed; the memory needed is that of one road map's text.
    Raises: NotEmpty where nothing is left to fill.
    """
    ours = RoadMap.objects.exclude(group__area__kind="programme").filter(
        versions=None, proposals__layer="shared", proposals__number=1, proposals__state=ProposalState.DRAFT
    )
    road_maps = list(ours.select_related("group").order_by("pk"))
    if not road_maps:
        raise NotEmpty("Every road map is in force or its first proposal is closed: use another database.")
    share, rest = divmod(milestones, len(road_maps))
    maker = _Maker(now.date(), milestones)
    for at, road_map in enumerate(road_maps):
        count = share + (at < rest)
        if count:
            _put_in_force(road_map, maker.content(count), by, now)
            yield f"{road_map.reference}: {count} milestones"


@transaction.atomic
def _put_in_force(road_map: RoadMap, content: RoadMapContent, by: Actor, now: datetime) -> None:
    """Bring the first proposal into force, with a tenth of its milestones done and some expected later."""
    first = Proposal.objects.select_for_update().get(road_map=road_map, layer="shared", number=1)
    adopt(first, content, by, now, streamed=connection.vendor == "postgresql")
    done = list(MilestoneRow.objects.filter(road_map=road_map, position__endswith="7", due_on__isnull=False))
    for row in done:
        row.completed_on = row.due_on
    update_all(MilestoneRow, done, ["completed_on"], act=by.act)
    leads = Assignment.objects.filter(
        milestone__road_map=road_map, role=ExecutorRole.LEAD, side=Side.UZ, milestone__due_on__isnull=False
    ).annotate(place=F("milestone__position") % FORECAST_EVERY)
    late = list(leads.filter(place=3).select_related("milestone"))
    for lead in late:
        lead.forecast_on, lead.forecast_reason = cast(date, lead.milestone.due_on) + timedelta(days=30), LATER
    update_all(Assignment, late, ["forecast_on", "forecast_reason"], act=by.act)


def adopt(
    proposal: Proposal, content: RoadMapContent, by: Actor, now: datetime, *, streamed: bool = False
) -> RoadMapVersion:
    """Bring a proposal into force without any signature; the version is marked as a sample.

    ``streamed``: write the rows of a first version by COPY, which only PostgreSQL has.
    """
    proposal.content, proposal.reason, proposal.state = content.to_json(), REASON, ProposalState.IN_FORCE
    save_audited(proposal, act=by.act)
    revision = freeze(proposal, content, by=by, now=now)
    version = RoadMapVersion(
        road_map=proposal.road_map, number=proposal.number, revision=revision, in_force_at=now, illustrative=True
    )
    save_audited(version, act=by.act)
    if streamed:
        _stream(version, content, by.act)
    else:
        project_version(version=version, act=by.act)
    return version


def _stream(version: RoadMapVersion, content: RoadMapContent, act: Act) -> None:
    """Write the rows that `project_version` writes of a road map which has none."""
    keys, road_map = RecordKeys.read(), version.road_map_id

    def rows(kind: RowKind, found: Iterable[tuple[RowContent, dict[str, int]]]) -> Iterator[dict[str, Any]]:
        for place, (row, parents) in enumerate(found):
            yield row_values(kind, row, place, keys, **parents)

    under: Iterator[int] = iter(
        copy_all(
            Section, rows(RowKind.SECTION, ((row, {"road_map_id": road_map}) for row in content.sections)), act=act
        )
    )
    measures = (
        (row, {"section_id": key})
        for section, key in zip(content.sections, under, strict=True)
        for row in section.measures
    )
    under = iter(copy_all(Measure, rows(RowKind.MEASURE, measures), act=act))
    steps = (
        (row, {"road_map_id": road_map, "measure_id": key})
        for (_section, measure), key in zip(content.measures(), under, strict=True)
        for row in measure.milestones
    )
    under = iter(copy_all(MilestoneRow, rows(RowKind.MILESTONE, steps), act=act))
    executors = (
        executor_values(executor, place, keys, milestone_id=key)
        for (_section, _measure, row), key in zip(content.milestones(), under, strict=True)
        for place, executor in enumerate(row.executors)
    )
    copy_all(Assignment, executors, act=act)


class _Maker:
    def __init__(self, today: date, milestones: int) -> None:
        self.today = today
        self.random = Random(2024)  # noqa: S311  # the same data each time is the point
        self.busy: dict[Side, list[Organisation]] = {}
        self.few: list[Organisation] = []
        for side in Side:
            everyone = list(Organisation.objects.filter(side=side).order_by("pk"))
            quiet = list(_without_a_part().filter(side=side).order_by("-pk")[:ORGANISATIONS_WITH_FEW])
            self.busy[side] = [one for one in everyone if one not in quiet]
            self.few += quiet
        # the first has ten times as much to do as the hundredth
        self.weights = {
            side: [1 / sqrt(place) for place in range(1, len(ones) + 1)] for side, ones in self.busy.items()
        }
        self.year_end = last_day(Precision.YEAR, today.year)
        self.every, self.made = max(1, milestones // FEW), 0

    def content(self, count: int) -> RoadMapContent:
        measures, steps_each = [], max(MILESTONES_A_MEASURE, ceil(count / HIGHEST_NUMBER))
        for number, first in enumerate(range(0, count, steps_each), start=1):
            steps = range(1, min(steps_each, count - first) + 1)
            milestones = tuple(self.milestone(number, step) for step in steps)
            measures.append(
                MeasureContent(self.identity(), number, self.text("Measure", number), milestones=milestones)
            )
        sections = range(0, len(measures), MEASURES_A_SECTION)
        return RoadMapContent(
            tuple(
                SectionContent(self.identity(), self.text("Section", at), tuple(measures[at : at + MEASURES_A_SECTION]))
                for at in sections
            )
        )

    def milestone(self, measure: int, number: int) -> MilestoneContent:
        return MilestoneContent(
            self.identity(), number, self.text("Step", f"{measure}.{number}"), self.deadline(), self.executors()
        )

    def identity(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def text(self, kind: str, number: object) -> Text:
        told = "agree the technical requirements with organisations of both sides and hand over the signed documents"
        return Text.of(f"{kind} {number} (sample): {told}", ru=f"{kind} {number} (образец): согласовать требования")

    def deadline(self) -> Deadline:
        luck = self.random.random()
        if luck < 1 / 3:
            return Deadline(self.year_end, Precision.YEAR)
        if luck < 0.38:
            return TO_BE_AGREED
        if luck < 0.43:
            return Deadline(self.today + timedelta(days=self.random.randrange(360)), Precision.CONTINUOUS, 6)
        return Deadline(self.today + timedelta(days=self.random.randrange(-200, 900)), Precision.DAY)

    def executors(self) -> tuple[ExecutorContent, ...]:
        uz, kr = (self.random.choices(self.busy[side], self.weights[side])[0] for side in (Side.UZ, Side.KR))
        found = [ExecutorContent(one.code, ExecutorRole.LEAD) for one in (uz, kr)]
        other = self.random.choices(self.busy[Side.UZ], self.weights[Side.UZ])[0]
        if other != uz and self.random.random() < 0.5:
            found.append(ExecutorContent(other.code, ExecutorRole.CO_EXECUTOR))
        turn, place = divmod(self.made, self.every)
        if turn < FEW and place < len(self.few):
            found.append(ExecutorContent(self.few[place].code, ExecutorRole.CO_EXECUTOR))
        self.made += 1
        return tuple(found)


def _without_a_part() -> "QuerySet[Organisation]":
    """Return the organisations that lead no group, coordinate and control nothing, and have nothing above or below."""
    leads = WorkingGroup.objects.filter(Q(lead_uz=OuterRef("pk")) | Q(lead_kr=OuterRef("pk")))
    return Organisation.objects.filter(
        ~Exists(leads), ~Exists(Organisation.objects.filter(parent=OuterRef("pk"))), parent=None, coordinator=False,
        control_body=False,
    )  # fmt: skip
