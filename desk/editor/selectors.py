"""What the editor's page shows: every row as it will read, with what differs from the version in force."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from accounts.policy.actors import Actor
from common.errors import sentence
from common.sides import Side
from common.text import Text
from desk.editor.forms import Choices, RowForm
from desk.editor.marks import Marks, RowMarks
from desk.editor.saving import Author
from desk.editor.targets import ADD, HEAD, RowTarget, UnknownTarget, first_values, target_of, values_of
from desk.selectors import organisations, visible_to
from programme.models import Decision, Project
from roadmaps.document.content import RoadMapContent, RowContent
from roadmaps.document.edit import RowNotFoundError, restore_row
from roadmaps.document.fields import FIELDS, DocumentField, FieldKind, RowKind, detail_fields
from roadmaps.document.numbering import labels
from roadmaps.document.tree import CHILD_KINDS, kind_of, rows_below
from roadmaps.models import Proposal
from roadmaps.services.proposals import hindrances

NAMES: Final[dict[RowKind, str | Promise]] = {
    RowKind.ROAD_MAP: gettext_lazy("reason and note"),
    RowKind.SECTION: gettext_lazy("section %(label)s"),
    RowKind.MEASURE: gettext_lazy("measure %(label)s"),
    RowKind.MILESTONE: gettext_lazy("milestone %(label)s"),
}
NEW: Final[dict[RowKind, str | Promise]] = {
    RowKind.SECTION: gettext_lazy("Add a section"),
    RowKind.MEASURE: gettext_lazy("Add a measure"),
    RowKind.MILESTONE: gettext_lazy("Add a milestone"),
}


@dataclass(frozen=True)
class ConflictNotice:
    """``is_deleted``: the row is gone; ``can_restore``: it can be put back with what was typed."""

    author: Author | None
    is_deleted: bool = False
    can_restore: bool = False


@dataclass
class EditorRow:
    """One row of the page: read, or open as a form. ``focus`` is the control that has the focus."""

    key: str
    kind: RowKind
    label: str = ""
    row: Any = None
    parent_name: str = ""
    marks: RowMarks = RowMarks()
    is_deleted: bool = False
    is_in_force: bool = False
    span: int = 1
    below: int = 0
    details: tuple[tuple[str, Any], ...] = ()
    executors: tuple[tuple[str, str, str, Text | None], ...] = ()
    form: RowForm | None = None
    focus: str = ""
    conflict: ConflictNotice | None = None
    version: int = 0  # of the proposal, on which the form was opened
    is_typed: bool = False  # the form holds what was typed and is not saved

    @property
    def name(self) -> str:
        """Milestone 1.2, for those who do not see where a control stands."""
        return str(NAMES[self.kind]) % {"label": self.label}

    @property
    def add_label(self) -> str:
        return str(NEW[self.kind])

    @property
    def text(self) -> Text | None:
        """The row's own text."""
        title = next((field for field in FIELDS[self.kind] if field.is_title), None)
        return getattr(self.row, title.name) if title and self.row else None

    @property
    def is_new(self) -> bool:
        return self.key.startswith(ADD)


@dataclass(frozen=True)
class Hindrance:
    """What keeps the draft from being published; ``key`` is the row's, empty where it is of the whole."""

    key: str
    where: str
    sentence: str


