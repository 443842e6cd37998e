"""Many more rows of everything that the pages list, for the query budget."""

from accounts.models import Organisation, WorkingGroup
from accounts.policy.actors import system_actor
from audit.acting import acting
from common.deadlines import TO_BE_AGREED
from common.text import Text
from programme.models import Decision, DecisionParty, Meeting, PriorityArea, Project, ProjectParticipant
from roadmaps.document.content import (
    ExecutorContent,
    ExecutorRole,
    MeasureContent,
    MilestoneContent,
    RoadMapContent,
    SectionContent,
)
from roadmaps.document.identity import identity
from roadmaps.models import Proposal, RoadMap


def grow(numbers: range) -> None:
    """For each number an area with group, road map and draft; there, and in chemistry, a decision with a project."""
    organisations = {organisation.code: organisation for organisation in Organisation.objects.all()}
    meeting, chemistry = Meeting.objects.get(), PriorityArea.objects.get(code="chemistry")
    with acting(system_actor("tests").act):
        for number in numbers:
            area = _area(number, organisations)
            for at, place in (("A", area), ("C", chemistry)):
                _project(f"{at}{number:03}", place, meeting, organisations)


def _area(number: int, organisations: dict[str, Organisation]) -> PriorityArea:
    code, name = f"more-{number}", Text.of(f"One more area {number}")
    group = WorkingGroup.objects.create(
        code=code, name=name, lead_uz=organisations["uzkimyosanoat"], lead_kr=organisations["motie"], unconfirmed=True
    )
    road_map = RoadMap.objects.create(reference=f"RM-{number + 100}", group=group)
    step = MilestoneContent(
        identity("milestone", code), 1, name, TO_BE_AGREED, (ExecutorContent("motie", ExecutorRole.LEAD),)
    )
    measure = MeasureContent(identity("measure", code), 1, name, decision=f"A{number:03}", milestones=(step,))
    content = RoadMapContent((SectionContent(identity("section", code), name, (measure,)),))
    Proposal.objects.create(road_map=road_map, number=1, content=content.to_json())
    return PriorityArea.objects.create(code=code, order=number + 100, kind="sector", name=name, group=group)


def _project(code: str, area: PriorityArea, meeting: Meeting, organisations: dict[str, Organisation]) -> None:
    title = Text.of(f"One more project {code}")
    shared = {"code": code, "area": area, "title": title}
    decision = Decision.objects.create(
        **shared, meeting=meeting, kind="project", source_standing="agreed", paragraph=12
    )
    DecisionParty.objects.create(decision=decision, organisation=organisations["uzkimyosanoat"], inferred=True)
    project = Project.objects.create(**shared, decision=decision)
    ProjectParticipant.objects.create(project=project, organisation=organisations["uzkimyosanoat"], role="lead")
