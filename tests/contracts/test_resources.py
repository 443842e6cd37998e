"""The resources under the contract, and that none is without one."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db.models import Model, Q
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import Organisation, WorkingGroup
from audit.models import Audited
from partnership.api import RESOURCES
from programme.models import Decision, PriorityArea, Project
from roadmaps.models import Milestone, RoadMap
from tests.contracts.resource import ResourceContract, contract_of, copied, every_contract

# Audited tables that no partner's system reads yet. One that gets its resource leaves this list
WITHOUT_RESOURCE = {
    # for auditors, who compare it with a list of their own; a system has no such list
    "accounts.EnrolledKey",
    *("accounts.DayException", "accounts.Membership", "accounts.OrganisationName", "accounts.Seat"),
    *("accounts.ServiceAccount", "accounts.User", "accounts.WorkingGroup"),
    *("programme.DecisionParty", "programme.Indicator", "programme.Meeting", "programme.Observation"),
    *("programme.ProjectParticipant", "reminders.Stage"),
    *("roadmaps.Assignment", "roadmaps.Measure", "roadmaps.Proposal", "roadmaps.ProposalParty", "roadmaps.Refusal"),
    *("roadmaps.Revision", "roadmaps.RoadMapVersion", "roadmaps.Section", "roadmaps.Signature"),
}


LATE = Q(completed_on=None, due_on__lt=timezone.localdate()) & ~Q(precision__in=["annual", "continuous"])


def executor(**of_one: str | list[str]) -> Q:
    return Q(**{f"assignments__{name}": value for name, value in of_one.items()}, assignments__dropped_in=None)


def new_group(code: str) -> WorkingGroup:
    group: WorkingGroup = copied(WorkingGroup.objects.get(code="chemistry"), code=code)
    return group


class TestAreas(ResourceContract):
    path, table, permission, component = "areas", PriorityArea, "area.view", "Area"
    orderings = ("order", "code")
    stable_by = "code"
    references = {"group.lead_uz": "group.lead_uz.code", "group.lead_kr": "group.lead_kr.code"}
    filters = (("kind", "anchor", Q(kind="anchor")),)

    def added(self, *, first: bool) -> Model:
        code, order = ("a", 901) if first else ("z", 900)
        return PriorityArea.objects.create(
            code=code, order=order, kind="sector", name=new_group(code).name, group=WorkingGroup.objects.get(code=code)
        )


class TestOrganisations(ResourceContract):
    path, table, permission, component = "organisations", Organisation, "organisation.view", "Organisation"
    orderings = ("code",)
    stable_by = "code"
    references = {"parent": "parent.code"}
    lists = {"names": ("names", Q(), "valid_from")}
    filters = (
        ("side", "KR", Q(side="KR")),
        ("kind", "ministry", Q(kind="ministry")),
        ("kind", "ministry,bank", Q(kind__in=["ministry", "bank"])),
        ("parent", "moef", Q(parent__code="moef")),
    )

    def added(self, *, first: bool) -> Model:
        code = "0" if first else "zzz"
        return Organisation.objects.create(code=code, side="UZ", kind="agency")


class TestDecisions(ResourceContract):
    path, table, permission, component = "decisions", Decision, "decision.view", "Decision"
    orderings = ("code", "due_on")
    stable_by = "code"
    references = {"area": "area.code", "meeting": "meeting.code", "project": "project.code"}
    lists = {"parties": ("parties", Q(), "organisation.code")}
    filters = (
        ("area", "chemistry", Q(area__code="chemistry")),
        ("meeting", "summit-2024", Q(meeting__code="summit-2024")),
        ("kind", "project", Q(kind="project")),
        ("source_standing", "agreed", Q(source_standing="agreed")),
        ("due_after", "2025-12-31", Q(due_on__gte=date(2025, 12, 31))),
        ("due_before", "2025-12-31", Q(due_on__lte=date(2025, 12, 31))),
    )

    def added(self, *, first: bool) -> Model:
        row: Model = copied(Decision.objects.get(code="D05"), code="A00" if first else "Z99")
        return row


class TestProjects(ResourceContract):
    path, table, permission, component = "projects", Project, "project.view", "Project"
    orderings = ("code",)
    stable_by = "code"
    references = {"area": "area.code", "decision": "decision.code"}
    lists = {"participants": ("participants", Q(), "organisation.code")}
    filters = (
        ("area", "chemistry", Q(area__code="chemistry")),
        ("organisation", "kia", Q(participants__organisation__code="kia")),
    )

    def added(self, *, first: bool) -> Model:
        row: Model = copied(Project.objects.get(code="D05"), code="A00" if first else "Z99", decision=None)
        return row


class TestRoadMaps(ResourceContract):
    path, table, permission, component = "road-maps", RoadMap, "roadmap.view", "RoadMap"
    key = "reference"
    orderings = ("reference",)
    stable_by = "reference"
    references = {
        "group": "group.code",
        "area": "group.area.code",
        "lead_uz": "group.lead_uz.code",
        "lead_kr": "group.lead_kr.code",
    }
    filters = (
        ("area", "chemistry", Q(group__area__code="chemistry")),
        ("in_force", "true", Q(versions__isnull=False)),
        ("in_force", "false", Q(versions__isnull=True)),
    )

    def added(self, *, first: bool) -> Model:
        reference = "RA-00" if first else "RM-99"
        group = new_group(reference.lower())
        PriorityArea.objects.create(code=group.code, order=900 + first, kind="sector", name=group.name, group=group)
        return RoadMap.objects.create(reference=reference, group=group)


class TestMilestones(ResourceContract):
    path, table, permission, component = "milestones", Milestone, "milestone.view", "Milestone"
    key = "uid"
    present = Q(dropped_in=None)
    orderings = ("due_on", "original_due_on", "completed_on")
    stable_by = "due_on"
    references = {
        "road_map": "road_map.reference",
        "area": "road_map.group.area.code",
        "project": "project.code",
    }
    lists = {"executors": ("assignments", Q(dropped_in=None), "organisation.code")}
    filters = (
        ("road_map", "RM-03", present & Q(road_map__reference="RM-03")),
        ("area", "chemistry", present & Q(road_map__group__area__code="chemistry")),
        ("organisation", "kia", present & executor(organisation__code="kia")),
        ("organisation", "kia,minenergy", present & executor(organisation__code__in=["kia", "minenergy"])),
        ("lead", "minenergy", present & executor(organisation__code="minenergy", role="lead")),
        ("role", "co_executor", present & executor(role="co_executor")),
        ("side", "KR", present & executor(side="KR")),
        ("overdue", "true", present & LATE),
        ("overdue", "false", present & ~LATE),
        ("illustrative", "true", present & Q(road_map__reference="RM-03")),
        ("project", "D06", present & Q(project__code="D06")),
        ("decision", "D06", present & Q(measure__decision__code="D06")),
        ("due_after", "2099-01-01", present & Q(due_on__gte=date(2099, 1, 1))),
        ("due_before", "2098-12-31", present & Q(due_on__lt=date(2099, 1, 1))),
        ("precision", "annual", present & Q(precision="annual")),
        ("completed", "true", present & Q(completed_on__isnull=False)),
        ("completed", "false", present & Q(completed_on__isnull=True)),
        ("in_force", "true", present),
        ("in_force", "false", ~present),
    )
    hidden = {"road_map": "RM-03", "project": "D05"}

    def added(self, *, first: bool) -> Model:
        row = self.rows().filter(road_map__reference="RM-04")[0]
        due = date(2024, 6, 14) if first else None
        copy: Model = copied(row, uid=uuid4(), due_on=due, precision="day" if first else "")
        return copy


# the contract of every resource that says nothing of its own is found by itself
globals().update(
    {f"Test{path}": contract_of(path) for path in RESOURCES.keys() - {kind.path for kind in every_contract()}}
)


def test_every_address_of_the_api_is_under_a_contract() -> None:
    resolver = next(_under(get_resolver(), "api/v1/"))
    named = {pattern.name for pattern in resolver.url_patterns}
    assert named == {f"{kind.path}-{what}" for kind in every_contract() for what in ("list", "detail")} | {
        "schema",
        "index",
        "me",
    }


def test_every_audited_table_has_a_resource_or_is_known_to_have_none() -> None:
    audited = {model for model in apps.get_models() if issubclass(model, Audited)}
    resources: set[type[Model]] = {kind.table for kind in every_contract()}
    assert {model._meta.label for model in audited - resources} == WITHOUT_RESOURCE


def _under(resolver: URLResolver, prefix: str) -> Any:
    for part in resolver.url_patterns:
        if isinstance(part, URLResolver):
            if str(part.pattern) == prefix:
                yield part
            yield from _under(part, prefix)
        assert isinstance(part, URLPattern | URLResolver)
