"""The one table of a proposal's statuses: which acts each allows, with which permission, and what each leads to.

Services refuse by it, pages offer buttons by it, the desk's to-do list and the headlines are chosen by it, and
`docs/states.md` is written from it (`make states`). Who has a permission: `accounts.policy.permissions`.

A status is derived, never stored. It is that of a proposal together with one text of it: its open revision, the draft
where there is none, or an old revision, which is void.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Stored = Literal["draft", "published", "reworked", "in_force", "withdrawn"]  # the values of `Proposal.state`


class ProposalStatus(StrEnum):
    PRIVATE_DRAFT = "private_draft"
    DRAFT = "draft"
    REWORKED = "reworked"
    PUBLISHED = "published"
    HALF_SIGNED = "half_signed"
    REFUSED = "refused"
    OVERTAKEN_DRAFT = "overtaken_draft"
    OVERTAKEN_REWORKED = "overtaken_reworked"
    OVERTAKEN_PUBLISHED = "overtaken_published"
    VOID = "void"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


class ProposalAct(StrEnum):
    EDIT = "edit"
    PUBLISH = "publish"
    REOPEN = "reopen"
    SIGN = "sign"
    WITHDRAW_SIGNATURE = "withdraw_signature"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class SignatureStatus(StrEnum):
    """The status of one side's signature on a text."""

    NOT_OPEN = "not_open"
    AWAITED = "awaited"
    SIGNED = "signed"
    REFUSED = "refused"
    VOID = "void"


# whose signature an act is about: a side signs once, and withdraws only what it has signed
Signer = Literal["anyone", "side that has not signed", "side that has signed"]

# the permission of each act, where a status names no other
ACT_PERMISSIONS: Final[Mapping[ProposalAct, str]] = {
    ProposalAct.EDIT: "proposal.publish",
    ProposalAct.PUBLISH: "proposal.publish",
    ProposalAct.REOPEN: "proposal.publish",
    ProposalAct.SIGN: "proposal.sign",
    ProposalAct.WITHDRAW_SIGNATURE: "proposal.sign",
    ProposalAct.REFUSE: "proposal.refuse",
    ProposalAct.WITHDRAW: "proposal.withdraw",
}


@dataclass(frozen=True)
class Move:
    """One act that a status allows. The signer's side is that of the person who acts."""

    act: ProposalAct
    leads_to: ProposalStatus
    permission: str
    signer: Signer = "anyone"


@dataclass(frozen=True)
class StatusRow:
    """One row of the table.

    - ``stored``: the value of `Proposal.state`; empty for a void revision, whose proposal may be in several.
    - ``meaning``: for `docs/states.md`.
    - ``refusal``: code of the sentence for an act that is not allowed; ``refusals``: where an act has its own.
    """

    stored: Stored | Literal[""]
    meaning: str
    refusal: str
    moves: tuple[Move, ...] = ()
    refusals: Mapping[ProposalAct, str] | None = None


def _move(act: ProposalAct, leads_to: ProposalStatus, permission: str = "", signer: Signer = "anyone") -> Move:
    return Move(act, leads_to, permission or ACT_PERMISSIONS[act], signer)


_A, _S = ProposalAct, ProposalStatus
_WITHDRAW: Final = _move(_A.WITHDRAW, _S.WITHDRAWN)
_REOPEN: Final = _move(_A.REOPEN, _S.REWORKED)
_REFUSE: Final = _move(_A.REFUSE, _S.REFUSED)
_REOPEN_UNPUBLISHED: Final = {_A.REOPEN: "proposal.not_published"}
_EDIT_PUBLISHED: Final = {_A.EDIT: "proposal.is_published", _A.PUBLISH: "proposal.nothing_new"}

