"""What one form of the editor edits: a row, a new row, or the head of the document.

A target's key stands in addresses, forms and the page's ids: ``head``, a row's UID, ``add`` for a new section,
``add-UID`` for a new row below another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from accounts.models import WorkingGroup
from common.deadlines import TO_BE_AGREED
from common.text import Text
from roadmaps.document.content import ExecutorContent, ExecutorRole, RoadMapContent, RowContent
from roadmaps.document.edit import add_row, replace_row
from roadmaps.document.fields import DocumentField, FieldKind, RowKind, edited_fields
from roadmaps.document.numbering import next_measure_number, next_milestone_number
from roadmaps.document.tree import CHILD_KINDS, CLASSES, kind_of

Values = dict[str, Any]

HEAD: Final = "head"
ADD: Final = "add"
# a column of the proposal; it is signed beside the content
REASON: Final = DocumentField(
    name="reason", kind=FieldKind.TEXT, label=_("Reason for the change"), longest=4000, exported=""
)


class UnknownTarget(LookupError):
    """The draft has no such row."""


@dataclass(frozen=True)
class RowTarget:
    """``uid`` is the row's, None for the head and for a new row; ``parent`` is where a new row goes."""

    key: str
    kind: RowKind
    uid: UUID | None = None
    parent: UUID | None = None

    @property
    def is_head(self) -> bool:
        return self.kind == RowKind.ROAD_MAP

    @property
    def is_new(self) -> bool:
        return self.uid is None and not self.is_head


def fields_of(kind: RowKind) -> tuple[DocumentField, ...]:
    """Return what is typed in a form of that kind, in its order."""
    return (REASON, *edited_fields(kind)) if kind == RowKind.ROAD_MAP else edited_fields(kind)


def target_of(key: str, kind: str) -> RowTarget:
    """Return the target of a form whose row the draft has not, or no longer; ``kind`` is what the form says it was.

    Raises: UnknownTarget.
    """
    text = key.removeprefix(f"{ADD}-")
    try:
        uid = UUID(text)
    except ValueError as error:
        raise UnknownTarget(key) from error
    if str(uid) != text or kind not in CHILD_KINDS.values():
        raise UnknownTarget(key)
    return RowTarget(key, RowKind(kind), uid) if text == key else RowTarget(key, RowKind(kind), parent=uid)


def values_of(target: RowTarget, content: RoadMapContent, reason: Text | None) -> Values | None:
    """Return what is stored in the fields of a target; None where the content has no such row."""
    if target.is_head:
        return {"reason": reason, "note": content.note}
    row = content.row(target.uid) if target.uid else None
    if row is None or kind_of(row) != target.kind:
        return None
    return {field.name: getattr(row, field.name) for field in edited_fields(target.kind)}


def first_values(target: RowTarget, content: RoadMapContent, group: WorkingGroup) -> Values:
    """Return what the form of a new row begins with: the next number, and the group's leads as executors."""
    if target.kind == RowKind.SECTION:
        return {}
    if target.kind == RowKind.MEASURE:
        return {"number": next_measure_number(content)}
    measure = next(measure for _section, measure in content.measures() if measure.uid == target.parent)
    leads = tuple(ExecutorContent(lead.code, ExecutorRole.LEAD) for lead in (group.lead_uz, group.lead_kr))
    return {"number": next_milestone_number(measure), "deadline": TO_BE_AGREED, "executors": leads}


def with_values(target: RowTarget, content: RoadMapContent, values: Mapping[str, Any]) -> tuple[RoadMapContent, str]:
    """Return the content with these values in the target's fields, and the key of the row that now has them.

    Raises: RowNotFoundError.
    """
    if target.is_head:
        return replace(content, note=values["note"]), target.key
    if target.uid:
        return replace_row(content, target.uid, **values), target.key
    row: RowContent = CLASSES[target.kind](uid=uuid4(), **values)
    return add_row(content, target.parent, row), str(row.uid)
