"""The whole road map as it would read: what a proposal holds, a revision freezes and both sides sign.

Plain immutable values, in and out of JSON without loss. Other tables are named by their code, never by a key. The
order of sections, measures and milestones is signed as written; leads stand before co-executors, otherwise executors
keep their order too.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import UnionType
from typing import Any, Final, Literal, get_args, get_origin
from uuid import UUID, uuid5

from common.canonical import sha256_hex
from common.deadlines import FIRST_POSSIBLE, Deadline
from common.errors import InvalidValue, sentence
from common.text import Text

FORMAT: Final = "road-map/v1"
HIGHEST_NUMBER: Final = 9999

# uuid5(NAMESPACE_URL, "urn:uzbekistan-korea:road-maps"); for ever: another would give every row a second identity
NAMESPACE: Final = UUID("eb13d719-e66e-5d62-8833-90f76ee5f552")

_ROMAN: Final = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_REFERENCE: Final = re.compile(r"RM-[0-9]{2,}")
_UID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class ContentError(ValueError):
    """What is wrong in a content and where: `path` such as sections[0].measures[2].milestones[0].deadline."""

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(f"{path or 'content'}: {sentence}")
        self.path = path
        self.sentence = sentence


class Role(StrEnum):
    LEAD = "lead"
    CO_EXECUTOR = "co_executor"


class _Part:
    def to_json(self) -> dict[str, Any]:
        """Every field under its own name, empty ones as null."""
        return {field.name: _json(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Executor(_Part):
    """An organisation's part in a milestone."""

    organisation: str
    role: Role
    part: Text | None = None


@dataclass(frozen=True, slots=True)
class Milestone(_Part):
    """One step of a measure's mechanism of implementation, with a deadline of its own; printed as 1.2."""

    uid: UUID
    number: int
    mechanism: Text
    deadline: Deadline
    executors: tuple[Executor, ...] = ()
    project: str | None = None

    def __post_init__(self) -> None:
        codes = [executor.organisation for executor in self.executors]
        for code in codes:
            if codes.count(code) > 1:
                raise ValueError(f"The organisation {code} is named twice.")
        leads_first = tuple(sorted(self.executors, key=lambda executor: executor.role != Role.LEAD))
        object.__setattr__(self, "executors", leads_first)


@dataclass(frozen=True, slots=True)
class Measure(_Part):
    """A numbered measure; its funding source is an organisation's code or a text, not both."""

    uid: UUID
    number: int
    title: Text
    decision: str | None = None
    expected_result: Text | None = None
    funding_organisation: str | None = None
    funding_text: Text | None = None
    milestones: tuple[Milestone, ...] = ()

    def __post_init__(self) -> None:
        if self.funding_organisation is not None and self.funding_text is not None:
            raise ValueError("The funding source is an organisation or a text, not both.")


@dataclass(frozen=True, slots=True)
class Section(_Part):
    """A section; its Roman number is its place."""

    uid: UUID
    title: Text
    measures: tuple[Measure, ...] = ()


Row = Section | Measure | Milestone


