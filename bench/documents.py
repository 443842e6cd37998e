"""Road maps as large as one likes, with texts as long as a real one's, and what a revision makes of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from common.deadlines import Deadline, Precision
from common.text import Text
from roadmaps.document.content import (
    ExecutorContent,
    ExecutorRole,
    MeasureContent,
    MilestoneContent,
    RoadMapContent,
    SectionContent,
)

PLAN: Final = (
    "The parties agree to prepare, translate and exchange the technical documentation, to hold consultations of "
    "experts twice a year, and to report to the co-chairs of the working group."
)
PLAN_RU: Final = (
    "Стороны договорились подготовить, перевести и передать техническую документацию, дважды в год проводить "
    "консультации экспертов и докладывать сопредседателям рабочей группы."
)
DUE: Final = Deadline(date(2027, 6, 30), Precision.QUARTER)
LATER: Final = Deadline(date(2028, 12, 31), Precision.YEAR)


def document(steps: int, *, first: int = 0) -> RoadMapContent:
    """Ten milestones a measure, and measures in sections of up to ten; other identities for another ``first``."""
    executors = (ExecutorContent("minenergy", ExecutorRole.LEAD), ExecutorContent("motie", ExecutorRole.LEAD))

    def step(n: int) -> MilestoneContent:
        text = Text.of(f"Step {n}. {PLAN}", ru=f"Шаг {n}. {PLAN_RU}")
        return MilestoneContent(UUID(int=30_000_000 + n), n % 10 + 1, text, DUE, executors)

    def measure(m: int) -> MeasureContent:
        rows = tuple(map(step, range(10 * m, 10 * m + 10)))
        return MeasureContent(UUID(int=20_000_000 + m), m + 1, Text.of(f"Measure {m}. {PLAN}"), milestones=rows)

    measures = [measure(m) for m in range(first // 10, (first + steps) // 10)]
    return RoadMapContent(
        tuple(
            SectionContent(UUID(int=10_000_000 + first + at), Text.of(f"Section {at}"), tuple(measures[at : at + 10]))
            for at in range(0, len(measures), 10)
        )
    )


def reworked(content: RoadMapContent) -> RoadMapContent:
    """A tenth of the milestones changed in text and date, a twentieth replaced, two sections exchanged."""

    def step(row: MilestoneContent) -> MilestoneContent:
        if row.uid.int % 10 == 3:
            return replace(row, mechanism=Text.of(f"{row.mechanism} And once more."), deadline=LATER)
        return replace(row, uid=UUID(int=row.uid.int + 5_000_000)) if row.uid.int % 20 == 7 else row

    changed = each_step(content, step)
    first, second, *others = changed.sections
    return replace(changed, sections=(second, first, *others))


def every_date(content: RoadMapContent, day: date) -> RoadMapContent:
    return each_step(content, lambda row: replace(row, deadline=Deadline(day, Precision.DAY)))


def every_row(content: RoadMapContent, day: date) -> RoadMapContent:
    """Every milestone and every executor of it."""

    def step(row: MilestoneContent) -> MilestoneContent:
        executors = tuple(replace(executor, part=Text.of(f"By {day}")) for executor in row.executors)
        return replace(row, deadline=Deadline(day, Precision.DAY), executors=executors)

    return each_step(content, step)


def each_step(content: RoadMapContent, step: Callable[[MilestoneContent], MilestoneContent]) -> RoadMapContent:
    def measure(row: MeasureContent) -> MeasureContent:
        return replace(row, milestones=tuple(map(step, row.milestones)))

    sections = (replace(section, measures=tuple(map(measure, section.measures))) for section in content.sections)
    return replace(content, sections=tuple(sections))
