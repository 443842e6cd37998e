"""Who may read what, written by hand: the policy is not asked, so that a fault in it shows."""

from dataclasses import dataclass
from typing import Final

PERSONAS: Final = {
    # who crawls: their name among the people of the world
    "uz secretary": "secretary UZ",
    "uz executor": "officer mintrans",  # named in one milestone of energy, and in nothing else
    "uz auditor": "auditor miit",
    "uz ended": "gone UZ",  # a membership that has ended
    "kr secretary": "secretary KR",
    "kr chair": "co_chair KR",  # and a mere reader of the organisation that leads energy
    "kr admin": "administrator motie",  # of the coordinator: manages its whole side
    "kr system": "kia",  # a service account, of an organisation that takes part in chemistry only
}
SIDES: Final = {"UZ": {who for who in PERSONAS if who[:2] == "uz"}, "KR": {who for who in PERSONAS if who[:2] == "kr"}}
STANDING: Final = {*PERSONAS} - {"uz ended"}
ENERGY: Final = {"uz secretary", "uz auditor", "kr secretary", "kr chair", "kr admin"}
CHEMISTRY: Final = {"uz auditor", "kr admin", "kr system"}


@dataclass(frozen=True)
class Audience:
    """``must``: each of them finds one word of the kind at least; ``may``: nobody else finds any."""

    must: frozenset[str]
    may: frozenset[str]


def _only(must: set[str], *, also: set[str] | None = None) -> Audience:
    return Audience(frozenset(must), frozenset(must | (also or set())))


AUDIENCES: Final = {
    "open": _only(STANDING),
    # a road map in force and what is shared of it; a party sees the rows that name it
    "energy": _only(ENERGY),
    "energy part": _only(ENERGY | {"uz executor"}),
    "energy agreement": _only(ENERGY | {"uz executor"}),
    # the API has road maps and milestones, and no proposals
    "chemistry": _only(CHEMISTRY),
    "chemistry agreement": _only(CHEMISTRY - {"kr system"}, also={"kr system"}),
    # the parties of the project, its group, coordinators and auditors
    "energy project": _only(ENERGY),
    "chemistry project": _only(CHEMISTRY),
    # a side's own layer: its secretary and co-chair, its lead, its coordinator
    "UZ energy": _only({"uz secretary", "uz auditor"}),
    "KR energy": _only({"kr secretary", "kr chair", "kr admin"}),
    "UZ chemistry": _only({"uz auditor"}),
    "KR chemistry": _only({"kr admin"}, also={"kr system"}),
    # people: the own side by name, and who manages them also by address
    "seat name": _only(STANDING - {"kr system"}, also=SIDES["UZ"] | SIDES["KR"]),
    "UZ name": _only({"uz secretary", "uz auditor"}, also=SIDES["UZ"]),
    "KR name": _only({"kr secretary", "kr chair", "kr admin"}, also=SIDES["KR"]),
    "UZ address": _only({"uz auditor"}),
    "KR address": _only({"kr admin"}),
    # whom to ask for a membership is told to people without one
    "UZ administrator": _only({"uz ended"}, also=SIDES["UZ"]),
    "KR administrator": _only({"kr admin"}, also=SIDES["KR"]),
    "UZ system": _only(set(), also=SIDES["UZ"]),
    "KR system": _only({"kr admin"}, also=SIDES["KR"]),
    "UZ key": _only({"uz auditor"}),
    "KR key": _only(set()),
    "UZ notice": _only({"uz auditor"}, also={"uz executor", "uz secretary"}),
    "KR notice": _only(set(), also={"kr admin", "kr secretary"}),
    # the system as an actor; passwords, secrets, sessions, requests: nobody
    "system": _only(set(), also=STANDING),
    "nobody": _only(set()),
}


def side_of(kind: str) -> str:
    """Return the side that a kind belongs to; empty where it belongs to both."""
    first = kind.partition(" ")[0]
    return first if first in SIDES else ""
