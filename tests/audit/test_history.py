"""History is complete, frozen and keeps its layer."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.demo.software_passkey import SoftwarePasskey
from accounts.models import Membership, Organisation, User
from accounts.policy.actors import system_actor
from accounts.services import choose_language, save_record
from accounts.signin.factors import add_passkey, remove_second_factor
from accounts.web.history import entries
from audit.acting import acting
from audit.models import Event
from audit.services import record_event
from roadmaps.models import Proposal
from tests.scenarios.people import actor_for, draft_of, person

pytestmark = pytest.mark.django_db


def test_a_row_without_an_actor_is_refused_by_the_database(programme: None) -> None:
    for column, value in {"act_name": "", "act_kind": "nobody", "act_door": "window"}.items():
        row = Organisation.history.filter(code="kia")[0]
        row.pk = None
        setattr(row, column, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


def test_the_act_stays_as_it_was_when_the_person_is_renamed(programme: None) -> None:
    head = person("administrator", "miit")
    officer = person("officer", "minenergy")
    officer.name = "Renamed"
    save_record(officer, by=actor_for(head).because("Married."))
    head.name = "Another name"
    row = User.history.filter(id=officer.pk)[0]
    assert (row.act_name, row.act_organisation, row.act_side, row.act_door) == (
        "administrator of miit",
        "miit",
        "UZ",
        "admin",
    )
    assert (row.history_user_id, row.history_change_reason) == (head.pk, "Married.")


def test_credentials_and_sign_ins_are_outside_history(programme: None) -> None:
    user = person("officer", "minenergy")
    before = User.history.filter(id=user.pk).count()
    user.set_password("a new one entirely")
    user.save(update_fields=["password"])
    user.last_login = timezone.now()
    user.save(update_fields=["last_login"])
    assert User.history.filter(id=user.pk).count() == before
    fields = {field.name for field in User.history.model._meta.get_fields()}
    assert not fields & {"password", "last_login"}
    choose_language(user=user, language="ko", by=actor_for(user))
    assert User.history.filter(id=user.pk).count() == before + 1


def test_what_was_drafted_privately_stays_that_sides_when_it_is_published(programme: None) -> None:
    draft = draft_of("minenergy", "energy")
    ours, theirs = person("auditor", "miit"), person("auditor", "motie")
    assert len(entries(draft, actor_for(ours))) == 1
    assert entries(draft, actor_for(theirs)) == []
    draft.layer, draft.row_version = "shared", 2
    with acting(actor_for(ours).act):
        draft.save()
    published = Proposal.objects.get(pk=draft.pk)
    assert len(entries(published, actor_for(ours))) == 2
    seen = entries(published, actor_for(theirs))
    assert len(seen) == 1
    # the first row they see shows no before: it would be the private one
    assert seen[0].changes == ()


def test_people_and_memberships_lie_on_their_own_side(programme: None) -> None:
    user = person("officer", "motie")
    assert {row.history_layer for row in User.history.filter(id=user.pk)} == {"KR"}
    assert {row.history_layer for row in Membership.history.filter(user_id=user.pk)} == {"KR"}


def test_a_passkey_added_or_removed_is_an_event(programme: None) -> None:
    user = person("officer", "minenergy")
    key = SoftwarePasskey.make(rp_id=settings.RP_ID, origin=settings.ORIGIN)
    credential = key.registration(b"challenge")
    passkey = add_passkey(user=user, name="Laptop", credential=credential, now=timezone.now())
    remove_second_factor(factor=passkey)
    kinds = [event.kind for event in Event.objects.order_by("id")]
    assert kinds == ["second factor added: webauthn", "second factor removed: webauthn"]
    assert Event.objects.all()[0].act_name == "officer of minenergy"


def test_an_event_carries_its_act() -> None:
    event = record_event(kind="exported", act=system_actor("nightly").act, subject="RM-07", rows=3)
    stored = Event.objects.get(pk=event.pk)
    assert (stored.act_kind, stored.act_name, stored.act_door, stored.detail) == (
        "system",
        "nightly",
        "command",
        {"rows": 3},
    )
    assert timezone.now() - stored.at < timedelta(minutes=1)
