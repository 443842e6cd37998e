"""Just what two keys need, made in milliseconds: both sides' ministries, two groups, road maps and first drafts."""

from datetime import date
from uuid import UUID, uuid4

from accounts.models import Organisation, OrganisationName, WorkingGroup
from accounts.policy.actors import system_actor
from audit.acting import acting
from common.deadlines import Deadline, Precision
from common.text import Text
from roadmaps.document.content import (
    ExecutorContent,
    ExecutorRole,
    MeasureContent,
    MilestoneContent,
    RoadMapContent,
    SectionContent,
)
from roadmaps.models import Proposal, RoadMap

DUE = Deadline(date(2027, 6, 30), Precision.DAY)


def content(*, steps: int = 1, uid: UUID | None = None) -> RoadMapContent:
    """One measure with ``steps`` milestones, led by both ministries; ``uid`` is the section's."""
    executors = (ExecutorContent("minenergy", ExecutorRole.LEAD), ExecutorContent("motie", ExecutorRole.LEAD))
    rows = tuple(MilestoneContent(uuid4(), n, Text.of(f"Step {n}"), DUE, executors) for n in range(1, steps + 1))
    measure = MeasureContent(uuid4(), 1, Text.of("Supply"), milestones=rows)
    return RoadMapContent((SectionContent(uid or uuid4(), Text.of("Energy"), (measure,)),))


def set_up(*, steps: int = 1) -> None:
    """The energy group with RM-07 and the chemistry group with RM-05."""
    with acting(system_actor("tests").act):
        leads = {}
        for code, side in (("minenergy", "UZ"), ("motie", "KR")):
            leads[side] = Organisation(code=code, side=side, kind="ministry")
            leads[side].save()
            OrganisationName(organisation=leads[side], name=Text.of(code)).save()
        for code, reference in (("energy", "RM-07"), ("chemistry", "RM-05")):
            group = WorkingGroup(code=code, name=Text.of(code), lead_uz=leads["UZ"], lead_kr=leads["KR"])
            group.save()
            road_map = RoadMap(reference=reference, group=group)
            road_map.save()
            Proposal(road_map=road_map, number=1, content=content(steps=steps).to_json()).save()
