"""The sheet as the template prints it: rows with their numbers, boxes where open, what differs, what is wrong."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from desk.editor.boxes import Box, DeadlineBoxes, ExecutorBoxes, Lists, Maker, Said, Sentences, TextBox, anchor
from desk.editor.conflict import shown
from desk.editor.marks import Marks
from desk.editor.posted import Known, kept_field, row_field
from desk.editor.sheet import Fault, Kind, Line, Sheet
from roadmaps.document.content import MeasureContent, MilestoneContent, RoadMapContent, RowContent
from roadmaps.document.numbering import roman

LABELS: Final[dict[str, str | Promise]] = {
    "title": gettext_lazy("Title"),
    "number": gettext_lazy("Number"),
    "decision": gettext_lazy("Decision"),
    "expected_result": gettext_lazy("Expected result"),
    "funding_organisation": gettext_lazy("Funded by"),
    "funding_text": gettext_lazy("Funding source in words"),
    "mechanism": gettext_lazy("Mechanism of implementation"),
    "deadline": gettext_lazy("Deadline"),
    "project": gettext_lazy("Project"),
    "executors": gettext_lazy("Executors"),
    "reason": gettext_lazy("Reason of the change"),
    "note": gettext_lazy("Note"),
    "order": gettext_lazy("Order of the rows"),
    "row": gettext_lazy("Row"),
}
NAMES: Final[dict[Kind, str | Promise]] = {
    "section": gettext_lazy("section %(label)s"),
    "measure": gettext_lazy("measure %(label)s"),
    "milestone": gettext_lazy("milestone %(label)s"),
}


@dataclass(frozen=True)
class Context:
    """What every row needs: ``known`` are the rows as stored, ``content`` what the sheet gives."""

    road_map: str
    known: Known
    content: Mapping[UUID, RowContent]
    bodies: Mapping[str, Organisation]
    lists: Lists
    errors: Sentences
    warnings: Sentences
    marks: Marks
    focus: tuple[UUID | None, str]


@dataclass
class RowView:
    """One row; ``below`` are the rows that stand under it, a dropped one's included."""

    line: Line
    label: str
    context: Context
    below: list["RowView"] = field(default_factory=list)

    @property
    def focus(self) -> str:
        """Which control the person goes on with, where the row is the one whose button was pressed."""
        return self.context.focus[1] if self.context.focus[0] == self.uid else ""

    @property
    def starts_here(self) -> bool:
        return self.focus == "box"

    @property
    def continues_here(self) -> bool:
        return self.focus == "executor"

    @property
    def uid(self) -> UUID:
        return self.line.uid

    @property
    def name(self) -> str:
        """Measure 3, for whoever does not see where a button stands."""
        return str(NAMES[self.line.kind]) % {"label": self.label}

    @property
    def field(self) -> str:
        return row_field(self.context.road_map, self.line)

    @property
    def kept(self) -> str:
        """What was typed in a row that is shut; empty where it reads as stored."""
        stored = self.context.known.get(self.uid)
        unchanged = stored is not None and stored.kind == self.line.kind and stored.typed == self.line.typed
        return "" if self.line.is_open or unchanged else kept_field(self.line)

    @property
    def family(self) -> Iterator["RowView"]:
        """Itself and all below it."""
        yield self
        for row in self.below:
            yield from row.family

    @property
    def span(self) -> int:
        return max(1, len(self.below))

    @property
    def content(self) -> RowContent | None:
        return self.context.content.get(self.uid)

    @property
    def funding(self) -> object:
        """The organisation, its code where it is gone, or the text."""
        row = self.content
        if not isinstance(row, MeasureContent):
            return None
        code = row.funding_organisation
        return self.context.bodies.get(code, code) if code else row.funding_text

    @property
    def executors(self) -> list[tuple[str, str, str, object]]:
        """Side, name, role and own part of each."""
        row = self.content
        if not isinstance(row, MilestoneContent):
            return []
        found = ((self.context.bodies.get(one.organisation), one) for one in row.executors)
        return [
            (body.side if body else "", body.short_name if body else one.organisation, one.role, one.part)
            for body, one in found
        ]

    @property
    def words(self) -> str:
        """What a dropped row says of itself."""
        return shown(self.line.values, "mechanism" if self.line.kind == "milestone" else "title")

    @property
    def marks(self) -> Marks.Row:
        return self.context.marks.of(self.uid)

    @property
    def errors(self) -> tuple[str, ...]:
        return (*self.context.errors.get((self.uid, "row"), ()), *self.context.errors.get((self.uid, "uid"), ()))

    @property
    def executors_said(self) -> Said:
        key = (self.uid, "executors")
        return Said(self.executors_id, self.context.errors.get(key, ()), self.context.warnings.get(key, ()))

    @property
    def executors_id(self) -> str:
        return anchor(self.uid, "executors")

    # -- boxes

    @cached_property
    def _maker(self) -> Maker:
        context = self.context
        return Maker(self.uid, self.name, context.lists, context.errors, context.warnings)

    def _box(self, name: str) -> Box:
        options = {"decision": self.context.lists.decisions, "project": self.context.lists.projects}
        bodies = self.context.lists.bodies if name == "funding_organisation" else None
        return self._maker.box(self.line.values, name, str(LABELS[name]), options.get(name, bodies))

    def _text(self, name: str) -> TextBox:
        return self._maker.text(self.line.values, name, str(LABELS[name]))

    @property
    def number_box(self) -> Box:
        return self._box("number")

    @cached_property
    def main(self) -> TextBox:
        """The text that every row has."""
        return self._text("mechanism" if self.line.kind == "milestone" else "title")

    @property
    def selects(self) -> list[Box]:
        names = {"measure": ("funding_organisation", "decision"), "milestone": ("project",)}
        return [self._box(name) for name in names.get(self.line.kind, ())]

    @cached_property
    def more_texts(self) -> list[TextBox]:
        return [self._text(name) for name in ("expected_result", "funding_text")] if self.line.kind == "measure" else []

    @cached_property
    def executor_boxes(self) -> tuple[ExecutorBoxes, ...]:
        return self._maker.executors(self.line)

    @property
    def texts(self) -> list[TextBox]:
        """All of them: each has languages to fold away."""
        return [self.main, *self.more_texts, *(boxes.part for boxes in self.executor_boxes)]

    @property
    def has_text_errors(self) -> bool:
        return any(text.errors for text in self.texts)

    @property
    def deadline_boxes(self) -> DeadlineBoxes:
        return self._maker.deadline(self.line.values)


