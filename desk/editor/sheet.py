"""A road map as a sheet of typed lines, in the order of reading, and the content that it gives."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from common.deadlines import TO_BE_AGREED
from common.text import Text
from desk.editor import fields
from desk.editor.fields import REASON_LIMIT, TEXT_LIMIT, TITLE_LIMIT, Values, Wrong
from roadmaps.document.content import (
    ExecutorContent,
    MeasureContent,
    MilestoneContent,
    RoadMapContent,
    Role,
    RowContent,
    SectionContent,
)
from roadmaps.document.fields import HIGHEST_NUMBER

T = TypeVar("T")
Kind = Literal["section", "measure", "milestone"]
KINDS: Final[tuple[Kind, ...]] = ("section", "measure", "milestone")
KEYS: Final[dict[Kind, tuple[str, ...]]] = {
    "section": fields.SECTION,
    "measure": fields.MEASURE,
    "milestone": fields.MILESTONE,
}
MOST_ROWS: Final = 1000
MOST_EXECUTORS: Final = 30
# stands where a text that must be there is missing, so that all else can still be compared
NO_TEXT: Final = Text.of("–")


@dataclass
class Line:
    """One row: open (its boxes are shown), or shut; a dropped one takes the rows below it along."""

    kind: Kind
    uid: UUID
    values: Values
    executors: list[Values] = field(default_factory=list)
    is_open: bool = False
    is_dropped: bool = False

    @property
    def level(self) -> int:
        return KINDS.index(self.kind)

    def copy(self) -> "Line":
        return Line(self.kind, self.uid, dict(self.values), [dict(row) for row in self.executors])

    @property
    def typed(self) -> tuple[Values, list[Values]]:
        return self.values, self.executors


@dataclass
class Sheet:
    """``head`` are the texts that stand in no row: the reason of the change and the note."""

    head: Values
    lines: list[Line]

    def end(self, start: int) -> int:
        """Behind the line and all that stands below it."""
        level = self.lines[start].level
        return next((i for i in range(start + 1, len(self.lines)) if self.lines[i].level <= level), len(self.lines))

    def standing(self) -> Iterator[Line]:
        """The lines that stay: neither dropped nor below a dropped one."""
        dropped: int | None = None
        for line in self.lines:
            if dropped is None or line.level <= dropped:
                dropped = line.level if line.is_dropped else None
                if not line.is_dropped:
                    yield line


@dataclass(frozen=True)
class Fault:
    """A sentence at a field: ``uid`` None is the whole road map. `executors.2` is the third executor as typed."""

    uid: UUID | None
    field: str
    sentence: str


@dataclass(frozen=True)
class Choices:
    """The codes that may be named: what the person may see, and what stood there already."""

    bodies: Collection[str]
    decisions: Collection[str]
    projects: Collection[str]


def line_of(row: RowContent, language: str) -> Line:
    match row:
        case SectionContent():
            return Line("section", row.uid, fields.type_section(row, language))
        case MeasureContent():
            return Line("measure", row.uid, fields.type_measure(row, language))
    executors = [fields.type_executor(executor, language) for executor in row.executors]
    return Line("milestone", row.uid, fields.type_milestone(row, language), executors)


def sheet_of(content: RoadMapContent, reason: Text | None, agreed: RoadMapContent, language: str) -> Sheet:
    """The content as lines, with what it drops of the ``agreed`` version at the place where that stood."""
    lines = [line_of(row, language) for _path, row in content.rows()]
    head = {**fields.type_text("reason", reason, language), **fields.type_text("note", content.note, language)}
    sheet = Sheet(head, lines)
    add_missing(sheet, lines_of(agreed, language), dropped=True)
    return sheet


def lines_of(content: RoadMapContent, language: str) -> list[Line]:
    return [line_of(row, language) for _path, row in content.rows()]


def add_missing(sheet: Sheet, rows: list[Line], *, dropped: bool) -> set[UUID]:
    """Bring in the rows that the sheet lacks, at the places where they stood; answers which.

    A row whose parent is dropped goes, and comes back, with that one.
    """
    standing = {line.uid for line in sheet.lines}
    added: set[UUID] = set()
    above: dict[int, UUID] = {}  # the newest of the rows at each level
    for line in rows:
        if line.uid not in standing and (place := _place(sheet, line, above)) is not None:
            line.is_dropped = dropped and above.get(line.level - 1) not in added
            sheet.lines.insert(place, line)
            added.add(line.uid)
        above = {level: uid for level, uid in above.items() if level < line.level} | {line.level: line.uid}
    return added


def _place(sheet: Sheet, line: Line, above: dict[int, UUID]) -> int | None:
    """Behind the sister that stood before it, where that still stands below the same row; else right below that row.

    None where that row is not there, or has become another kind of row.
    """
    begin, end = 0, len(sheet.lines)
    if line.level:
        kind, uid = KINDS[line.level - 1], above[line.level - 1]
        parent = next((i for i, row in enumerate(sheet.lines) if row.uid == uid and row.kind == kind), None)
        if parent is None:
            return None
        begin, end = parent + 1, sheet.end(parent)
    sister = above.get(line.level)
    for i in range(begin, end):
        if sheet.lines[i].uid == sister and sheet.lines[i].level == line.level:
            return sheet.end(i)
    return begin


class Reading:
    """What a sheet gives: always a content, complete where there are no ``faults``."""

    def __init__(self, sheet: Sheet, choices: Choices) -> None:
        self.faults: list[Fault] = []
        self._choices = choices
        self.reason = self._read(None, "reason", None, partial(fields.read_text, sheet.head, "reason", REASON_LIMIT))
        note = self._read(None, "note", None, partial(fields.read_text, sheet.head, "note", TEXT_LIMIT))
        below: dict[Kind, list[Any]] = {kind: [] for kind in KINDS}
        # from the end: what stands below a row has been read when the row is
        for place, line in reversed(list(enumerate(sheet.standing()))):
            if line.kind == "milestone":
                below["milestone"].insert(0, self._milestone(line, place))
            elif line.kind == "measure":
                below["measure"].insert(0, self._measure(line, place, tuple(below["milestone"])))
                below["milestone"] = []
            else:
                below["section"].insert(0, self._section(line, tuple(below["measure"])))
                below["measure"] = []
        order = {line.uid: place for place, line in enumerate(sheet.lines)}
        self.faults.sort(key=lambda fault: order.get(fault.uid, -1) if fault.uid else -1)
        self.content = RoadMapContent(tuple(below["section"]), note)

    @property
    def unread(self) -> set[tuple[UUID | None, str]]:
        """The fields in whose place stands what nobody typed."""
        return {(fault.uid, fault.field.partition(".")[0]) for fault in self.faults}

    def _read(self, uid: UUID | None, name: str, otherwise: T, read: Callable[[], T]) -> T:
        try:
            return read()
        except Wrong as error:
            self.faults.append(Fault(uid, name, str(error)))
            return otherwise

    def _must(self, line: Line, name: str, limit: int) -> Text:
        read = partial(fields.read_text, line.values, name, limit, required=True)
        return self._read(line.uid, name, None, read) or NO_TEXT

    def _may(self, line: Line, name: str) -> Text | None:
        return self._read(line.uid, name, None, partial(fields.read_text, line.values, name, TEXT_LIMIT))

    def _number(self, line: Line, place: int) -> int:
        # one that was not to be read must not seem to stand twice
        otherwise = HIGHEST_NUMBER - place
        return self._read(line.uid, "number", otherwise, partial(fields.read_number, line.values["number"]))

    def _code(self, uid: UUID, name: str, code: str, known: Collection[str], sentence: str) -> str | None:
        if code and code not in known:
            self.faults.append(Fault(uid, name, sentence % {"code": code[:64]}))
            return None
        return code or None

    def _section(self, line: Line, measures: tuple[MeasureContent, ...]) -> SectionContent:
        return SectionContent(line.uid, self._must(line, "title", TITLE_LIMIT), measures)

    def _measure(self, line: Line, place: int, milestones: tuple[MilestoneContent, ...]) -> MeasureContent:
        values, choices = line.values, self._choices
        funder = self._body(line.uid, "funding_organisation", values["funding_organisation"])
        text = self._may(line, "funding_text")
        if funder and text:
            sentence = _("The funding source is an organisation or a text, not both: empty one of them.")
            self.faults.append(Fault(line.uid, "funding_text", sentence))
            text = None
        unknown = _("There is no decision with the code %(code)s.")
        return MeasureContent(
            uid=line.uid,
            number=self._number(line, place),
            title=self._must(line, "title", TITLE_LIMIT),
            decision=self._code(line.uid, "decision", values["decision"], choices.decisions, unknown),
            expected_result=self._may(line, "expected_result"),
            funding_organisation=funder,
            funding_text=text,
            milestones=milestones,
        )

    def _milestone(self, line: Line, place: int) -> MilestoneContent:
        values, unknown = line.values, _("There is no project with the code %(code)s.")
        return MilestoneContent(
            uid=line.uid,
            number=self._number(line, place),
            mechanism=self._must(line, "mechanism", TEXT_LIMIT),
            deadline=self._read(line.uid, "deadline", TO_BE_AGREED, partial(fields.read_deadline, values)),
            executors=tuple(self._executors(line)),
            project=self._code(line.uid, "project", values["project"], self._choices.projects, unknown),
        )

    def _executors(self, line: Line) -> Iterator[ExecutorContent]:
        """A row in which nothing was chosen or written says nothing."""
        named: set[str] = set()
        if len(line.executors) > MOST_EXECUTORS:
            sentence = _("A milestone has at most %(most)d executors.") % {"most": MOST_EXECUTORS}
            self.faults.append(Fault(line.uid, "executors", sentence))
        for i, values in enumerate(line.executors[:MOST_EXECUTORS]):
            at, code = f"executors.{i}", values["organisation"]
            part = self._read(line.uid, f"{at}.part", None, partial(fields.read_text, values, "part", TITLE_LIMIT))
            if not code:
                if part:
                    self.faults.append(Fault(line.uid, f"{at}.organisation", _("Choose the body whose part this is.")))
                continue
            role = self._read(line.uid, f"{at}.role", Role.CO_EXECUTOR, partial(fields.read_role, values["role"]))
            if code in named:
                sentence = _("This body is named twice: it is lead or co-executor, once.")
                self.faults.append(Fault(line.uid, f"{at}.organisation", sentence))
            elif body := self._body(line.uid, f"{at}.organisation", code):
                named.add(code)
                yield ExecutorContent(body, role, part)

    def _body(self, uid: UUID, name: str, code: str) -> str | None:
        unknown = _("There is no organisation with the code %(code)s.")
        return self._code(uid, name, code, self._choices.bodies, unknown)
