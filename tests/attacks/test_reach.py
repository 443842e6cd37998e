"""An administrator reaches people by memberships in force; whoever holds a seat, the coordinator's alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Organisation, Seat, User, WorkingGroup
from accounts.policy.actors import system_actor
from accounts.policy.questions import can_on, who_can
from accounts.services import save_record
from audit.acting import acting
from tests.scenarios.people import actor_for, former_member, person, seat

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def add_seat(user: User, *, from_now: int = 0) -> Seat:
    group = WorkingGroup.objects.get(code="energy")
    row = Seat(user=user, group=group, role="co_chair", valid_from=TODAY() + timedelta(days=from_now))
    save_record(row, by=system_actor("tests"))
    return row


def rename(client: Client, user: User) -> int:
    """Try to rename and deactivate somebody; return the status of the answer."""
    form = reverse("admin:accounts_user_change", args=[user.pk])
    sent = {"email": user.email, "name": "Renamed", "based_on": str(user.row_version), "reason": "No."}
    return client.post(form, sent).status_code


def end(client: Client, membership: Membership, on: str = "") -> Any:
    form = reverse("admin:accounts_membership_change", args=[membership.pk])
    sent = {"valid_to": on, "based_on": str(membership.row_version), "reason": "No."}
    return client.post(form, sent)


@pytest.fixture
def ministry(programme: None) -> Client:
    return client_of(person("administrator", "minenergy"))


@pytest.fixture
def coordinator(programme: None) -> Client:
    return client_of(person("administrator", "miit"))


def test_whose_membership_ended_is_out_of_reach_of_the_ministry(ministry: Client, coordinator: Client) -> None:
    gone = former_member("officer", "minenergy", ended=TODAY() - timedelta(days=400))
    assert rename(ministry, gone) == 404
    assert gone.name not in ministry.get(reverse("admin:accounts_user_changelist")).content.decode()
    offered = ministry.get(reverse("admin:accounts_membership_add")).context["adminform"].form.fields["user"].queryset
    assert gone not in offered
    added = {"user": gone.pk, "organisation": Organisation.objects.get(code="minenergy").pk, "role": "officer"}
    refused = ministry.post(reverse("admin:accounts_membership_add"), {**added, "valid_from": TODAY().isoformat()})
    assert "user" in refused.context["adminform"].form.errors
    assert User.objects.get(pk=gone.pk) == gone and User.objects.get(pk=gone.pk).name == gone.name
    # the whole side is the coordinator's
    assert rename(coordinator, gone) == 302


def test_what_has_ended_is_not_revived(ministry: Client, coordinator: Client) -> None:
    gone = former_member("officer", "minenergy", ended=TODAY() - timedelta(days=400))
    membership = Membership.objects.get(user=gone)
    for client in (ministry, coordinator):
        for on in ("", (TODAY() + timedelta(days=30)).isoformat()):
            assert "It has ended" in end(client, membership, on).content.decode()
    assert Membership.objects.get(pk=membership.pk).valid_to == membership.valid_to


@pytest.mark.parametrize("from_now", [0, 30], ids=["now", "later"])
@pytest.mark.parametrize("role", ["reader", "officer", "head"])
def test_who_holds_a_seat_is_the_coordinators_alone(
    ministry: Client, coordinator: Client, role: str, from_now: int
) -> None:
    chair = person(role, "minenergy")
    membership = Membership.objects.get(user=chair)
    add_seat(chair, from_now=from_now)
    assert rename(ministry, chair) == end(ministry, membership).status_code == 403
    assert User.objects.get(pk=chair.pk).name == chair.name and User.objects.get(pk=chair.pk).is_active
    # its own people still show to the ministry
    assert chair.name in ministry.get(reverse("admin:accounts_user_changelist")).content.decode()
    assert ministry.get(reverse("admin:accounts_user_change", args=[chair.pk])).status_code == 200
    offered = ministry.get(reverse("admin:accounts_membership_add")).context["adminform"].form.fields["user"].queryset
    assert chair not in offered
    assert rename(coordinator, chair) == 302


def test_a_person_with_a_seat_and_no_membership_is_the_coordinators(ministry: Client, coordinator: Client) -> None:
    chair = seat("co_chair", "UZ", "energy")
    assert (rename(ministry, chair), rename(coordinator, chair)) == (404, 302)


def test_an_ended_seat_gives_the_person_back(ministry: Client) -> None:
    chair = person("officer", "minenergy")
    row = add_seat(chair)
    row.valid_from, row.valid_to = TODAY() - timedelta(days=9), TODAY() - timedelta(days=1)
    with acting(system_actor("tests").act):
        row.save()
    assert rename(ministry, chair) == 302


def test_no_administrator_reaches_the_other_side_or_themselves(ministry: Client, coordinator: Client) -> None:
    theirs = [person("officer", "motie"), seat("secretary", "KR", "energy"), person("administrator", "motie")]
    for client in (ministry, coordinator):
        assert [rename(client, user) for user in theirs] == [404, 404, 404]
    own = person("administrator", "minenergy")
    assert rename(client_of(own), own) == 403


def test_who_can_names_exactly_those_who_can(programme: None) -> None:
    administrators = [person("administrator", code) for code in ("minenergy", "miit", "motie")]
    chair = person("reader", "minenergy")
    gone = former_member("officer", "minenergy", ended=TODAY() - timedelta(days=1))
    officer = person("officer", "minenergy")
    add_seat(chair)
    records = [row for user in (chair, gone, officer) for row in (user, *Membership.objects.filter(user=user))]
    for record in records:
        able = {user for user in administrators if can_on(actor_for(user), "membership.manage", record)}
        assert set(who_can("membership.manage", record, actor=system_actor("tests"))) == able, record
        assert administrators[1] in able and administrators[2] not in able
