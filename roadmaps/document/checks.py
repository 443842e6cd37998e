"""What must be right before a content can be signed."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from common.days import LAST
from common.deadlines import FIRST_POSSIBLE
from common.text import Text, first_hidden, has_words, name_of
from roadmaps.document.content import (
    ContentError,
    ExecutorRole,
    MilestoneContent,
    RoadMapContent,
    RowContent,
    SectionContent,
)
from roadmaps.document.fields import FieldKind, signed_fields
from roadmaps.document.tree import Node, kind_of


def problems(content: RoadMapContent, sides: Mapping[str, str]) -> tuple[ContentError, ...]:
    """Return what prevents publication, each with its place; ``sides`` gives every organisation's side by code.

    - There is at least one milestone: empty content cannot be signed.
    - A measure's number is used once in the road map, a milestone's once in its measure.
    - A milestone has a lead, and at most one a side; every organisation is known.
    - No deadline lies before the summit, or in a year that cannot be meant.
    """
    found: list[ContentError] = []
    if not any(content.milestones()):
        found.append(ContentError("content.nothing_to_sign"))
    numbers: set[tuple[UUID | None, int]] = set()
    parents = {milestone.uid: measure.uid for _, measure, milestone in content.milestones()}
    for path, row in content.rows():
        if isinstance(row, SectionContent):
            continue
        if (number := (parents.get(row.uid), row.number)) in numbers:
            found.append(ContentError("content.number_twice", path=f"{path}.number", number=row.number))
        numbers.add(number)
        if isinstance(row, MilestoneContent):
            found += _milestone_problems(path, row, sides)
        elif row.funding_organisation is not None and row.funding_organisation not in sides:
            found.append(_unknown(f"{path}.funding_organisation", row.funding_organisation))
    return tuple(found)


def contradictions(content: RoadMapContent, sides: Mapping[str, str]) -> Iterator[tuple[RowContent, str, ContentError]]:
    """Yield (row, field, problem) of what is wrong and not only unfinished: a draft may be without a lead, yet."""
    for problem in problems(content, sides):
        row, field = located(content, problem)
        if row is not None and problem.code != "content.no_lead":
            yield row, field, problem


def located(content: RoadMapContent, problem: ContentError) -> tuple[RowContent | None, str]:
    """Return the row that a problem is in, None where it is in the whole, and the name of the field."""
    rows, path = dict(content.rows()), problem.path
    while path and path not in rows:
        path = path.rpartition(".")[0]
    field = problem.path.removeprefix(path).lstrip(".").partition("[")[0]
    return rows.get(path), field


def unreadable(content: RoadMapContent, reason: Text | None) -> Iterator[ContentError]:
    """Yield the texts that say something else than they show. Older ones may: what is typed passes the gate.

    A text with a hidden character, or without a letter or a digit, is not signed.
    """
    rows: list[tuple[str, Node]] = [("", content), *content.rows()]
    texts = [("reason", reason)]
    for path, row in rows:
        names = [field.name for field in signed_fields(kind_of(row)) if field.kind == FieldKind.TEXT]
        texts += [(f"{path}.{name}".lstrip("."), getattr(row, name)) for name in names]
        parts = enumerate(row.executors if isinstance(row, MilestoneContent) else ())
        texts += [(f"{path}.executors[{i}].part", executor.part) for i, executor in parts]
    for path, text in texts:
        for language, words in text.entries if text else ():
            if (at := first_hidden(words)) is not None:
                character, after = name_of(words[at]), words[:at][-20:]
                yield ContentError(
                    "content.hidden_character", path=path, language=language, character=character, after=after
                )
            elif not has_words(words):
                yield ContentError("content.no_words", path=path, language=language)


def _milestone_problems(path: str, milestone: MilestoneContent, sides: Mapping[str, str]) -> Iterator[ContentError]:
    if (due_on := milestone.deadline.due_on) is not None and due_on < FIRST_POSSIBLE:
        yield ContentError("content.before_summit", path=f"{path}.deadline", day=due_on, summit=FIRST_POSSIBLE)
    elif due_on is not None and due_on > LAST:
        yield ContentError("content.after_last_day", path=f"{path}.deadline", day=due_on, last=LAST)
    leads = [executor.organisation for executor in milestone.executors if executor.role == ExecutorRole.LEAD]
    if not leads:
        yield ContentError("content.no_lead", path=f"{path}.executors")
    leading = [sides[code] for code in leads if code in sides]
    if len(leading) > len(set(leading)):
        yield ContentError("content.two_leads", path=f"{path}.executors")
    for i, executor in enumerate(milestone.executors):
        if executor.organisation not in sides:
            yield _unknown(f"{path}.executors[{i}].organisation", executor.organisation)


def _unknown(path: str, code: str) -> ContentError:
    return ContentError("content.unknown_organisation", path=path, organisation=code)
