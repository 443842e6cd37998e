"""What an organisation that a road map names sees of it, where it does not see the whole: the rows that name it."""

from collections.abc import Set
from dataclasses import replace

from roadmaps.document.content import MeasureContent, MilestoneContent, RoadMapContent, SectionContent


def extract(content: RoadMapContent, organisations: Set[str]) -> RoadMapContent:
    """The rows that name one of ``organisations`` (codes), each whole, with the rows above it.

    - A milestone names its executors, a measure the organisation that funds it.
    - A measure that is funded shows without the milestones that name somebody else.
    - The note speaks of the whole road map: it is left out.
    """
    sections = (_section(section, organisations) for section in content.sections)
    return RoadMapContent(tuple(section for section in sections if section.measures))


def _section(section: SectionContent, organisations: Set[str]) -> SectionContent:
    measures = (_measure(measure, organisations) for measure in section.measures)
    named = (row for row in measures if row.milestones or row.funding_organisation in organisations)
    return replace(section, measures=tuple(named))


def _measure(measure: MeasureContent, organisations: Set[str]) -> MeasureContent:
    named = (step for step in measure.milestones if _names(step, organisations))
    return replace(measure, milestones=tuple(named))


def _names(milestone: MilestoneContent, organisations: Set[str]) -> bool:
    return any(executor.organisation in organisations for executor in milestone.executors)
