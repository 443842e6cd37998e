"""What the editor's page shows: every row as it will read, with what differs from the version in force."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from accounts.policy.actors import Actor
from common.errors import sentence
from common.sides import Side
from common.text import Text
from desk.editor.forms import RowForm
from desk.editor.inputs import Choices
from desk.editor.saving import EditConflict
from desk.editor.targets import ADD, HEAD, REASON, RowTarget, UnknownTarget, first_values, target_of, values_of
from desk.proposals.diff_formatting import DiffLines, text_diff
from desk.proposals.difference import Difference, DiffRow
from desk.roadmaps.selectors.table import ExecutorCell, ExecutorCells, RowDetail, executor_cells, row_details
from desk.selectors import organisations, visible_to
from programme.models import Decision, Project
from roadmaps.document.checks import located
from roadmaps.document.content import RoadMapContent, RowContent
from roadmaps.document.edit import with_deleted_rows
from roadmaps.document.fields import FIELDS, FieldKind, RowKind
from roadmaps.document.numbering import labels
from roadmaps.document.tree import CHILD_KINDS, Node, codes_of, kind_of, rows_below, uid_of
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


class Theirs(NamedTuple):
    """What somebody else has written in a field, as it is printed."""

    label: str
    lines: DiffLines


@dataclass
class EditorRow:
    """One row of the page: read, or open as a form. ``focus`` is the control that has the focus.

    - ``row`` is as it is shown; None for the head, for one that adds a row, and for one that is not in the page.
    - ``version``: of the proposal, on which the form was opened; ``is_typed``: it holds what is typed and not saved.
    """

    page: "EditorPage"
    target: RowTarget
    row: Any = None
    above: "EditorRow | None" = None  # of one that adds a row
    form: RowForm | None = None
    focus: str = ""
    conflict: EditConflict | None = None
    version: int = 0
    is_typed: bool = False

    @property
    def key(self) -> str:
        return self.target.key

    @property
    def kind(self) -> RowKind:
        return self.target.kind

    @property
    def is_new(self) -> bool:
        return self.target.is_new

    @property
    def label(self) -> str:
        return self.page.labels[self.row.uid] if self.row else ""

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
    def is_deleted(self) -> bool:
        return self.row is not None and self.row.uid not in self.page.present

    @property
    def is_in_force(self) -> bool:
        return self.page.agreed is not None and self.page.agreed.row(self.row.uid) is not None

    @property
    def below(self) -> int:
        return len(rows_below(self.row))

    @property
    def span(self) -> int:
        """Lines of the table that a measure takes: its own, its milestones, and the one that adds another."""
        return self.below + 2

    @cached_property
    def changes(self) -> list[DiffRow]:
        """What differs from the version in force."""
        return self.page.changes.get(self.target.uid, [])

    @property
    def change_kinds(self) -> list[str]:
        return list(dict.fromkeys(row.change.kind for row in self.changes))

    @property
    def details(self) -> tuple[RowDetail, ...]:
        """Return what is printed below the row's own text."""
        return row_details(self.row, {FieldKind.ORGANISATION: self.page.organisations}) if self.row else ()

    @property
    def executors(self) -> ExecutorCells:
        """Of a milestone."""
        found = self.page.organisations
        return executor_cells(ExecutorCell(one, found.get(one.organisation)) for one in self.row.executors)


