"""What differs between two contents of a road map, row by row, and between two texts, word by word.

One comparison serves the screen, the print, the import preview, the comparison of versions and the conflict.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final, Literal
from uuid import UUID

from roadmaps.document.content import ExecutorContent, RoadMapContent, RowContent
from roadmaps.document.fields import RowKind, signed_fields
from roadmaps.document.numbering import Place, placed_rows


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    - added, dropped: the row is `after` or `before`; no field. Its own rows have changes of their own.
    - moved: under another row, or to another place among its sisters; the values are two `Place`s.
    - changed: `field` and its two values, as they stand in the content. A text counts in all its languages.
    `label` is the row's number as printed (II, 3, 1.2), in the later content where it is there.
    """

    kind: Literal["added", "dropped", "moved", "changed"]
    row: RowKind
    uid: UUID | None  # None: the road map itself
    label: str
    field: str | None
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ExecutorChange:
    """What became of one organisation in a milestone; `order`: only its place among the others is new."""

    kind: Literal["added", "dropped", "role", "part", "order"]
    organisation: str
    before: ExecutorContent | None
    after: ExecutorContent | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words with the blanks and marks among them."""

    kind: Literal["equal", "removed", "added"]
    text: str


_TOKEN: Final = re.compile(r"\w+|\s+|[^\w\s]")

# A row that turns into another kind of row is another row.
_Key = tuple[RowKind, UUID | None]


@dataclass(slots=True)
class _Node:
    key: _Key
    label: str  # as printed
    row: RowContent | RoadMapContent
    place: Place
    below: list["_Node"]


def compare(before: RoadMapContent, after: RoadMapContent) -> tuple[Change, ...]:
    """All differences, in the later content's order of reading; a dropped row stands where it stood.

    Empty if, and only if, the two are equal.
    """
    old, new = _tree(before), _tree(after)
    was, now = {node.key: node for node in _walk(old)}, {node.key: node for node in _walk(new)}
    moved = {key for node in now.values() for key in _moved(node, was)}
    # a dropped row comes behind the sister that still stands before it, or else right below its parent
    first: dict[_Key, list[_Node]] = defaultdict(list)
    behind: dict[_Key, list[_Node]] = defaultdict(list)
    for parent in was.values():
        gone = first[parent.key]
        for node in parent.below:
            if node.key not in now:
                gone.append(node)
            elif node.key not in moved:
                gone = behind[node.key]

    def dropped(node: _Node) -> Iterator[Change]:
        yield Change("dropped", *node.key, node.label, None, node.row, None)
        for child in first[node.key]:
            yield from dropped(child)

    def changes(node: _Node) -> Iterator[Change]:
        yield from _own_changes(was.get(node.key), node, node.key in moved)
        for child in first[node.key]:
            yield from dropped(child)
        for child in node.below:
            yield from changes(child)
            for gone in behind[child.key]:
                yield from dropped(gone)

    return tuple(changes(new))


def executor_changes(before: Sequence[ExecutorContent], after: Sequence[ExecutorContent]) -> tuple[ExecutorChange, ...]:
    """A milestone's executors compared organisation by organisation: those there now in their order, then the dropped.

    Empty if, and only if, the two are equal.
    """
    was = {executor.organisation: executor for executor in before}
    now = {executor.organisation: executor for executor in after}
    # who changes role changes place with it: leads stand first
    same = [code for code, executor in now.items() if code in was and was[code].role == executor.role]
    at = {code: i for i, code in enumerate(was)}
    settled = _longest_rising([at[code] for code in same])

    def changes() -> Iterator[ExecutorChange]:
        for code, executor in now.items():
            old = was.get(code)
            if old is None:
                yield ExecutorChange("added", code, None, executor)
                continue
            if old.role != executor.role:
                yield ExecutorChange("role", code, old, executor)
            elif at[code] not in settled:
                yield ExecutorChange("order", code, old, executor)
            if old.part != executor.part:
                yield ExecutorChange("part", code, old, executor)
        for code, executor in was.items():
            if code not in now:
                yield ExecutorChange("dropped", code, executor, None)

    return tuple(changes())


def words(before: str, after: str) -> tuple[Piece, ...]:
    """The word-by-word difference: equal and removed pieces rebuild `before`, equal and added ones `after`, exactly.

    A word is a run of letters and digits of any script, so that U+02BB in oʻ belongs to it.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    pieces: list[Piece] = []
    removed = added = ""

    def flush() -> None:
        if removed:
            pieces.append(Piece("removed", removed))
        if added:
            pieces.append(Piece("added", added))

    for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        kept = "".join(old[a:b]) if tag == "equal" else ""
        if tag == "equal" and not (kept.isspace() and removed and added and b < len(old)):
            flush()
            removed = added = ""
            pieces.append(Piece("equal", kept))
        else:  # a blank between two replaced words does not part them
            removed += kept or "".join(old[a:b])
            added += kept or "".join(new[c:d])
    flush()
    return tuple(pieces)


def _tree(content: RoadMapContent) -> _Node:
    top = _Node((RowKind.ROAD_MAP, None), "", content, Place(None, "", 1), [])
    found: dict[UUID | None, _Node] = {None: top}
    for placed in placed_rows(content):
        node = _Node((placed.kind, placed.row.uid), placed.label, placed.row, placed.place, [])
        found[placed.place.parent].below.append(node)
        found[placed.row.uid] = node
    return top


def _walk(node: _Node) -> Iterator[_Node]:
    yield node
    for child in node.below:
        yield from _walk(child)


def _moved(parent: _Node, was: dict[_Key, _Node]) -> Iterator[_Key]:
    """The rows below a parent that stood elsewhere: the fewest that explain the new order."""
    known = [node for node in parent.below if node.key in was]
    stayed = [node for node in known if was[node.key].place.parent == node.place.parent]
    settled = _longest_rising([was[node.key].place.position for node in stayed])
    kept = {node.key for node in stayed if was[node.key].place.position in settled}
    return (node.key for node in known if node.key not in kept)


def _own_changes(old: _Node | None, node: _Node, moved: bool) -> Iterator[Change]:
    if old is None:
        yield Change("added", *node.key, node.label, None, None, node.row)
        return
    if moved:
        yield Change("moved", *node.key, node.label, None, old.place, node.place)
    for field in signed_fields(node.key[0]):
        was, now = getattr(old.row, field.name), getattr(node.row, field.name)
        if was != now:
            yield Change("changed", *node.key, node.label, field.name, was, now)


def _longest_rising(values: Sequence[int]) -> set[int]:
    """The members of a longest rising subsequence of distinct numbers."""
    ends: list[int] = []  # the smallest number that ends a rising run of each length
    before: dict[int, int | None] = {}
    for value in values:
        at = bisect_left(ends, value)
        before[value] = ends[at - 1] if at else None
        ends[at : at + 1] = [value]
    found: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found
