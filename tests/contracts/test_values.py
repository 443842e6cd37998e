"""The answers against a slow reading, record by record, of the model objects themselves."""

from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import Organisation
from common.sides import day_of
from common.text import Text
from programme.models import Decision, Project
from roadmaps.milestone_status import due_status
from roadmaps.models import Assignment, Milestone, RoadMap
from tests.scenarios.api import COORDINATOR, NARROW, SYSTEM, Row, World

NULLABLE = ("expected_result", "funding_organisation", "funding_text", "decision")
READERS = (COORDINATOR, NARROW, SYSTEM, "officer of uzkimyosanoat", "co-chair uz energy")


def test_a_milestone_is_what_the_objects_say(world: World) -> None:
    told = 0
    for who in READERS:
        for row in [*world.rows(who, "milestones"), *world.rows(who, "milestones", in_force="false")]:
            assert row == milestone(world, who, Milestone.objects.get(uid=row["uid"])), who
            told += 1
    measures = [row["measure"] for row in world.rows(COORDINATOR, "milestones")]
    assert all(any(row[name] for row in measures) for name in NULLABLE)
    statuses = {row["status"] for row in world.rows(COORDINATOR, "milestones")}
    assert told > 30 and statuses == {"done", "overdue", "at_risk", "soon", "open", "continuous", "undated"}


def test_a_road_map_is_what_the_objects_say(world: World) -> None:
    for who in READERS:
        for row in world.rows(who, "road-maps"):
            assert row == road_map(RoadMap.objects.get(reference=row["reference"])), who
    numbers = {
        row["reference"]: row["version"] and row["version"]["number"] for row in world.rows(COORDINATOR, "road-maps")
    }
    assert (numbers["RM-03"], numbers["RM-04"], numbers["RM-05"]) == (2, 1, None)


def test_a_project_out_of_sight_is_null_where_its_milestone_shows(world: World) -> None:
    milestones = {
        who: {row["uid"]: row["project"] for row in world.rows(who, "milestones", road_map="RM-03")}
        for who in (COORDINATOR, "officer of uzkimyosanoat")
    }
    (uid,) = [uid for uid, project in milestones[COORDINATOR].items() if project == "D14"]
    assert milestones["officer of uzkimyosanoat"][uid] is None


def test_what_has_left_the_road_map_is_asked_for_by_name(world: World) -> None:
    (dropped,) = world.rows(COORDINATOR, "milestones", in_force="false")
    assert dropped["dropped_in"] == 1 and dropped["uid"] not in {
        row["uid"] for row in world.rows(COORDINATOR, "milestones")
    }
    (engineering,) = world.rows(COORDINATOR, "milestones", road_map="RM-04")
    assert "uzavtosanoat" not in {executor["organisation"] for executor in engineering["executors"]}


def test_an_organisation_tells_every_name_it_had_and_the_one_it_has(world: World) -> None:
    for row in world.rows(SYSTEM, "organisations"):
        organisation = Organisation.objects.get(code=row["code"])
        names = sorted(organisation.names.all(), key=lambda name: name.valid_from or date.min)
        assert [name["name"] for name in row["names"]] == [name.name.to_json() for name in names]
        assert row["name"] == name_of(organisation, today_of(world, SYSTEM))
    (chemistry,) = [row for row in world.rows(SYSTEM, "organisations") if row["code"] == "uzkimyosanoat"]
    assert "tomorrow" in str(chemistry["names"]) and "tomorrow" not in str(chemistry["name"])


