"""A malicious client, a co-chair of bad faith, somebody with access to the tables: what each of them tries in vain."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.demo.software_passkey import SoftwarePasskey
from accounts.models import Organisation, Seat, WorkingGroup
from accounts.policy.actors import Actor, system_actor
from accounts.policy.questions import NotAllowed
from accounts.services import save_record
from accounts.signin.keys import public_key_der
from common.errors import InvalidValue
from common.sides import day_of
from programme.models import Decision
from roadmaps.document.content import RoadMapContent
from roadmaps.models import Assignment, Milestone, Refusal, Revision, RoadMap, RoadMapVersion, Signature
from roadmaps.services import (
    IllegalMove,
    NotPublishable,
    publish,
    refuse,
    save_content,
    set_forecast,
    sign,
    start_proposal,
)
from roadmaps.signing import CannotSign, moment
from tests.scenarios.people import actor_for, loner, person
from tests.scenarios.signing import Group, due, wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(programme: None) -> Group:
    return Group()


def test_a_text_changed_in_the_tables_after_it_was_published_is_not_signed(group: Group) -> None:
    """The hash would still be signed, and the rows would follow the text: a date that nobody agreed to."""
    revision = group.publish()
    group.sign(revision, "UZ")
    other = due(date(2031, 1, 1))(revision.document).to_json()
    written: list[dict[str, Any]] = [
        {"content": other},
        {"content": {}},
        {"base_hash": "b" * 64},
        {"content": other, "content_hash": "c" * 64},
    ]
    before = {name: getattr(revision, name) for name in ("content", "base_hash", "content_hash")}
    for values in written:
        Revision.objects.filter(pk=revision.pk).update(**values)
        with pytest.raises(CannotSign, match="altered_document"):
            group.sign(Revision.objects.get(pk=revision.pk), "KR")
        Revision.objects.filter(pk=revision.pk).update(**before)
    assert Signature.objects.count() == 1 and not Milestone.objects.exists()
    group.sign(revision, "KR")
    assert RoadMapVersion.objects.exists()


def forged(group: Group, revision: Revision) -> dict[str, Callable[[Signature], None]]:
    """Ways to write the other side's signature into the table, from a genuine one."""
    stranger = SoftwarePasskey.make(rp_id=settings.RP_ID, origin=settings.ORIGIN)
    enrolled = stranger.enrol(loner(side="KR"), now=timezone.now())
    key = enrolled.wrap().authenticator_data.credential_data

    def own_key(row: Signature) -> None:
        signed = stranger.key.sign(b"anything", ec.ECDSA(hashes.SHA256()))
        row.signature, row.public_key = signed, public_key_der(key.public_key)
        row.cose_key = bytes(key)[18 + len(key.credential_id) :]

    def by_nobody_in_office(row: Signature) -> None:
        row.signer_id = group.secretary.pk

    def relabelled(row: Signature) -> None:
        row.side = "UZ" if row.side == "KR" else "KR"

    def later(row: Signature) -> None:
        row.issued_at += timedelta(seconds=1)

    def other_hash(row: Signature) -> None:
        row.content_hash = "d" * 64

    def other_key(row: Signature) -> None:
        row.public_key = public_key_der(key.public_key)

    def garbage(row: Signature) -> None:
        row.cose_key = row.client_data = b"\xff\x00"

    return {
        "made with a key of its own": own_key,
        "by somebody without the seat": by_nobody_in_office,
        "of another moment": later,
        "over another hash": other_hash,
        "with another public key": other_key,
        "garbage": garbage,
        "of the other side": relabelled,
    }


def test_a_signature_written_into_the_table_brings_nothing_into_force(group: Group) -> None:
    revision = group.publish()
    genuine = group.sign(revision, "KR")
    before = {field.attname: getattr(genuine, field.attname) for field in Signature._meta.fields}
    for what, forge in forged(group, revision).items():
        row = Signature.objects.get(pk=genuine.pk)
        forge(row)
        changed = {name: getattr(row, name) for name in before if name != "id"}
        Signature.objects.filter(pk=row.pk).update(**changed)
        with pytest.raises((CannotSign, IllegalMove)):
            group.sign(revision, "UZ")
        assert not RoadMapVersion.objects.exists() and Signature.objects.count() == 1, what
        Signature.objects.filter(pk=row.pk).update(**{name: before[name] for name in changed})
    group.sign(revision, "UZ")
    assert RoadMapVersion.objects.exists()


def test_a_signature_copied_from_another_revision_brings_nothing_into_force(group: Group) -> None:
    first = group.publish()
    row = group.sign(first, "KR")
    group.edit(due(date(2031, 1, 1)))
    second = group.publish()
    row.pk, row.revision = None, second
    Signature.objects.bulk_create([row])
    with pytest.raises(CannotSign, match="other_signature_invalid"):
        group.sign(second, "UZ")
    assert not RoadMapVersion.objects.exists()


def test_nobody_spoils_the_others_passkey_by_enrolling_one_under_its_identifier(group: Group) -> None:
    theirs = group.keys["KR"].credential_id
    group.keys["UZ"].credential_id = theirs
    Authenticator.objects.filter(user=group.chairs["UZ"]).delete()
    group.keys["UZ"].enrol(group.chairs["UZ"], now=timezone.now())
    revision = group.publish()
    at = moment(timezone.now())
    answer = group.keys["UZ"].answer(wanted(revision, "UZ", at), counter=2**31)
    sign(revision=revision, issued_at=at, response=answer, by=actor_for(group.chairs["UZ"]), now=timezone.now())
    group.sign(revision, "KR")
    assert RoadMapVersion.objects.exists()


