"""Who may what: the whole table, through the policy, the admin and the API. The same expectation for all three."""

from collections.abc import Iterator
from copy import copy
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model, Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.demo.software_passkey import SoftwarePasskey
from accounts.models import (
    DayException,
    EnrolledKey,
    Membership,
    Organisation,
    OrganisationName,
    Seat,
    ServiceAccount,
    User,
    WorkingGroup,
)
from accounts.policy.access import access_of
from accounts.policy.actors import Actor, system_actor
from accounts.policy.permissions import PERMISSIONS
from accounts.policy.questions import can, can_on, sees_all, visible, would
from accounts.policy.relations import EVERY
from accounts.services import save_record
from audit.models import Audited
from common.text import Text
from partnership.api import RESOURCES
from programme.models import (
    Decision,
    DecisionParty,
    Indicator,
    Meeting,
    Observation,
    PriorityArea,
    Project,
    ProjectParticipant,
)
from reminders.models import Message, Notice, Stage
from roadmaps.models import Milestone, Proposal, RoadMap
from tests.scenarios.api import client_of
from tests.scenarios.people import draft_of, former_member, put_in_force
from tests.scenarios.personas import MEMBERS, SEATS, SYSTEM, WITHOUT, personas

pytestmark = pytest.mark.django_db

EVERYBODY = {*MEMBERS, *SEATS, SYSTEM}

ENERGY = {
    "reader of energy",
    "officer of energy",
    "administrator of energy",
    "co-chair uz energy",  # a seat and nothing else: its holder belongs to no organisation here
    "secretary kr energy",
    "member kr energy",
}
# MIIT and MOTIE coordinate; the auditors and the control organisation see all of the shared layer
SIDE_WIDE = {
    "head of motie",
    "administrator of miit",
    "administrator of motie",
    "auditor of miit",
    "auditor of motie",
    "controller of uz",
}
CHEMISTRY = SIDE_WIDE | {"officer of uzkimyosanoat"}
UZ_ENERGY = {"reader of energy", "officer of energy", "administrator of energy", "co-chair uz energy"}
UZ_SIDE_WIDE = {"administrator of miit", "auditor of miit", "controller of uz"}

