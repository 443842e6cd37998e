"""What both sides sign: strict, without loss, and every signed field in the hash."""

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.deadlines import Deadline, Precision
from common.errors import sentence
from common.text import Text
from roadmaps.document.checks import problems
from roadmaps.document.content import ContentError, ExecutorContent, ExecutorRole, RoadMapContent
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
    with pytest.raises(ContentError, match="deadline.not_reviewed") as caught:
        read_content(wrong)
    assert caught.value.path == "sections[0].measures[0].milestones[1].deadline"


MEASURE_AT = "sections[0].measures[0]"
STEP_AT = f"{MEASURE_AT}.milestones[0]"
# a place in the JSON, what stands there instead, and the place and the sentence of the refusal
REFUSED: dict[str, tuple[str, object, str, str]] = {
    "a number in words": (f"{MEASURE_AT}.number", "1", f"{MEASURE_AT}.number", "whole number from 1 to 9999"),
    "true": (f"{MEASURE_AT}.number", True, f"{MEASURE_AT}.number", "whole number"),
    "a number with a point": (f"{STEP_AT}.number", 1.0, f"{STEP_AT}.number", "whole number"),
    "no number": (f"{STEP_AT}.number", None, f"{STEP_AT}.number", "whole number"),
    "zero": (f"{STEP_AT}.number", 0, f"{STEP_AT}.number", "whole number"),
    "a number too high": (f"{STEP_AT}.number", 10000, f"{STEP_AT}.number", "whole number"),
    "an identity in capitals": ("sections[0].uid", str(UUID(int=0xA)).upper(), "sections[0].uid", "lower case"),
    "an identity without hyphens": ("sections[0].uid", "0" * 32, "sections[0].uid", "hyphens"),
    "an identity in braces": ("sections[0].uid", f"{{{UUID(int=1)}}}", "sections[0].uid", "hyphens"),
    "a line end after a code": (f"{STEP_AT}.project", "PRJ-1\n", f"{STEP_AT}.project", "A code is 1 to 64"),
    "a blank code": (f"{STEP_AT}.project", "", f"{STEP_AT}.project", "A code is"),
    "a code in bytes": (f"{STEP_AT}.project", b"PRJ-1", f"{STEP_AT}.project", "A code is"),
    "a role in capitals": (f"{STEP_AT}.executors[0].role", "LEAD", f"{STEP_AT}.executors[0].role", "A role is"),
    "a role of no name": (f"{STEP_AT}.executors[0].role", 0, f"{STEP_AT}.executors[0].role", "A role is"),
    "another form of a day": (f"{STEP_AT}.deadline.due_on", "20250630", f"{STEP_AT}.deadline", "20250630"),
    "a day with a time": (f"{STEP_AT}.deadline.due_on", "2025-06-30T00:00", f"{STEP_AT}.deadline", "2025-06-30T"),
    "a text in a word": (f"{MEASURE_AT}.title", "Title", f"{MEASURE_AT}.title", ""),
    "a text that is missing": (f"{MEASURE_AT}.title", None, f"{MEASURE_AT}.title", ""),
    "an object for a list": ("sections", {}, "sections", "This must be a list."),
    "a tuple": ("sections", (), "sections", "This must be a list."),
    "nothing for a list": (f"{STEP_AT}.executors", None, f"{STEP_AT}.executors", "This must be a list."),
    "a list for an object": (STEP_AT, [], STEP_AT, "This must be an object."),
    "a key too many": (f"{STEP_AT}.colour", "red", STEP_AT, "“colour” is not a known key."),
    "a key that is no text": ("sections[0]", {7: 1}, "sections[0]", "is missing"),
    "two sources": (f"{MEASURE_AT}.funding_organisation", "koica", MEASURE_AT, "not both"),
    "one organisation twice": (f"{STEP_AT}.executors[1].organisation", "minenergy", STEP_AT, "listed twice"),
    "one identity twice": (f"{STEP_AT}.uid", str(UUID(int=1)), f"{STEP_AT}.uid", "already used at sections[0]."),
}


@pytest.mark.parametrize(("place", "value", "path", "said"), REFUSED.values(), ids=REFUSED)
def test_nothing_is_coerced_and_the_refusal_says_what_is_wrong_and_where(
    place: str, value: object, path: str, said: str
) -> None:
    keys = [int(key) if key.isdigit() else key for key in re.findall(r"\w+", place)]
    with pytest.raises(ContentError) as caught:
        read_content(changed(CONTENT.to_json(), tuple(keys), value))
    assert caught.value.path == path
    assert said in sentence(caught.value)


def test_a_missing_key_is_named_with_the_place_of_its_object() -> None:
    written = CONTENT.to_json()
    for path, value in leaves(written):
        for key in value if isinstance(value, dict) and "uid" in value else ():
            without = {name: item for name, item in value.items() if name != key}
            with pytest.raises(ContentError) as caught:
                read_content(changed(written, path, without))
            assert sentence(caught.value) == f"“{key}” is missing."
            assert caught.value.path.count(".") == len([part for part in path if isinstance(part, str)]) - 1


def test_no_row_and_no_organisation_stands_twice() -> None:
    with pytest.raises(ContentError) as caught:
        RoadMapContent((*CONTENT.sections, replace(CONTENT.sections[0], uid=UUID(int=9))))
    assert caught.value.path == "sections[1].measures[0].uid"
    with pytest.raises(ValueError, match="organisation_twice.*minenergy"):
        replace(STEP, executors=(*STEP.executors, ExecutorContent("minenergy", ExecutorRole.CO_EXECUTOR)))
    with pytest.raises(ValueError, match="two_funding_sources"):
        replace(MEASURE, funding_organisation="koica")


def test_leads_stand_first_and_otherwise_executors_keep_their_order() -> None:
    step = replace(
        STEP,
        executors=(
            ExecutorContent("koica", ExecutorRole.CO_EXECUTOR),
            ExecutorContent("motie", ExecutorRole.LEAD),
            ExecutorContent("edcf", ExecutorRole.CO_EXECUTOR),
            ExecutorContent("minenergy", ExecutorRole.LEAD),
        ),
    )
    assert [executor.organisation for executor in step.executors] == ["motie", "minenergy", "koica", "edcf"]


def test_nothing_that_cannot_be_read_back_is_ever_signed() -> None:
    for measure in (replace(MEASURE, number=0), replace(MEASURE, decision="D 13"), replace(MEASURE, number=10**20)):
        content = replace(CONTENT, sections=(replace(CONTENT.sections[0], measures=(measure,)),))
        with pytest.raises(ContentError):
            document("RM-07", None, content, None)
    for reference, base in (("RM-7", None), ("07", None), ("RM-07\n", None), ("RM-07", "A" * 64), ("RM-07", "")):
        with pytest.raises(ValueError, match="content.reference|content.base_hash"):
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
    assert found(executors=(ExecutorContent("motie", ExecutorRole.CO_EXECUTOR),)) == ["executors"]
    motie = ExecutorContent("motie", ExecutorRole.LEAD)
    assert found(executors=(motie, ExecutorContent("mofa-kr", ExecutorRole.LEAD))) == ["executors"]
    assert found(executors=(motie, ExecutorContent("minenergy", ExecutorRole.LEAD))) == []
    assert found(executors=(ExecutorContent("nobody", ExecutorRole.LEAD),)) == ["executors[0].organisation"]
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
