"""Reading what a person wrote in YAML as typed values: the annotated fields of a dataclass are the schema.

A field without a default must be there; a key that is no field is refused; ``metadata={"key": "from"}`` gives a field
another key in the file. Every refusal is one sentence with its place.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from common.errors import InvalidValue, sentence
from common.text import Text, tidied

_AMOUNT: Final = re.compile(r"[0-9]{1,18}(\.[0-9]{1,2})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class LoadError(Exception):
    """What is wrong in the files, and where: file, entry and field, as far as each is known."""

    def __init__(self, file: str, entry: str, field: str, sentence: str) -> None:
        place = ", ".join(part for part in (file, entry, field) if part)
        super().__init__(f"{place}: {sentence}")


class Malformed(ValueError):
    """What is wrong with one field; the path grows on the way out (when.due)."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Fits:
    """What the column can hold: at most so many characters (a text: in each language), or that number."""

    most: int
    pattern: str = ""

    def check(self, value: Any) -> None:
        if isinstance(value, int):
            if value > self.most:
                raise ValueError(f"{value} is more than {self.most}.")
            return
        for text in value.texts.values() if isinstance(value, Text) else [value]:
            if len(text) > self.most:
                raise ValueError(f"At most {self.most} characters; this has {len(text)}.")
            if self.pattern and not re.fullmatch(self.pattern, text):
                raise ValueError(f"“{text}” is not a code: letters, digits and hyphens.")


def read_entry(kind: Any, value: object) -> Any:
    """One entry of a file as ``kind``. Raises: Malformed."""
    return _read(kind, value)


def _read(kind: Any, value: object) -> Any:
    if get_origin(kind) is Annotated:
        inner, fits = get_args(kind)
        found = _read(inner, value)
        fits.check(found)
        return found
    if get_origin(kind) in (UnionType, Union):  # X | None
        return None if value is None else _read(get_args(kind)[0], value)
    if get_origin(kind) is tuple:
        return _read_list(get_args(kind)[0], value)
    if get_origin(kind) is dict:
        return _read_mapping(get_args(kind), value)
    if is_dataclass(kind) and kind is not Text:
        return _read_part(kind, value)
    if issubclass(kind, Enum):
        return _choice(kind, value)
    return _PLAIN[kind](value)


def _inside(field: str, kind: Any, value: object) -> Any:
    """As `_read`, with the field's name before the place of whatever is refused in it."""
    try:
        return _read(kind, value)
    except Malformed as error:
        inner = f"{field}.{error.field}" if error.field else field
        raise Malformed(inner, error.sentence) from error
    except InvalidValue as error:
        raise Malformed(field, sentence(error)) from error
    except ValueError as error:
        raise Malformed(field, str(error)) from error


def _read_part(kind: Any, value: object) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"This must be keys with values, not {_kind(value)}.")
    keys = {field.metadata.get("key", field.name): field for field in fields(kind)}
    for key in value:
        if key not in keys:
            raise Malformed(str(key), f"This key is not known; the keys here are {', '.join(keys)}.")
    for key, field in keys.items():
        if key not in value and _required(field):
            raise Malformed(key, "This key is missing.")
    return kind(**{keys[key].name: _inside(key, keys[key].type, item) for key, item in value.items()})


def _required(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _read_list(kind: Any, value: object) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ValueError(f"This must be a list, not {_kind(value)}.")
    return tuple(_inside(f"no. {number}", kind, item) for number, item in enumerate(value, start=1))


def _read_mapping(kinds: tuple[Any, ...], value: object) -> Mapping[Any, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"This must be keys with values, not {_kind(value)}.")
    return {_inside(str(key), kinds[0], key): _inside(str(key), kinds[1], item) for key, item in value.items()}


def _choice(kind: type[Enum], value: object) -> Enum:
    choices = {member.value: member for member in kind}
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"“{value}” is not one of {', '.join(choices)}.")
    return choices[value]


def _kind(value: object) -> str:
    names = {dict: "keys with values", list: "a list", str: "a text", int: "a number", bool: "true or false"}
    return names.get(type(value), "empty")


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"This must be a text, not {_kind(value)}; put a number or a date in quotes.")
    if not (text := tidied(value)):
        raise ValueError("The text is blank.")
    return text


def _integer(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"This must be a whole number from 0 on, not {_quoted(value)}.")
    return value


def _boolean(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError(f"This must be true or false, not {_quoted(value)}.")
    return value


def _amount(value: object) -> Decimal:
    if type(value) not in (int, str) or not _AMOUNT.fullmatch(str(value)):
        raise ValueError(f"This must be a number such as 2500000000 or 7.25, not {_quoted(value)}.")
    return Decimal(str(value))


def _date(value: object) -> date:
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError(f"{_quoted(value)} is not a day of the calendar, written as 2025-12-31.")


def _text(value: object) -> Text:
    if isinstance(value, dict):
        return Text("en", tuple(value.items()))
    return Text.of(_string(value))


def _quoted(value: object) -> str:
    return f"“{value}”" if isinstance(value, str | int) else _kind(value)


_PLAIN: Final[dict[type, Callable[[object], object]]] = {
    str: _string,
    int: _integer,
    bool: _boolean,
    Decimal: _amount,
    date: _date,
    Text: _text,
}
