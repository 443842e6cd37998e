"""A road map's content read from JSON, strictly: every key and no other, each value of its own type and form.

Nothing is coerced, as what is read was signed or will be: "1" and true are no numbers, a text keeps its letters.
The schema is made from the table of fields.
"""

from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    create_model,
)

from common.deadlines import Deadline
from common.errors import InvalidValue
from common.text import Text
from roadmaps.document.content import ContentError, ExecutorRole, RoadMapContent
from roadmaps.document.fields import HIGHEST_NUMBER, DocumentField, FieldKind, RowKind, signed_fields
from roadmaps.document.tree import CHILD_KINDS, CHILDREN, CLASSES

_STRICT: Final = ConfigDict(strict=True, extra="forbid")
_CODE: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
_UID: Final = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"

_Code = Annotated[str, Field(pattern=_CODE)]
_TYPES: Final[dict[FieldKind, Any]] = {
    FieldKind.TEXT: Annotated[Any, PlainValidator(Text.from_json)],
    FieldKind.NUMBER: Annotated[int, Field(ge=1, le=HIGHEST_NUMBER)],
    FieldKind.ORGANISATION: _Code,
    FieldKind.DECISION: _Code,
    FieldKind.PROJECT: _Code,
    FieldKind.DEADLINE: Annotated[Any, PlainValidator(Deadline.from_json)],
    FieldKind.ROLE: Annotated[Literal["lead", "co_executor"], AfterValidator(ExecutorRole)],
}
_HAVE_UID: Final = (RowKind.SECTION, RowKind.MEASURE, RowKind.MILESTONE)
# the codes of our sentences for pydantic's
_CODES: Final = {
    "model_type": "content.not_an_object",
    "list_type": "content.not_a_list",
    "int_type": "content.number",
    "greater_than_equal": "content.number",
    "less_than_equal": "content.number",
    "literal_error": "content.role",
    "string_type": "content.code",
    "string_pattern_mismatch": "content.code",
}


def read_content(value: object) -> RoadMapContent:
    """Return the content that `to_json` wrote. Raises: ContentError for the first thing that is wrong."""
    try:
        content: RoadMapContent = schema().validate_python(value)
    except ValidationError as error:
        raise _content_error(error) from error
    return content


@cache
def schema() -> TypeAdapter[RoadMapContent]:
    """Return the reader of a whole content, made once from the table of fields."""
    return TypeAdapter(_row(RowKind.ROAD_MAP))


def _row(kind: RowKind) -> Any:
    """Return the type of one row: an object with exactly its keys, which becomes the row's dataclass."""
    types = {field.name: _value(field) for field in signed_fields(kind)}
    if kind in _HAVE_UID:
        types["uid"] = Annotated[str, Field(pattern=_UID), AfterValidator(UUID)]
    if kind in CHILDREN:
        types[CHILDREN[kind]] = _rows(CHILD_KINDS[kind])
    keys: dict[str, Any] = {name: (type_, ...) for name, type_ in types.items()}
    model = create_model(kind.value, __config__=_STRICT, **keys)

    def made(found: BaseModel) -> Any:
        return CLASSES[kind](**dict(found))

    return Annotated[model, AfterValidator(made)]


def _rows(kind: RowKind) -> Any:
    return Annotated[list[_row(kind)], AfterValidator(tuple)]  # type: ignore[misc]  # a type that is made here


def _value(field: DocumentField) -> Any:
    if field.kind == FieldKind.EXECUTORS:
        return _rows(RowKind.EXECUTOR)
    return _TYPES[field.kind] if field.required else _TYPES[field.kind] | None


def _content_error(error: ValidationError) -> ContentError:
    """Return the first of pydantic's errors as ours."""
    first = error.errors(include_url=False, include_input=False)[0]
    *above, last = first["loc"] or ("",)
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, InvalidValue):  # of a value class, or of a row as a whole
        return ContentError(cause.code, path=cause.path or _path(first["loc"]), **cause.params)
    if first["type"] in ("missing", "extra_forbidden", "invalid_key"):
        code = "content.missing_key" if first["type"] == "missing" else "content.unknown_key"
        return ContentError(code, path=_path(above), key=last)
    code = "content.uid" if last == "uid" else _CODES[first["type"]]
    return ContentError(code, path=_path(first["loc"]), most=HIGHEST_NUMBER)


def _path(location: Iterable[int | str]) -> str:
    """Return a place such as sections[0].measures[2].number."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