def test_decisions_and_projects_are_what_the_objects_say(world: World) -> None:
    for row in world.rows(COORDINATOR, "decisions"):
        decision = Decision.objects.get(code=row["code"])
        assert row["due"] == {
            "due_on": iso(decision.due_on),
            "precision": decision.due_precision or None,
            "text": decision.when_text,
        }
        plain = ("kind", "source_standing", "paragraph", "regions", "regions_inferred")
        assert {name: row[name] for name in plain} == {name: getattr(decision, name) for name in plain}
        assert (row["title"], row["done_on"]) == (decision.title.to_json(), iso(decision.done_on))
    for row in world.rows(COORDINATOR, "projects"):
        project = Project.objects.get(code=row["code"])
        assert (row["title"], row["summary"]) == (project.title.to_json(), text(project.summary))
        assert [(part["organisation"], part["role"], part["unconfirmed"]) for part in row["participants"]] == [
            (part.organisation.code, part.role, part.unconfirmed) for part in project.participants.all()
        ]


def milestone(world: World, who: str, record: Milestone) -> Row:
    today = today_of(world, who)
    executors = [row for row in record.assignments.order_by("position") if row.dropped_in is None]
    forecast = max((row.forecast_on for row in executors if row.forecast_on), default=None)
    found = due_status(record.deadline, forecast_on=forecast, completed_on=record.completed_on, today=today)
    version = record.road_map.in_force()
    assert version is not None
    return {
        "uid": str(record.uid),
        "road_map": record.road_map.reference,
        "area": record.road_map.group.area.code,
        "number": record.number,
        "mechanism": record.mechanism.to_json(),
        "project": record.project.code if record.project and world.sees(who, record.project) else None,
        "completed_on": iso(record.completed_on),
        "dropped_in": record.dropped_in.number if record.dropped_in else None,
        "illustrative": version.illustrative,
        "measure": {
            "uid": str(record.measure.uid),
            "number": record.measure.number,
            "title": record.measure.title.to_json(),
            "expected_result": text(record.measure.expected_result),
            "funding_organisation": record.measure.funding_organisation and record.measure.funding_organisation.code,
            "funding_text": text(record.measure.funding_text),
            "decision": record.measure.decision and record.measure.decision.code,
        },
        "first_agreed": {"due_on": iso(record.original_due_on), "precision": record.original_precision or None},
        "agreed": record.deadline.to_json(),
        "executors": [executor(row, today) for row in executors],
        "forecast_on": iso(forecast),
        "status": found.status.name.lower(),
        "label": f"{record.measure.number}.{record.number}",
        "section": {"uid": str(record.measure.section.uid), "title": record.measure.section.title.to_json()},
        **found_at("milestones", record.uid, record),
    }


def found_at(path: str, key: object, record: Any) -> Row:
    return {
        "url": f"{settings.ORIGIN}/api/v1/{path}/{key}/",
        "html_url": f"{settings.ORIGIN}{record.get_absolute_url()}",
    }


def executor(row: Assignment, today: date) -> Row:
    return {
        "organisation": row.organisation.code,
        "name": name_of(row.organisation, today),
        "side": row.organisation.side,
        "role": row.role,
        "part": text(row.part),
        "forecast_on": iso(row.forecast_on),
    }


def road_map(record: RoadMap) -> Row:
    version = record.in_force()
    group = record.group
    return {
        **found_at("road-maps", record.reference, record),
        "reference": record.reference,
        "group": group.code,
        "area": group.area.code,
        "name": group.name.to_json(),
        "lead_uz": group.lead_uz.code,
        "lead_kr": group.lead_kr.code,
        "version": version
        and {
            "number": version.number,
            "in_force_at": version.in_force_at.isoformat(),
            "content_hash": version.revision.content_hash,
            "illustrative": version.illustrative,
        },
    }


def name_of(organisation: Organisation, today: date) -> Any:
    """Of the names that have begun, the last; one without a day began before all others."""
    begun = [name for name in organisation.names.all() if name.valid_from is None or name.valid_from <= today]
    last = max(begun, key=lambda name: name.valid_from or date.min, default=None)
    return text(last.name if last else None)


def today_of(world: World, who: str) -> date:
    return day_of(world.actors[who].side, timezone.now())


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def text(value: Text | None) -> Any:
    return value.to_json() if value else None
