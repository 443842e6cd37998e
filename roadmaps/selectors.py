"""The rows in force read back as the document that was signed, and the result of the last check of them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from audit.models import Event
from common.text import Text
from roadmaps.document.content import (
    ExecutorContent,
    MeasureContent,
    MilestoneContent,
    RoadMapContent,
    SectionContent,
)
from roadmaps.document.diff import compare
from roadmaps.document.fields import RowKind
from roadmaps.models import Assignment, Measure, Milestone, RoadMap, Section
from roadmaps.row_mapping import relations_of, values_of

AGREEMENT_CHECK: Final = "agreements checked"
CHECK_COUNTS_FOR: Final = timedelta(days=2)

T = TypeVar("T")
M = TypeVar("M", Section, Measure, Milestone, Assignment)


def content_of(road_map: RoadMap) -> RoadMapContent:
    """Return the rows in force as typed content, without those that were dropped; empty before version 1.

    Five queries, however many rows there are. The note, which stands in no row, is that of the version in force.
    Raises: ValueError (ContentError) where the rows could never have been signed.
    """
    executors = _grouped(
        (row.milestone_id, ExecutorContent(**values_of(RowKind.EXECUTOR, row)))
        for row in _in_force(RowKind.EXECUTOR, Assignment.objects.filter(milestone__road_map=road_map))
    )
    milestones = _grouped(
        (
            row.measure_id,
            MilestoneContent(uid=row.uid, executors=tuple(executors[row.pk]), **values_of(RowKind.MILESTONE, row)),
        )
        for row in _in_force(RowKind.MILESTONE, Milestone.objects.filter(road_map=road_map))
    )
    measures = _grouped(
        (
            row.section_id,
            MeasureContent(uid=row.uid, milestones=tuple(milestones[row.pk]), **values_of(RowKind.MEASURE, row)),
        )
        for row in _in_force(RowKind.MEASURE, Measure.objects.filter(section__road_map=road_map))
    )
    sections = tuple(
        SectionContent(uid=row.uid, measures=tuple(measures[row.pk]), **values_of(RowKind.SECTION, row))
        for row in _in_force(RowKind.SECTION, Section.objects.filter(road_map=road_map))
    )
    return RoadMapContent(sections, _note(road_map))


def _in_force(kind: RowKind, rows: QuerySet[M, M]) -> QuerySet[M, M]:
    relations = relations_of(kind)
    in_force = rows.filter(dropped_in=None).order_by("position", "pk")
    return in_force.select_related(*relations) if relations else in_force  # without names it would follow all


def differing(road_map: RoadMap) -> frozenset[UUID | None]:
    """Return the identities of rows that differ from the version in force (None: the road map itself).

    For the daily check: it finds a row that was changed without both signatures.
    """
    version = road_map.in_force()
    signed = version.revision.document if version else RoadMapContent()
    return frozenset(change.uid for change in compare(signed, content_of(road_map)))


def latest_agreement_check(*, now: datetime) -> dict[str, int] | None:
    """Return the number of differing rows by road map, as of the last check; None where there is none of two days."""
    checks = Event.objects.filter(kind=AGREEMENT_CHECK, at__gte=now - CHECK_COUNTS_FOR).order_by("-at", "-pk")
    detail = checks.values_list("detail", flat=True).first()
    return None if detail is None else dict(detail["differing"])


def _grouped(pairs: Iterable[tuple[int, T]]) -> defaultdict[int, list[T]]:
    found: defaultdict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _note(road_map: RoadMap) -> Text | None:
    note = road_map.versions.order_by("-number").values_list("revision__content__note", flat=True).first()
    return None if note is None else Text.from_json(note)
