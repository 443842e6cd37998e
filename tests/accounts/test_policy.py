"""The two ends of the policy agree, and no save crosses a scope."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone

from accounts.models import Membership, Organisation, OrganisationName, Seat, User
from accounts.policy.actors import Actor, system_actor
from accounts.policy.questions import NotAllowed, can_on, visible, who_can
from accounts.services import StaleEdit, invite, save_record
from audit.acting import NobodyActs
from common.text import Text
from programme.models import Project
from roadmaps.models import Milestone, Proposal
from tests.scenarios.people import actor_for, draft_of, former_member, loner, person, seat

pytestmark = pytest.mark.django_db

REASON = "The decree of today."


def test_who_can_is_exactly_the_people_who_can(programme: None) -> None:
    roles = ("reader", "officer", "head", "administrator")
    codes = ("minenergy", "uzkimyosanoat", "miit", "motie", "keximbank", "edcf")
    for code in codes:
        for role in roles:
            person(role, code)
    for role in ("secretary", "co_chair"):
        for side in ("UZ", "KR"):
            seat(role, side, "energy")
    person("controller", "presidential-administration")
    person("auditor", "motie")
    former_member("head", "minenergy", ended=timezone.localdate().replace(day=1))
    loner()
    records: list[tuple[str, Model]] = [
        ("project.view", Project.objects.get(code="D14")),
        ("project.edit", Project.objects.get(code="D05")),
        ("proposal.view", Proposal.objects.get(road_map__reference="RM-07")),
        ("proposal.view", draft_of("minenergy", "energy")),
        ("organisation.edit", Organisation.objects.get(code="edcf")),
        ("membership.manage", Membership.objects.filter(organisation__code="uzkimyosanoat")[0]),
        ("membership.manage", Membership.objects.get(role="administrator", organisation__code="minenergy")),
        ("seat.manage", Seat.objects.filter(side="KR")[0]),
    ]
    today = timezone.localdate()
    asking = system_actor("tests")
    for permission, record in records:
        named = set(who_can(permission, record, actor=asking))
        actors = {user: Actor(door="admin", today=today, person=user) for user in User.objects.all()}
        able = {user for user, actor in actors.items() if can_on(actor, permission, record)}
        assert named == able, (permission, record)
        assert named


def test_no_filter_is_written_where_a_relation_gives_every_record(programme: None) -> None:
    everything = Milestone.objects.all()
    for role, code in (("officer", "miit"), ("auditor", "motie"), ("reader", "presidential-administration")):
        narrowed = visible(actor_for(person(role, code)), "milestone.view", everything)
        assert str(narrowed.query) == str(everything.query), role
    assert str(visible(actor_for(person("officer", "kia")), "milestone.view", everything).query) != str(
        everything.query
    )


def test_nobody_saves_what_is_somebody_elses(programme: None) -> None:
    name = OrganisationName.objects.get(organisation__code="kia")
    name.short = "KIA"
    with pytest.raises(NotAllowed):
        save_record(name, by=actor_for(person("administrator", "minenergy")).because(REASON))
    assert OrganisationName.objects.get(pk=name.pk).short == ""


def test_nobody_moves_a_record_into_somebody_elses_scope(programme: None) -> None:
    name = OrganisationName.objects.get(organisation__code="minenergy")
    name.organisation, name.valid_from = Organisation.objects.get(code="kia"), timezone.localdate()
    with pytest.raises(NotAllowed):
        save_record(name, by=actor_for(person("administrator", "minenergy")).because(REASON))
    assert OrganisationName.objects.get(pk=name.pk).organisation.code == "minenergy"


def test_nobody_adds_a_record_in_somebody_elses_scope(programme: None) -> None:
    kia = Organisation.objects.get(code="kia")
    with pytest.raises(NotAllowed):
        save_record(
            OrganisationName(organisation=kia, name=Text.of("Kia Motors"), valid_from=timezone.localdate()),
            by=actor_for(person("administrator", "minenergy")).because(REASON),
        )
    assert OrganisationName.objects.filter(organisation=kia).count() == 1


def test_a_stale_save_is_refused_and_one_without_a_change_writes_nothing(programme: None) -> None:
    by = actor_for(person("administrator", "minenergy")).because(REASON)
    mine, theirs = (OrganisationName.objects.get(organisation__code="minenergy") for _ in range(2))
    assert not save_record(mine, by=by)
    mine.short = "ME"
    assert save_record(mine, by=by)
    theirs.short = "MoE"
    with pytest.raises(StaleEdit):
        save_record(theirs, by=by)
    rows = OrganisationName.history.filter(id=mine.pk)
    assert [(row.act_name, row.short, row.history_change_reason) for row in rows] == [
        ("administrator of minenergy", "ME", REASON),
        ("load_programme", "", ""),
    ]


def test_an_audited_table_cannot_be_written_by_nobody(programme: None) -> None:
    with pytest.raises(NobodyActs):
        Organisation.objects.get(code="kia").save()


@pytest.mark.parametrize(("role", "days"), [("controller", 0), ("officer", -1)])
def test_no_door_invites_past_the_rules_of_memberships(programme: None, role: str, days: int) -> None:
    """A ministry has no controllers, and nothing is dated into the past: the service holds it, not the form alone."""
    administrator = actor_for(person("administrator", "minenergy"))
    with pytest.raises(ValidationError):
        invite(
            email="nobody@example.invalid",
            name="Nobody",
            organisation=Organisation.objects.get(code="minenergy"),
            role=role,
            valid_from=administrator.today + timedelta(days=days),
            by=administrator,
        )
    assert not User.objects.filter(email="nobody@example.invalid").exists()
