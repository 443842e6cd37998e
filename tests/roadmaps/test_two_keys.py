"""Nothing agreed changes until both sides have signed the same text."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils import timezone

from accounts.demo.software_passkey import SoftwarePasskey
from accounts.policy.questions import NotAllowed
from accounts.services import StaleEdit
from common.deadlines import Deadline, Precision
from roadmaps.document.content import ExecutorContent, ExecutorRole, RoadMapContent
from roadmaps.models import (
    Assignment,
    Milestone,
    ProposalState,
    Revision,
    RoadMap,
    RoadMapVersion,
    Signature,
)
from roadmaps.services import (
    IllegalMove,
    NotPublishable,
    publish,
    refuse,
    reopen_proposal,
    save_content,
    set_forecast,
    sign,
    start_proposal,
    withdraw_signature,
)
from roadmaps.signing import CannotSign, challenge, moment, statement
from tests.scenarios.people import actor_for, person
from tests.scenarios.signing import Group, due, passkey, wanted

pytestmark = pytest.mark.django_db

A = "a" * 64


@pytest.fixture
def group(programme: None) -> Group:
    return Group()


def test_the_challenge_is_the_published_vector() -> None:
    at = datetime.fromisoformat("2026-03-02T08:15:30+00:00")
    given: dict[str, Any] = {"content_hash": A, "revision": "RM-07.P1.R1", "side": "UZ", "issued_at": at}
    assert challenge(**given).hex() == "1c4b4f3b582f53af61836dbff9cca75872e4976de3e53582813ed1f2185c9d3a"
    for wrong in ({"side": "UZ\n"}, {"revision": "RM\n07"}, {"content_hash": "A" * 64}, {"side": "US"}):
        with pytest.raises(ValueError, match="malformed"):
            statement(**{**given, **wrong})


def test_with_the_second_key_the_road_map_is_in_force(group: Group) -> None:
    group.edit(due(date(2027, 6, 30)))
    revision = group.publish()
    group.sign(revision, "KR")
    assert not Milestone.objects.exists() and not RoadMapVersion.objects.exists()
    group.sign(revision, "UZ")
    version = RoadMapVersion.objects.get()
    milestone = Milestone.objects.get()
    assert (version.number, version.road_map.reference, milestone.due_on) == (1, "RM-07", date(2027, 6, 30))
    assert milestone.original_due_on == date(2027, 6, 30)
    assert {row.role for row in Assignment.objects.filter(milestone=milestone)} == {"lead"}
    assert group.proposal.state == ProposalState.IN_FORCE
    row = Milestone.history.get()
    assert row.history_change_reason == f"version 1, {revision.content_hash}"
    assert (row.act_name, row.act_side) == (group.chairs["UZ"].name, "UZ")


def test_the_old_date_is_in_force_until_the_second_key_and_the_first_one_for_ever(group: Group) -> None:
    group.edit(due(date(2027, 6, 30)))
    first = group.adopt()
    road_map = RoadMap.objects.get(reference="RM-07")
    start_proposal(road_map=road_map, layer="shared", author=None, by=actor_for(group.secretary))
    group.edit(due(date(2027, 12, 31)))
    revision = group.publish()
    group.sign(revision, "UZ")
    assert Milestone.objects.get().due_on == date(2027, 6, 30)
    group.sign(revision, "KR")
    milestone = Milestone.objects.get()
    assert (milestone.due_on, milestone.original_due_on) == (date(2027, 12, 31), date(2027, 6, 30))
    second = RoadMapVersion.objects.get(number=2)
    assert second.revision.base_hash == first.revision.content_hash
    # the executors did not change: no history row for them
    assert Assignment.history.count() == Assignment.objects.count()


def test_a_dropped_row_keeps_its_story_and_a_returning_one_has_it_again(group: Group) -> None:
    group.edit(due(date(2027, 6, 30)))
    whole = group.adopt().revision.document
    other = replace(
        whole.sections[0].measures[0],
        uid=whole.sections[0].uid.__class__(int=7),
        number=2,
        milestones=(replace(whole.sections[0].measures[0].milestones[0], uid=whole.sections[0].uid.__class__(int=8)),),
    )
    milestone = Milestone.objects.get()
    lead = Assignment.objects.get(milestone=milestone, side="UZ")
    officer = person("officer", "minenergy")
    later = timezone.localdate() + timedelta(days=200)
    set_forecast(assignment=lead, forecast_on=later, reason="Rain.", based_on=lead.row_version, by=actor_for(officer))
    section = whole.sections[0]
    without = group.amend(lambda _: replace(whole, sections=(replace(section, measures=(other,)),)))
    milestone.refresh_from_db()
    assert milestone.dropped_in == without
    lead.refresh_from_db()
    assert lead.forecast_on == later
    with pytest.raises(IllegalMove, match="forecast.dropped"):
        set_forecast(assignment=lead, forecast_on=None, reason="x", based_on=lead.row_version, by=actor_for(officer))
    group.amend(lambda _: replace(whole, sections=(replace(section, measures=(*section.measures, other)),)))
    milestone.refresh_from_db()
    lead.refresh_from_db()
    assert (milestone.dropped_in_id, lead.dropped_in_id, lead.forecast_on) == (None, None, later)


def test_a_published_proposal_is_not_edited_before_it_is_reopened(group: Group) -> None:
    revision = group.publish()
    group.sign(revision, "UZ")
    proposal, by = group.proposal, actor_for(group.secretary)
    with pytest.raises(IllegalMove, match="is_published"):
        save_content(proposal=proposal, content=RoadMapContent(), reason=None, based_on=proposal.row_version, by=by)
    revision.refresh_from_db()
    assert revision.void_at is None
    for user in (group.chairs["UZ"], person("officer", "minenergy"), person("administrator", "miit")):
        with pytest.raises(NotAllowed):
            reopen_proposal(proposal=proposal, by=actor_for(user), now=timezone.now())
    with pytest.raises(StaleEdit):
        reopen_proposal(proposal=proposal, by=by, now=timezone.now(), based_on=proposal.row_version - 1)
    reopened = reopen_proposal(proposal=proposal, by=by, now=timezone.now(), based_on=proposal.row_version)
    assert (reopened.state, reopened.document) == (ProposalState.REWORKED, revision.document)
    with pytest.raises(IllegalMove, match="not_published"):
        group.reopen()


def test_reopening_voids_the_signatures_and_the_next_revision_needs_both_anew(group: Group) -> None:
    first = group.publish()
    group.sign(first, "UZ")
    group.reopen()
    first.refresh_from_db()
    assert first.void_at and first.signatures.get(withdrawn_at=None).signer_name
    group.edit(due(date(2027, 6, 30)))
    with pytest.raises(IllegalMove, match="revision_void"):
        group.sign(first, "KR")
    second = group.publish()
    assert second.reference == "RM-07.P1.R2" and second.content_hash != first.content_hash
    group.sign(second, "KR")
    assert not RoadMapVersion.objects.exists()
    group.sign(second, "UZ")
    assert RoadMapVersion.objects.get().revision == second


def test_a_key_can_be_withdrawn_before_the_second_and_never_turned_in_again(group: Group) -> None:
    revision = group.publish()
    at = moment(timezone.now())
    answer = group.keys["UZ"].answer(wanted(revision, "UZ", at))
    by = actor_for(group.chairs["UZ"])
    sign(revision=revision, issued_at=at, response=answer, by=by, now=timezone.now())
    withdraw_signature(revision=revision, by=by, now=timezone.now())
    with pytest.raises(CannotSign, match="response_reused"):
        sign(revision=revision, issued_at=at, response=answer, by=by, now=timezone.now())


def test_after_the_second_key_nothing_is_withdrawn(group: Group) -> None:
    version = group.adopt()
    with pytest.raises(IllegalMove, match="is_in_force"):
        withdraw_signature(revision=version.revision, by=actor_for(group.chairs["UZ"]), now=timezone.now())


def test_a_refusal_carries_its_reason_and_closes_the_revision(group: Group) -> None:
    revision = group.publish()
    by = actor_for(group.chairs["KR"])
    with pytest.raises(IllegalMove, match="reason.missing"):
        refuse(revision=revision, reason="  ", by=by, now=timezone.now())
    refusal = refuse(revision=revision, reason="The date is too late.", by=by, now=timezone.now())
    assert (refusal.side, refusal.reason) == ("KR", "The date is too late.")
    with pytest.raises(IllegalMove, match="is_refused"):
        group.sign(revision, "UZ")
    group.edit(due(date(2027, 6, 30)))
    assert group.publish().number == 2


def test_only_the_co_chair_of_the_side_signs(group: Group) -> None:
    revision = group.publish()
    at = moment(timezone.now())
    for user in (
        group.secretary,
        person("head", "minenergy"),
        person("administrator", "miit"),
        person("head", "motie"),
    ):
        key = passkey(user)
        answer = key.answer(wanted(revision, user.side, at))
        with pytest.raises(NotAllowed):
            sign(revision=revision, issued_at=at, response=answer, by=actor_for(user), now=timezone.now())


def answers(group: Group, revision: Revision, at: datetime) -> dict[str, Any]:
    """Every assertion that must not turn Uzbekistan's key, by what is wrong with it."""
    key, other = group.keys["UZ"], group.keys["KR"]
    right = wanted(revision, "UZ", at)
    elsewhere = SoftwarePasskey(key.key, key.credential_id, rp_id="example.org", origin=settings.ORIGIN)
    relabelled = SoftwarePasskey(other.key, key.credential_id, rp_id=settings.RP_ID, origin=settings.ORIGIN)
    return {
        "another side's challenge": key.answer(wanted(revision, "KR", at)),
        "another moment": key.answer(wanted(revision, "UZ", at - timedelta(seconds=1))),
        "another document": key.answer(challenge(content_hash=A, revision=revision.reference, side="UZ", issued_at=at)),
        "another revision": key.answer(
            challenge(content_hash=revision.content_hash, revision="RM-07.P1.R9", side="UZ", issued_at=at)
        ),
        "no user verification": key.answer(right, flags=1),
        "another person's passkey": other.answer(right),
        "another person's passkey, relabelled": relabelled.answer(right),
        "another origin": key.answer(right, origin="https://evil.example"),
        "another port": key.answer(right, origin="http://localhost:1"),
        "a subdomain": key.answer(right, origin="http://x.localhost:8000"),
        "another site": elsewhere.answer(right),
        "framed": key.answer(right, crossOrigin=True),
        "framed at the top": key.answer(right, topOrigin="https://evil.example"),
        "of another kind": key.answer(right, type="webauthn.create"),
        "not an object": [],
        "nothing": None,
        "malformed": {"id": 3, "response": "x"},
        "half": {"rawId": "", "response": {"clientDataJSON": "%%", "authenticatorData": "", "signature": ""}},
    }


