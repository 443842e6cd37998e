"""Update the rows to the version in force. The only code that writes `due_on`."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from audit.acting import Act
from audit.bulk import create_all, update_all
from audit.models import Audited
from roadmaps.document.content import ExecutorContent, RowContent
from roadmaps.document.fields import FieldKind, RowKind
from roadmaps.models import Assignment, Measure, Milestone, RoadMapVersion, Section
from roadmaps.row_mapping import FIRST_AGREED, RecordKeys, columns_of

R = TypeVar("R", Section, Measure, Milestone, Assignment)
Values = dict[str, Any]


def project_version(*, version: RoadMapVersion, act: Act) -> None:
    """Upsert by identity, delete nothing: what the version no longer has is marked with it, and keeps its history.

    Only rows that change get a history row. The number of queries does not grow with the rows.
    """
    document, road_map, keys = version.revision.document, version.road_map_id, RecordKeys.read()
    wanted_sections = {
        row.uid: row_values(RowKind.SECTION, row, place, keys, road_map_id=road_map)
        for place, row in enumerate(document.sections)
    }
    sections = _upsert(Section.objects.filter(road_map=road_map), _uid, wanted_sections, version, act)
    wanted_measures = {
        row.uid: row_values(RowKind.MEASURE, row, place, keys, section_id=sections[section.uid].pk)
        for place, (section, row) in enumerate(document.measures())
    }
    measures = _upsert(Measure.objects.filter(section__road_map=road_map), _uid, wanted_measures, version, act)
    wanted_milestones = {
        row.uid: row_values(
            RowKind.MILESTONE, row, place, keys, road_map_id=road_map, measure_id=measures[measure.uid].pk
        )
        for place, (_s, measure, row) in enumerate(document.milestones())
    }
    milestones = _upsert(Milestone.objects.filter(road_map=road_map), _uid, wanted_milestones, version, act)
    organisations = keys.by_code[FieldKind.ORGANISATION]
    wanted_assignments = {
        (milestones[row.uid].pk, organisations[executor.organisation]): executor_values(
            executor, place, keys, milestone_id=milestones[row.uid].pk
        )
        for _s, _m, row in document.milestones()
        for place, executor in enumerate(row.executors)
    }
    _upsert(Assignment.objects.filter(milestone__road_map=road_map), _place, wanted_assignments, version, act)


def row_values(kind: RowKind, row: RowContent, place: int, keys: RecordKeys, **parents: int) -> Values:
    """Return the columns of a row in force."""
    return {"uid": row.uid, "position": place, "dropped_in_id": None, **parents, **columns_of(kind, row, keys)}


def executor_values(executor: ExecutorContent, place: int, keys: RecordKeys, *, milestone_id: int) -> Values:
    """Return the columns of an executor in force."""
    return {
        "milestone_id": milestone_id,
        "position": place,
        "side": keys.sides[executor.organisation],
        "dropped_in_id": None,
        **columns_of(RowKind.EXECUTOR, executor, keys),
    }


def _uid(row: Section | Measure | Milestone) -> UUID:
    return row.uid


def _place(row: Assignment) -> tuple[int, int]:
    return row.milestone_id, row.organisation_id


def _upsert(
    existing: QuerySet[R, R],
    identity: Callable[[Any], Any],
    wanted: Mapping[Any, Values],
    version: RoadMapVersion,
    act: Act,
) -> dict[Any, R]:
    """Update one table and return its rows by identity. Dropped rows come first: a lead's place may be taken over."""
    model = existing.model
    rows = {identity(row): row for row in existing}
    dropped: list[R] = []
    changed: list[R] = []
    fields: set[str] = set()  # only those that differ somewhere: an update's text grows with rows times fields
    new: list[R] = []
    for key, row in rows.items():
        if key not in wanted and row.dropped_in_id is None:
            row.dropped_in_id = version.pk
            dropped.append(row)
    for key, values in wanted.items():
        found = rows.get(key)
        if found is None:
            new.append(model(**values))
        elif differing := _set(found, values):
            changed.append(found)
            fields |= differing
    update_all(model, dropped, ["dropped_in"], act=act)
    # a lead's place is given up before it is taken: the database holds one lead a side at every statement
    for leads in (False, True):
        batch = [row for row in changed if (getattr(row, "role", "") == "lead") is leads]
        update_all(model, batch, sorted(fields), act=act)
    rows |= {identity(row): row for row in create_all(model, new, act=act)}
    return rows


def _set(row: Audited, values: Values) -> set[str]:
    """Set what differs on the row, and return the names of those fields."""
    kept = FIRST_AGREED if getattr(row, "original_due_on", None) else ()
    differing = {name for name, value in values.items() if name not in kept and getattr(row, name) != value}
    for name in differing:
        setattr(row, name, values[name])
    return {name.removesuffix("_id") for name in differing}