# (permission, record): who has it; every other persona has not
EXPECTED: dict[tuple[str, str], set[str]] = {
    ("area.view", "energy area"): EVERYBODY,
    ("group.view", "energy group"): EVERYBODY,
    ("group.view", "seat of uz energy"): EVERYBODY,
    ("organisation.view", "minenergy"): EVERYBODY,
    ("organisation.view", "name of kia"): EVERYBODY,
    ("meeting.view", "summit"): EVERYBODY,
    ("decision.view", "D13"): EVERYBODY,
    ("decision.view", "party of D13"): EVERYBODY,
    ("indicator.view", "F1"): EVERYBODY,
    ("indicator.view", "observation of F1"): EVERYBODY,
    # D05: chemistry, led by uzkimyosanoat and MOTIE
    ("project.view", "D05"): SIDE_WIDE | {"officer of uzkimyosanoat"},
    ("project.edit", "D05"): {"officer of uzkimyosanoat", "head of motie"},
    ("project.view", "participant of D05"): SIDE_WIDE | {"officer of uzkimyosanoat"},
    # D14: finance, led by both ministries of finance, funded by EDCF, which answers to MOEF through KEXIM
    ("project.view", "D14"): SIDE_WIDE | {"officer of edcf", "officer of moef"},
    ("project.edit", "D14"): {"officer of moef"},
    # D08: engineering, led by Uzavtosanoat and MOTIE, names Kia
    ("project.view", "D08"): SIDE_WIDE | {"officer of kia"},
    ("project.edit", "D08"): {"head of motie"},
    ("roadmap.view", "RM-07"): SIDE_WIDE | ENERGY,
    ("group.follow", "energy group"): SIDE_WIDE | ENERGY,
    ("proposal.view", "RM-07.P1"): SIDE_WIDE | ENERGY,
    ("proposal.author", "RM-07.P1"): set(),  # the programme itself: nobody's organisation
    ("proposal.author", "uz draft"): {"reader of energy", "officer of energy", "administrator of energy"},
    ("proposal.view", "uz draft"): UZ_SIDE_WIDE | UZ_ENERGY,
    # engineering's draft names Kia in its content only: an organisation named in it sees it once it is published
    ("proposal.view", "RM-04.P1"): SIDE_WIDE,
    # the energy group's own acts: its secretaries, its co-chairs, the officers of its lead organisations
    ("proposal.draft", "RM-07"): {"officer of energy", "head of motie", "secretary kr energy"},
    ("proposal.draft", "RM-07.P1"): {"officer of energy", "head of motie", "secretary kr energy"},
    ("proposal.draft", "uz draft"): {"officer of energy"},
    ("proposal.publish", "RM-07.P1"): {"secretary kr energy"},
    ("proposal.withdraw", "RM-07.P1"): {"secretary kr energy"},
    ("proposal.sign", "RM-07.P1"): {"co-chair uz energy"},
    ("proposal.refuse", "RM-07.P1"): {"co-chair uz energy"},
    # chemistry, in force: its leads; Kia is a party of the proposal, and sees that alone
    ("proposal.view", "RM-03.P1"): CHEMISTRY | {"officer of kia"},
    ("proposal.view", "party of RM-03.P1"): CHEMISTRY | {"officer of kia"},
    ("proposal.view", "revision of RM-03.P1"): CHEMISTRY | {"officer of kia"},
    ("proposal.view", "signature of RM-03.P1"): CHEMISTRY | {"officer of kia"},
    ("proposal.view", "refusal of RM-03.P1"): CHEMISTRY | {"officer of kia"},
    ("roadmap.view", "RM-03"): CHEMISTRY,
    ("roadmap.view", "version of RM-03"): CHEMISTRY,
    ("roadmap.view", "section of RM-03"): CHEMISTRY,
    ("roadmap.view", "measure of RM-03"): CHEMISTRY,
    ("milestone.view", "milestone of RM-03"): CHEMISTRY,
    ("milestone.view", "lead of RM-03"): CHEMISTRY,
    ("milestone.forecast", "milestone of RM-03"): {"officer of uzkimyosanoat", "head of motie"},
    ("milestone.forecast", "lead of RM-03"): {"officer of uzkimyosanoat"},
    ("organisation.edit", "minenergy"): {"administrator of energy", "administrator of miit"},
    ("organisation.edit", "name of kia"): {"administrator of motie"},
    ("membership.manage", "membership in minenergy"): {"administrator of energy", "administrator of miit"},
    ("membership.manage", "person of minenergy"): {"administrator of energy", "administrator of miit"},
    ("membership.view", "membership in minenergy"): {"administrator of energy", "administrator of miit"},
    ("membership.view", "person of minenergy"): {"administrator of energy", "administrator of miit"},
    ("membership.view", "own membership of the administrator of energy"): {
        "administrator of energy",
        "administrator of miit",
    },
    # nobody manages themselves
    ("membership.manage", "own membership of the administrator of energy"): {"administrator of miit"},
    ("seat.manage", "seat of uz energy"): {"administrator of miit"},
    ("service_account.manage", "koica system"): {"administrator of motie"},
    # what an auditor compares with the list that their side keeps
    ("key.view", "key of the officer of energy"): {"auditor of miit"},
    ("calendar.view", "day off of uz"): EVERYBODY,
    ("calendar.edit", "day off of uz"): {"administrator of miit"},
    ("stage.view", "stage"): EVERYBODY,
    ("stage.edit", "stage"): {"administrator of miit", "administrator of motie"},
    # one's own; the administrator's of the organisation for which it was told; the own side's auditor
    ("notice.view", "notice to the officer of energy"): {
        "officer of energy",
        "administrator of energy",
        "administrator of miit",
        "auditor of miit",
    },
    ("notice.view", "notice to the secretary kr energy"): {"secretary kr energy", "auditor of motie"},
    # a message holds notices of several organisations: its reader's, and the auditor's
    ("notice.view", "message to the officer of energy"): {"officer of energy", "auditor of miit"},
}


@pytest.fixture
def cast(programme: None) -> dict[str, Actor]:
    return personas()


