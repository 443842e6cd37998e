"""What differs from the version in force, row by row, with what stood there before."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.policy.actors import Actor
from desk.proposals.difference import Difference, DiffRow
from roadmaps.document.content import RoadMapContent
from roadmaps.document.diff import compare


class Marks:
    """``agreed`` None: nothing is in force yet, so all of it is new and no row is marked.

    ``unread`` are the fields (row, name) that could not be read: what stands in their place is nobody's.
    """

    @dataclass(frozen=True)
    class Row:
        """``kinds``: added, moved, changed; ``changes`` have the words that stood there."""

        kinds: tuple[str, ...] = ()
        changes: tuple[DiffRow, ...] = ()

    def __init__(
        self,
        actor: Actor,
        agreed: RoadMapContent | None,
        content: RoadMapContent,
        unread: Collection[tuple[UUID | None, str]],
    ) -> None:
        kinds: dict[Any, list[str]] = defaultdict(list)
        changes: dict[Any, list[DiffRow]] = defaultdict(list)
        self.count = 0
        if agreed is not None:
            found = compare(agreed, content)
            self.count = len(found)
            if found:
                rows = Difference(actor, agreed, content, lambda whole: whole).rows
                for change, row in zip(found, rows, strict=True):
                    if (change.uid, change.field) in unread:
                        continue
                    if change.kind not in kinds[change.uid]:
                        kinds[change.uid].append(change.kind)
                    if change.kind in ("changed", "moved"):
                        changes[change.uid].append(row)
        self._rows = {uid: Marks.Row(tuple(found), tuple(changes[uid])) for uid, found in kinds.items()}

    def of(self, uid: UUID | None) -> "Marks.Row":
        return self._rows.get(uid, Marks.Row())
