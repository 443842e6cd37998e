"""The edits of a road map: each takes a content and returns another; nothing is stored.

All raise RowNotFoundError for a row that is not there, and ValueError where the result would not be a content.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from roadmaps.document.content import RoadMapContent, RowContent
from roadmaps.document.fields import RowKind
from roadmaps.document.tree import CHILD_KINDS, N, Rows, kind_of, nodes, rows_below, uid_of, with_rows_below


class RowNotFoundError(LookupError):
    """The content has no such row, or no place for it."""


def replace_row(content: RoadMapContent, uid: UUID, **values: Any) -> RoadMapContent:
    """Give fields of one row other values; the rows below it stay."""
    parent, rows, at = _locate(content, uid)
    return _with_children(content, parent, (*rows[:at], replace(rows[at], **values), *rows[at + 1 :]))


def add_row(content: RoadMapContent, parent: UUID | None, row: RowContent) -> RoadMapContent:
    """Add a row as the last of its parent: a section, a measure, or None for the road map itself."""
    return _with_children(content, parent, (*_children(content, parent, kind_of(row)), row))


def delete_row(content: RoadMapContent, uid: UUID) -> RoadMapContent:
    """Leave out one row with all rows below it."""
    parent, rows, at = _locate(content, uid)
    return _with_children(content, parent, (*rows[:at], *rows[at + 1 :]))


def restore_row(content: RoadMapContent, agreed: RoadMapContent, uid: UUID) -> RoadMapContent:
    """Bring back a deleted row as it was agreed, with the rows below it, to where it stood.

    - It stands behind the nearest row that preceded it in its parent and is still there, else first.
    - A row that stood below it and now stands elsewhere stays there.

    Raises: RowNotFoundError also where the parent is gone, or the row was not deleted.
    """
    parent, siblings, at = _locate(agreed, uid)
    present = {row.uid for _path, row in content.rows()}
    if uid in present:
        raise RowNotFoundError(uid)
    row = _without(siblings[at], present)
    rows = _children(content, parent, kind_of(row))
    places = {other.uid: place for place, other in enumerate(rows, 1)}
    place = next((places[other.uid] for other in reversed(siblings[:at]) if other.uid in places), 0)
    return _with_children(content, parent, (*rows[:place], row, *rows[place:]))


def with_deleted_rows(content: RoadMapContent, agreed: RoadMapContent) -> RoadMapContent:
    """Return the content with the rows of the agreed one that it has not, where they would be restored."""
    shown = content
    present = {row.uid for _path, row in content.rows()}
    for _path, row in agreed.rows():
        if row.uid in present:
            continue
        try:
            shown = restore_row(shown, agreed, row.uid)
        except RowNotFoundError:  # it came with the row above it, or that one has gone
            continue
        present = {row.uid for _path, row in shown.rows()}
    return shown


def move_row(content: RoadMapContent, uid: UUID, *, up: bool) -> RoadMapContent:
    """Move a row, with all rows below it, past its neighbour; from the edge of its parent into the next parent.

    Return the same content where there is nowhere to go.
    """
    parent, rows, at = _locate(content, uid)
    row, rest = rows[at], (*rows[:at], *rows[at + 1 :])
    place = at - 1 if up else at + 1
    if 0 <= place < len(rows):
        return _with_children(content, parent, (*rest[:place], row, *rest[place:]))
    parents = [uid_of(node) for node in nodes(content) if CHILD_KINDS.get(kind_of(node)) == kind_of(row)]
    beside = parents.index(parent) + (-1 if up else 1)
    if not 0 <= beside < len(parents):
        return content
    others = _children(content, parents[beside], kind_of(row))
    moved = _with_children(content, parent, rest)
    return _with_children(moved, parents[beside], (*others, row) if up else (row, *others))


def _children(content: RoadMapContent, parent: UUID | None, kind: RowKind) -> Rows:
    """Return the rows below a parent that may hold rows of that kind. Raises: RowNotFoundError."""
    for node in nodes(content):
        if uid_of(node) == parent and CHILD_KINDS.get(kind_of(node)) == kind:
            return rows_below(node)
    raise RowNotFoundError(parent)


def _locate(content: RoadMapContent, uid: UUID) -> tuple[UUID | None, Rows, int]:
    """Return the row's parent, the rows below that one, and the row's place among them. Raises: RowNotFoundError."""
    for parent in nodes(content):
        for place, row in enumerate(rows := rows_below(parent)):
            if row.uid == uid:
                return uid_of(parent), rows, place
    raise RowNotFoundError(uid)


def _with_children(node: N, parent: UUID | None, rows: Rows) -> N:
    """Return the tree with these rows below the parent."""
    if uid_of(node) == parent:
        return with_rows_below(node, rows)
    if kind_of(node) == RowKind.MILESTONE:
        return node
    return with_rows_below(node, tuple(_with_children(row, parent, rows) for row in rows_below(node)))


def _without(node: N, uids: set[UUID]) -> N:
    """Return the row without those of ``uids`` among the rows below it."""
    if kind_of(node) == RowKind.MILESTONE:
        return node
    return with_rows_below(node, tuple(_without(row, uids) for row in rows_below(node) if row.uid not in uids))