STATUS_TABLE: Final[Mapping[ProposalStatus, StatusRow]] = {
    _S.PRIVATE_DRAFT: StatusRow(
        "draft",
        "A draft on one side's own layer: the other side does not see it. Publishing shares it.",
        "proposal.not_published",
        (
            _move(_A.EDIT, _S.PRIVATE_DRAFT, "proposal.draft"),
            _move(_A.PUBLISH, _S.PUBLISHED),
            _WITHDRAW,
        ),
    ),
    _S.DRAFT: StatusRow(
        "draft",
        "A draft on the shared layer.",
        "proposal.not_published",
        (_move(_A.EDIT, _S.DRAFT, "proposal.draft"), _move(_A.PUBLISH, _S.PUBLISHED), _WITHDRAW),
    ),
    _S.REWORKED: StatusRow(
        "reworked",
        "Reopened for editing after it was published: its last revision and the signatures on it are void.",
        "proposal.not_published",
        (_move(_A.EDIT, _S.REWORKED), _move(_A.PUBLISH, _S.PUBLISHED), _WITHDRAW),
    ),
    _S.PUBLISHED: StatusRow(
        "published",
        "The text is frozen as a revision and waits for the signatures of both sides.",
        "proposal.not_signed_by_you",
        (
            _move(_A.SIGN, _S.HALF_SIGNED, signer="side that has not signed"),
            _REFUSE,
            _REOPEN,
            _WITHDRAW,
        ),
        _EDIT_PUBLISHED,
    ),
    _S.HALF_SIGNED: StatusRow(
        "published",
        "One side has signed the revision; it waits for the other.",
        "proposal.not_signed_by_you",
        (
            _move(_A.SIGN, _S.IN_FORCE, signer="side that has not signed"),
            _move(_A.WITHDRAW_SIGNATURE, _S.PUBLISHED, signer="side that has signed"),
            _REFUSE,
            _REOPEN,
            _WITHDRAW,
        ),
        {**_EDIT_PUBLISHED, _A.SIGN: "proposal.signed_by_you"},
    ),
    _S.REFUSED: StatusRow(
        "published",
        "One side has refused the revision. It is reopened, edited and published again, or withdrawn.",
        "proposal.is_refused",
        (_REOPEN, _WITHDRAW),
        _EDIT_PUBLISHED,
    ),
    _S.OVERTAKEN_DRAFT: StatusRow(
        "draft",
        "A draft whose base is no longer the newest version.",
        "proposal.is_overtaken",
        (_move(_A.EDIT, _S.OVERTAKEN_DRAFT, "proposal.draft"), _WITHDRAW),
        _REOPEN_UNPUBLISHED,
    ),
    _S.OVERTAKEN_REWORKED: StatusRow(
        "reworked",
        "Reopened for editing, and its base is no longer the newest version.",
        "proposal.is_overtaken",
        (_move(_A.EDIT, _S.OVERTAKEN_REWORKED), _WITHDRAW),
        _REOPEN_UNPUBLISHED,
    ),
    _S.OVERTAKEN_PUBLISHED: StatusRow(
        "published",
        "Published, signed by one side, or refused, and its base is no longer the newest version: nobody can sign it.",
        "proposal.is_overtaken",
        (_move(_A.REOPEN, _S.OVERTAKEN_REWORKED), _WITHDRAW),
        _EDIT_PUBLISHED,
    ),
    _S.VOID: StatusRow(
        "", "An old revision: the proposal was reopened for editing after it was published.", "proposal.revision_void"
    ),
    _S.IN_FORCE: StatusRow(
        "in_force", "Signed by both sides: it is a version of the road map.", "proposal.is_in_force"
    ),
    _S.WITHDRAWN: StatusRow("withdrawn", "Taken back for good.", "proposal.is_withdrawn"),
}

# values of `Proposal.state` in which something can still be done
OPEN_STATES: Final = tuple(dict.fromkeys(row.stored for row in STATUS_TABLE.values() if row.moves and row.stored))

_OVERTAKEN: Final[Mapping[str, ProposalStatus]] = {
    "draft": _S.OVERTAKEN_DRAFT,
    "reworked": _S.OVERTAKEN_REWORKED,
    "published": _S.OVERTAKEN_PUBLISHED,
}


@dataclass(frozen=True)
class ProposalFacts:
    """What is stored of a proposal and one text of it.

    - ``is_overtaken``: a newer version than the proposal's base is in force.
    - ``is_void``: the text is a revision that has been voided.
    - ``signed_by``, ``refused_by``: sides with a signature (not withdrawn) or a refusal on that text.
    """

    stored: str
    is_private: bool = False
    is_overtaken: bool = False
    is_void: bool = False
    signed_by: frozenset[str] = frozenset()
    refused_by: frozenset[str] = frozenset()


def status_of(facts: ProposalFacts) -> ProposalStatus:
    """Return the status. Raises: ValueError for an unknown stored state."""
    if facts.stored == "withdrawn":
        return ProposalStatus.WITHDRAWN
    if facts.is_void:
        return ProposalStatus.VOID
    if facts.stored == "in_force":
        return ProposalStatus.IN_FORCE
    if facts.is_overtaken:
        return _OVERTAKEN[facts.stored]
    if facts.stored == "draft":
        return ProposalStatus.PRIVATE_DRAFT if facts.is_private else ProposalStatus.DRAFT
    if facts.stored == "published" and facts.refused_by:
        return ProposalStatus.REFUSED
    if facts.stored == "published" and facts.signed_by:
        return ProposalStatus.HALF_SIGNED
    return ProposalStatus(facts.stored)


def move(act: ProposalAct, facts: ProposalFacts, side: str = "") -> Move | None:
    """Return what the act is for somebody of ``side``; None where the status does not allow it to them."""
    has_signed = side in facts.signed_by
    for found in STATUS_TABLE[status_of(facts)].moves:
        fits = found.signer == "anyone" or has_signed == (found.signer == "side that has signed")
        if found.act == act and fits:
            return found
    return None


def permission(act: ProposalAct, facts: ProposalFacts) -> str:
    """Return the permission that the act asks for, also where the status does not allow it to anybody."""
    moves = STATUS_TABLE[status_of(facts)].moves
    return next((found.permission for found in moves if found.act == act), ACT_PERMISSIONS[act])


def refusal(act: ProposalAct, facts: ProposalFacts) -> str:
    """Return the code of the sentence that says why the act is not allowed."""
    row = STATUS_TABLE[status_of(facts)]
    return (row.refusals or {}).get(act, row.refusal)


def awaits_signatures(status: ProposalStatus) -> bool:
    return any(found.act == ProposalAct.SIGN for found in STATUS_TABLE[status].moves)


def is_open(status: ProposalStatus) -> bool:
    """Return whether anything can still be done."""
    return bool(STATUS_TABLE[status].moves)


def signature_status(facts: ProposalFacts, side: str) -> SignatureStatus:
    """Return the status of one side's signature on the text."""
    status = status_of(facts)
    if side in facts.refused_by:
        return SignatureStatus.REFUSED
    if side in facts.signed_by:
        return SignatureStatus.VOID if facts.is_void else SignatureStatus.SIGNED
    return SignatureStatus.AWAITED if awaits_signatures(status) else SignatureStatus.NOT_OPEN
