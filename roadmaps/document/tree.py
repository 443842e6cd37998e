"""A content as a tree: what kind each row is, and which rows stand below it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from roadmaps.document.content import (
    ExecutorContent,
    MeasureContent,
    MilestoneContent,
    RoadMapContent,
    RowContent,
    SectionContent,
)
from roadmaps.document.fields import CODE_KINDS, FieldKind, RowKind, signed_fields

Node = RoadMapContent | RowContent
N = TypeVar("N", bound=Node)
Rows = tuple[RowContent, ...]

CLASSES: Final[dict[RowKind, Any]] = {
    RowKind.ROAD_MAP: RoadMapContent,
    RowKind.SECTION: SectionContent,
    RowKind.MEASURE: MeasureContent,
    RowKind.MILESTONE: MilestoneContent,
    RowKind.EXECUTOR: ExecutorContent,
}
CHILD_KINDS: Final = {
    RowKind.ROAD_MAP: RowKind.SECTION,
    RowKind.SECTION: RowKind.MEASURE,
    RowKind.MEASURE: RowKind.MILESTONE,
}
# the attribute that holds the rows below
CHILDREN: Final = {RowKind.ROAD_MAP: "sections", RowKind.SECTION: "measures", RowKind.MEASURE: "milestones"}


def kind_of(node: Node) -> RowKind:
    match node:
        case SectionContent():
            return RowKind.SECTION
        case MeasureContent():
            return RowKind.MEASURE
        case MilestoneContent():
            return RowKind.MILESTONE
    return RowKind.ROAD_MAP


def uid_of(node: Node) -> UUID | None:
    """Return None for the road map itself."""
    return None if isinstance(node, RoadMapContent) else node.uid


def rows_below(node: Node) -> Rows:
    name = CHILDREN.get(kind_of(node))
    return cast(Rows, getattr(node, name)) if name else ()


def with_rows_below(node: N, rows: Rows) -> N:
    """Raises: KeyError for a milestone; ContentError for a road map where two rows carry one uid."""
    below: dict[str, Any] = {CHILDREN[kind_of(node)]: rows}
    return replace(node, **below)


def codes_of(node: Node) -> dict[FieldKind, set[str]]:
    """Return the codes that a row's own fields name, those of its executors included, by kind."""
    found: dict[FieldKind, set[str]] = {kind: set() for kind in CODE_KINDS}
    parts = [(kind_of(node), node), *((RowKind.EXECUTOR, executor) for executor in getattr(node, "executors", ()))]
    for kind, part in parts:
        for field in signed_fields(kind):
            if field.kind in CODE_KINDS and (code := getattr(part, field.name)) is not None:
                found[field.kind].add(code)
    return found


def codes_in(content: RoadMapContent) -> dict[FieldKind, set[str]]:
    """Return every code that a content names, by kind."""
    found: dict[FieldKind, set[str]] = {kind: set() for kind in CODE_KINDS}
    for node in nodes(content):
        for kind, codes in codes_of(node).items():
            found[kind] |= codes
    return found


def nodes(node: Node) -> Iterator[Node]:
    """Yield the node and all below it, in the order of reading."""
    yield node
    for row in rows_below(node):
        yield from nodes(row)


def stored_row(document: dict[str, Any], uid: str) -> dict[str, Any] | None:
    """Return the own fields of one row of a document that is stored as JSON, without the rows below it."""
    for name in CHILDREN.values():
        for row in document.get(name, ()):
            if row["uid"] == uid:
                return {key: value for key, value in row.items() if key not in CHILDREN.values()}
            if found := stored_row(row, uid):
                return found
    return None