def test_the_seat_counts_at_the_moment_of_the_key_on_the_sides_own_day(group: Group) -> None:
    revision = group.publish()
    now, chair = timezone.now(), group.chairs["UZ"]
    today = day_of("UZ", now)
    at = moment(now)
    answer = group.keys["UZ"].answer(wanted(revision, "UZ", at))
    read_before = actor_for(chair)
    assert read_before.seats
    yesterday = today - timedelta(days=1)
    Seat.objects.filter(user=chair).update(valid_from=yesterday, valid_to=yesterday)
    # an actor whose seats were read before the lock, and one that lives on another day
    for by in (read_before, Actor(door="admin", today=yesterday, person=chair)):
        with pytest.raises(NotAllowed):
            sign(revision=revision, issued_at=at, response=answer, by=by, now=now)
        with pytest.raises(NotAllowed):
            refuse(revision=revision, reason="No.", by=by, now=now)
    Seat.objects.filter(user=chair).update(valid_to=None)
    gone = actor_for(chair)
    assert gone.seats
    type(chair).objects.filter(pk=chair.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        sign(revision=revision, issued_at=at, response=answer, by=gone, now=now)
    assert not Signature.objects.exists() and not Refusal.objects.exists()


def test_the_seat_that_is_kept_is_the_one_that_signs(group: Group) -> None:
    for code, role in (("energy", "secretary"), ("chemistry", "co_chair"), ("energy", "member")):
        where = WorkingGroup.objects.get(code=code)
        also = Seat(user=group.chairs["UZ"], group=where, role=role, valid_from=timezone.localdate())
        save_record(also, by=system_actor("tests"))
    assert group.sign(group.publish(), "UZ").seat == "co_chair, energy"


def test_a_row_of_another_road_map_is_not_taken_over(group: Group) -> None:
    """With its identity, its forecasts and history would go, and the other road map's next version would break."""
    group.adopt()
    taken = Milestone.objects.get().uid
    other = RoadMap.objects.exclude(reference="RM-07").filter(proposals__content__sections__0__isnull=False)[0]
    content: RoadMapContent = other.proposals.get().document
    section = content.sections[0]
    measure = section.measures[0]
    measure = replace(measure, milestones=(replace(measure.milestones[0], uid=taken),))
    stolen = replace(content, sections=(replace(section, measures=(measure,)),))
    proposal = other.proposals.get()
    secretary = system_actor("tests")
    save_content(proposal=proposal, content=stolen, reason=None, based_on=1, by=secretary)
    with pytest.raises(NotPublishable, match="uid_of_another") as told:
        publish(proposal=proposal, by=secretary, now=timezone.now())
    assert told.value.problems[0].path == "sections[0].measures[0].milestones[0].uid"


def test_what_the_text_names_must_still_be_there_when_the_second_key_turns(group: Group) -> None:
    revision = group.publish()
    group.sign(revision, "UZ")
    code = revision.document.sections[0].measures[0].decision
    Decision.objects.filter(code=code).update(code="gone")
    with pytest.raises(IllegalMove, match="unknown_decision"):
        group.sign(revision, "KR")
    assert not RoadMapVersion.objects.exists() and Signature.objects.count() == 1


def test_nobody_writes_in_another_bodys_name(group: Group) -> None:
    road_map = RoadMap.objects.get(reference="RM-07")
    officer = actor_for(person("officer", "minenergy"))
    for code in ("motie", "miit"):
        with pytest.raises(IllegalMove, match="other_author"):
            start_proposal(road_map=road_map, layer="shared", author=Organisation.objects.get(code=code), by=officer)
    own = Organisation.objects.get(code="minenergy")
    for by in (officer, actor_for(group.secretary)):
        assert start_proposal(road_map=road_map, layer="UZ", author=own, by=by).author == own


def test_the_system_signs_and_refuses_nothing(group: Group) -> None:
    revision = group.publish()
    by = system_actor("tests")
    at = moment(timezone.now())
    answer = group.keys["UZ"].answer(wanted(revision, "UZ", at))
    with pytest.raises(NotAllowed):
        sign(revision=revision, issued_at=at, response=answer, by=by, now=timezone.now())
    with pytest.raises(NotAllowed):
        refuse(revision=revision, reason="No.", by=by, now=timezone.now())


def test_an_answer_longer_than_any_passkeys_is_refused_and_a_long_name_cut(group: Group) -> None:
    revision = group.publish()
    by, at = actor_for(group.chairs["UZ"]), moment(timezone.now())
    right = wanted(revision, "UZ", at)
    answer = group.keys["UZ"].answer(right, padding="x" * 5000)
    with pytest.raises(CannotSign, match="response_too_long"):
        sign(revision=revision, issued_at=at, response=answer, by=by, now=timezone.now())
    row = Authenticator.objects.get(user=group.chairs["UZ"])
    row.data["name"] = "n" * 300
    row.save()
    assert group.sign(revision, "UZ").passkey_name == "n" * 200


@pytest.mark.parametrize("reason", ["x" * 5000, "half a \ud800", "a NUL \x00"])
def test_a_reason_that_cannot_be_kept_is_told_and_not_kept(group: Group, reason: str) -> None:
    revision = group.publish()
    with pytest.raises(InvalidValue):
        refuse(revision=revision, reason=reason, by=actor_for(group.chairs["KR"]), now=timezone.now())
    group.sign(revision, "UZ")
    group.sign(revision, "KR")
    row = Assignment.objects.get(side="UZ")
    by = actor_for(person("officer", "minenergy"))
    with pytest.raises(ValidationError) as told:
        set_forecast(assignment=row, forecast_on=date(2028, 1, 1), reason=reason, based_on=row.row_version, by=by)
    assert list(told.value.message_dict) == ["reason"]
