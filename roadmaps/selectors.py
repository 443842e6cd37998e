"""The rows in force read back as the document that was signed: what a table shows, and what a check compares."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from common.text import Text
from roadmaps.document import content as agreed
from roadmaps.document.diff import compare
from roadmaps.models import Assignment, Measure, Milestone, RoadMap, Section

T = TypeVar("T")


def content_of(road_map: RoadMap) -> agreed.RoadMapContent:
    """The rows in force as typed content, dropped ones left out; empty before version 1.

    Five queries, however many rows there are. The note, which stands in no row, is that of the version in force.
    Raises: ValueError (ContentError) where the rows could never have been signed.
    """
    executors = _grouped(
        (row.milestone_id, _executor(row))
        for row in Assignment.objects.filter(milestone__road_map=road_map, dropped_in=None)
        .select_related("organisation")
        .order_by("position", "pk")
    )
    milestones = _grouped(
        (row.measure_id, _milestone(row, executors[row.pk]))
        for row in Milestone.objects.filter(road_map=road_map, dropped_in=None)
        .select_related("project")
        .order_by("position", "pk")
    )
    measures = _grouped(
        (row.section_id, _measure(row, milestones[row.pk]))
        for row in Measure.objects.filter(section__road_map=road_map, dropped_in=None)
        .select_related("decision", "funding_organisation")
        .order_by("position", "pk")
    )
    sections = Section.objects.filter(road_map=road_map, dropped_in=None).order_by("position", "pk")
    return agreed.RoadMapContent(
        tuple(agreed.SectionContent(row.uid, row.title, tuple(measures[row.pk])) for row in sections), _note(road_map)
    )


def differing(road_map: RoadMap) -> frozenset[UUID | None]:
    """Identities of the rows that do not read as the version in force does (None: the road map itself).

    For the nightly check: a row that was changed past the two keys shows itself here.
    """
    version = road_map.in_force()
    signed = version.revision.document if version else agreed.RoadMapContent()
    return frozenset(change.uid for change in compare(signed, content_of(road_map)))


def _grouped(pairs: Iterable[tuple[int, T]]) -> defaultdict[int, list[T]]:
    found: defaultdict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _note(road_map: RoadMap) -> Text | None:
    note = road_map.versions.order_by("-number").values_list("revision__content__note", flat=True).first()
    return None if note is None else Text.from_json(note)


def _executor(row: Assignment) -> agreed.ExecutorContent:
    return agreed.ExecutorContent(row.organisation.code, agreed.Role(row.role), row.part)


def _milestone(row: Milestone, executors: list[agreed.ExecutorContent]) -> agreed.MilestoneContent:
    return agreed.MilestoneContent(
        uid=row.uid,
        number=row.number,
        mechanism=row.mechanism,
        deadline=row.deadline,
        executors=tuple(executors),
        project=row.project.code if row.project else None,
    )


def _measure(row: Measure, milestones: list[agreed.MilestoneContent]) -> agreed.MeasureContent:
    return agreed.MeasureContent(
        uid=row.uid,
        number=row.number,
        title=row.title,
        decision=row.decision.code if row.decision else None,
        expected_result=row.expected_result,
        funding_organisation=row.funding_organisation.code if row.funding_organisation else None,
        funding_text=row.funding_text,
        milestones=tuple(milestones),
    )