def test_every_assertion_that_does_not_fit_is_refused_and_stores_nothing(group: Group) -> None:
    revision = group.publish()
    at = moment(timezone.now())
    by = actor_for(group.chairs["UZ"])
    for what, answer in answers(group, revision, at).items():
        with pytest.raises(CannotSign):
            sign(revision=revision, issued_at=at, response=answer, by=by, now=timezone.now())
        assert not Signature.objects.exists(), what
    group.sign(revision, "UZ")


def test_an_assertion_is_good_for_five_minutes(group: Group) -> None:
    revision = group.publish()
    now = timezone.now()
    for at in (now - timedelta(minutes=5, seconds=2), now + timedelta(seconds=5)):
        with pytest.raises(CannotSign, match="too_late"):
            group.sign(revision, "UZ", at=at)
    group.sign(revision, "UZ", at=now - timedelta(minutes=4))


def test_a_copied_passkey_is_noticed_by_its_counter(group: Group) -> None:
    key = group.keys["UZ"]
    by = actor_for(group.chairs["UZ"])
    revision = group.publish()
    for place, (counter, refused) in enumerate(((5, False), (5, True), (4, True), (0, True), (6, False))):
        at = moment(timezone.now()) - timedelta(seconds=60 - place)
        answer = key.answer(wanted(revision, "UZ", at), counter=counter)
        if refused:
            with pytest.raises(CannotSign, match="counter_went_back"):
                sign(revision=revision, issued_at=at, response=answer, by=by, now=timezone.now())
        else:
            sign(revision=revision, issued_at=at, response=answer, by=by, now=timezone.now())
            withdraw_signature(revision=revision, by=by, now=timezone.now())


