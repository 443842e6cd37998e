"""What would change is computed by comparing two contents, and nothing is missed."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.text import Text
from roadmaps.document.content import (
    ExecutorContent,
    ExecutorRole,
    RoadMapContent,
)
from roadmaps.document.diff import Change, compare, executor_changes, words
from tests.scenarios.documents import CONTENT, altered, contents, executors, measure, milestone, road_map


def read(changes: tuple[Change, ...]) -> list[tuple[str, str, str | None]]:
    return [(change.kind, change.label, change.field) for change in changes]


@given(contents(), contents())
def test_two_contents_compare_as_nothing_only_when_they_are_equal(one: RoadMapContent, other: RoadMapContent) -> None:
    assert compare(one, one) == ()
    assert (compare(one, other) == ()) == (one == other)


@given(contents(), contents())
def test_the_comparison_read_backwards_tells_the_same(one: RoadMapContent, other: RoadMapContent) -> None:
    def told(changes: tuple[Change, ...], kinds: tuple[str, ...], back: bool) -> list[str]:
        pairs = [(c.after, c.before) if back else (c.before, c.after) for c in changes if c.kind in kinds]
        return sorted(map(repr, pairs))

    there, back = compare(one, other), compare(other, one)
    for kinds in ("added", "dropped"), ("dropped", "added"), ("changed", "changed"):
        assert told(there, kinds[:1], back=False) == told(back, kinds[1:], back=True)


@given(contents(), contents())
def test_every_row_that_came_or_went_is_named_once(one: RoadMapContent, other: RoadMapContent) -> None:
    was, now = ({(type(row), row.uid) for _, row in content.rows()} for content in (one, other))
    changes = compare(one, other)
    added = [(type(change.after), change.uid) for change in changes if change.kind == "added"]
    dropped = [(type(change.before), change.uid) for change in changes if change.kind == "dropped"]
    assert sorted(map(repr, added)) == sorted(map(repr, now - was))
    assert sorted(map(repr, dropped)) == sorted(map(repr, was - now))


def test_every_signed_value_that_changes_is_a_change() -> None:
    for content in altered():
        assert compare(CONTENT, content), content


def test_a_change_in_a_language_the_reader_does_not_read_is_a_change() -> None:
    before = road_map((measure(1, 1, milestone(2)),))
    step = replace(milestone(2), mechanism=Text.of("step 2", ko="단계"))
    assert read(compare(before, road_map((measure(1, 1, step),)))) == [("changed", "1.1", "mechanism")]


def test_changes_stand_in_reading_order_and_dropped_rows_where_they_stood() -> None:
    before = road_map(
        (measure(1, 1, milestone(11, 1), milestone(12, 2), milestone(13, 3)), measure(2, 2, milestone(21))),
        (measure(3, 3),),
        (measure(4, 4),),
    )
    kept = (measure(1, 1, milestone(11, 1), milestone(13, 3)),)
    after = road_map(kept, (), (replace(measure(4, 4), decision="D05"),))
    assert read(compare(before, after)) == [
        ("dropped", "1.2", None),
        ("dropped", "2", None),
        ("dropped", "2.1", None),
        ("dropped", "3", None),
        ("changed", "4", "decision"),
    ]
    first = replace(after, sections=after.sections[1:])
    assert read(compare(before, first))[0] == ("dropped", "I", None)


def test_a_row_put_in_front_moves_no_other_and_one_carried_away_is_the_only_one_moved() -> None:
    four = tuple(measure(uid, uid) for uid in (1, 2, 3, 4))
    before = road_map(four, ())
    assert read(compare(before, road_map((measure(9, 9), *four), ()))) == [("added", "9", None)]
    assert read(compare(before, road_map((*four[1:], four[0]), ()))) == [("moved", "1", None)]
    (carried,) = compare(before, road_map(four[:3], four[3:]))
    assert (carried.kind, carried.before.label, carried.after.label, carried.after.position) == ("moved", "I", "II", 1)


@given(executors.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some) | executors)))
def test_executors_are_compared_by_organisation(
    both: tuple[Sequence[ExecutorContent], Sequence[ExecutorContent]],
) -> None:
    one, other = (replace(milestone(1), executors=tuple(found)).executors for found in both)
    changes = executor_changes(one, other)
    assert (changes == ()) == (one == other)
    came = {executor.organisation for executor in other} - {executor.organisation for executor in one}
    assert {change.organisation for change in changes if change.kind == "added"} == came


def test_a_new_lead_is_a_change_of_role_and_not_of_place() -> None:
    before = (ExecutorContent("motie", ExecutorRole.LEAD), ExecutorContent("koica", ExecutorRole.CO_EXECUTOR))
    after = replace(
        milestone(1), executors=(before[0], ExecutorContent("koica", ExecutorRole.LEAD, Text.of("training")))
    ).executors
    assert [(change.kind, change.organisation) for change in executor_changes(before, after)] == [
        ("role", "koica"),
        ("part", "koica"),
    ]


def test_rows_in_reverse_order_are_moves_and_nothing_else() -> None:
    before = road_map(tuple(measure(n, n, *(milestone(n * 100 + k, k) for k in range(1, 10))) for n in range(1, 101)))
    after = road_map(tuple(reversed(before.sections[0].measures)))
    changes = compare(before, after)
    assert {change.kind for change in changes} == {"moved"} and len(changes) == 99


def test_a_long_text_with_a_word_more_at_its_start_differs_in_that_word() -> None:
    before, after = (" ".join(map(str, range(start, start + 5000))) for start in (0, 1))
    assert len(words(before, after)) == 3


prose = st.text(st.sampled_from("a bʻ9. 단계я\n\u00a0-"), max_size=40) | st.text(max_size=20)


@given(prose, prose)
def test_the_pieces_of_a_word_difference_rebuild_both_texts_exactly(before: str, after: str) -> None:
    pieces = words(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after
    assert all(piece.text for piece in pieces)
    assert (before == after) == all(piece.kind == "equal" for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "removed", "added"),
    [
        ("Hold the meeting in Tashkent", "Hold the next meeting in Tashkent", [], [" next"]),
        ("Toʻrtta loyiha", "Toʻqqizta loyiha", ["Toʻrtta"], ["Toʻqqizta"]),
        ("공동 예비타당성 조사", "공동 타당성 조사", ["예비타당성"], ["타당성"]),
        ("one two three, four", "five six seven, four", ["one two three"], ["five six seven"]),
        ("до 30 июня", "до 30 сентября", ["июня"], ["сентября"]),
    ],
)
def test_only_the_words_that_differ_are_struck_and_underlined(
    before: str, after: str, removed: list[str], added: list[str]
) -> None:
    pieces = words(before, after)
    assert [piece.text for piece in pieces if piece.kind == "removed"] == removed
    assert [piece.text for piece in pieces if piece.kind == "added"] == added
