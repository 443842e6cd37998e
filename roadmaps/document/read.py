"""A road map's content read from JSON, strictly: every key and no other, nothing coerced."""

import re
from collections.abc import Callable
from dataclasses import fields
from types import UnionType
from typing import Any, Final, get_args, get_origin
from uuid import UUID

from common.deadlines import Deadline
from common.errors import InvalidValue, sentence
from common.text import Text
from roadmaps.document.content import ContentError, RoadMapContent, Role, _Part
from roadmaps.document.fields import HIGHEST_NUMBER

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_UID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def read_content(value: object) -> RoadMapContent:
    """Return the content that `to_json` wrote. Raises: ContentError."""
    content: RoadMapContent = _read(RoadMapContent, value, "")
    return content


def _read(kind: Any, value: object, path: str) -> Any:
    """A JSON value as the annotated type of a field: the classes above are the schema. Raises: ContentError."""
    if get_origin(kind) is UnionType:  # X | None
        return None if value is None else _read(get_args(kind)[0], value, path)
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise ContentError(path, "This must be a list.")
        return tuple(_read(get_args(kind)[0], item, f"{path}[{i}]") for i, item in enumerate(value))
    try:
        return _read_part(kind, value, path) if issubclass(kind, _Part) else _PLAIN[kind](value)
    except ContentError:
        raise
    except InvalidValue as error:
        raise ContentError(path, sentence(error)) from error
    except ValueError as error:
        raise ContentError(path, str(error)) from error


def _read_part(kind: Any, value: object, path: str) -> Any:
    if not isinstance(value, dict):
        raise ContentError(path, "This must be an object.")
    types = {field.name: field.type for field in fields(kind)}
    if unknown := sorted(set(value) - set(types), key=str):
        raise ContentError(path, f"“{unknown[0]}” is not known here.")
    if missing := [name for name in types if name not in value]:
        raise ContentError(path, f"“{missing[0]}” is missing.")
    return kind(**{name: _read(type_, value[name], f"{path}.{name}".lstrip(".")) for name, type_ in types.items()})


def _uid(value: object) -> UUID:
    if not isinstance(value, str) or not _UID.fullmatch(value):
        raise ValueError("An identity is a UUID in lower case with hyphens.")
    return UUID(value)


def _number(value: object) -> int:
    if type(value) is not int or not 1 <= value <= HIGHEST_NUMBER:
        raise ValueError(f"A number is a whole number from 1 to {HIGHEST_NUMBER}.")
    return value


def _code(value: object) -> str:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise ValueError("A code is 1 to 64 letters, digits, hyphens, underscores and full stops.")
    return value


def _role(value: object) -> Role:
    if value not in list(Role):
        raise ValueError("A role is lead or co_executor.")
    return Role(str(value))


_PLAIN: Final[dict[type, Callable[[object], object]]] = {
    UUID: _uid,
    int: _number,
    str: _code,
    Role: _role,
    Text: Text.from_json,
    Deadline: Deadline.from_json,
}
