"""The differences between two contents of a road map, row by row, in words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.policy.actors import Actor
from common.deadlines import Deadline, Precision, printed, printed_day
from common.language import reader_language
from desk.proposals.diff_formatting import (
    DiffLine,
    DiffLines,
    FieldDiff,
    Span,
    SpanKind,
    deadline_diff,
    executor_diff,
    place_diff,
    text_diff,
)
from desk.selectors import organisations, visible_to
from programme.models import Decision, Project
from roadmaps.document.content import MeasureContent, MilestoneContent, RoadMapContent, RowContent, SectionContent
from roadmaps.document.diff import Change, compare
from roadmaps.document.fields import (
    CODE_KINDS,
    ROW_LABELS,
    DocumentField,
    FieldKind,
    field_of,
    signed_fields,
)
from roadmaps.document.numbering import Place, placed_rows
from roadmaps.document.tree import codes_of, nodes
from roadmaps.models import Milestone as AgreedMilestone

# records that are printed with their title
TITLED: Final[dict[FieldKind, Any]] = {FieldKind.DECISION: Decision, FieldKind.PROJECT: Project}
NOWHERE: Final = ("", Place(None, "", 0))


@dataclass(frozen=True)
class DiffRow:
    """One change as it is printed. ``milestone`` is the uid of one that is in force, for a link to its page."""

    change: Change
    label: str
    what: str
    diff: FieldDiff
    milestone: UUID | None


class Difference:
    """The changes between two contents of a road map, in a query a kind of record that they name.

    ``before`` and ``after`` are whole; ``narrow`` leaves what the actor may see. Labels and places stay those of the
    whole document.
    """

    def __init__(
        self,
        actor: Actor,
        before: RoadMapContent,
        after: RoadMapContent,
        narrow: Callable[[RoadMapContent], RoadMapContent],
    ) -> None:
        self._was, self._now = _places(before), _places(after)
        shown = narrow(before), narrow(after)
        codes = {kind: _codes(kind, shown) for kind in CODE_KINDS}
        named = organisations(actor).filter(code__in=codes[FieldKind.ORGANISATION])
        self._organisations = {row.code: row for row in named}
        self._titles = {
            kind: dict(
                visible_to(actor, table._default_manager.filter(code__in=codes[kind])).values_list("code", "title")
            )
            for kind, table in TITLED.items()
        }
        uids = {row.uid for content in shown for _path, row in content.rows() if isinstance(row, MilestoneContent)}
        self._agreed = {row.uid: row for row in visible_to(actor, AgreedMilestone.objects.filter(uid__in=uids))}
        self.rows = tuple(self._row(change) for change in compare(*shown) if not self._is_frame(change))

    def _is_frame(self, change: Change) -> bool:
        """Return whether a row enters or leaves an extract only because of one below it: the document keeps it."""
        row = change.after if change.kind == "added" else change.before if change.kind == "dropped" else None
        if row is None or not (change.uid in self._was and change.uid in self._now):
            return False
        return isinstance(row, SectionContent) or (isinstance(row, MeasureContent) and bool(row.milestones))

    def _row(self, change: Change) -> DiffRow:
        was, now = self._was.get(change.uid, NOWHERE), self._now.get(change.uid, NOWHERE)
        what = str(ROW_LABELS[change.row])
        if change.kind == "changed" and change.field:
            field = field_of(change.row, change.field)
            diff = self._value(change.uid, field, change.before, change.after)
            what = diff.what or str(field.label)
        elif change.kind == "moved":
            diff = place_diff(was[1], now[1])
        else:
            diff = self._whole_row(change)
        label = now[0] or was[0]
        return DiffRow(change, label, what, diff, change.uid if change.uid in self._agreed else None)

    def _whole_row(self, change: Change) -> FieldDiff:
        """Print a row that comes or goes; in an extract also one that begins or ceases to name the reader's side."""
        row: RowContent = change.after or change.before
        before: list[DiffLine] = []
        after: list[DiffLine] = []
        for field in (field for field in signed_fields(change.row) if field.printed):
            values = (getattr(side, field.name, None) for side in (change.before, change.after))
            diff = self._value(None, field, *values)
            name = diff.what or str(field.label)
            before += (_labelled(line, field, name) for line in diff.before)
            after += (_labelled(line, field, name) for line in diff.after)
        if change.kind == "added":
            note = _("now names your organisation") if row.uid in self._was else _("new")
        else:
            note = _("no longer names your organisation") if row.uid in self._now else _("removed; its history is kept")
        return FieldDiff(tuple(before), tuple(after), note)

    def _value(self, uid: UUID | None, field: DocumentField, before: Any, after: Any) -> FieldDiff:
        match field.kind:
            case FieldKind.TEXT:
                return text_diff(before, after)
            case FieldKind.DEADLINE:
                return deadline_diff(before, after, self._first_agreed(uid))
            case FieldKind.EXECUTORS:
                return executor_diff(before or (), after or (), self._organisation)
        return FieldDiff(self._plain(field.kind, before, "removed"), self._plain(field.kind, after, "added"))

    def _plain(self, kind: FieldKind, value: Any, how: SpanKind) -> DiffLines:
        if value is None:
            return ()
        if kind == FieldKind.ORGANISATION:
            return (DiffLine((self._organisation(value, how),)),)
        title = self._titles[kind].get(value, "") if kind in self._titles else ""
        return (DiffLine((Span(how, f"{value} {title}".strip()),)),)

    def _organisation(self, code: str, how: SpanKind) -> Span:
        found = self._organisations.get(code)
        return Span(how, found.short_name, found.side) if found else Span(how, code)

    def _first_agreed(self, uid: UUID | None) -> str:
        row = self._agreed.get(uid) if uid else None
        if row is None or row.original_due_on is None:
            return ""
        precision = Precision(row.original_precision)
        if precision is Precision.CONTINUOUS:
            return printed_day(row.original_due_on, reader_language())
        return printed(Deadline(row.original_due_on, precision), reader_language())


def _labelled(line: DiffLine, field: DocumentField, name: str) -> DiffLine:
    """Name the value in a row that is printed whole; the row's own text comes first and needs no name."""
    return line if field.is_title or line.label else replace(line, label=name)


def _codes(kind: FieldKind, contents: Iterable[RoadMapContent]) -> set[str]:
    """Return the codes of that kind that the texts name."""
    return {code for content in contents for node in nodes(content) for code in codes_of(node)[kind]}


def _places(content: RoadMapContent) -> dict[UUID | None, tuple[str, Place]]:
    """Return each row's printed label and its place."""
    return {placed.row.uid: (placed.label, placed.place) for placed in placed_rows(content)}