@dataclass(frozen=True, slots=True)
class RoadMapContent(_Part):
    """A whole road map. It may be empty: a draft's `note` then says why.

    Raises: ContentError where two rows carry one uid.
    """

    sections: tuple[Section, ...] = ()
    note: Text | None = None

    def __post_init__(self) -> None:
        seen: dict[UUID, str] = {}
        for path, row in self.rows():
            if row.uid in seen:
                raise ContentError(f"{path}.uid", f"The identity {row.uid} stands already at {seen[row.uid]}.")
            seen[row.uid] = path

    @classmethod
    def from_json(cls, value: object) -> "RoadMapContent":
        """The reverse of `to_json`, and strict: every key and no other. Raises: ContentError."""
        content: RoadMapContent = _read(cls, value, "")
        return content

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Every row with its path, in the order of reading."""
        for i, section in enumerate(self.sections):
            yield (at_section := f"sections[{i}]"), section
            for j, measure in enumerate(section.measures):
                yield (at_measure := f"{at_section}.measures[{j}]"), measure
                for k, milestone in enumerate(measure.milestones):
                    yield f"{at_measure}.milestones[{k}]", milestone

    def measures(self) -> Iterator[tuple[Section, Measure]]:
        return ((section, measure) for section in self.sections for measure in section.measures)

    def milestones(self) -> Iterator[tuple[Section, Measure, Milestone]]:
        return ((section, measure, step) for section, measure in self.measures() for step in measure.milestones)


def problems(content: RoadMapContent, sides: Mapping[str, str]) -> tuple[ContentError, ...]:
    """What keeps a draft from being published, each with its place; `sides` gives every organisation's side by code.

    - There is a milestone at least: empty content cannot be signed.
    - A measure's number is used once in the road map, a milestone's once in its measure.
    - A milestone has a lead, and one a side at most; every organisation is known.
    - No deadline lies before the summit.
    """
    found: list[ContentError] = []
    if not any(content.milestones()):
        found.append(ContentError("", "There is nothing to sign yet: a road map has a milestone at least."))
    numbers: set[tuple[UUID | None, int]] = set()
    parents = {milestone.uid: measure.uid for _, measure, milestone in content.milestones()}
    for path, row in content.rows():
        if isinstance(row, Section):
            continue
        if (number := (parents.get(row.uid), row.number)) in numbers:
            found.append(ContentError(f"{path}.number", f"The number {row.number} is used twice."))
        numbers.add(number)
        if isinstance(row, Milestone):
            found += _milestone_problems(path, row, sides)
        elif row.funding_organisation is not None and row.funding_organisation not in sides:
            found.append(_unknown(f"{path}.funding_organisation", row.funding_organisation))
    return tuple(found)


def _milestone_problems(path: str, milestone: Milestone, sides: Mapping[str, str]) -> Iterator[ContentError]:
    if (due_on := milestone.deadline.due_on) is not None and due_on < FIRST_POSSIBLE:
        yield ContentError(f"{path}.deadline", f"{due_on} lies before the summit of {FIRST_POSSIBLE}.")
    leads = [executor.organisation for executor in milestone.executors if executor.role == Role.LEAD]
    if not leads:
        yield ContentError(f"{path}.executors", "A milestone needs a lead.")
    leading = [sides[code] for code in leads if code in sides]
    if len(leading) > len(set(leading)):
        yield ContentError(f"{path}.executors", "A milestone has one lead a side at most.")
    for i, executor in enumerate(milestone.executors):
        if executor.organisation not in sides:
            yield _unknown(f"{path}.executors[{i}].organisation", executor.organisation)


def _unknown(path: str, code: str) -> ContentError:
    return ContentError(path, f"There is no organisation with the code {code}.")


def roman(number: int) -> str:
    """A section's number as printed: I, II, III... Raises: ValueError outside 1 to 3999."""
    if not 1 <= number <= 3999:
        raise ValueError(f"{number} has no Roman numeral.")
    printed = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        printed += letters * count
    return printed


def identity(kind: Literal["section", "measure", "milestone"], key: str) -> UUID:
    """The uid of a row that is loaded from the programme: the same for the same key (section: AREA; else D05)."""
    return uuid5(NAMESPACE, f"{kind}:{key}")


def document(road_map: str, base: str | None, content: RoadMapContent, reason: Text | None) -> dict[str, Any]:
    """What is signed, as JSON. `road_map` is its reference (RM-07), `base` the hash of the version it changes or None.

    Raises: ValueError, where any of it could not be read back as it is.
    """
    if not _REFERENCE.fullmatch(road_map):
        raise ValueError(f"“{road_map}” is not the reference of a road map, such as RM-07.")
    if base is not None and not _HASH.fullmatch(base):
        raise ValueError("The hash of the base version is 64 lowercase hexadecimal digits.")
    written = content.to_json()
    if RoadMapContent.from_json(written) != content:
        raise ValueError("The content does not read back as it was written.")
    return {"format": FORMAT, "road_map": road_map, "base": base, "content": written, "reason": _json(reason)}


def content_hash(road_map: str, base: str | None, content: RoadMapContent, reason: Text | None) -> str:
    """SHA-256 over the canonical JSON of the document, 64 lowercase hex digits: what the two keys sign."""
    return sha256_hex(document(road_map, base, content, reason))


def _json(value: Any) -> Any:
    if isinstance(value, _Part | Text | Deadline):
        return value.to_json()
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return str(value) if isinstance(value, UUID | Role) else value


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