@dataclass(frozen=True)
class SummaryLine:
    """One thing to put right: where it is, and the sentence. ``target`` is empty where there is nowhere to go."""

    target: str
    where: str
    sentence: str


class Table:
    """Every row of the sheet, as the official table has them."""

    def __init__(self, sheet: Sheet, context: Context) -> None:
        self.sections: list[RowView] = []
        self._rows: dict[UUID, RowView] = {}
        newest: list[RowView] = []
        measure, standing = "", 0
        for line in sheet.lines:
            label = line.values.get("number", "")
            if line.kind == "section":
                standing += not line.is_dropped
                label = "–" if line.is_dropped else roman(standing)
            elif line.kind == "measure":
                measure = label
            else:
                label = f"{measure}.{label}"
            row = RowView(line, label, context)
            self._rows[line.uid] = row
            newest[line.level :] = [row]
            (newest[line.level - 1].below if line.level else self.sections).append(row)

    def summary(self, faults: Iterable[Fault]) -> list[SummaryLine]:
        lines = []
        for fault in faults:
            row = self._rows.get(fault.uid) if fault.uid else None
            main, _dot, rest = fault.field.partition(".")
            label = "" if main in ("row", "uid") else str(LABELS.get(main, ""))
            if main == "executors" and rest:
                label = _("Executor %(n)d") % {"n": int(rest.partition(".")[0]) + 1}
            target = anchor(fault.uid, fault.field) if main not in ("row", "uid") else f"row-{fault.uid}" if row else ""
            where = ", ".join(part for part in (row.name if row else "", label) if part)
            lines.append(SummaryLine(target, where[:1].upper() + where[1:], fault.sentence))
        return lines

    def name(self, uid: UUID) -> str:
        return self._rows[uid].name if uid in self._rows else ""


def sentences(faults: Iterable[Fault]) -> Sentences:
    found: dict[tuple[UUID | None, str], list[str]] = defaultdict(list)
    for fault in faults:
        found[fault.uid, fault.field].append(fault.sentence)
    return {key: tuple(said) for key, said in found.items()}


def rows_by_uid(content: RoadMapContent) -> dict[UUID, RowContent]:
    return {row.uid: row for _path, row in content.rows()}