class EditorPage:
    """The draft as it is stored. ``rows`` has also the rows of the version in force that the draft has deleted."""

    def __init__(self, actor: Actor, proposal: Proposal) -> None:
        self.actor, self.proposal, self.road_map = actor, proposal, proposal.road_map
        self.content = proposal.document
        self.agreed = proposal.base.revision.document if proposal.base else None
        shown = with_deleted_rows(self.content, self.agreed) if self.agreed else self.content
        self.present = {row.uid for _path, row in self.content.rows()}
        self.labels = labels(shown) | labels(self.content)
        self.head = EditorRow(self, RowTarget(HEAD, RowKind.ROAD_MAP))
        self.rows = {row.key: row for row in (self.head, *self._rows_below(shown, None))}
        self.orphan: EditorRow | None = None

    def _rows_below(self, node: Node, above: EditorRow | None) -> Iterator[EditorRow]:
        """Yield all rows below one, and the one that adds another; a deleted row stands alone."""
        for child in rows_below(node):
            row = EditorRow(self, RowTarget(str(child.uid), kind_of(child), child.uid), child)
            yield row
            if not row.is_deleted:
                yield from self._rows_below(child, row)
        if kind := CHILD_KINDS.get(kind_of(node)):
            parent = uid_of(node)
            yield EditorRow(self, RowTarget(f"{ADD}-{parent}" if parent else ADD, kind, parent=parent), above=above)

    @property
    def sections(self) -> list[list[EditorRow]]:
        """Return the rows of each section; the last is the one that adds a section."""
        found: list[list[EditorRow]] = []
        for row in self.rows.values():
            if row.kind == RowKind.SECTION:
                found.append([])
            if row is not self.head:
                found[-1].append(row)
        return found

    @cached_property
    def changes(self) -> dict[UUID | None, list[DiffRow]]:
        """What differs from the version in force, by row. Empty where none is: all is new, and no row is marked."""
        found: dict[UUID | None, list[DiffRow]] = defaultdict(list)
        for row in self.difference(self.agreed, self.content) if self.agreed is not None else ():
            found[row.change.uid].append(row)
        return found

    @property
    def change_count(self) -> int:
        return sum(len(rows) for rows in self.changes.values())

    def difference(self, before: RoadMapContent, after: RoadMapContent) -> tuple[DiffRow, ...]:
        return Difference(self.actor, before, after, lambda whole: whole).rows

    @cached_property
    def organisations(self) -> dict[str, Organisation]:
        return {organisation.code: organisation for organisation in organisations(self.actor)}

    @cached_property
    def choices(self) -> Choices:
        """What the selects offer: the records that the person can see."""
        group = self.road_map.group_id
        decisions = visible_to(self.actor, Decision.objects.select_related("area").order_by("code"))
        named = [(row.side, row.code, f"{row.side} {row.name}") for row in self.organisations.values()]
        return {
            FieldKind.ORGANISATION: [
                (str(side.label), sorted((row[1:] for row in named if row[0] == side), key=lambda row: row[1]))
                for side in Side
            ],
            # those of the road map's own group first
            FieldKind.DECISION: _titled(sorted(decisions, key=lambda decision: decision.area.group_id != group)),
            FieldKind.PROJECT: _titled(visible_to(self.actor, Project.objects.order_by("code"))),
        }

    @cached_property
    def hindrances(self) -> list[tuple[EditorRow | None, str]]:
        """What keeps the draft from being published, each with its row; None where it is of the whole."""
        found = [
            (located(self.content, problem)[0], problem)
            for problem in hindrances(self.content, self.proposal.reason, self.road_map)
        ]
        return [(self.rows[str(row.uid)] if row else None, sentence(problem)) for row, problem in found]

    def both_changed(self, target: RowTarget, conflict: EditConflict) -> dict[str, Theirs]:
        """Return what the other has written where both changed, by the field's name."""
        found = {
            str(row.change.field): Theirs(row.what, row.diff.after)
            for row in self.difference(conflict.mine, self.content)
            if row.change.uid == target.uid and row.change.field in conflict.fields
        }
        if "reason" in conflict.fields:
            reasons = text_diff(conflict.values["reason"], conflict.fields["reason"])
            found["reason"] = Theirs(str(REASON.label), reasons.after)
        return found

    def row(self, key: str) -> EditorRow:
        """Raises: UnknownTarget."""
        try:
            return self.rows[key]
        except KeyError as error:
            raise UnknownTarget(key) from error

    def target(self, key: str, kind: str) -> RowTarget:
        """Return the target of a form that was sent. Raises: UnknownTarget."""
        row = self.rows.get(key)
        return target_of(key, kind) if row is None or row.is_deleted else row.target

    def open(self, key: str, focus: str = "") -> EditorRow:
        """Open one row as a form, as it is stored. Raises: UnknownTarget."""
        row = self.row(key)
        if row.is_deleted:
            raise UnknownTarget(key)
        form, row.focus = self.form(row.target), focus
        if not focus:
            form.focus_first()
        return self.open_with(row.target, form, version=self.proposal.row_version)

    def open_with(self, target: RowTarget, form: RowForm, *, version: int) -> EditorRow:
        """Open a row with that form; ``version`` is what it was opened on."""
        row = self.rows.get(target.key)
        if row is None:  # deleted meanwhile: it stands above the table
            row = self.orphan = EditorRow(self, target)
        row.form, row.version = form, version
        return row

    def form(self, target: RowTarget, **given: Any) -> RowForm:
        """Return the form of a target, with what is stored; or with ``values``, or ``data`` over what is stored."""
        if not given and target.is_new:
            given = {"values": first_values(target, self.content, self.road_map.group)}
        elif "values" not in given:
            given |= {"values": values_of(target, self.content, self.proposal.reason)}
        row: RowContent | None = self.content.row(target.uid) if target.uid else None
        return RowForm(target.kind, target.key, self.choices, stored=codes_of(row) if row else None, **given)


def _titled(records: Any) -> list[tuple[str, str]]:
    titles = ((row.code, str(row.title)) for row in records)
    return [(code, f"{code} {title if len(title) <= 70 else f'{title[:69]}…'}") for code, title in titles]