class EditorPage:
    """The draft as it is stored. ``shown`` holds also the rows of the version in force that the draft has deleted."""

    def __init__(self, actor: Actor, proposal: Proposal) -> None:
        self.actor, self.proposal, self.road_map = actor, proposal, proposal.road_map
        self.content = proposal.document
        self.agreed = proposal.base.revision.document if proposal.base else None
        self.shown = _with_deleted(self.content, self.agreed) if self.agreed else self.content
        self._present = {row.uid for _path, row in self.content.rows()}
        self._in_force = {row.uid for _path, row in self.agreed.rows()} if self.agreed else set()
        self._labels = labels(self.shown) | labels(self.content)
        self.opened: EditorRow | None = None
        self.orphan: EditorRow | None = None
        self.focus: tuple[str, str] = ("", "")

    @cached_property
    def marks(self) -> Marks:
        return Marks(self.actor, self.agreed, self.content)

    @cached_property
    def organisations(self) -> dict[str, Organisation]:
        return {organisation.code: organisation for organisation in organisations(self.actor)}

    @cached_property
    def choices(self) -> Choices:
        group = self.road_map.group_id
        decisions = visible_to(self.actor, Decision.objects.select_related("area").order_by("code"))
        own_first = sorted(decisions, key=lambda decision: decision.area.group_id != group)
        projects = visible_to(self.actor, Project.objects.order_by("code"))
        named = [(row.side, row.code, f"{row.side} {row.name}") for row in self.organisations.values()]
        return Choices(
            organisations=tuple(
                (str(side.label), tuple(sorted((row[1:] for row in named if row[0] == side), key=lambda row: row[1])))
                for side in Side
            ),
            decisions=tuple((row.code, f"{row.code} {_short(row.title)}") for row in own_first),
            projects=tuple((row.code, f"{row.code} {_short(row.title)}") for row in projects),
        )

    @cached_property
    def hindrances(self) -> list[Hindrance]:
        rows = dict(self.content.rows())
        found = []
        for problem in hindrances(self.content, self.road_map):
            path = problem.path
            while path and path not in rows:
                path = path.rpartition(".")[0]
            row = rows.get(path)
            where = str(NAMES[kind_of(row)]) % {"label": self._labels[row.uid]} if row else ""
            found.append(Hindrance(str(row.uid) if row else "", where[:1].upper() + where[1:], sentence(problem)))
        return found

    # -- rows

    @property
    def head(self) -> EditorRow:
        return self.row(HEAD)

    @property
    def rows(self) -> Iterator[list[EditorRow]]:
        """Yield the rows of each section, with those that add one; at last the one that adds a section."""
        for section in self.shown.sections:
            yield list(self._family(section))
        yield [self.row(ADD)]

    def row(self, key: str) -> EditorRow:
        """Return one row as it is shown now. Raises: UnknownTarget."""
        if self.opened and self.opened.key == key:
            return self.opened
        target = target_of(key, self.shown)
        made = EditorRow(key, target.kind, focus=self.focus[1] if self.focus[0] == key else "")
        if target.is_new:
            parent = target.parent
            made.parent_name = self._name(parent) if parent else ""
        elif target.is_head:
            made.marks = self.marks.of(None)
        else:
            return self._made(next(row for _path, row in self.shown.rows() if row.uid == target.uid))
        return made

    def open(self, key: str) -> EditorRow:
        """Open one row as a form, as it is stored. Raises: UnknownTarget."""
        target = target_of(key, self.content)
        row = self.open_target(target, self.form(target), version=self.proposal.row_version)
        if not row.focus and row.form:
            row.form.focus_first()
        return row

    def open_target(self, target: RowTarget, form: RowForm, *, version: int) -> EditorRow:
        """Open a row with that form; ``version`` is what it was opened on."""
        try:
            row = self.row(target.key)
        except UnknownTarget:  # deleted meanwhile: it stands above the table
            row = self.orphan = EditorRow(target.key, target.kind)
        row.form, row.version = form, version
        self.opened = row
        return row

    def rows_below(self, row: EditorRow) -> list[EditorRow]:
        return [self._made(child) for child in rows_below(row.row)]

    def form(self, target: RowTarget, **given: Any) -> RowForm:
        """Return the form of a target, with what is stored; or with ``data`` or ``values``."""
        stored = values_of(target, self.content, self.proposal.reason)
        if not given:
            given = {"values": first_values(target, self.content, self.road_map.group) if target.is_new else stored}
        return RowForm(target.kind, target.key, self.choices, stored=stored, **given)

    def _family(self, row: RowContent) -> Iterator[EditorRow]:
        """Yield the row, all below it, and the one that adds another below it; a deleted row stands alone."""
        made = self._made(row)
        yield made
        if made.is_deleted or made.kind == RowKind.MILESTONE:
            return
        for child in rows_below(row):
            yield from self._family(child)
        yield self._adding(row, made)

    def _made(self, row: RowContent) -> EditorRow:
        key = str(row.uid)
        if self.opened and self.opened.key == key:
            return self.opened
        made = EditorRow(key, kind_of(row), focus=self.focus[1] if self.focus[0] == key else "")
        self._fill(made, row)
        return made

    def _adding(self, row: RowContent, above: EditorRow) -> EditorRow:
        key = f"{ADD}-{row.uid}"
        if self.opened and self.opened.key == key:
            return self.opened
        focus = self.focus[1] if self.focus[0] == key else ""
        return EditorRow(key, CHILD_KINDS[above.kind], parent_name=above.name, focus=focus)

    def _fill(self, made: EditorRow, row: RowContent) -> None:
        made.row, made.label = row, self._labels[row.uid]
        made.is_deleted, made.is_in_force = row.uid not in self._present, row.uid in self._in_force
        made.marks = self.marks.of(row.uid)
        made.below = len(rows_below(row))
        made.span = made.below + 2
        if not made.is_deleted:
            made.details = tuple(self._details(made.kind, row))
            made.executors = tuple(self._executors(row))

    def _details(self, kind: RowKind, row: RowContent) -> Iterator[tuple[str, Any]]:
        """Yield (label, value) of what is printed below the row's own text."""
        for field in detail_fields(kind):
            if (value := getattr(row, field.name)) is not None:
                yield str(field.label), self._printed(field, value)

    def _printed(self, field: DocumentField, value: Any) -> Any:
        return self.organisations.get(value, value) if field.kind == FieldKind.ORGANISATION else value

    def _executors(self, row: Any) -> Iterator[tuple[str, str, str, Text | None]]:
        """Yield side, name, role and own part of each."""
        for executor in getattr(row, "executors", ()):
            organisation = self.organisations.get(executor.organisation)
            side, name = (organisation.side, organisation.short_name) if organisation else ("", executor.organisation)
            yield side, name, executor.role, executor.part

    def _name(self, uid: UUID) -> str:
        row = next(row for _path, row in self.shown.rows() if row.uid == uid)
        return str(NAMES[kind_of(row)]) % {"label": self._labels[uid]}


def _with_deleted(content: RoadMapContent, agreed: RoadMapContent) -> RoadMapContent:
    """Return the content with the rows of the version in force that it has not, where they would be restored."""
    shown = content
    present = {row.uid for _path, row in content.rows()}
    for _path, row in agreed.rows():
        if row.uid in present:
            continue
        try:
            shown = restore_row(shown, agreed, row.uid)
        except RowNotFoundError:  # it came with the row above it, or that one has gone
            continue
        present = {row.uid for _path, row in shown.rows()}
    return shown


def _short(title: Text) -> str:
    text = str(title)
    return text if len(text) <= 70 else f"{text[:69]}…"
