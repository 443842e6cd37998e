"""Bring two edits of one content together: what only one of them changed is taken, what both changed is a conflict.

Rows are matched by uid and kind: a row that turns into another kind of row is another row.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from common.errors import InvalidValue
from roadmaps.document.content import RoadMapContent
from roadmaps.document.fields import RowKind, signed_fields
from roadmaps.document.tree import Node, kind_of, nodes, rows_below, uid_of, with_rows_below

_Key = tuple[RowKind, UUID | None]
_TOP: Final[_Key] = (RowKind.ROAD_MAP, None)
_FROM_BELOW: Final = (RowKind.MILESTONE, RowKind.MEASURE, RowKind.SECTION)


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """What both changed, each in another way. The merged content has ``mine``.

    ``field`` is a signed field, with its three values, or one of these:

    - "row": one deleted a row that the other changed, or below which the other changed or added something. The values
      are the rows with all below them; None where it was deleted.
    - "parent": both moved the row. The values are the uids of the rows above.
    - "order": both reordered the rows below. The values are their uids.
    """

    uid: UUID | None  # None: the road map itself
    kind: RowKind
    field: str
    base: Any
    mine: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class MergeResult:
    content: RoadMapContent
    conflicts: tuple[MergeConflict, ...]


def merge(base: RoadMapContent, mine: RoadMapContent, theirs: RoadMapContent) -> MergeResult:
    """Return ``mine`` with what ``theirs`` changed since ``base``.

    Where only one of them changed anything, the result is that one, without a conflict.
    """
    trees = _Tree(base), _Tree(mine), _Tree(theirs)
    taken: set[UUID | None] = set()
    while True:
        places = _Places(*trees, taken)
        uids = [uid for _kind, uid in places.parents]
        if not (twice := {uid for uid in uids if uids.count(uid) > 1}):
            break
        taken |= twice  # their row has no place, as its uid is that of another kind of row of mine
    values = _Values(*trees, places.parents)
    content = values.node(_TOP)
    return MergeResult(content, (*places.conflicts, *values.conflicts))


class _Tree:
    """The rows of a content by key, each with the row above it and the rows below it in order."""

    def __init__(self, content: RoadMapContent) -> None:
        self.nodes: dict[_Key, Any] = {}
        self.parents: dict[_Key, _Key] = {}
        self.children: dict[_Key, list[_Key]] = {}
        for node in nodes(content):
            key = _key(node)
            self.nodes[key] = node
            self.children[key] = [_key(row) for row in rows_below(node)]
            self.parents |= dict.fromkeys(self.children[key], key)

    def has_other(self, key: _Key, other: "_Tree") -> bool:
        """Return whether a row of both stands below another row here, or has another value of its own."""
        one, two = self.nodes[key], other.nodes[key]
        return self.parents[key] != other.parents[key] or any(
            getattr(one, field.name) != getattr(two, field.name) for field in signed_fields(key[0])
        )


def _key(node: Node) -> _Key:
    return kind_of(node), uid_of(node)


class _Places:
    """Which rows the merged content has, and below which row each stands (``parents``)."""

    def __init__(self, base: _Tree, mine: _Tree, theirs: _Tree, taken: set[UUID | None]) -> None:
        self.base, self.mine, self.theirs, self.taken = base, mine, theirs, taken
        self.parents: dict[_Key, _Key] = {}
        self.conflicts: list[MergeConflict] = []
        keys = dict.fromkeys([*mine.parents, *theirs.parents])
        disputed: dict[_Key, None] = {}
        # from below: a row of mine stays where a row stays below it
        for kind in _FROM_BELOW:
            for key in (key for key in keys if key[0] == kind):
                if self._is_disputed(key):
                    disputed[self._top(key)] = None
        for key in disputed:
            rows = (tree.nodes.get(key) for tree in (base, mine, theirs))
            self.conflicts.append(MergeConflict(key[1], key[0], "row", *rows))
            self._keep_whole(key)

    def _is_disputed(self, key: _Key) -> bool:
        """Decide on one row, and return whether one deleted what the other wants to have.

        1. Both have it: it stays, where the one that moved it put it.
        2. Only I have it: it stays if I added it; if they deleted it, where I changed it or a row below it stays.
        3. Only they have it: it stays if they added it and it has a place; what I deleted stays deleted.
        """
        in_base, in_mine, in_theirs = (key in tree.nodes for tree in (self.base, self.mine, self.theirs))
        if in_mine and in_theirs:
            self.parents[key] = self._parent(key)
        elif in_mine:
            if not in_base:
                self.parents[key] = self.mine.parents[key]
            elif key in self.parents.values() or self.mine.has_other(key, self.base):
                self.parents[key] = self.mine.parents[key]
                return True
        elif in_base:
            return self.theirs.has_other(key, self.base)
        elif self._has_place(key):
            self.parents[key] = self.theirs.parents[key]
        else:
            return True
        return False

    def _parent(self, key: _Key) -> _Key:
        base, mine, theirs = (tree.parents.get(key) for tree in (self.base, self.mine, self.theirs))
        own = self.mine.parents[key]
        if theirs is None or theirs in (base, own):
            return own
        if own == base and self._has_place(theirs):
            return theirs
        uids = (parent[1] if parent else None for parent in (base, mine, theirs))
        self.conflicts.append(MergeConflict(key[1], key[0], "parent", *uids))
        return own

    def _has_place(self, key: _Key) -> bool:
        """Return whether a row of theirs stays: I have it too, or they added it below a row that stays."""
        if key in self.mine.nodes:
            return True
        return key not in self.base.nodes and key[1] not in self.taken and self._has_place(self.theirs.parents[key])

    def _top(self, key: _Key) -> _Key:
        """Return the highest row above that the same one deleted."""
        has, lacks = (self.mine, self.theirs) if key in self.mine.nodes else (self.theirs, self.mine)
        while (above := has.parents[key]) != _TOP and above not in lacks.nodes:
            key = above
        return key

    def _keep_whole(self, key: _Key) -> None:
        """Keep of mine what they deleted together with a row that stays."""
        for child in self.mine.children.get(key, []) if key in self.parents else []:
            if child not in self.theirs.nodes:
                self.parents.setdefault(child, key)
                self._keep_whole(child)


class _Values:
    """The merged rows: their own values, and the order of the rows below each."""

    def __init__(self, base: _Tree, mine: _Tree, theirs: _Tree, parents: dict[_Key, _Key]) -> None:
        self.base, self.mine, self.theirs, self.parents = base, mine, theirs, parents
        self.conflicts: list[MergeConflict] = []

    def node(self, key: _Key) -> Any:
        node = self._own_values(key)
        if key[0] == RowKind.MILESTONE:
            return node
        return with_rows_below(node, tuple(self.node(child) for child in self._order(key)))

    def _own_values(self, key: _Key) -> Any:
        if key not in self.mine.nodes or key not in self.theirs.nodes:
            return self.mine.nodes.get(key) or self.theirs.nodes[key]
        base: Any = self.base.nodes.get(key)
        mine, theirs = self.mine.nodes[key], self.theirs.nodes[key]
        changed: dict[str, Any] = {}
        for name in (field.name for field in signed_fields(key[0])):
            was, own, other = (getattr(node, name, None) for node in (base, mine, theirs))
            if other == own or (base is not None and other == was):
                continue
            if base is not None and own == was:
                changed[name] = other
            else:
                self.conflicts.append(MergeConflict(key[1], key[0], name, was, own, other))
        try:
            return replace(mine, **changed)
        except InvalidValue:  # what each may say alone excludes the other, such as two sources of funding
            return self._one_by_one(key, changed)

    def _one_by_one(self, key: _Key, changed: dict[str, Any]) -> Any:
        node = self.mine.nodes[key]
        for name, value in changed.items():
            try:
                node = replace(node, **{name: value})
            except InvalidValue:
                was, own = getattr(self.base.nodes[key], name), getattr(node, name)
                self.conflicts.append(MergeConflict(key[1], key[0], name, was, own, value))
        return node

    def _order(self, parent: _Key) -> list[_Key]:
        """Return the rows below one: in the order of the one that reordered them, with the other's rows among them."""
        base, mine, theirs = (
            [key for key in tree.children.get(parent, []) if self.parents.get(key) == parent]
            for tree in (self.base, self.mine, self.theirs)
        )
        common = set(base) & set(mine) & set(theirs)
        was, own, other = ([key for key in keys if key in common] for keys in (base, mine, theirs))
        if own == was != other:
            return _with_others(theirs, mine)
        if was != other != own:
            uids = (tuple(uid for _kind, uid in keys) for keys in (was, own, other))
            self.conflicts.append(MergeConflict(parent[1], parent[0], "order", *uids))
        return _with_others(mine, theirs)


def _with_others(keys: list[_Key], others: Iterable[_Key]) -> list[_Key]:
    """Return the keys with those of ``others`` that are not among them, each behind the one it follows there."""
    found = list(keys)
    place = 0
    for key in others:
        if key not in found:
            found.insert(place, key)
        place = found.index(key) + 1
    return found
