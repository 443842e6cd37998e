"""What both sides sign: strict, without loss, and every signed field in the hash."""

import json
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.deadlines import Deadline, Precision
from common.text import Text
from roadmaps.document.checks import problems
from roadmaps.document.content import ContentError, ExecutorContent, RoadMapContent, Role
from roadmaps.document.hashing import content_hash, document
from roadmaps.document.identity import identity
from roadmaps.document.numbering import roman
from roadmaps.document.read import read_content
from tests.scenarios.documents import (
    CONTENT,
    MEASURE,
    SIDES,
    STEP,
    altered,
    changed,
    contents,
    leaves,
    with_step,
)


@given(contents())
def test_a_content_survives_json(content: RoadMapContent) -> None:
    assert read_content(json.loads(json.dumps(content.to_json()))) == content


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
                read_content(changed(written, path, wrong))
            assert caught.value.path.startswith(str(path[0])), path
        if isinstance(value, dict) and "texts" not in path[-1:]:
            for broken in ({**value, "colour": 1}, {key: value[key] for key in list(value)[1:]}):
                with pytest.raises(ContentError):
                    read_content(changed(written, path, broken) if path else broken)


def test_an_error_names_the_place_in_the_document() -> None:
    wrong = changed(CONTENT.to_json(), ("sections", 0, "measures", 0, "milestones", 1, "deadline", "precision"), "day")
    with pytest.raises(ContentError, match="Only a continuous") as caught:
        read_content(wrong)
    assert caught.value.path == "sections[0].measures[0].milestones[1].deadline"


def test_no_row_and_no_organisation_stands_twice() -> None:
    with pytest.raises(ContentError) as caught:
        RoadMapContent((*CONTENT.sections, replace(CONTENT.sections[0], uid=UUID(int=9))))
    assert caught.value.path == "sections[1].measures[0].uid"
    with pytest.raises(ValueError, match="minenergy is named twice"):
        replace(STEP, executors=(*STEP.executors, ExecutorContent("minenergy", Role.CO_EXECUTOR)))
    with pytest.raises(ValueError, match="not both"):
        replace(MEASURE, funding_organisation="koica")


def test_leads_stand_first_and_otherwise_executors_keep_their_order() -> None:
    step = replace(
        STEP,
        executors=(
            ExecutorContent("koica", Role.CO_EXECUTOR),
            ExecutorContent("motie", Role.LEAD),
            ExecutorContent("edcf", Role.CO_EXECUTOR),
            ExecutorContent("minenergy", Role.LEAD),
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
    assert found(executors=(ExecutorContent("motie", Role.CO_EXECUTOR),)) == ["executors"]
    assert found(executors=(ExecutorContent("motie", Role.LEAD), ExecutorContent("mofa-kr", Role.LEAD))) == [
        "executors"
    ]
    assert found(executors=(ExecutorContent("motie", Role.LEAD), ExecutorContent("minenergy", Role.LEAD))) == []
    assert found(executors=(ExecutorContent("nobody", Role.LEAD),)) == ["executors[0].organisation"]
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