@pytest.fixture
def records(cast: dict[str, Actor]) -> dict[str, Model]:
    energy = WorkingGroup.objects.get(code="energy")
    version = put_in_force("RM-03", party="kia")
    milestone = Milestone.objects.filter(road_map__reference="RM-03")[0]
    officer, secretary = cast["officer of energy"].person, cast["secretary kr energy"].person
    assert officer is not None
    assert secretary is not None
    own = Membership.objects.get(user=cast["administrator of energy"].person)
    return {
        "energy area": PriorityArea.objects.get(code="energy"),
        "energy group": energy,
        "seat of uz energy": Seat.objects.get(user=cast["co-chair uz energy"].person),
        "minenergy": Organisation.objects.get(code="minenergy"),
        "name of kia": OrganisationName.objects.get(organisation__code="kia"),
        "summit": Meeting.objects.get(),
        "D13": Decision.objects.get(code="D13"),
        "party of D13": DecisionParty.objects.filter(decision__code="D13")[0],
        "F1": Indicator.objects.get(code="F1"),
        "observation of F1": Observation.objects.get(indicator__code="F1"),
        **{code: Project.objects.get(code=code) for code in ("D05", "D14", "D08")},
        "participant of D05": ProjectParticipant.objects.filter(project__code="D05")[0],
        "RM-07": RoadMap.objects.get(reference="RM-07"),
        "RM-07.P1": Proposal.objects.get(road_map__reference="RM-07", number=1),
        "RM-04.P1": Proposal.objects.get(road_map__reference="RM-04", number=1),
        "uz draft": draft_of("minenergy", "energy"),
        "RM-03": version.road_map,
        "RM-03.P1": version.revision.proposal,
        "party of RM-03.P1": version.revision.proposal.parties.get(),
        "revision of RM-03.P1": version.revision,
        "signature of RM-03.P1": version.revision.signatures.get(),
        "refusal of RM-03.P1": version.revision.refusals.get(),
        "version of RM-03": version,
        "section of RM-03": milestone.measure.section,
        "measure of RM-03": milestone.measure,
        "milestone of RM-03": milestone,
        "lead of RM-03": milestone.assignments.get(side="UZ", role="lead"),
        "membership in minenergy": Membership.objects.get(user=cast["officer of energy"].person),
        "person of minenergy": officer,
        "own membership of the administrator of energy": own,
        "koica system": ServiceAccount.objects.get(scopes=["read"]),
        "key of the officer of energy": enrolled(officer),
        **reminding(officer, secretary),
    }


def enrolled(person: User) -> EnrolledKey:
    SoftwarePasskey.make(rp_id="localhost", origin="http://localhost").enrol(person, now=timezone.now())
    return EnrolledKey.objects.get(user=person)


def reminding(officer: User, secretary: User) -> dict[str, Model]:
    """A day off, a stage, and what two people were told of it."""
    day, now = date(2026, 12, 7), timezone.now()
    stage = Stage(code="week", name=Text.of("A week"), working_days=-5, reach="officers")
    day_off = DayException(side="UZ", day=day, kind="day_off")
    for row in (stage, day_off):
        save_record(row, by=system_actor("tests"))
    told: dict[str, Any] = {"subject_kind": "milestone", "subject_id": 0, "stage": stage, "anchor": day, "moment": now}
    energy = Organisation.objects.get(code="minenergy")
    return {
        "stage": stage,
        "day off of uz": day_off,
        "notice to the officer of energy": Notice.objects.create(
            recipient=officer, organisation=energy, capacity="officer", planned_at=now, **told
        ),
        "notice to the secretary kr energy": Notice.objects.create(
            recipient=secretary, capacity="secretary", planned_at=now, **told
        ),
        "message to the officer of energy": Message.objects.create(recipient=officer, created_at=now),
    }


def cells() -> Iterator[tuple[str, str]]:
    yield from EXPECTED


def test_the_table(cast: dict[str, Actor], records: dict[str, Model]) -> None:
    found = {
        (permission, name): {who for who, actor in cast.items() if can_on(actor, permission, records[name])}
        for permission, name in cells()
    }
    assert found == EXPECTED


def test_a_list_and_a_record_never_disagree(cast: dict[str, Actor], records: dict[str, Model]) -> None:
    for permission, name in cells():
        record = records[name]
        for who, actor in cast.items():
            listed = visible(actor, permission, type(record)._default_manager.all()).filter(pk=record.pk)
            assert listed.count() == (who in EXPECTED[permission, name]), (who, permission, name)


def test_a_record_that_is_not_saved_yet_gives_the_same_rights(
    cast: dict[str, Actor], records: dict[str, Model]
) -> None:
    """But for rights that come from other rows, such as a project's participants: those are not there yet."""
    by_others = {"D05", "D14", "D08", "RM-03.P1", "person of minenergy", "milestone of RM-03"}
    for permission, name in cells():
        if name in by_others or _ends_at_itself(records[name]):
            continue
        unsaved = copy(records[name])
        unsaved.pk = None
        for who, actor in cast.items():
            granted = would(actor, permission, [unsaved, unsaved])
            assert granted == [who in EXPECTED[permission, name]] * 2, (who, permission, name)


def _ends_at_itself(record: Model) -> bool:
    """An organisation or a group, which has no key yet that a membership or seat could name."""
    access = access_of(record)
    return "pk" in (access.group, *access.administered)


def test_the_admin_answers_the_same(cast: dict[str, Actor], records: dict[str, Model]) -> None:
    """A record's form opens for whoever may see it, and is a 404 for all others; it saves for whoever may edit it."""
    clients = {}
    for who, actor in cast.items():
        if actor.person:
            clients[who] = Client()
            clients[who].force_login(actor.person)
    for (permission, name), allowed in EXPECTED.items():
        record = records[name]
        address = _form_of(record)
        if address is None:
            continue
        access: Any = type(record).access  # type: ignore[attr-defined]
        for who, client in clients.items():
            if permission == access.view:
                assert client.get(address).status_code == (200 if who in allowed else 404), (who, permission, name)
            elif permission == access.edit:
                seen = can_on(cast[who], access.view, record)
                status = client.post(address, {}).status_code
                assert status == (200 if who in allowed else 403 if seen else 404), (who, permission, name)


