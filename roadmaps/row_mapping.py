"""How the fields of the document stand in the columns of the rows, both ways, each by its kind.

A column has its field's name, but a deadline, which has three (and two for the first one agreed).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import Organisation
from programme.models import Decision, Project
from roadmaps.document.content import ExecutorRole
from roadmaps.document.fields import CODE_KINDS, DocumentField, FieldKind, RowKind, signed_fields

# written once: the first agreed date that was not "to be agreed"
FIRST_AGREED: Final = ("original_due_on", "original_precision")


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """The keys of all records that a content may name, by code, and the organisations' sides."""

    by_code: Mapping[FieldKind, Mapping[str, int]]
    sides: Mapping[str, str]

    @classmethod
    def read(cls) -> "RecordKeys":
        organisations = list(Organisation.objects.values_list("code", "pk", "side"))
        keys = {
            FieldKind.ORGANISATION: {code: pk for code, pk, _side in organisations},
            FieldKind.DECISION: dict(Decision.objects.values_list("code", "pk")),
            FieldKind.PROJECT: dict(Project.objects.values_list("code", "pk")),
        }
        return cls(keys, {code: side for code, _pk, side in organisations})


def columns_of(kind: RowKind, row: Any, keys: RecordKeys) -> dict[str, Any]:
    """Return the columns of a row of the content. Raises: KeyError for a code that no record has."""
    found: dict[str, Any] = {}
    for field in signed_fields(kind):
        found |= _columns(field, getattr(row, field.name), keys)
    return found


def values_of(kind: RowKind, row: Any) -> dict[str, Any]:
    """Return the signed values of a model's row by field; executors are rows of their own."""
    return {field.name: _value(field, row) for field in signed_fields(kind) if field.kind != FieldKind.EXECUTORS}


def relations_of(kind: RowKind) -> tuple[str, ...]:
    """Return the relations that `values_of` follows, for `select_related`."""
    return tuple(field.name for field in signed_fields(kind) if field.kind in CODE_KINDS)


def _columns(field: DocumentField, value: Any, keys: RecordKeys) -> dict[str, Any]:
    if field.kind in CODE_KINDS:
        return {f"{field.name}_id": None if value is None else keys.by_code[field.kind][value]}
    match field.kind:
        case FieldKind.EXECUTORS:
            return {}
        case FieldKind.ROLE:
            return {field.name: value.value}
        case FieldKind.DEADLINE:
            precision = value.precision.value if value.precision else ""
            agreed = {"due_on": value.due_on, "precision": precision, "review_every": value.review_every}
            return agreed | dict(zip(FIRST_AGREED, (value.due_on, precision), strict=True))
    return {field.name: value}


def _value(field: DocumentField, row: Any) -> Any:
    value = getattr(row, field.name)
    if field.kind in CODE_KINDS:
        return None if value is None else value.code
    return ExecutorRole(value) if field.kind == FieldKind.ROLE else value
