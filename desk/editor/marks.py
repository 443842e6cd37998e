"""What differs from the version in force, row by row, with what stood there before."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from accounts.policy.actors import Actor
from desk.proposals.difference import Difference, DiffRow
from roadmaps.document.content import RoadMapContent
from roadmaps.document.diff import compare


@dataclass(frozen=True)
class RowMarks:
    """``kinds``: added, moved, changed; ``changes`` have the words that stood there."""

    kinds: tuple[str, ...] = ()
    changes: tuple[DiffRow, ...] = ()


class Marks:
    """``agreed`` None: nothing is in force yet, so that all of it is new and no row is marked."""

    def __init__(self, actor: Actor, agreed: RoadMapContent | None, content: RoadMapContent) -> None:
        found = compare(agreed, content) if agreed is not None else ()
        self.count = len(found)
        kinds: dict[UUID | None, dict[str, None]] = defaultdict(dict)
        changes: dict[UUID | None, list[DiffRow]] = defaultdict(list)
        rows = Difference(actor, agreed, content, lambda whole: whole).rows if agreed is not None and found else ()
        for change, row in zip(found, rows, strict=True):
            kinds[change.uid][change.kind] = None
            if change.kind in ("changed", "moved"):
                changes[change.uid].append(row)
        self._rows = {uid: RowMarks(tuple(named), tuple(changes[uid])) for uid, named in kinds.items()}

    def of(self, uid: UUID | None) -> RowMarks:
        return self._rows.get(uid, RowMarks())
