"""What both sides sign: strict, without loss, and every signed field in the hash."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.deadlines import TO_BE_AGREED, Deadline, Precision
from common.text import LANGUAGES, Text
from roadmaps.document.content import (
    ContentError,
    Executor,
    Measure,
    Milestone,
    RoadMapContent,
    Role,
    Section,
    content_hash,
    document,
    identity,
    problems,
    roman,
)

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
    st.builds(Executor, codes, st.sampled_from(Role), st.none() | texts),
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
            Section(
                section,
                draw(texts),
                tuple(
                    Measure(
                        measure,
                        draw(numbers),
                        draw(texts),
                        expected_result=draw(st.none() | texts),
                        funding_organisation=draw(st.none() | codes),
                        milestones=tuple(
                            Milestone(
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


STEP = Milestone(
    UUID(int=3),
    1,
    Text.of("Agree the rules", ru="Согласовать регламент"),
    DEADLINES[1],
    (Executor("minenergy", Role.LEAD), Executor("mofa-kr", Role.CO_EXECUTOR, Text.of("protocol"))),
    "PRJ-1",
)
MEASURE = Measure(
    UUID(int=2),
    1,
    Text.of("Resume the dialogue"),
    "D13",
    Text.of("The dialogue meets"),
    funding_text=Text.of("own funds"),
    milestones=(STEP, replace(STEP, uid=UUID(int=4), number=2, deadline=DEADLINES[3])),
)
CONTENT = RoadMapContent((Section(UUID(int=1), Text.of("Dialogue"), (MEASURE,)),), Text.of("first draft"))
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
        yield RoadMapContent.from_json(changed(written, path, new.get(str(value), new.get(str(path[-1]), "other"))))
    for deadline in (TO_BE_AGREED, DEADLINES[2], Deadline(date(2025, 9, 26), Precision.CONTINUOUS, 7)):
        yield with_step(deadline=deadline)


def with_step(**changes: Any) -> RoadMapContent:
    measure = replace(MEASURE, milestones=(replace(STEP, **changes), *MEASURE.milestones[1:]))
    return replace(CONTENT, sections=(replace(CONTENT.sections[0], measures=(measure,)),))


@given(contents())
def test_a_content_survives_json(content: RoadMapContent) -> None:
    assert RoadMapContent.from_json(json.loads(json.dumps(content.to_json()))) == content


@given(contents(), contents())
def test_two_contents_have_one_hash_only_when_they_are_equal(one: RoadMapContent, other: RoadMapContent) -> None:
    hashes = {content_hash("RM-07", None, content, None) for content in (one, other)}
    assert (len(hashes) == 1) == (one == other)


def test_the_hash_is_of_these_bytes_for_ever() -> None:
    # a new value here means that no signature given so far can be checked any more
    signed = content_hash("RM-07", None, CONTENT, Text.of("first"))
    assert signed == "a77032ac186744ce517fa824ade458fcefdae5afa9644e96395b383143543bdd"
    assert identity("milestone", "D05") == UUID("dfae5345-6ff5-5ac4-8bab-d81bf9562c1f")


def test_every_signed_value_is_in_the_hash() -> None:
    whole = content_hash("RM-07", None, CONTENT, Text.of("why"))
    others = {
        content_hash("RM-08", None, CONTENT, Text.of("why")),
        content_hash("RM-07", "a" * 64, CONTENT, Text.of("why")),
        content_hash("RM-07", None, CONTENT, Text.of("why else")),
        content_hash("RM-07", None, CONTENT, Text.of("why", ru="почему")),
    }
    contents = list(altered())
    others |= {content_hash("RM-07", None, content, Text.of("why")) for content in contents}
    assert len(contents) > 20
    assert len(others - {whole}) == len(contents) + 4


def test_what_is_not_a_content_is_refused_with_its_place_whatever_is_wrong() -> None:
    written = CONTENT.to_json()
    for path, value in leaves(written):
        for wrong in (1.5, True, [None], {"x": 1}, "\x00", 10**30, -1, ""):
            if not path or (wrong == "" and path[-1] == "ru"):  # a blank translation is an absent one
                continue
            with pytest.raises(ContentError) as caught:
                RoadMapContent.from_json(changed(written, path, wrong))
            assert caught.value.path.startswith(str(path[0])), path
        if isinstance(value, dict) and "texts" not in path[-1:]:
            for broken in ({**value, "colour": 1}, {key: value[key] for key in list(value)[1:]}):
                with pytest.raises(ContentError):
                    RoadMapContent.from_json(changed(written, path, broken) if path else broken)


def test_an_error_names_the_place_in_the_document() -> None:
    wrong = changed(CONTENT.to_json(), ("sections", 0, "measures", 0, "milestones", 1, "deadline", "precision"), "day")
    with pytest.raises(ContentError, match="Only a continuous") as caught:
        RoadMapContent.from_json(wrong)
    assert caught.value.path == "sections[0].measures[0].milestones[1].deadline"


def test_no_row_and_no_organisation_stands_twice() -> None:
    with pytest.raises(ContentError) as caught:
        RoadMapContent((*CONTENT.sections, replace(CONTENT.sections[0], uid=UUID(int=9))))
    assert caught.value.path == "sections[1].measures[0].uid"
    with pytest.raises(ValueError, match="minenergy is named twice"):
        replace(STEP, executors=(*STEP.executors, Executor("minenergy", Role.CO_EXECUTOR)))
    with pytest.raises(ValueError, match="not both"):
        replace(MEASURE, funding_organisation="koica")


def test_leads_stand_first_and_otherwise_executors_keep_their_order() -> None:
    step = replace(
        STEP,
        executors=(
            Executor("koica", Role.CO_EXECUTOR),
            Executor("motie", Role.LEAD),
            Executor("edcf", Role.CO_EXECUTOR),
            Executor("minenergy", Role.LEAD),
        ),
    )
    assert [executor.organisation for executor in step.executors] == ["motie", "minenergy", "koica", "edcf"]


def test_nothing_that_cannot_be_read_back_is_ever_signed() -> None:
    for measure in (replace(MEASURE, number=0), replace(MEASURE, decision="D 13"), replace(MEASURE, number=10**20)):
        content = replace(CONTENT, sections=(replace(CONTENT.sections[0], measures=(measure,)),))
        with pytest.raises(ContentError):
            document("RM-07", None, content, None)
    for reference, base in (("RM-7", None), ("07", None), ("RM-07\n", None), ("RM-07", "A" * 64), ("RM-07", "")):
        with pytest.raises(ValueError, match="RM-07|hexadecimal"):
            document(reference, base, CONTENT, None)


def test_publishing_is_kept_from_a_content_with_each_known_problem_and_from_no_other() -> None:
    def found(**changes: Any) -> list[str]:
        paths = [problem.path for problem in problems(with_step(**changes), SIDES)]
        return [path.removeprefix("sections[0].measures[0].milestones[0].") for path in paths]

    assert found() == []
    assert [problem.path for problem in problems(RoadMapContent(), SIDES)] == [""]
    assert found(number=2) == ["sections[0].measures[0].milestones[1].number"]
    assert found(deadline=Deadline(date(2024, 6, 14), Precision.DAY)) == []
    assert found(deadline=Deadline(date(2024, 6, 13), Precision.DAY)) == ["deadline"]
    assert found(executors=(Executor("motie", Role.CO_EXECUTOR),)) == ["executors"]
    assert found(executors=(Executor("motie", Role.LEAD), Executor("mofa-kr", Role.LEAD))) == ["executors"]
    assert found(executors=(Executor("motie", Role.LEAD), Executor("minenergy", Role.LEAD))) == []
    assert found(executors=(Executor("nobody", Role.LEAD),)) == ["executors[0].organisation"]
    twice = replace(CONTENT.sections[0], measures=(MEASURE, replace(MEASURE, uid=UUID(int=8), milestones=())))
    assert [problem.path for problem in problems(RoadMapContent((twice,)), SIDES)] == ["sections[0].measures[1].number"]


@given(st.integers(1, 3998))
@settings(max_examples=50)
def test_sections_are_numbered_in_roman_numerals(number: int) -> None:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    digits = [values[letter] for letter in roman(number)]
    following = [*digits[1:], 0]
    assert sum(-digit if digit < after else digit for digit, after in zip(digits, following, strict=True)) == number
    assert not any(letter * 4 in roman(number) for letter in "IXC")
