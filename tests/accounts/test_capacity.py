"""Whoever holds several memberships and seats acts as the one that gave the right, and the audit says which."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Organisation, OrganisationName, Seat, User, WorkingGroup
from accounts.policy.actors import system_actor
from accounts.policy.questions import in_capacity, require
from accounts.services import invite, save_record
from audit.models import Event
from common.sides import day_of
from common.text import Text
from programme.models import Project
from roadmaps.models import Proposal, RoadMap
from roadmaps.services import start_proposal
from tests.scenarios.people import actor_for, person
from tests.scenarios.signing import Group, due

pytestmark = pytest.mark.django_db

TESTS = system_actor("tests")


def also(user: User, role: str, code: str) -> Membership:
    """Give the person another membership."""
    organisation = Organisation.objects.get(code=code)
    row = Membership(user=user, organisation=organisation, role=role, valid_from=timezone.localdate())
    save_record(row, by=TESTS)
    return row


def sits(user: User, role: str, group: str) -> Seat:
    row = Seat(user=user, group=WorkingGroup.objects.get(code=group), role=role, valid_from=timezone.localdate())
    save_record(row, by=TESTS)
    return row


def test_each_edit_names_the_organisation_whose_right_it_used(programme: None) -> None:
    user = person("administrator", "minenergy")
    also(user, "administrator", "uzkimyosanoat")
    for code in ("uzkimyosanoat", "minenergy", "uzkimyosanoat"):
        name = OrganisationName.objects.get(organisation__code=code)
        name.short += "x"
        save_record(name, by=actor_for(user).because("By decree."))
        row = OrganisationName.history.filter(id=name.pk)[0]
        assert (row.act_name, row.act_organisation) == (user.name, code)


def test_a_new_record_names_the_organisation_too(programme: None) -> None:
    user = person("administrator", "minenergy")
    also(user, "administrator", "uzkimyosanoat")
    for code in ("uzkimyosanoat", "minenergy"):
        organisation = Organisation.objects.get(code=code)
        added = OrganisationName(organisation=organisation, name=Text.of("New"), valid_from=date(2030, 1, 1))
        save_record(added, by=actor_for(user).because("By decree."))
        assert OrganisationName.history.get(id=added.pk).act_organisation == code
        membership = invite(
            email=f"{code}@example.invalid",
            name="New",
            organisation=organisation,
            role="reader",
            valid_from=day_of(organisation.side, timezone.now()),
            by=actor_for(user),
        )
        assert Membership.history.get(id=membership.pk).act_organisation == code
        assert User.history.get(id=membership.user_id).act_organisation == code


def test_the_role_decides_and_not_the_order_of_the_memberships(programme: None) -> None:
    """A reader of the lead and an officer of another lead: only the officer edits, so that one is named."""
    project = Project.objects.get(code="D05")
    user = person("head", "minenergy")
    also(user, "reader", "uzkimyosanoat")
    as_officer = also(user, "officer", "uzkimyosanoat")
    by = require(actor_for(user), "project.edit", project)
    assert (by.capacity, by.organisation) == (as_officer, "uzkimyosanoat")
    assert in_capacity(actor_for(user), "project.view", project).capacity == as_officer
    # its rights stay all that the person has
    assert {row.organisation.code for row in by.memberships} == {"minenergy", "uzkimyosanoat"}


def test_what_no_membership_gave_names_no_organisation_of_several(programme: None) -> None:
    user = person("officer", "minenergy")
    assert actor_for(user).act.organisation == "minenergy"
    also(user, "head", "minenergy")
    assert actor_for(user).act.organisation == "minenergy"
    also(user, "officer", "uzkimyosanoat")
    assert actor_for(user).act.organisation == ""


def test_a_signature_names_the_seat_and_the_organisation_that_leads_the_group(programme: None) -> None:
    group = Group()
    chair = group.chairs["UZ"]
    sits(chair, "member", "chemistry")
    sits(chair, "secretary", "energy")
    also(chair, "officer", "uzkimyosanoat")
    also(chair, "reader", "minenergy")  # which leads the energy group
    group.edit(due(date(2027, 6, 30)))
    revision = group.publish()
    signature = group.sign(revision, "UZ")
    assert signature.seat == "co_chair, energy"
    assert type(signature).history.get(id=signature.pk).act_organisation == "minenergy"


def test_a_seat_of_somebody_who_leads_no_group_names_their_only_organisation_or_none(programme: None) -> None:
    group = Group()
    chair = group.chairs["UZ"]
    proposal = Proposal.objects.get(road_map__reference="RM-07")
    assert require(actor_for(chair), "proposal.sign", proposal).organisation == ""
    also(chair, "officer", "uzkimyosanoat")
    assert require(actor_for(chair), "proposal.sign", proposal).organisation == "uzkimyosanoat"
    also(chair, "officer", "miit")
    assert require(actor_for(chair), "proposal.sign", proposal).organisation == ""


def test_a_refused_signature_is_an_event_of_the_seat(programme: None) -> None:
    group = Group()
    chair = group.chairs["UZ"]
    also(chair, "officer", "uzkimyosanoat")
    also(chair, "reader", "minenergy")
    group.edit(due(date(2027, 6, 30)))
    revision = group.publish()
    client = Client()
    client.force_login(chair)
    client.post(f"/proposals/{revision.proposal.reference}/revisions/{revision.number}/sign/", {"credential": "{}"})
    event = Event.objects.get(kind="signature refused")
    assert (event.act_name, event.act_organisation) == (chair.name, "minenergy")


def test_a_secretary_who_is_an_officer_too_drafts_for_the_groups_lead(programme: None) -> None:
    road_map = RoadMap.objects.get(reference="RM-07")
    user = person("officer", "minenergy")
    also(user, "head", "uzkimyosanoat")
    officer = actor_for(user)
    assert in_capacity(officer, "proposal.draft", road_map).organisation == "minenergy"
    seat = sits(user, "secretary", "energy")
    by = in_capacity(actor_for(user), "proposal.draft", road_map)
    assert by.capacity == seat
    draft = start_proposal(road_map=road_map, layer="UZ", author=road_map.group.lead("UZ"), by=actor_for(user))
    assert Proposal.history.get(id=draft.pk).act_organisation == "minenergy"
