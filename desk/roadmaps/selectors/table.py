"""A draft's content as the official table prints it: codes resolved to what the actor may see."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Prefetch

from accounts.models import Organisation
from accounts.policy.actors import Actor
from common.text import Text
from desk.selectors import organisations, visible_to
from programme.models import Decision, DecisionParty, Meeting, Project
from roadmaps.document.content import (
    ExecutorContent,
    ExecutorRole,
    MeasureContent,
    MilestoneContent,
    RoadMapContent,
    RowContent,
)
from roadmaps.document.fields import FieldKind, detail_fields
from roadmaps.document.numbering import roman
from roadmaps.document.tree import codes_in, kind_of
from roadmaps.models import RoadMap


@dataclass(frozen=True)
class ExecutorCell:
    """One executor; ``organisation`` is None for a code that names none. ``unconfirmed``: not in the source."""

    executor: ExecutorContent
    organisation: Organisation | None
    unconfirmed: bool = False


class ExecutorCells(NamedTuple):
    """The executors of a milestone, in the order of printing."""

    leads: tuple[ExecutorCell, ...]
    co_executors: tuple[ExecutorCell, ...]


@dataclass(frozen=True)
class RowDetail:
    """A field that is printed below the row's own text. ``value`` is a text, a record, or a code that names none."""

    kind: FieldKind
    label: str
    value: Text | Organisation | Decision | Project | str


@dataclass(frozen=True)
class MilestoneRow:
    """One line of the table."""

    number: str
    milestone: MilestoneContent
    details: tuple[RowDetail, ...]
    executors: ExecutorCells


@dataclass(frozen=True)
class MeasureRow:
    """A measure, which spans its milestones."""

    measure: MeasureContent
    details: tuple[RowDetail, ...]
    steps: tuple[MilestoneRow, ...]

    @property
    def span(self) -> int:
        return max(1, len(self.steps))


@dataclass(frozen=True)
class SectionRow:
    number: str
    title: Text
    measures: tuple[MeasureRow, ...]


def executor_cells(executors: Iterable[ExecutorCell]) -> ExecutorCells:
    cells = tuple(executors)
    return ExecutorCells(
        leads=tuple(cell for cell in cells if cell.executor.role == ExecutorRole.LEAD),
        co_executors=tuple(cell for cell in cells if cell.executor.role != ExecutorRole.LEAD),
    )


def row_details(row: RowContent, records: Mapping[FieldKind, Mapping[str, Any]]) -> tuple[RowDetail, ...]:
    """Return what is printed below the row's own text; ``records`` are those that its codes name, by kind and code."""
    return tuple(
        RowDetail(field.kind, str(field.label), records.get(field.kind, {}).get(value, value))
        for field in detail_fields(kind_of(row))
        if (value := getattr(row, field.name)) is not None
    )


class OfficialTable:
    """The rows of one text of a road map. Organisations, decisions and projects cost one query each with their parts.

    ``agreed``: the text of a version, in which nothing is left to be confirmed.
    """

    def __init__(self, actor: Actor, road_map: RoadMap, content: RoadMapContent, *, agreed: bool) -> None:
        self._group, self._content, self._agreed = road_map.group, content, agreed
        codes = codes_in(content)
        self._organisations = {
            row.code: row for row in organisations(actor).filter(code__in=codes[FieldKind.ORGANISATION])
        }
        decisions = visible_to(actor, Decision.objects.filter(code__in=codes[FieldKind.DECISION])).prefetch_related(
            Prefetch("meeting", visible_to(actor, Meeting.objects.all())),
            Prefetch("parties", visible_to(actor, DecisionParty.objects.all())),
        )
        self._decisions = {row.code: row for row in decisions}
        projects = visible_to(actor, Project.objects.filter(code__in=codes[FieldKind.PROJECT]))
        self._records: dict[FieldKind, dict[Any, Any]] = {
            FieldKind.ORGANISATION: self._organisations,
            FieldKind.DECISION: self._decisions,
            FieldKind.PROJECT: {row.code: row for row in projects},
        }

    @property
    def sections(self) -> list[SectionRow]:
        return [
            SectionRow(roman(place), section.title, tuple(self._measure(measure) for measure in section.measures))
            for place, section in enumerate(self._content.sections, start=1)
        ]

    @property
    def has_unconfirmed(self) -> bool:
        """Whether the legend is needed."""
        return any(cell.unconfirmed for cell in self._cells())

    def _cells(self) -> Iterator[ExecutorCell]:
        for _section, measure, step in self._content.milestones():
            yield from (self._cell(executor, measure) for executor in step.executors)

    def _measure(self, measure: MeasureContent) -> MeasureRow:
        return MeasureRow(
            measure=measure,
            details=row_details(measure, self._records),
            steps=tuple(self._step(measure, step) for step in measure.milestones),
        )

    def _step(self, measure: MeasureContent, step: MilestoneContent) -> MilestoneRow:
        return MilestoneRow(
            number=f"{measure.number}.{step.number}",
            milestone=step,
            details=row_details(step, self._records),
            executors=executor_cells(self._cell(executor, measure) for executor in step.executors),
        )

    def _cell(self, executor: ExecutorContent, measure: MeasureContent) -> ExecutorCell:
        """A lead of the group is confirmed with the group; any other organisation with its part in the decision."""
        organisation = self._organisations.get(executor.organisation)
        if organisation is None or self._agreed:
            # what both sides have signed needs no more confirming
            return ExecutorCell(executor, organisation)
        if executor.role == ExecutorRole.LEAD:
            unconfirmed = self._group.unconfirmed and organisation.pk in (
                self._group.lead_uz_id,
                self._group.lead_kr_id,
            )
        else:
            decision = self._decisions.get(measure.decision or "")
            parties = decision.parties.all() if decision else ()
            unconfirmed = any(party.inferred and party.organisation_id == organisation.pk for party in parties)
        return ExecutorCell(executor, organisation, unconfirmed)
