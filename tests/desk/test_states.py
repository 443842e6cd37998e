"""For every status of a proposal, act and person: the table, the service and the page's button agree."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.policy.questions import NotAllowed
from common.errors import sentence
from roadmaps import proposal_status
from roadmaps.models import Proposal, Revision, RoadMap
from roadmaps.proposal_status import STATUS_TABLE, ProposalAct, ProposalStatus
from roadmaps.services import (
    IllegalMove,
    publish,
    refuse,
    reopen_proposal,
    save_content,
    sign,
    start_proposal,
    withdraw_proposal,
    withdraw_signature,
)
from roadmaps.services.locking import facts_of, open_revision
from roadmaps.signing import moment
from tests.scenarios.pages import html_of
from tests.scenarios.people import actor_for, person, seat
from tests.scenarios.signing import Group, due, wanted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

# what each persona may do where the status allows it, as the permission matrix has it
GRANTS: Final = {
    "chair UZ": {"proposal.sign", "proposal.refuse"},
    "chair KR": {"proposal.sign", "proposal.refuse"},
    "secretary UZ": {"proposal.draft", "proposal.publish", "proposal.withdraw"},
    "secretary KR": {"proposal.draft", "proposal.publish", "proposal.withdraw"},
    "officer of a lead": {"proposal.draft"},
    "reader": set(),
    "co-chair of another group": set(),
}
OF_A_REVISION: Final = (ProposalAct.SIGN, ProposalAct.WITHDRAW_SIGNATURE, ProposalAct.REFUSE)
BUTTONS: Final = {
    ProposalAct.PUBLISH: "/publish/",
    ProposalAct.WITHDRAW: "/withdraw/",
    ProposalAct.SIGN: "/sign/",
    ProposalAct.WITHDRAW_SIGNATURE: "/withdraw-key/",
    ProposalAct.REFUSE: "/refuse/",
}


class Worlds(Group):
    """The energy group with a proposal in any status: (proposal, the text that its page is about)."""

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, User] = {
            "chair UZ": self.chairs["UZ"],
            "chair KR": self.chairs["KR"],
            "secretary UZ": self.secretary,
            "secretary KR": seat("secretary", "KR", "energy"),
            "officer of a lead": person("officer", "minenergy"),
            "reader": person("reader", "minenergy"),
            "co-chair of another group": seat("co_chair", "UZ", "chemistry"),
        }
        self.road_map = RoadMap.objects.get(reference="RM-07")
        self.first = self.proposal

    def private_draft(self) -> None:
        by = actor_for(self.secretary)
        start_proposal(road_map=self.road_map, layer="UZ", author=None, by=by)
        self.edit(lambda _: self.first.document)

    def draft(self) -> None:
        """As the programme was loaded."""

    def reworked(self) -> None:
        self.publish()
        self.reopen()

    def published(self) -> None:
        self.publish()

    def half_signed(self) -> None:
        self.sign(self.publish(), "UZ")

    def refused(self) -> None:
        by = actor_for(self.chairs["KR"])
        refuse(revision=self.publish(), reason="Too late.", by=by, now=timezone.now())

    def in_force(self) -> None:
        self.adopt()

    def withdrawn(self) -> None:
        self.half_signed()
        withdraw_proposal(proposal=self.proposal, by=actor_for(self.secretary), now=timezone.now())

    def void(self) -> None:
        self.half_signed()
        self.reopen()

    def _overtake(self) -> None:
        self.amend(lambda _: self.first.document)

    def overtaken_draft(self) -> None:
        self._overtake()

    def overtaken_reworked(self) -> None:
        self.reworked()
        self._overtake()

    def overtaken_published(self) -> None:
        self.half_signed()
        self._overtake()

    @contextmanager
    def in_status(self, status: ProposalStatus) -> Iterator[tuple[Proposal, Revision | None]]:
        """Everything that happens inside is undone."""
        with undone():
            getattr(self, status)()
            proposal = self.proposal if status == ProposalStatus.PRIVATE_DRAFT else self.first
            proposal = Proposal.objects.get(pk=proposal.pk)
            yield proposal, text_of(proposal, status)

    def attempt(self, act: ProposalAct, who: User, proposal: Proposal, revision: Revision | None) -> None:
        by, now = actor_for(who), timezone.now()

        def signed() -> object:
            assert revision
            at = moment(now)
            answer = self.keys[who.side].answer(wanted(revision, who.side, at))
            return sign(revision=revision, issued_at=at, response=answer, by=by, now=now)

        content = due(date(2029, 1, 31))(proposal.document)
        calls: dict[ProposalAct, Callable[[], object]] = {
            ProposalAct.EDIT: lambda: save_content(
                proposal=proposal, content=content, reason=None, based_on=proposal.row_version, by=by
            ),
            ProposalAct.PUBLISH: lambda: publish(proposal=proposal, by=by, now=now),
            ProposalAct.REOPEN: lambda: reopen_proposal(proposal=proposal, by=by, now=now),
            ProposalAct.WITHDRAW: lambda: withdraw_proposal(proposal=proposal, by=by, now=now),
            ProposalAct.SIGN: signed,
            ProposalAct.WITHDRAW_SIGNATURE: lambda: withdraw_signature(revision=revision, by=by, now=now),  # type: ignore[arg-type]  # a text
            ProposalAct.REFUSE: lambda: refuse(revision=revision, reason="No.", by=by, now=now),  # type: ignore[arg-type]  # a text
        }
        calls[act]()


@contextmanager
def undone() -> Iterator[None]:
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def text_of(proposal: Proposal, status: ProposalStatus) -> Revision | None:
    """The open revision; the last one where that is what the status is about."""
    if status in (ProposalStatus.VOID, ProposalStatus.WITHDRAWN):
        return proposal.revisions.last()
    return open_revision(proposal)


@pytest.fixture
def worlds(programme: None) -> Worlds:
    return Worlds()


def may(worlds: Worlds, name: str, permission: str, proposal: Proposal) -> bool:
    sees = not proposal.is_private or worlds.people[name].side == proposal.layer
    return sees and permission in GRANTS[name]


def assert_service_agrees(
    worlds: Worlds, act: ProposalAct, name: str, proposal: Proposal, revision: Revision | None
) -> None:
    facts, who = facts_of(proposal, revision), worlds.people[name]
    allowed = proposal_status.move(act, facts, who.side)
    if not may(worlds, name, proposal_status.permission(act, facts), proposal):
        with pytest.raises(NotAllowed):
            worlds.attempt(act, who, proposal, revision)
    elif allowed is None:
        with pytest.raises(IllegalMove) as told:
            worlds.attempt(act, who, proposal, revision)
        assert told.value.code == proposal_status.refusal(act, facts) and sentence(told.value)
    else:
        worlds.attempt(act, who, proposal, revision)
        fresh = Proposal.objects.get(pk=proposal.pk)
        assert proposal_status.status_of(facts_of(fresh, text_of(fresh, allowed.leads_to))) == allowed.leads_to


def test_services_do_what_the_table_allows_and_refuse_the_rest_with_its_sentence(worlds: Worlds) -> None:
    for status in ProposalStatus:
        with worlds.in_status(status) as (proposal, revision):
            assert proposal_status.status_of(facts_of(proposal, revision)) == status
            # a draft has no text to sign, and an old revision is nothing to publish
            without = OF_A_REVISION if revision is None else ()
            acts = OF_A_REVISION if status == ProposalStatus.VOID else set(ProposalAct) - set(without)
            for act in acts:
                for name in worlds.people:
                    with undone():
                        assert_service_agrees(worlds, act, name, proposal, revision)


def test_pages_offer_what_the_table_allows_and_nothing_else(worlds: Worlds) -> None:
    clients = {name: Client() for name in worlds.people}
    for name, client in clients.items():
        client.force_login(worlds.people[name])
    for status in ProposalStatus:
        with worlds.in_status(status) as (proposal, revision):
            facts = facts_of(proposal, revision)
            address = f"/proposals/{proposal.reference}/"
            if revision and status == ProposalStatus.VOID:
                address += f"revisions/{revision.number}/"
            for name, client in clients.items():
                response = client.get(address)
                if response.status_code == 404:
                    assert proposal.is_private or name == "co-chair of another group", (status, name)
                    continue
                page, side = html_of(response), worlds.people[name].side
                moves = {act: proposal_status.move(act, facts, side) for act in ProposalAct}
                can = {act: found and may(worlds, name, found.permission, proposal) for act, found in moves.items()}
                for act, end in BUTTONS.items():
                    assert (f'{end}"' in page) == bool(can[act]), (status, act, name)
                opens_editor = can[ProposalAct.EDIT] or can[ProposalAct.REOPEN]
                assert (f'href="/proposals/{proposal.reference}/edit/"' in page) == bool(opens_editor), (status, name)


def test_an_open_proposal_is_on_the_desk_of_whoever_acts_next(worlds: Worlds) -> None:
    """Those who can sign it; where nobody can, its secretaries, who publish, rework or withdraw it."""
    clients = {name: Client() for name in worlds.people}
    for name, client in clients.items():
        client.force_login(worlds.people[name])
    for status in set(ProposalStatus) - {ProposalStatus.VOID}:
        with worlds.in_status(status) as (proposal, revision):
            facts = facts_of(proposal, revision)
            is_open, is_signed = bool(STATUS_TABLE[status].moves), proposal_status.awaits_signatures(status)
            for name, client in clients.items():
                tasks = client.get("/").context["todo"]
                here = [task.verb for task in tasks if task.address == f"/proposals/{proposal.reference}/"]
                sees = not proposal.is_private or worlds.people[name].side == proposal.layer
                acts = {
                    "chair": proposal_status.move(ProposalAct.SIGN, facts, worlds.people[name].side) is not None,
                    "secretary": is_open and not is_signed and sees,
                }.get(name.split()[0], False)
                assert bool(here) == acts, (status, name, here)


def test_reopening_says_what_holds_of_the_revision(worlds: Worlds) -> None:
    client = Client()
    client.force_login(worlds.secretary)
    for status, words in (
        (ProposalStatus.PUBLISHED, "the co-chairs can read and sign it"),
        (ProposalStatus.REFUSED, "nobody can sign it as it is"),
    ):
        with worlds.in_status(status) as (proposal, _revision):
            assert words in html_of(client.get(f"/proposals/{proposal.reference}/reopen/"))
