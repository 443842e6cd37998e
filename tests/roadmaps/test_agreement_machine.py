"""Random people do random acts in random order: what was agreed changes by two keys over one text, not otherwise."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Organisation
from accounts.services import StaleEdit
from common.errors import CodedError
from common.text import Text
from roadmaps.models import (
    Assignment,
    Measure,
    Milestone,
    Proposal,
    ProposalParty,
    Refusal,
    Revision,
    RoadMap,
    RoadMapVersion,
    Section,
    Signature,
)
from roadmaps.proposal_status import OPEN_STATES
from roadmaps.services import (
    publish,
    refuse,
    reopen_proposal,
    save_content,
    set_forecast,
    sign,
    start_proposal,
    withdraw_proposal,
    withdraw_signature,
)
from roadmaps.signing import moment
from tests.scenarios.history import assert_every_write_has_its_history
from tests.scenarios.people import actor_for
from tests.scenarios.random_acts import (
    ACTS,
    World,
    anyone,
    chairs,
    challenge_of,
    changed,
    days,
    flaws,
    hash_of,
    one_of_the_acts,
    rightly,
    secretaries,
    verify,
    which,
)

pytestmark = pytest.mark.django_db

REFUSALS = (PermissionDenied, CodedError, StaleEdit, ValidationError)
WRITTEN = (
    Proposal,
    ProposalParty,
    Revision,
    Signature,
    Refusal,
    RoadMapVersion,
    Section,
    Measure,
    Milestone,
    Assignment,
)


class Agreement(RuleBasedStateMachine):
    """Every example begins with the programme's own draft of the energy road map, and leaves nothing behind."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.written = True
        self.verified: set[int] = set()
        self.road_map = RoadMap.objects.get(reference="RM-07")
        self.whole = self.road_map.proposals.get().document
        self.day = date(2028, 1, 1)

    def teardown(self) -> None:
        if hasattr(self, "undone"):
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    def attempt(self, what: str, act: Callable[[], object]) -> None:
        """Done, or refused with a sentence and nothing written; anything else is a defect."""
        self.written = True
        before = self.history_rows()
        try:
            act()
        except REFUSALS as refusal:
            told: str | None = str(refusal)
        else:
            told = None
        self.world.seen[what if told is None else f"{what}: refused"] += 1
        if told is not None:
            self.written = False
            assert told and self.history_rows() == before, what

    def history_rows(self) -> list[int]:
        return [model.history.count() for model in WRITTEN]

    def pick(self, model: type[Any], place: int) -> Any:
        """One of the newest few, so that most acts meet something that is still open."""
        rows = list(model.objects.filter(**OF_THE_MAP.get(model, {})).order_by("-pk")[:4])
        return rows[place % len(rows)] if rows else None

    @one_of_the_acts(
        who=secretaries,
        layer=st.sampled_from(["shared", "shared", "UZ", "KR"]),
        author=st.sampled_from([None, "motie"]),
    )
    def start(self, who: str, layer: str, author: str | None) -> None:
        by = actor_for(self.world.people[who])
        organisation = Organisation.objects.get(code=author) if author else None
        self.attempt("start", lambda: start_proposal(road_map=self.road_map, layer=layer, author=organisation, by=by))

    @one_of_the_acts(
        who=secretaries,
        place=which,
        how=st.sampled_from(["due", "due", "to be agreed", "text", "add", "drop"]),
        day=days,
        stale=rightly,
    )
    def edit(self, who: str, place: int, how: str, day: date, stale: bool) -> None:
        proposal = self.pick(Proposal, place)
        content = changed(proposal.document, how, day)
        based_on = proposal.row_version if stale else proposal.row_version - 1
        by, reason = actor_for(self.world.people[who]), Text.of(f"As of {day}")
        self.attempt(
            "edit",
            lambda: save_content(proposal=proposal, content=content, reason=reason, based_on=based_on, by=by),
        )

    @one_of_the_acts(who=secretaries, place=which)
    def reopen(self, who: str, place: int) -> None:
        proposal = self.pick(Proposal, place)
        by = actor_for(self.world.people[who])

        def act() -> None:
            made = reopen_proposal(proposal=proposal, by=by, now=timezone.now())
            assert (made.state, made.content) == ("reworked", proposal.content)
            assert not made.revisions.filter(void_at=None).exists()

        self.attempt("reopen", act)

    @one_of_the_acts(who=secretaries, place=which)
    def publish(self, who: str, place: int) -> None:
        proposal = self.pick(Proposal, place)
        by = actor_for(self.world.people[who])
        self.attempt("publish", lambda: publish(proposal=proposal, by=by, now=timezone.now()))

    @one_of_the_acts(often=5, who=chairs, place=which, flaw=flaws, ready=st.booleans(), age=st.integers(0, 299))
    def sign(self, who: str, place: int, flaw: str, ready: bool, age: int) -> None:
        """With one thing wrong, or nothing; ``ready``: on a text that is open to the keys, else there is more wrong."""
        open_ones = Revision.objects.filter(void_at=None, proposal__state="published", refusals=None)
        if ready and not open_ones.exists():
            self.put_to_the_keys("secretary KR")
        revision = self.pick(Revision, 0 if ready else place)
        if revision is None:
            return
        user, now = self.world.people[who], timezone.now()
        by, at = actor_for(user), moment(now - timedelta(seconds={"too old": 400, "too early": -30}.get(flaw, age)))
        other = {"UZ": "KR", "KR": "UZ"}[user.side]
        lines = challenge_of(
            "0" * 64 if flaw == "hash" else revision.content_hash,
            "RM-07.P9.R9" if flaw == "revision" else revision.reference,
            other if flaw == "side" else user.side,
            at - timedelta(seconds=1) if flaw == "moment" else at,
        )
        said: dict[str, Any] = {"origin": "https://elsewhere.example"} if flaw == "origin" else {}
        turned = self.world.keys["outsider" if flaw == "key" else who]
        answer = turned.answer(lines, flags=1 if flaw == "unverified" else 5, **said)

        is_open = open_ones.filter(pk=revision.pk).exists()

        def act() -> None:
            made = sign(revision=revision, issued_at=at, response=answer, by=by, now=now)
            assert (made.side, flaw, who, is_open) == (user.side, "", f"chair {user.side}", True)

        self.attempt("sign", act)

    @one_of_the_acts(who=secretaries)
    def put_to_the_keys(self, who: str) -> None:
        """A secretary writes a new date into what is open, or starts anew, and publishes."""
        self.attempt("put to the keys", transaction.atomic(lambda: self._put(who)))

    @one_of_the_acts(first=st.sampled_from(["UZ", "KR"]))
    def agree(self, first: str) -> None:
        """The whole way: else few examples would reach a second version."""

        @transaction.atomic  # several acts: they are undone together
        def act() -> None:
            revision = self._put("secretary KR")
            for who in (f"chair {first}", "chair KR" if first == "UZ" else "chair UZ"):
                at, user = moment(timezone.now()), self.world.people[who]
                lines = challenge_of(revision.content_hash, revision.reference, user.side, at)
                answer = self.world.keys[who].answer(lines)
                sign(revision=revision, issued_at=at, response=answer, by=actor_for(user), now=timezone.now())

        self.attempt("agree", act)
        self.world.seen["later versions"] += RoadMapVersion.objects.filter(number__gt=1).exists()

    def _put(self, who: str) -> Revision:
        by, now = actor_for(self.world.people[who]), timezone.now()
        version = self.road_map.in_force()
        open_ones = self.road_map.proposals.filter(state__in=OPEN_STATES, layer="shared", base=version)
        proposal = open_ones.last() or start_proposal(road_map=self.road_map, layer="shared", author=None, by=by)
        if proposal.state == "published":
            proposal = reopen_proposal(proposal=proposal, by=by, now=now)
        self.day += timedelta(days=1)
        content = changed(proposal.document, "due", self.day)
        if not any(content.milestones()):
            content = changed(self.whole, "due", self.day)
        based_on = proposal.row_version
        save_content(proposal=proposal, content=content, reason=None, based_on=based_on, by=by)
        return publish(proposal=proposal, by=by, now=now)

    @one_of_the_acts(often=2, who=chairs, place=which, of=st.sampled_from(["UZ", "KR", "any"]))
    def withdraw_signature(self, who: str, place: int, of: str) -> None:
        """Any key that was ever turned, or one that has just been."""
        if of != "any":
            self.sign(f"chair {of}", 0, "", ready=True, age=0)
        signature = self.pick(Signature, place if of == "any" else 0)
        if signature is not None:
            user = self.world.people[who]

            def act() -> None:
                made = withdraw_signature(revision=signature.revision, by=actor_for(user), now=timezone.now())
                assert (made.side, who) == (user.side, f"chair {user.side}")

            self.attempt("withdraw signature", act)

    @one_of_the_acts(who=chairs, place=which, reason=st.sampled_from(["Too late.", " ", "\x00"]))
    def refuse(self, who: str, place: int, reason: str) -> None:
        revision = self.pick(Revision, place)
        if revision is not None:
            by = actor_for(self.world.people[who])
            self.attempt("refuse", lambda: refuse(revision=revision, reason=reason, by=by, now=timezone.now()))

    @one_of_the_acts(who=anyone, place=which)
    def withdraw_proposal(self, who: str, place: int) -> None:
        """By anyone at all: most are refused, so that most proposals live on."""
        proposal = self.pick(Proposal, place)
        by = actor_for(self.world.people[who])
        self.attempt("withdraw proposal", lambda: withdraw_proposal(proposal=proposal, by=by, now=timezone.now()))

    @one_of_the_acts(
        who=st.sampled_from(["officer UZ", "officer KR", "head UZ", "chair UZ"]), place=which, day=days, fresh=rightly
    )
    def forecast(self, who: str, place: int, day: date, fresh: bool) -> None:
        row = self.pick(Assignment, place)
        if row is None:
            return
        by = actor_for(self.world.people[who])
        based_on = row.row_version if fresh else row.row_version + 1
        self.attempt(
            "forecast",
            lambda: set_forecast(assignment=row, forecast_on=day, reason="Rain.", based_on=based_on, by=by),
        )

    @rule(act=st.deferred(lambda: st.one_of(ACTS)))
    def somebody_acts(self, act: tuple[str, dict[str, Any]]) -> None:
        name, given = act
        getattr(self, name)(**given)

    @invariant()
    def every_signature_is_its_own_sides_co_chairs(self) -> None:
        in_place: Counter[tuple[int, str]] = Counter()
        for row in Signature.objects.select_related("revision"):
            in_place[row.revision_id, row.side] += row.withdrawn_at is None
            if row.pk not in self.verified:
                who = f"chair {row.side}"
                assert row.signer_id == self.world.people[who].pk and row.content_hash == row.revision.content_hash
                verify(row, self.world.keys[who])
                self.verified.add(row.pk)
        assert max(in_place.values(), default=0) <= 1

    @invariant()
    def versions_are_an_unbroken_chain_of_texts_with_both_keys(self) -> None:
        base: str | None = None
        for number, version in enumerate(RoadMapVersion.objects.order_by("number").select_related("revision"), 1):
            revision = version.revision
            assert (version.number, revision.base_hash) == (number, base or "")
            assert revision.content_hash == hash_of(revision, base)
            signed = Signature.objects.filter(revision=revision, withdrawn_at=None, content_hash=revision.content_hash)
            assert {row.side for row in signed} == {"UZ", "KR"} and {row.pk for row in signed} <= self.verified
            base = revision.content_hash

    @invariant()
    def deadlines_are_those_of_the_last_version_that_has_them(self) -> None:
        agreed: dict[str, str | None] = {}
        present: set[str] = set()
        for version in RoadMapVersion.objects.order_by("number").select_related("revision"):
            sections = version.revision.content["sections"]
            steps = [step for section in sections for measure in section["measures"] for step in measure["milestones"]]
            present = {step["uid"] for step in steps}
            agreed |= {step["uid"]: step["deadline"]["due_on"] for step in steps}
        rows = {str(row.uid): row for row in Milestone.objects.all()}
        assert {uid: row.due_on.isoformat() if row.due_on else None for uid, row in rows.items()} == agreed
        assert {uid for uid, row in rows.items() if row.dropped_in_id is None} == present

    @invariant()
    def every_write_has_its_history(self) -> None:
        for model in WRITTEN if self.written else ():
            assert_every_write_has_its_history(model, **OF_THE_MAP.get(model, {}))


# only the energy group does anything: the other tables hold nothing of other road maps
OF_THE_MAP: dict[type[Any], dict[str, str]] = {Proposal: {"road_map__reference": "RM-07"}}


def test_nothing_agreed_changes_but_by_two_keys_over_one_text(programme: None) -> None:
    world = World.make()
    machine = type("Machine", (Agreement,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    # it went where it matters, and was refused there too
    for act in ("start", "edit", "reopen", "put to the keys", "sign", "agree", "later versions"):
        assert world.seen[act], world.seen
    for act in ("start", "edit", "reopen", "publish", "sign", "withdraw signature", "refuse", "withdraw proposal"):
        assert world.seen[f"{act}: refused"], world.seen