def test_a_passkey_removed_and_a_person_gone_leave_the_signature(group: Group) -> None:
    version = group.adopt()
    Authenticator.objects.filter(user=group.chairs["UZ"]).delete()
    signature = version.revision.signatures.get(side="UZ")
    assert bytes(signature.public_key) and signature.signer_name == group.chairs["UZ"].name


def test_what_cannot_be_published_says_where_and_changes_nothing(group: Group) -> None:
    proposal = group.proposal
    step = proposal.document.sections[0].measures[0].milestones[0]

    def with_step(**changes: Any) -> Callable[[RoadMapContent], RoadMapContent]:
        def change(content: RoadMapContent) -> RoadMapContent:
            section = content.sections[0]
            measure = replace(section.measures[0], milestones=(replace(step, **changes),))
            return replace(content, sections=(replace(section, measures=(measure,)),))

        return change

    lead, co = ExecutorRole.LEAD, ExecutorRole.CO_EXECUTOR
    unknown = ExecutorContent("atlantis", co)
    wrong: dict[str, dict[str, Any]] = {
        "content.no_lead": {"executors": (ExecutorContent("minenergy", co),)},
        "content.two_leads": {"executors": (ExecutorContent("minenergy", lead), ExecutorContent("miit", lead))},
        "content.unknown_organisation": {"executors": (ExecutorContent("minenergy", lead), unknown)},
        "content.before_summit": {"deadline": Deadline(date(2024, 6, 13), Precision.DAY)},
        "content.unknown_project": {"project": "D99"},
    }
    for code, changes in wrong.items():
        group.edit(with_step(**changes))
        with pytest.raises(NotPublishable) as told:
            group.publish()
        assert [problem.code for problem in told.value.problems] == [code]
    group.edit(lambda _: RoadMapContent())
    with pytest.raises(NotPublishable, match="nothing_to_sign"):
        group.publish()
    assert not Revision.objects.exists()


def test_a_stale_edit_is_refused(group: Group) -> None:
    stale = group.proposal
    group.edit(due(date(2027, 6, 30)))
    with pytest.raises(StaleEdit):
        save_content(
            proposal=stale,
            content=RoadMapContent(),
            reason=None,
            based_on=stale.row_version,
            by=actor_for(group.secretary),
        )


def test_a_proposal_overtaken_by_a_version_is_not_signed(group: Group) -> None:
    group.adopt()
    road_map = RoadMap.objects.get(reference="RM-07")
    by = actor_for(group.secretary)
    slow = start_proposal(road_map=road_map, layer="shared", author=None, by=by)
    save_content(
        proposal=slow,
        content=due(date(2028, 1, 31))(slow.document),
        reason=None,
        based_on=slow.row_version,
        by=by,
    )
    overtaken = publish(proposal=slow, by=by, now=timezone.now())
    group.amend(due(date(2027, 6, 30)))
    with pytest.raises(IllegalMove, match="is_overtaken"):
        group.sign(overtaken, "UZ")
