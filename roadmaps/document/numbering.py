"""How rows are numbered: I, II, III the sections; 1, 2, 3 the measures; 1.1, 1.2 the milestones."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Final
from uuid import UUID

from common.errors import InvalidValue
from roadmaps.document.content import MeasureContent, RoadMapContent, RowContent
from roadmaps.document.fields import HIGHEST_NUMBER, RowKind

_ROMAN: Final = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def roman(number: int) -> str:
    """Return a section's number as printed: I, II, III... Raises: InvalidValue outside 1 to 3999."""
    if not 1 <= number <= 3999:
        raise InvalidValue("numbering.no_roman_numeral", number=number)
    printed = ""
    for value, letters in _ROMAN:
        repeated, number = divmod(number, value)
        printed += letters * repeated
    return printed


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: the row above it (None: the road map), that row's printed label, the place there from 1."""

    parent: UUID | None
    label: str
    position: int


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row with its kind, its label as printed (II, 3, 1.2) and its place."""

    kind: RowKind
    row: RowContent
    label: str
    place: Place


def placed_rows(content: RoadMapContent) -> Iterator[PlacedRow]:
    """Yield every row in the order of reading."""
    for i, section in enumerate(content.sections, 1):
        yield PlacedRow(RowKind.SECTION, section, roman(i), Place(None, "", i))
        for j, measure in enumerate(section.measures, 1):
            label = str(measure.number)
            yield PlacedRow(RowKind.MEASURE, measure, label, Place(section.uid, roman(i), j))
            for k, step in enumerate(measure.milestones, 1):
                yield PlacedRow(RowKind.MILESTONE, step, f"{label}.{step.number}", Place(measure.uid, label, k))


def labels(content: RoadMapContent) -> dict[UUID, str]:
    """Return each row's number as printed."""
    return {placed.row.uid: placed.label for placed in placed_rows(content)}


def renumber(content: RoadMapContent) -> RoadMapContent:
    """Number measures through the whole road map, and milestones within their measure, in the order they stand."""
    numbers = count(1)

    def numbered(measure: MeasureContent) -> MeasureContent:
        steps = tuple(replace(step, number=number) for number, step in enumerate(measure.milestones, 1))
        return replace(measure, number=next(numbers), milestones=steps)

    sections = tuple(
        replace(section, measures=tuple(numbered(measure) for measure in section.measures))
        for section in content.sections
    )
    return replace(content, sections=sections)


def next_measure_number(content: RoadMapContent) -> int:
    """Return one more than the highest number of a measure in the road map."""
    return _after(measure.number for _section, measure in content.measures())


def next_milestone_number(measure: MeasureContent) -> int:
    """Return one more than the highest number of a milestone in the measure."""
    return _after(step.number for step in measure.milestones)


def _after(numbers: Iterator[int]) -> int:
    return min(max(numbers, default=0) + 1, HIGHEST_NUMBER)