def _form_of(record: Model) -> str | None:
    from django.contrib.admin import site

    if not site.is_registered(type(record)):
        return None
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])


def test_the_api_answers_the_same(cast: dict[str, Actor], records: dict[str, Model]) -> None:
    """A record that has a resource shows to whoever may see it, is a 404 for others, and forbidden without standing."""
    names = {view.columns.table(): (name, view.lookup_field) for name, view in RESOURCES.items()}
    clients = {who: client_of(actor) for who, actor in cast.items()}
    asked = set()
    for (permission, name), allowed in EXPECTED.items():
        record = records[name]
        if type(record) not in names or permission != access_of(record).view:
            continue
        resource, key = names[type(record)]
        for who, client in clients.items():
            status = client.get(f"/api/v1/{resource}/{getattr(record, key)}/").status_code
            assert status == (200 if who in allowed else 403 if who in WITHOUT else 404), (who, permission, name)
        asked.add(resource)
    assert asked == set(RESOURCES)


def test_unknown_permissions_are_denied_to_all(cast: dict[str, Actor], records: dict[str, Model]) -> None:
    for actor in cast.values():
        assert not can(actor, "frobnicate")
        # a permission that exists, asked of a model that does not declare it
        assert not can_on(actor, "area.view", records["person of minenergy"])
        for record in records.values():
            assert not can_on(actor, "frobnicate", record)


def test_without_a_membership_in_force_there_is_nothing(cast: dict[str, Actor]) -> None:
    for name in WITHOUT:
        for model in audited_models():
            access: Any = model.access  # type: ignore[attr-defined]
            for permission in access.permissions:
                assert not visible(cast[name], permission, model._default_manager.all()).exists(), (name, model)


def test_a_filter_is_written_only_where_no_grant_gives_every_record(
    cast: dict[str, Actor], records: dict[str, Model]
) -> None:
    """Beside it the plain filter, an OR of all grants in which every record is ``pk IS NOT NULL``: the same rows."""
    without = 0
    models: list[type[Model]] = [*audited_models(), Notice, Message]
    for who, actor in cast.items():
        for model in models:
            access: Any = model.access  # type: ignore[attr-defined]
            everything = model._default_manager.order_by("pk")
            for permission in sorted(access.permissions):
                case = who, permission, model
                limited = access.layer or access.own_side or (access.person and permission == access.edit)
                grants = [grant.keys(actor, access) for grant in PERMISSIONS[permission].grants]
                free = not limited and any(keys is EVERY for keys in grants)
                narrowed = visible(actor, permission, everything)
                assert (not narrowed.query.where.children) is free, case
                assert sees_all(actor, permission, model) is free, case
                assert limited or set(narrowed) == set(everything.filter(_plain(actor, permission, model))), case
                without += free
    assert without > 100


def _plain(actor: Actor, permission: str, model: type[Model]) -> Q:
    found = Q(pk__in=())
    for grant in PERMISSIONS[permission].grants:
        records = grant.records(actor, model)
        seats = Seat.objects.not_ended(actor.today).values("user")
        barred = grant in PERMISSIONS[permission].not_of_seats and access_of(model).person
        seatless = ~Q(**{f"{access_of(model).person}__in": seats}) if barred else Q()
        if records is not None:
            found |= (Q(pk__isnull=False) if records is EVERY else records) & seatless
    return found


def test_every_audited_model_and_permission_is_in_the_table(records: dict[str, Model]) -> None:
    # who was told what is no content that has a history, and as closely kept
    assert {type(record) for record in records.values()} == {*audited_models(), Notice, Message}
    assert {permission for permission, _name in EXPECTED} == set(PERMISSIONS)


def audited_models() -> list[type[Audited]]:
    return [model for model in apps.get_models() if issubclass(model, Audited)]


def test_a_membership_counts_from_its_first_to_its_last_day(programme: None) -> None:
    today = timezone.localdate()
    user = former_member("officer", "minenergy", ended=today)
    assert can(Actor(door="admin", today=today, person=user), "area.view")
    assert not can(Actor(door="admin", today=today + timedelta(days=1), person=user), "area.view")
    begins: date = Membership.objects.get(user=user).valid_from
    assert not can(Actor(door="admin", today=begins - timedelta(days=1), person=user), "area.view")
