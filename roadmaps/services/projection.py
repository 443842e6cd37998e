"""The rows brought in line with the version in force. The only code that writes `due_on`."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Organisation
from audit.acting import Act
from audit.bulk import create_all, update_all
from audit.models import Audited
from programme.models import Decision, Project
from roadmaps.document import content as agreed
from roadmaps.models import Assignment, Measure, Milestone, RoadMapVersion, Section

R = TypeVar("R", Section, Measure, Milestone, Assignment)
Values = dict[str, Any]


def project_version(*, version: RoadMapVersion, act: Act) -> None:
    """Upsert by identity, delete nothing: what the version no longer has is marked with it, and keeps its story.

    Only rows that change get a history row. The number of queries does not grow with the rows.
    """
    document, road_map, codes = version.revision.document, version.road_map_id, _Codes()
    sections = _upsert(
        Section.objects.filter(road_map=road_map),
        _uid,
        {row.uid: _section(row, place, road_map) for place, row in enumerate(document.sections)},
        version,
        act,
    )
    wanted_measures = {
        row.uid: _measure(row, place, sections[section.uid].pk, codes)
        for place, (section, row) in enumerate(document.measures())
    }
    measures = _upsert(Measure.objects.filter(section__road_map=road_map), _uid, wanted_measures, version, act)
    wanted_milestones = {
        row.uid: _milestone(row, place, road_map, measures[measure.uid].pk, codes)
        for place, (_s, measure, row) in enumerate(document.milestones())
    }
    milestones = _upsert(Milestone.objects.filter(road_map=road_map), _uid, wanted_milestones, version, act)
    wanted_assignments = {
        (milestones[row.uid].pk, codes.organisations[executor.organisation][0]): _assignment(
            executor, place, milestones[row.uid].pk, codes
        )
        for _s, _m, row in document.milestones()
        for place, executor in enumerate(row.executors)
    }
    _upsert(Assignment.objects.filter(milestone__road_map=road_map), _place, wanted_assignments, version, act)


class _Codes:
    """Keys of what the content names by code, read once."""

    def __init__(self) -> None:
        bodies = Organisation.objects.values_list("code", "pk", "side")
        self.organisations = {code: (pk, side) for code, pk, side in bodies}
        self.decisions = dict(Decision.objects.values_list("code", "pk"))
        self.projects = dict(Project.objects.values_list("code", "pk"))


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
    """Rows of one table by identity, as the version has them. Dropped ones first: a lead's place may be taken over."""
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
    """Set what differs on the row; the names of those fields."""
    kept = {"original_due_on", "original_precision"} if getattr(row, "original_due_on", None) else set()
    differing = {name for name, value in values.items() if name not in kept and getattr(row, name) != value}
    for name in differing:
        setattr(row, name, values[name])
    return {name.removesuffix("_id") for name in differing}


def _section(row: agreed.SectionContent, place: int, road_map: int) -> Values:
    return {"uid": row.uid, "position": place, "road_map_id": road_map, "title": row.title, "dropped_in_id": None}


def _measure(row: agreed.MeasureContent, place: int, section: int, codes: _Codes) -> Values:
    funder = row.funding_organisation
    return {
        "uid": row.uid,
        "position": place,
        "section_id": section,
        "number": row.number,
        "title": row.title,
        "decision_id": codes.decisions[row.decision] if row.decision else None,
        "expected_result": row.expected_result,
        "funding_organisation_id": codes.organisations[funder][0] if funder else None,
        "funding_text": row.funding_text,
        "dropped_in_id": None,
    }


def _milestone(row: agreed.MilestoneContent, place: int, road_map: int, measure: int, codes: _Codes) -> Values:
    deadline = row.deadline
    precision = deadline.precision.value if deadline.precision else ""
    return {
        "uid": row.uid,
        "position": place,
        "road_map_id": road_map,
        "measure_id": measure,
        "number": row.number,
        "mechanism": row.mechanism,
        "due_on": deadline.due_on,
        "precision": precision,
        "review_every": deadline.review_every,
        # written once: the first agreed date that was not "to be agreed"
        "original_due_on": deadline.due_on,
        "original_precision": precision,
        "project_id": codes.projects[row.project] if row.project else None,
        "dropped_in_id": None,
    }


def _assignment(executor: agreed.ExecutorContent, place: int, milestone: int, codes: _Codes) -> Values:
    organisation, side = codes.organisations[executor.organisation]
    return {
        "milestone_id": milestone,
        "organisation_id": organisation,
        "side": side,
        "role": executor.role.value,
        "part": executor.part,
        "position": place,
        "dropped_in_id": None,
    }
