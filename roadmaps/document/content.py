"""The whole road map as it would read: what a proposal holds, a revision freezes and both sides sign.

Plain immutable values; `fields.py` says what each field is. Other tables are named by their code, never by a key. The
order of sections, measures and milestones is signed as written; leads stand before co-executors, otherwise executors
keep their order too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any
from uuid import UUID

from common.deadlines import Deadline
from common.errors import InvalidValue
from common.text import Text


class ContentError(InvalidValue):
    """What is wrong in a content and where: ``path`` such as sections[0].measures[2].milestones[0].deadline."""


class ExecutorRole(StrEnum):
    LEAD = "lead"
    CO_EXECUTOR = "co_executor"


class _Part:
    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """Every field under its own name, empty ones as null."""
        return {field.name: json_value(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class ExecutorContent(_Part):
    """An organisation's part in a milestone."""

    organisation: str
    role: ExecutorRole
    part: Text | None = None


@dataclass(frozen=True, slots=True)
class MilestoneContent(_Part):
    """One step of a measure's mechanism of implementation, with a deadline of its own; printed as 1.2."""

    uid: UUID
    number: int
    mechanism: Text
    deadline: Deadline
    executors: tuple[ExecutorContent, ...] = ()
    project: str | None = None

    def __post_init__(self) -> None:
        codes = [executor.organisation for executor in self.executors]
        for code in codes:
            if codes.count(code) > 1:
                raise InvalidValue("content.organisation_twice", organisation=code)
        leads_first = tuple(sorted(self.executors, key=lambda executor: executor.role != ExecutorRole.LEAD))
        object.__setattr__(self, "executors", leads_first)


@dataclass(frozen=True, slots=True)
class MeasureContent(_Part):
    """A numbered measure; its funding source is an organisation's code or a text, not both."""

    uid: UUID
    number: int
    title: Text
    decision: str | None = None
    expected_result: Text | None = None
    funding_organisation: str | None = None
    funding_text: Text | None = None
    milestones: tuple[MilestoneContent, ...] = ()

    def __post_init__(self) -> None:
        if self.funding_organisation is not None and self.funding_text is not None:
            raise InvalidValue("content.two_funding_sources")


@dataclass(frozen=True, slots=True)
class SectionContent(_Part):
    """A section; its Roman number is its place."""

    uid: UUID
    title: Text
    measures: tuple[MeasureContent, ...] = ()


RowContent = SectionContent | MeasureContent | MilestoneContent


@dataclass(frozen=True, slots=True)
class RoadMapContent(_Part):
    """A whole road map. It may be empty: a draft's `note` then says why.

    Raises: ContentError where two rows carry one uid.
    """

    sections: tuple[SectionContent, ...] = ()
    note: Text | None = None

    def __post_init__(self) -> None:
        seen: dict[UUID, str] = {}
        for path, row in self.rows():
            if row.uid in seen:
                raise ContentError("content.uid_twice", path=f"{path}.uid", uid=str(row.uid), first=seen[row.uid])
            seen[row.uid] = path

    def rows(self) -> Iterator[tuple[str, RowContent]]:
        """Every row with its path, in the order of reading."""
        for i, section in enumerate(self.sections):
            yield (at_section := f"sections[{i}]"), section
            for j, measure in enumerate(section.measures):
                yield (at_measure := f"{at_section}.measures[{j}]"), measure
                for k, milestone in enumerate(measure.milestones):
                    yield f"{at_measure}.milestones[{k}]", milestone

    def row(self, uid: UUID) -> RowContent | None:
        return next((row for _path, row in self.rows() if row.uid == uid), None)

    def measures(self) -> Iterator[tuple[SectionContent, MeasureContent]]:
        return ((section, measure) for section in self.sections for measure in section.measures)

    def milestones(self) -> Iterator[tuple[SectionContent, MeasureContent, MilestoneContent]]:
        return ((section, measure, step) for section, measure in self.measures() for step in measure.milestones)


def json_value(value: Any) -> Any:
    """Return one signed value as JSON."""
    if isinstance(value, _Part | Text | Deadline):
        return value.to_json()
    if isinstance(value, tuple):
        return [json_value(item) for item in value]
    return str(value) if isinstance(value, UUID | ExecutorRole) else value
