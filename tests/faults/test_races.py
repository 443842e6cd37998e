"""Two people do something at the same instant: one wins and the other is told, or one comes after the other.

Real threads, each with its own connection to PostgreSQL, twenty rounds each. Nobody ever meets the database's own
error, nothing is half done, nothing waits for ever.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from audit.models import Audited
from roadmaps.document.content import RoadMapContent
from roadmaps.models import (
    Assignment,
    Measure,
    Milestone,
    Proposal,
    ProposalState,
    Refusal,
    Revision,
    RoadMap,
    RoadMapVersion,
    Section,
    Signature,
)
from roadmaps.services import (
    differing,
    publish,
    refuse,
    save_content,
    set_forecast,
    sign,
    start_proposal,
    withdraw_proposal,
    withdraw_signature,
)
from roadmaps.signing import moment
from tests.scenarios import energy
from tests.scenarios.history import assert_every_write_has_its_history
from tests.scenarios.people import actor_for, person, seat
from tests.scenarios.races import Act, Energy, at_once, told, wait_until_someone_waits, with_part
from tests.scenarios.signing import due, passkey, wanted

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("empty_database"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="races need PostgreSQL: SQLite has one writer"),
]

ROUNDS = 20
AUDITED: tuple[type[Audited], ...] = (
    *(Proposal, Revision, Signature, Refusal, RoadMapVersion),
    *(Section, Measure, Milestone, Assignment),
)


@pytest.fixture
def group(transactional_db: None) -> Energy:
    energy.set_up()
    return Energy()


@pytest.fixture(autouse=True)
def _whole(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every race: what is in force reads as signed, and every write has its history."""
    yield
    if "group" in request.fixturenames:
        assert_whole()


def assert_whole() -> None:
    for model in AUDITED:
        assert_every_write_has_its_history(model)
    for road_map in RoadMap.objects.all():
        assert differing(road_map) == frozenset()


def test_the_two_sides_turn_their_keys_at_once(group: Energy) -> None:
    for number in range(1, ROUNDS + 1):
        revision = group.put()
        results = at_once(lambda: group.sign(revision, "UZ"), lambda: group.sign(revision, "KR"))  # noqa: B023
        assert told(results) == [False, False]
        assert list(RoadMapVersion.objects.values_list("number", flat=True)) == list(range(1, number + 1))
        assert Milestone.objects.get().due_on == group.day
        assert Milestone.history.count() == number


def test_one_side_turns_its_key_twice_at_once(group: Energy) -> None:
    for place in range(ROUNDS):
        revision = group.put()
        now = timezone.now()
        # the same answer posted twice, then two answers of two moments
        moments = (now, now - timedelta(seconds=place % 2))
        results = at_once(*(lambda at=at: group.sign(revision, "UZ", at=at) for at in moments))  # noqa: B023
        assert sorted(told(results)) == [False, True]
        assert Signature.objects.filter(revision=revision).count() == 1
        group.edit(due(date(2030, 1, 1)))


def against_the_second_signature(
    group: Energy, act: Callable[[Revision], object]
) -> Iterator[tuple[Revision, bool, bool, int]]:
    """Race the act against the second signature of a revision, again and again.

    Yields the revision, whether the signer and the other were told, and how many versions came into force.
    """
    for _ in range(ROUNDS):
        revision = group.put()
        group.sign(revision, "UZ")
        before = RoadMapVersion.objects.count()
        signed, done = told(at_once(partial(group.sign, revision, "KR"), partial(act, revision)))
        yield revision, signed, done, RoadMapVersion.objects.count() - before


def test_the_second_signature_against_reopening(group: Energy) -> None:
    for revision, signed, reopened, versions in against_the_second_signature(group, lambda _: group.reopen()):
        assert signed != reopened, "one wins, the other is told"
        revision.refresh_from_db()
        assert versions == (not signed)
        assert (revision.void_at is None) == reopened


def test_the_second_signature_against_the_withdrawal_of_the_first(group: Energy) -> None:
    by = actor_for(group.chairs["UZ"])

    def withdraw(revision: Revision) -> object:
        return withdraw_signature(revision=revision, by=by, now=timezone.now())

    for _revision, signed, withdrawn, versions in against_the_second_signature(group, withdraw):
        assert not signed, "a signature given before or after the other's withdrawal is given all the same"
        assert versions == withdrawn
        if not withdrawn:
            withdraw_proposal(proposal=group.proposal, by=actor_for(group.secretary), now=timezone.now())


def test_the_second_signature_against_the_withdrawal_of_the_proposal(group: Energy) -> None:
    by = actor_for(group.secretary)

    def withdraw(revision: Revision) -> object:
        return withdraw_proposal(proposal=revision.proposal, by=by, now=timezone.now())

    for revision, signed, withdrawn, versions in against_the_second_signature(group, withdraw):
        assert signed != withdrawn
        assert versions == (not signed)
        expected = ProposalState.WITHDRAWN if signed else ProposalState.IN_FORCE
        assert Proposal.objects.get(pk=revision.proposal_id).state == expected


def test_the_second_signature_against_a_refusal(group: Energy) -> None:
    by = actor_for(group.chairs["UZ"])

    def turn_down(revision: Revision) -> object:
        return refuse(revision=revision, reason="Too late.", by=by, now=timezone.now())

    for revision, signed, refused, versions in against_the_second_signature(group, turn_down):
        assert signed != refused
        assert versions == (not signed)
        assert revision.refusals.count() == (not refused)


def test_two_publish_at_once(group: Energy) -> None:
    other = seat("secretary", "KR", "energy")
    for number in range(1, ROUNDS + 1):
        proposal = group.draft()
        results = at_once(*(publishing(proposal, user) for user in (group.secretary, other)))
        assert sorted(told(results)) == [False, True]
        assert proposal.revisions.count() == number and proposal.revisions.filter(void_at=None).count() == 1


