"""What must be right before a content can be signed."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from common.deadlines import FIRST_POSSIBLE
from roadmaps.document.content import ContentError, MilestoneContent, RoadMapContent, Role, SectionContent


def problems(content: RoadMapContent, sides: Mapping[str, str]) -> tuple[ContentError, ...]:
    """Return what prevents publication, each with its place; ``sides`` gives every organisation's side by code.

    - There is at least one milestone: empty content cannot be signed.
    - A measure's number is used once in the road map, a milestone's once in its measure.
    - A milestone has a lead, and at most one a side; every organisation is known.
    - No deadline lies before the summit.
    """
    found: list[ContentError] = []
    if not any(content.milestones()):
        found.append(ContentError("", "There is nothing to sign yet: a road map has a milestone at least."))
    numbers: set[tuple[UUID | None, int]] = set()
    parents = {milestone.uid: measure.uid for _, measure, milestone in content.milestones()}
    for path, row in content.rows():
        if isinstance(row, SectionContent):
            continue
        if (number := (parents.get(row.uid), row.number)) in numbers:
            found.append(ContentError(f"{path}.number", f"The number {row.number} is used twice."))
        numbers.add(number)
        if isinstance(row, MilestoneContent):
            found += _milestone_problems(path, row, sides)
        elif row.funding_organisation is not None and row.funding_organisation not in sides:
            found.append(_unknown(f"{path}.funding_organisation", row.funding_organisation))
    return tuple(found)


def _milestone_problems(path: str, milestone: MilestoneContent, sides: Mapping[str, str]) -> Iterator[ContentError]:
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
