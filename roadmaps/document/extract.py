"""The part of a road map that shows to an organisation which it names but which does not see the whole."""

from collections.abc import Set
from dataclasses import replace

from roadmaps.document.content import MeasureContent, RoadMapContent, RowContent, SectionContent
from roadmaps.document.fields import FieldKind
from roadmaps.document.tree import codes_of


def extract(content: RoadMapContent, organisations: Set[str]) -> RoadMapContent:
    """Return the rows that name one of ``organisations`` (codes), each whole, with the rows above it.

    - A milestone names its executors, a measure the organisation that funds it.
    - A measure that is funded shows without the milestones that name only others.
    - The note, which concerns the whole road map, is left out.
    """
    sections = (_section(section, organisations) for section in content.sections)
    return RoadMapContent(tuple(section for section in sections if section.measures))


def _section(section: SectionContent, organisations: Set[str]) -> SectionContent:
    measures = (_measure(measure, organisations) for measure in section.measures)
    named = (row for row in measures if row.milestones or _names(row, organisations))
    return replace(section, measures=tuple(named))


def _measure(measure: MeasureContent, organisations: Set[str]) -> MeasureContent:
    return replace(measure, milestones=tuple(step for step in measure.milestones if _names(step, organisations)))


def _names(row: RowContent, organisations: Set[str]) -> bool:
    return not codes_of(row)[FieldKind.ORGANISATION].isdisjoint(organisations)