def publishing(proposal: Proposal, user: User) -> Act:
    return lambda: publish(proposal=proposal, by=actor_for(user), now=timezone.now())


def test_an_edit_against_a_publication(group: Energy) -> None:
    """Either the edit is in what was published, or it came after and is the next text: nothing is lost unsaid."""
    for _ in range(ROUNDS):
        proposal = group.draft()
        based_on = proposal.row_version
        by = actor_for(group.secretary)
        results = at_once(
            lambda: publish(proposal=proposal, by=by, now=timezone.now(), based_on=based_on),  # noqa: B023
            group.edit_to(proposal, "Later."),
        )
        assert sorted(told(results)) == [False, True]


def test_two_edit_at_once(group: Energy) -> None:
    for place in range(ROUNDS):
        proposal = group.draft()
        results = at_once(group.edit_to(proposal, f"One {place}."), group.edit_to(proposal, f"Other {place}."))
        assert sorted(told(results)) == [False, True]


def test_two_begin_a_proposal_at_once(group: Energy) -> None:
    by = actor_for(group.secretary)

    def begin() -> object:
        return start_proposal(road_map=group.road_map, layer="shared", author=None, by=by)

    for _ in range(ROUNDS):
        assert told(at_once(begin, begin)) == [False, False]
    numbers = list(group.road_map.proposals.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, 2 * ROUNDS + 2))


def test_two_forecasts_at_once(group: Energy) -> None:
    group.adopt()
    officer = person("officer", "minenergy")
    for place in range(ROUNDS):
        row = Assignment.objects.get(side="UZ")
        first = timezone.localdate() + timedelta(days=100 + place)
        days = (first, first + timedelta(days=365))
        results = at_once(*(forecasting(row, day, officer) for day in days))
        assert sorted(told(results)) == [False, True]
        row.refresh_from_db()
        assert row.forecast_on == days[told(results).index(False)]


def forecasting(row: Assignment, day: date, user: User) -> Act:
    return lambda: set_forecast(
        assignment=row, forecast_on=day, reason="Rain.", based_on=row.row_version, by=actor_for(user)
    )


def test_a_forecast_against_the_second_key_that_rewrites_its_row(group: Energy) -> None:
    """The version writes the same row: neither overwrites the other's columns, and each has its history row."""
    group.adopt()
    officer = person("officer", "minenergy")
    for place in range(ROUNDS):
        group.draft()
        group.edit(with_part(f"Part {place}"))
        revision = group.publish()
        group.sign(revision, "KR")
        row = Assignment.objects.get(side="UZ")
        day = date(2028, 1, 1) + timedelta(days=place)
        signed, forecast = told(
            at_once(lambda: group.sign(revision, "UZ"), forecasting(row, day, officer))  # noqa: B023
        )
        assert not signed
        row.refresh_from_db()
        assert str(row.part) == f"Part {place}"
        assert forecast or row.forecast_on == day
        assert_every_write_has_its_history(Assignment)


def test_a_forecast_that_is_being_written_when_the_second_key_turns(group: Energy) -> None:
    """The narrow case of the race above, held open: the key waits for the forecast, then reads the row as it is."""
    group.adopt()
    group.draft()
    group.edit(with_part("Half"))
    revision = group.publish()
    group.sign(revision, "KR")
    row = Assignment.objects.get(side="UZ")
    forecast = forecasting(row, date(2028, 1, 1), person("officer", "minenergy"))
    written = threading.Event()

    @transaction.atomic
    def slowly() -> None:
        forecast()
        written.set()
        wait_until_someone_waits()

    def then_sign() -> None:
        written.wait(timeout=20)
        group.sign(revision, "UZ")

    assert told(at_once(slowly, then_sign)) == [False, False]
    row.refresh_from_db()
    assert (str(row.part), row.forecast_on, row.row_version) == ("Half", date(2028, 1, 1), 3)
    assert_every_write_has_its_history(Assignment)


def test_two_road_maps_take_one_new_identity_at_once(group: Energy) -> None:
    """A client that chooses its uids badly, or on purpose: the second road map is told, and stays as it was."""
    chairs = {side: seat("co_chair", side, "chemistry") for side in ("UZ", "KR")}
    keys = {side: passkey(user) for side, user in chairs.items()}
    secretary = actor_for(seat("secretary", "UZ", "chemistry"))
    chemistry = RoadMap.objects.get(reference="RM-05")

    def sign_there(revision: Revision, side: str) -> Signature:
        at = moment(timezone.now())
        answer = keys[side].answer(wanted(revision, side, at))
        by = actor_for(chairs[side])
        return sign(revision=revision, issued_at=at, response=answer, by=by, now=timezone.now())

    def put_there(content: RoadMapContent) -> Revision:
        new = start_proposal(road_map=chemistry, layer="shared", author=None, by=secretary)
        values: dict[str, Any] = {"content": content, "reason": None, "based_on": 1}
        save_content(proposal=new, by=secretary, **values)
        return publish(proposal=new, by=secretary, now=timezone.now())

    for _ in range(ROUNDS):
        uid = uuid4()
        group.draft()
        group.edit(lambda _: energy.content(uid=uid))  # noqa: B023
        here, there = group.publish(), put_there(energy.content(uid=uid))
        group.sign(here, "UZ")
        sign_there(there, "UZ")
        results = at_once(lambda: group.sign(here, "KR"), lambda: sign_there(there, "KR"))  # noqa: B023
        assert sorted(told(results)) == [False, True]
        assert Section.objects.filter(uid=uid).count() == 1
        if told(results)[0]:
            withdraw_proposal(proposal=group.proposal, by=actor_for(group.secretary), now=timezone.now())
