"""Contents of road maps: one by hand, that one with each value altered, and random ones."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from common.deadlines import TO_BE_AGREED, Deadline, Precision
from common.language import LANGUAGES
from common.text import Text
from roadmaps.document.content import (
    ExecutorContent,
    ExecutorRole,
    MeasureContent,
    MilestoneContent,
    RoadMapContent,
    SectionContent,
)
from roadmaps.document.read import read_content

DEADLINES = (
    TO_BE_AGREED,
    Deadline(date(2025, 6, 30), Precision.MONTH),
    Deadline(date(2025, 6, 30), Precision.QUARTER),
    Deadline(date(2025, 9, 26), Precision.CONTINUOUS, 6),
)
codes = st.sampled_from(["minenergy", "motie", "koica", "mofa-kr"])
texts = st.builds(
    lambda original, others: Text.of(f"original {original}", original, **others),
    st.sampled_from(LANGUAGES),
    st.fixed_dictionaries({}, optional={"ru": st.sampled_from(["да", "нет"]), "ko": st.sampled_from(["예", "아니요"])}),
)
executors = st.lists(
    st.builds(ExecutorContent, codes, st.sampled_from(ExecutorRole), st.none() | texts),
    unique_by=lambda executor: executor.organisation,
    max_size=4,
).map(tuple)


@st.composite
def contents(draw: st.DrawFn) -> RoadMapContent:
    """Any content over a few uids, so that two drawn ones share rows, in other places and with other texts."""
    free = draw(st.permutations([UUID(int=number) for number in range(12)]))
    uids = iter(free)

    def some(most: int) -> Iterator[UUID]:
        return (uid for uid, _ in zip(uids, range(draw(st.integers(0, most))), strict=False))

    numbers = st.integers(1, 4)
    return RoadMapContent(
        tuple(
            SectionContent(
                section,
                draw(texts),
                tuple(
                    MeasureContent(
                        measure,
                        draw(numbers),
                        draw(texts),
                        expected_result=draw(st.none() | texts),
                        funding_organisation=draw(st.none() | codes),
                        milestones=tuple(
                            MilestoneContent(
                                uid, draw(numbers), draw(texts), draw(st.sampled_from(DEADLINES)), draw(executors)
                            )
                            for uid in list(some(3))
                        ),
                    )
                    for measure in list(some(3))
                ),
            )
            for section in list(some(3))
        ),
        note=draw(st.none() | texts),
    )


STEP = MilestoneContent(
    UUID(int=3),
    1,
    Text.of("Agree the rules", ru="Согласовать регламент"),
    DEADLINES[1],
    (
        ExecutorContent("minenergy", ExecutorRole.LEAD),
        ExecutorContent("mofa-kr", ExecutorRole.CO_EXECUTOR, Text.of("protocol")),
    ),
    "PRJ-1",
)
MEASURE = MeasureContent(
    UUID(int=2),
    1,
    Text.of("Resume the dialogue"),
    "D13",
    Text.of("The dialogue meets"),
    funding_text=Text.of("own funds"),
    milestones=(STEP, replace(STEP, uid=UUID(int=4), number=2, deadline=DEADLINES[3])),
)
CONTENT = RoadMapContent((SectionContent(UUID(int=1), Text.of("Dialogue"), (MEASURE,)),), Text.of("first draft"))
SIDES = {"minenergy": "UZ", "motie": "KR", "mofa-kr": "KR"}


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every object, list and value within a JSON value, with its path."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from leaves(item, (*path, key))


def changed(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    value = json.loads(json.dumps(value))
    target = value
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = new
    return value


def altered() -> Iterator[RoadMapContent]:
    """CONTENT with one signed value changed, for each of its values."""
    written = CONTENT.to_json()
    new = {"uid": str(UUID(int=99)), "number": 7, "lead": "co_executor", "co_executor": "lead"}
    for path, value in leaves(written):
        if isinstance(value, dict | list) or value is None or {"deadline", "original"} & set(path):
            continue  # a deadline and an original language change with what stands beside them
        yield read_content(changed(written, path, new.get(str(value), new.get(str(path[-1]), "other"))))
    for deadline in (TO_BE_AGREED, DEADLINES[2], Deadline(date(2025, 9, 26), Precision.CONTINUOUS, 7)):
        yield with_step(deadline=deadline)


def with_step(**changes: Any) -> RoadMapContent:
    measure = replace(MEASURE, milestones=(replace(STEP, **changes), *MEASURE.milestones[1:]))
    return replace(CONTENT, sections=(replace(CONTENT.sections[0], measures=(measure,)),))


def milestone(uid: int, number: int = 1) -> MilestoneContent:
    return MilestoneContent(UUID(int=uid), number, Text.of(f"step {uid}"), TO_BE_AGREED)


def measure(uid: int, number: int, *milestones: MilestoneContent) -> MeasureContent:
    return MeasureContent(UUID(int=uid), number, Text.of(f"measure {uid}"), milestones=milestones)


def road_map(*sections: tuple[MeasureContent, ...]) -> RoadMapContent:
    return RoadMapContent(
        tuple(SectionContent(UUID(int=900 + i), Text.of(f"section {i}"), below) for i, below in enumerate(sections))
    )
