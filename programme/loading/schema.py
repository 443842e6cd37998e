"""The types that the programme's files are read with: strict, with a sentence for a person about whatever is wrong.

pydantic reads the entries; a field without a default must be there, and a key that is no field is refused.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    model_validator,
)

from common.days import FIRST_PAST, read_day
from common.errors import InvalidValue, sentence
from common.text import Text, typed

_AMOUNT: Final = re.compile(r"[0-9]{1,18}(\.[0-9]{1,2})?")
T = TypeVar("T", str, Text)
E = TypeVar("E", bound=BaseModel)


class LoadError(Exception):
    """What is wrong in the files, and where: file, entry and field, as far as each is known."""

    def __init__(self, file: str, entry: str, field: str, sentence: str) -> None:
        place = ", ".join(part for part in (file, entry, field) if part)
        super().__init__(f"{place}: {sentence}")


class Malformed(ValueError):
    """What is wrong with one field of an entry (when.due)."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


class Entry(BaseModel):
    """One entry of a file, or a part of one. Nothing is coerced, and nothing changes once it is read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _knows_every_key(cls, value: object) -> object:
        """Name the keys that there are: pydantic would only refuse the one that is not."""
        keys = [field.alias or name for name, field in cls.model_fields.items()]
        for key in value if isinstance(value, dict) else ():
            if key not in keys:
                raise Malformed(str(key), f"This key is not known; the keys here are {', '.join(keys)}.")
        return value


def read_entry(kind: type[E], value: object) -> E:
    """Return one entry of a file. Raises: Malformed for the first thing that is wrong."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise _malformed(error) from error


# ---------- Types of the fields ----------


def fits(most: int, pattern: str = "") -> AfterValidator:
    """Refuse what the column cannot hold: more characters (of a text in any language), or another form."""

    def check(value: T) -> T:
        for text in value.texts.values() if isinstance(value, Text) else [value]:
            if len(text) > most:
                raise ValueError(f"At most {most} characters; this has {len(text)}.")
            if pattern and not re.fullmatch(pattern, text):
                raise ValueError(f"“{text}” is not a code: letters, digits and hyphens.")
        return value

    return AfterValidator(check)


def _not_blank(value: str) -> str:
    if not (text := typed(value)):
        raise ValueError("The text is blank.")
    return text


def _amount(value: object) -> Decimal:
    if type(value) not in (int, str) or not _AMOUNT.fullmatch(str(value)):
        raise ValueError(f"This must be a number such as 2500000000 or 7.25, not {_quoted(value)}.")
    return Decimal(str(value))


def _day(value: object) -> date:
    if not isinstance(value, str):
        raise ValueError(f"{_quoted(value)} is not a day of the calendar, written as 2025-12-31.")
    return read_day(value, FIRST_PAST)


def _text(value: object) -> Text:
    if isinstance(value, dict):
        return Text("en", tuple((language, typed(text)) for language, text in Text("en", tuple(value.items())).entries))
    if not isinstance(value, str):
        raise ValueError(_not_a_text(value))
    return Text.of(_not_blank(value))


def _tuple(value: object) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise ValueError(f"This must be a list, not {_kind(value)}.")
    return tuple(value)


Words = Annotated[str, AfterValidator(_not_blank)]
Whole = Annotated[int, Field(ge=0)]
Amount = Annotated[Decimal, PlainValidator(_amount)]
Day = Annotated[date, PlainValidator(_day)]
Multilingual = Annotated[Text, PlainValidator(_text)]
LIST: Final = BeforeValidator(_tuple)
CHOICE: Final = Field(strict=False)  # a value for its enumeration


# ---------- What is wrong, in a sentence ----------


def _malformed(error: ValidationError) -> Malformed:
    first = error.errors(include_url=False)[0]
    location, cause = list(first["loc"]), first.get("ctx", {}).get("error")
    if isinstance(cause, Malformed):
        return Malformed(_path([*location, cause.field]), cause.sentence)
    if isinstance(cause, InvalidValue):
        return Malformed(_path(location), sentence(cause))
    return Malformed(
        _path(location), str(cause) if cause else _said(first["type"], first["input"], first.get("ctx", {}))
    )


def _said(kind: str, value: object, context: dict[str, Any]) -> str:
    match kind:
        case "missing":
            return "This key is missing."
        case "model_type" | "dict_type":
            return f"This must be keys with values, not {_kind(value)}."
        case "bool_type":
            return f"This must be true or false, not {_quoted(value)}."
        case "string_type":
            return _not_a_text(value)
        case "enum":
            return f"“{value}” is not one of {context['expected']}."
        case "less_than_equal":
            return f"{value} is more than {context['le']}."
    return f"This must be a whole number from 0 on, not {_quoted(value)}."


def _path(location: Iterable[int | str]) -> str:
    """Return a place such as renamed.no. 1.from."""
    return ".".join(f"no. {part + 1}" if isinstance(part, int) else part for part in location)


def _not_a_text(value: object) -> str:
    return f"This must be a text, not {_kind(value)}; put a number or a date in quotes."


def _kind(value: object) -> str:
    names = {dict: "keys with values", list: "a list", str: "a text", int: "a number", bool: "true or false"}
    return names.get(type(value), "empty")


def _quoted(value: object) -> str:
    return f"“{value}”" if isinstance(value, str | int) else _kind(value)
