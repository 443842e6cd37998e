"""What would change in a road map, row by row, in words."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.policy.actors import Actor
from common.deadlines import Deadline, Precision, printed, printed_day
from common.templatetags.words import reader
from desk.proposals.diff_formatting import (
    Kind,
    Line,
    Lines,
    Pair,
    Run,
    deadline_pair,
    executor_pair,
    place_pair,
    text_pair,
)
from desk.selectors import organisations, visible_to
from programme.models import Decision, Project
from roadmaps.document.content import MeasureContent, MilestoneContent, RoadMapContent, RowContent, SectionContent
from roadmaps.document.diff import Change, compare
from roadmaps.document.numbering import Place, roman
from roadmaps.models import Milestone as AgreedMilestone

FIELDS: Final[dict[str, str | Promise]] = {
    "note": gettext_lazy("Note"),
    "number": gettext_lazy("Number"),
    "title": gettext_lazy("Title"),
    "decision": gettext_lazy("Decision"),
    "expected_result": gettext_lazy("Expected result"),
    "funding_organisation": gettext_lazy("Funded by"),
    "funding_text": gettext_lazy("Funding source"),
    "mechanism": gettext_lazy("Mechanism"),
    "deadline": gettext_lazy("Deadline"),
    "executors": gettext_lazy("Executors"),
    "project": gettext_lazy("Project"),
}
ROWS: Final[dict[str, str | Promise]] = {
    "road_map": gettext_lazy("Road map"),
    "section": gettext_lazy("Section"),
    "measure": gettext_lazy("Measure"),
    "milestone": gettext_lazy("Milestone"),
}
# what a row that comes or goes says of itself; its number is its label
WHOLE: Final[dict[str, tuple[str, ...]]] = {
    "section": ("title",),
    "measure": ("title", "expected_result", "funding_organisation", "funding_text", "decision"),
    "milestone": ("mechanism", "deadline", "executors", "project"),
}
OWN_TEXT: Final = ("title", "mechanism")
NOWHERE: Final = ("", Place(None, "", 0))


@dataclass(frozen=True)
class DiffRow:
    """One change as it is printed. ``milestone`` is the identity of one that is in force, for a link to its page."""

    label: str
    what: str
    pair: Pair
    milestone: UUID | None


class Difference:
    """The changes between two texts of a road map. What they name by code costs a query a kind.

    ``before`` and ``after`` are whole; ``narrow`` leaves of each what the actor may see. Labels and places stay those
    of the whole document.
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
        codes = set(_codes(shown))
        self._organisations = {row.code: row for row in organisations(actor).filter(code__in=codes)}
        self._titles = {
            **dict(visible_to(actor, Project.objects.filter(code__in=codes)).values_list("code", "title")),
            **dict(visible_to(actor, Decision.objects.filter(code__in=codes)).values_list("code", "title")),
        }
        uids = {row.uid for content in shown for _path, row in content.rows() if isinstance(row, MilestoneContent)}
        self._agreed = {row.uid: row for row in visible_to(actor, AgreedMilestone.objects.filter(uid__in=uids))}
        self.rows = tuple(self._row(change) for change in compare(*shown) if not self._is_frame(change))

    def _is_frame(self, change: Change) -> bool:
        """Whether a row comes into an extract, or leaves it, only with one below it: the document keeps it."""
        row = change.after if change.kind == "added" else change.before if change.kind == "dropped" else None
        if row is None or not (change.uid in self._was and change.uid in self._now):
            return False
        return isinstance(row, SectionContent) or (isinstance(row, MeasureContent) and bool(row.milestones))

    def _row(self, change: Change) -> DiffRow:
        was, now = self._was.get(change.uid, NOWHERE), self._now.get(change.uid, NOWHERE)
        what = str(ROWS[change.row])
        if change.kind == "changed" and change.field:
            pair = self._value(change.uid, change.field, change.before, change.after)
            what = pair.what or str(FIELDS[change.field])
        elif change.kind == "moved":
            pair = place_pair(was[1], now[1])
        else:
            pair = self._whole_row(change)
        label = now[0] or was[0]
        return DiffRow(label, what, pair, change.uid if change.uid in self._agreed else None)

    def _whole_row(self, change: Change) -> Pair:
        """A row that comes or goes; for an extract also one that only begins or ceases to name the reader's side."""
        row: RowContent = change.after or change.before
        before: list[Line] = []
        after: list[Line] = []
        for field in WHOLE[change.row]:
            values = (getattr(side, field, None) for side in (change.before, change.after))
            pair = self._value(None, field, *values)
            name = pair.what or str(FIELDS[field])
            before += (_labelled(line, field, name) for line in pair.before)
            after += (_labelled(line, field, name) for line in pair.after)
        if change.kind == "added":
            note = _("names your organisation from now on") if row.uid in self._was else _("new")
        else:
            note = _("no longer names your organisation") if row.uid in self._now else _("dropped; its story is kept")
        return Pair(tuple(before), tuple(after), note)

    def _value(self, uid: UUID | None, field: str, before: Any, after: Any) -> Pair:
        match field:
            case "deadline":
                return deadline_pair(before, after, self._first_agreed(uid))
            case "executors":
                return executor_pair(before or (), after or (), self._body)
            case "funding_organisation" | "number" | "decision" | "project":
                return Pair(self._named(field, before, "removed"), self._named(field, after, "added"))
        return text_pair(before, after)

    def _named(self, field: str, value: Any, kind: Kind) -> Lines:
        if value is None:
            return ()
        if field == "funding_organisation":
            return (Line((self._body(value, kind),)),)
        title = self._titles.get(value, "") if field != "number" else ""
        return (Line((Run(kind, f"{value} {title}".strip()),)),)

    def _body(self, code: str, kind: Kind) -> Run:
        body = self._organisations.get(code)
        return Run(kind, body.short_name, body.side) if body else Run(kind, code)

    def _first_agreed(self, uid: UUID | None) -> str:
        row = self._agreed.get(uid) if uid else None
        if row is None or row.original_due_on is None:
            return ""
        precision = Precision(row.original_precision)
        if precision is Precision.CONTINUOUS:
            return printed_day(row.original_due_on, reader())
        return printed(Deadline(row.original_due_on, precision), reader())


def _labelled(line: Line, field: str, name: str) -> Line:
    """In a row that is told whole each value says what it is; the row's own text, which comes first, needs no name."""
    return line if field in OWN_TEXT or line.label else replace(line, label=name)


def _places(content: RoadMapContent) -> dict[UUID | None, tuple[str, Place]]:
    """Each row's printed label and its place."""
    found: dict[UUID | None, tuple[str, Place]] = {}
    for i, section in enumerate(content.sections, 1):
        found[section.uid] = roman(i), Place(None, "", i)
        for j, measure in enumerate(section.measures, 1):
            found[measure.uid] = str(measure.number), Place(section.uid, roman(i), j)
            for k, step in enumerate(measure.milestones, 1):
                found[step.uid] = f"{measure.number}.{step.number}", Place(measure.uid, str(measure.number), k)
    return found


def _codes(contents: Iterable[RoadMapContent]) -> Iterator[str]:
    """Organisations, decisions and projects that the texts name."""
    for row in (row for content in contents for _path, row in content.rows()):
        if isinstance(row, MeasureContent):
            yield from (code for code in (row.funding_organisation, row.decision) if code)
        if isinstance(row, MilestoneContent):
            yield from (executor.organisation for executor in row.executors)
            if row.project:
                yield row.project
