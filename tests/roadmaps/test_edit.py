"""Edits of a road map are pure: each gives another content and leaves the first as it was."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.text import Text
from roadmaps.document.content import MeasureContent, RoadMapContent, SectionContent
from roadmaps.document.edit import RowNotFoundError, add_row, delete_row, move_row, replace_row, restore_row
from roadmaps.document.numbering import labels, next_measure_number, next_milestone_number, renumber
from roadmaps.document.tree import rows_below
from tests.scenarios.documents import contents, measure, milestone, road_map

# sections 900, 901 and 902 hold measures 10, 20 and 30, none, and 40; these hold milestones 11, 12 and so on
CONTENT = road_map(
    (measure(10, 1, milestone(11, 1), milestone(12, 2)), measure(20, 2), measure(30, 3, milestone(31, 1))),
    (),
    (measure(40, 4, milestone(41, 1)),),
)
Shape = list[tuple[int, list[tuple[int, list[int]]]]]


def shape(content: RoadMapContent) -> Shape:
    return [
        (section.uid.int, [(row.uid.int, [step.uid.int for step in row.milestones]) for row in section.measures])
        for section in content.sections
    ]


FIRST, LAST = (10, [11, 12]), (40, [41])
MOVES: dict[tuple[int, bool], Shape] = {
    (12, True): [(900, [(10, [12, 11]), (20, []), (30, [31])]), (901, []), (902, [LAST])],
    (12, False): [(900, [(10, [11]), (20, [12]), (30, [31])]), (901, []), (902, [LAST])],
    (31, True): [(900, [FIRST, (20, [31]), (30, [])]), (901, []), (902, [LAST])],
    (31, False): [(900, [FIRST, (20, []), (30, [])]), (901, []), (902, [(40, [31, 41])])],
    (30, False): [(900, [FIRST, (20, [])]), (901, [(30, [31])]), (902, [LAST])],
    (40, True): [(900, [FIRST, (20, []), (30, [31])]), (901, [LAST]), (902, [])],
    (902, True): [(900, [FIRST, (20, []), (30, [31])]), (902, [LAST]), (901, [])],
    (11, True): shape(CONTENT),
    (41, False): shape(CONTENT),
    (10, True): shape(CONTENT),
    (902, False): shape(CONTENT),
}


@pytest.mark.parametrize(("uid", "up"), MOVES)
def test_a_row_moves_past_its_neighbour_and_at_the_edge_into_the_next_parent(uid: int, up: bool) -> None:
    assert shape(move_row(CONTENT, UUID(int=uid), up=up)) == MOVES[uid, up]


@given(contents(), st.data())
def test_a_row_that_moves_can_move_back(content: RoadMapContent, data: st.DataObject) -> None:
    for row in (row for _path, row in content.rows()):
        up = data.draw(st.booleans())
        moved = move_row(content, row.uid, up=up)
        assert {row.uid for _path, row in moved.rows()} == {row.uid for _path, row in content.rows()}
        if moved != content:
            assert move_row(moved, row.uid, up=not up) == content


def test_a_row_is_replaced_with_what_is_below_it_left_alone() -> None:
    changed = replace_row(CONTENT, UUID(int=10), title=Text.of("Another title"))
    row = changed.row(UUID(int=10))
    assert isinstance(row, MeasureContent)
    assert (str(row.title), len(row.milestones)) == ("Another title", 2)
    assert replace_row(changed, UUID(int=10), title=Text.of("measure 10")) == CONTENT
    with pytest.raises(ValueError, match="two_funding_sources"):
        replace_row(CONTENT, UUID(int=10), funding_organisation="koica", funding_text=Text.of("own funds"))


def test_a_row_is_added_as_the_last_of_its_parent() -> None:
    section = SectionContent(UUID(int=1), Text.of("New"))
    assert shape(add_row(CONTENT, None, section)) == [*shape(CONTENT), (1, [])]
    assert shape(add_row(CONTENT, UUID(int=901), measure(1, 5)))[1] == (901, [(1, [])])
    assert shape(add_row(CONTENT, UUID(int=10), milestone(1, 3)))[0][1][0] == (10, [11, 12, 1])
    with pytest.raises(ValueError, match="uid_twice"):
        add_row(CONTENT, UUID(int=20), milestone(11))


def test_no_row_goes_where_it_cannot_stand() -> None:
    wrong: list[Callable[[], object]] = [
        lambda: add_row(CONTENT, None, milestone(1)),
        lambda: add_row(CONTENT, UUID(int=900), milestone(1)),
        lambda: add_row(CONTENT, UUID(int=11), milestone(1)),
        lambda: add_row(CONTENT, UUID(int=7), milestone(1)),
        lambda: delete_row(CONTENT, UUID(int=7)),
        lambda: move_row(CONTENT, UUID(int=7), up=True),
        lambda: replace_row(CONTENT, UUID(int=7), number=2),
        lambda: restore_row(CONTENT, CONTENT, UUID(int=7)),
        lambda: restore_row(CONTENT, CONTENT, UUID(int=10)),
        lambda: restore_row(delete_row(CONTENT, UUID(int=10)), CONTENT, UUID(int=11)),
    ]
    for edit in wrong:
        with pytest.raises(RowNotFoundError):
            edit()


@given(contents())
def test_a_deleted_row_comes_back_as_it_was_agreed_and_where_it_stood(content: RoadMapContent) -> None:
    for row in (row for _path, row in content.rows()):
        deleted = delete_row(content, row.uid)
        gone = {row.uid for _path, row in content.rows()} - {row.uid for _path, row in deleted.rows()}
        assert len(gone) == 1 + sum(1 + len(rows_below(child)) for child in rows_below(row))
        assert restore_row(deleted, content, row.uid) == content


def test_a_row_that_moved_out_of_a_deleted_one_stays_where_it_is() -> None:
    moved = move_row(CONTENT, UUID(int=12), up=False)
    restored = restore_row(delete_row(moved, UUID(int=10)), CONTENT, UUID(int=10))
    assert shape(restored) == shape(moved)


def test_rows_are_numbered_anew_in_the_order_in_which_they_stand() -> None:
    moved = move_row(move_row(CONTENT, UUID(int=12), up=True), UUID(int=20), up=True)
    assert list(labels(moved).values()) == ["I", "2", "1", "1.2", "1.1", "3", "3.1", "II", "III", "4", "4.1"]
    assert list(labels(renumber(moved)).values()) == ["I", "1", "2", "2.1", "2.2", "3", "3.1", "II", "III", "4", "4.1"]
    assert renumber(renumber(moved)) == renumber(moved)


def test_a_new_row_is_numbered_after_the_highest() -> None:
    assert next_measure_number(CONTENT) == 5
    assert next_measure_number(RoadMapContent()) == 1
    assert next_milestone_number(measure(10, 1, milestone(11, 4), milestone(12, 2))) == 5
    assert next_milestone_number(replace(measure(10, 1), milestones=(milestone(11, 9999),))) == 9999
