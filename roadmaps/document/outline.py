"""What lists print of a draft: kept beside its content, so that no list or count reads a whole document."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from roadmaps.document.content import RoadMapContent


@dataclass(frozen=True, slots=True)
class MeasureOutline:
    """One measure: the decision it carries out, its milestones counted, the numbers of those without a date."""

    number: int
    decision: str | None
    milestones: int
    undated: tuple[int, ...]


def outline_of(content: RoadMapContent) -> list[dict[str, Any]]:
    """Return the outline of a document as JSON: one object for each measure."""
    return [
        {
            "number": measure.number,
            "decision": measure.decision,
            "milestones": len(measure.milestones),
            "undated": [step.number for step in measure.milestones if step.deadline.due_on is None],
        }
        for _section, measure in content.measures()
    ]


def read_outline(value: Iterable[dict[str, Any]]) -> tuple[MeasureOutline, ...]:
    """Return the measures of a stored outline."""
    return tuple(MeasureOutline(**{**row, "undated": tuple(row["undated"])}) for row in value)
