"""The one table of a road map's fields. Whoever handles fields reads it; nobody keeps a list of their own.

- `diff` and `merge` compare the signed fields, `read` reads them from JSON, each by its kind.
- `roadmaps.row_mapping` writes them to the rows and reads them back.
- `roadmaps.api` exports them; the desk prints and edits them, with one printer and one input a kind.

A new field is a line here, a field of the dataclass in `content.py` and of the model, and a migration. A new signed
field is also a new format of the document (`hashing.FORMAT`): what was signed in the old one is read and hashed as it
was, without the field.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HIGHEST_NUMBER: Final = 9999
LONGEST_TITLE: Final = 1000  # characters in each language
LONGEST_TEXT: Final = 2000


class RowKind(StrEnum):
    ROAD_MAP = "road_map"
    SECTION = "section"
    MEASURE = "measure"
    MILESTONE = "milestone"
    EXECUTOR = "executor"


class FieldKind(StrEnum):
    """How a value is read, compared, stored, printed and typed."""

    TEXT = "text"  # in up to four languages
    NUMBER = "number"  # 1 to HIGHEST_NUMBER
    ORGANISATION = "organisation"
    DECISION = "decision"
    PROJECT = "project"
    DEADLINE = "deadline"
    ROLE = "role"
    EXECUTORS = "executors"  # rows of their own
    DAY = "day"


# the value is the code of a record
CODE_KINDS: Final = (FieldKind.ORGANISATION, FieldKind.DECISION, FieldKind.PROJECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentField:
    """One field of a row.

    - ``longest``: characters of a text in each language.
    - ``is_title``: the row's own text; it is printed without its label.
    - ``signed``: stands in the signed document. The others are the model's alone: what happened since.
    - ``edited``: has an input in the editor. ``printed``: belongs to what a row says when it is printed whole.
    - ``exported``: its name in the API, "" where it is not there; ``description`` is what the API's schema says of it.
    """

    name: str
    kind: FieldKind
    label: str | Promise
    longest: int | None = None
    required: bool = False
    is_title: bool = False
    signed: bool = True
    edited: bool = True
    printed: bool = True
    exported: str
    description: str = ""


def _field(name: str, kind: FieldKind, label: str | Promise, **options: object) -> DocumentField:
    return DocumentField(**{"name": name, "kind": kind, "label": label, "exported": name, **options})  # type: ignore[arg-type]


def _number(description: str) -> DocumentField:
    # not printed: it is part of the row's label
    return _field("number", FieldKind.NUMBER, _("Number"), required=True, printed=False, description=description)


def _text(name: str, label: str | Promise, longest: int = LONGEST_TEXT, **options: object) -> DocumentField:
    return _field(name, FieldKind.TEXT, label, longest=longest, **options)


# in the order of reading
FIELDS: Final[dict[RowKind, tuple[DocumentField, ...]]] = {
    RowKind.ROAD_MAP: (_text("note", _("Note"), exported=""),),
    RowKind.SECTION: (_text("title", _("Title"), LONGEST_TITLE, required=True, is_title=True),),
    RowKind.MEASURE: (
        _number("Within its road map."),
        _text("title", _("Title"), LONGEST_TITLE, required=True, is_title=True),
        _text("expected_result", _("Expected result")),
        _field(
            "funding_organisation",
            FieldKind.ORGANISATION,
            _("Funded by"),
            description="Code of the organisation that funds it. Null where `funding_text` says it.",
        ),
        _text("funding_text", _("Funding source"), description="Null where `funding_organisation` says it."),
        _field("decision", FieldKind.DECISION, _("Decision")),
    ),
    RowKind.MILESTONE: (
        _number("Within its measure."),
        _text(
            "mechanism",
            _("Mechanism of implementation"),
            required=True,
            is_title=True,
            description="What is to be done.",
        ),
        _field("deadline", FieldKind.DEADLINE, _("Deadline"), required=True, exported="agreed"),
        _field("executors", FieldKind.EXECUTORS, _("Executors")),
        _field("project", FieldKind.PROJECT, _("Project")),
        _field("completed_on", FieldKind.DAY, _("Completed on"), signed=False, edited=False, printed=False),
    ),
    RowKind.EXECUTOR: (
        _field("organisation", FieldKind.ORGANISATION, _("Organisation"), required=True),
        _field("role", FieldKind.ROLE, _("Role"), required=True),
        _text("part", _("Own part"), LONGEST_TITLE, description="What this organisation does."),
        _field("forecast_on", FieldKind.DAY, _("Forecast"), signed=False, edited=False, printed=False),
    ),
}

ROW_LABELS: Final[dict[RowKind, str | Promise]] = {
    RowKind.ROAD_MAP: _("Road map"),
    RowKind.SECTION: _("Section"),
    RowKind.MEASURE: _("Measure"),
    RowKind.MILESTONE: _("Milestone"),
    RowKind.EXECUTOR: _("Executor"),
}


def signed_fields(kind: RowKind) -> tuple[DocumentField, ...]:
    return tuple(field for field in FIELDS[kind] if field.signed)


def edited_fields(kind: RowKind) -> tuple[DocumentField, ...]:
    return tuple(field for field in FIELDS[kind] if field.edited)


def detail_fields(kind: RowKind) -> tuple[DocumentField, ...]:
    """Return what a table prints below a row's own text: the printed fields that have no column of their own."""
    own = (FieldKind.DEADLINE, FieldKind.EXECUTORS)
    return tuple(field for field in FIELDS[kind] if field.printed and not field.is_title and field.kind not in own)


def field_of(kind: RowKind, name: str) -> DocumentField:
    """Raises: KeyError where a row of that kind has no such field."""
    for field in FIELDS[kind]:
        if field.name == name:
            return field
    raise KeyError(f"{kind}.{name}")
