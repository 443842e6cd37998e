"""The table of statuses is complete, and its page in the documentation is the one that it makes."""

import subprocess
import sys
from itertools import product

from django.conf import settings

from common.errors import catalogue
from roadmaps.models import Proposal, ProposalState
from roadmaps.proposal_status import (
    ACT_PERMISSIONS,
    OPEN_STATES,
    STATUS_TABLE,
    ProposalAct,
    ProposalFacts,
    ProposalStatus,
    SignatureStatus,
    move,
    refusal,
    signature_status,
    status_of,
)


def every_combination() -> list[ProposalFacts]:
    sides = [frozenset(found) for found in ((), ("UZ",), ("KR",))]
    yes_no = (False, True)
    combined = product(ProposalState.values, yes_no, yes_no, yes_no, sides, sides)
    return [ProposalFacts(*values) for values in combined]


def test_the_page_in_the_documentation_is_made_from_the_table() -> None:
    command = [sys.executable, "tools/write_states.py", "--check"]
    found = subprocess.run(command, cwd=settings.BASE_DIR, env={"PYTHONPATH": "."}, capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")


def test_every_combination_of_facts_has_a_status_of_its_stored_state() -> None:
    found = set()
    for facts in every_combination():
        status = status_of(facts)
        assert STATUS_TABLE[status].stored in ("", facts.stored)
        found.add(status)
    assert found == set(ProposalStatus) == set(STATUS_TABLE)
    assert set(OPEN_STATES) == {"draft", "published", "reworked"}


def test_every_act_is_possible_somewhere_and_asks_for_a_permission_of_a_proposal() -> None:
    moves = [found for row in STATUS_TABLE.values() for found in row.moves]
    assert {found.act for found in moves} == set(ProposalAct) == set(ACT_PERMISSIONS)
    assert {found.permission for found in moves} <= set(Proposal.access.permissions)


def test_what_the_table_does_not_allow_has_a_sentence() -> None:
    for facts, act, side in product(every_combination(), ProposalAct, ("UZ", "KR")):
        if move(act, facts, side) is None:
            assert refusal(act, facts) in catalogue(), (facts, act)


def test_a_side_signs_once_and_withdraws_what_it_has_signed() -> None:
    half = ProposalFacts("published", signed_by=frozenset({"UZ"}))
    assert move(ProposalAct.SIGN, half, "UZ") is None and move(ProposalAct.WITHDRAW_SIGNATURE, half, "KR") is None
    signed, withdrawn = move(ProposalAct.SIGN, half, "KR"), move(ProposalAct.WITHDRAW_SIGNATURE, half, "UZ")
    assert signed and signed.leads_to == ProposalStatus.IN_FORCE
    assert withdrawn and withdrawn.leads_to == ProposalStatus.PUBLISHED


def test_the_status_of_one_sides_signature() -> None:
    signed = frozenset({"UZ"})
    expected = {
        ProposalFacts("draft"): (SignatureStatus.NOT_OPEN, SignatureStatus.NOT_OPEN),
        ProposalFacts("published", signed_by=signed): (SignatureStatus.SIGNED, SignatureStatus.AWAITED),
        ProposalFacts("published", refused_by=signed): (SignatureStatus.REFUSED, SignatureStatus.NOT_OPEN),
        ProposalFacts("reworked", is_void=True, signed_by=signed): (SignatureStatus.VOID, SignatureStatus.NOT_OPEN),
    }
    for facts, statuses in expected.items():
        assert tuple(signature_status(facts, side) for side in ("UZ", "KR")) == statuses
