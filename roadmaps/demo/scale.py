"""Road maps of any size for measuring: rows without meaning, made by the ordinary services."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import Organisation
from accounts.policy.actors import Actor
from audit.bulk import update_all
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
    SectionContent,
)
from roadmaps.models import Milestone as MilestoneRow
from roadmaps.models import Proposal, ProposalState, RoadMap, RoadMapVersion
from roadmaps.services.projection import project_version
from roadmaps.services.proposals import freeze

MILESTONES_A_MEASURE: Final = 4
MEASURES_A_SECTION: Final = 25
REASON: Final = Text.of("Illustrative: made for measuring; nothing here was agreed by the two sides.")


class NotEmpty(Exception):
    """No data was made; the message says why."""


def make_scale_data(*, milestones: int, by: Actor, now: datetime) -> Iterator[str]:
    """So many milestones in force, over all road maps but the programme's own; a line a road map.

    A third of the deadlines are one day (a real control table is like that), a few are still to be agreed, a tenth is
    done; each milestone has a lead a side, every second one a co-executor. The same numbers give the same data.
    Raises: NotEmpty where anything was agreed already.
    """
    if RoadMapVersion.objects.exists():
        raise NotEmpty("There are road maps in force here: use a database that holds the programme and nothing else.")
    road_maps = list(RoadMap.objects.exclude(group__area__kind="programme").select_related("group").order_by("pk"))
    share, rest = divmod(milestones, len(road_maps))
    maker = _Maker(now.date())
    for at, road_map in enumerate(road_maps):
        count = share + (at < rest)
        if count:
            _put_in_force(road_map, maker.content(count), by, now)
            yield f"{road_map.reference}: {count} milestones"


@transaction.atomic
def _put_in_force(road_map: RoadMap, content: RoadMapContent, by: Actor, now: datetime) -> None:
    """Bring the first proposal into force, with a tenth of its milestones done."""
    adopt(Proposal.objects.select_for_update().get(road_map=road_map, number=1), content, by, now)
    done = list(MilestoneRow.objects.filter(road_map=road_map, position__endswith="7", due_on__isnull=False))
    for row in done:
        row.completed_on = row.due_on
    update_all(MilestoneRow, done, ["completed_on"], act=by.act)


def adopt(proposal: Proposal, content: RoadMapContent, by: Actor, now: datetime) -> RoadMapVersion:
    """Bring a proposal into force without any signature; the version is marked as a sample."""
    proposal.content, proposal.reason, proposal.state = content.to_json(), REASON, ProposalState.IN_FORCE
    save_audited(proposal, act=by.act)
    revision = freeze(proposal, content, by=by, now=now)
    version = RoadMapVersion(
        road_map=proposal.road_map, number=proposal.number, revision=revision, in_force_at=now, illustrative=True
    )
    save_audited(version, act=by.act)
    project_version(version=version, act=by.act)
    return version


class _Maker:
    def __init__(self, today: date) -> None:
        self.today = today
        self.random = Random(2024)  # noqa: S311  # the same data each time is the point
        self.organisations = {side: list(Organisation.objects.filter(side=side).order_by("pk")) for side in Side}
        self.year_end = last_day(Precision.YEAR, today.year)

    def content(self, count: int) -> RoadMapContent:
        measures = []
        for number, first in enumerate(range(0, count, MILESTONES_A_MEASURE), start=1):
            steps = range(1, min(MILESTONES_A_MEASURE, count - first) + 1)
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
        uz, other = self.random.sample(self.organisations[Side.UZ], 2)
        leads = (
            ExecutorContent(uz.code, ExecutorRole.LEAD),
            ExecutorContent(self.random.choice(self.organisations[Side.KR]).code, ExecutorRole.LEAD),
        )
        return (*leads, ExecutorContent(other.code, ExecutorRole.CO_EXECUTOR)) if self.random.random() < 0.5 else leads
