"""Two people change one draft: nothing that only one of them changed is lost, and nothing is decided for both."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from common.deadlines import Deadline, Precision, last_day
from common.text import Text
from roadmaps.document.content import ExecutorContent, ExecutorRole, RoadMapContent, SectionContent
from roadmaps.document.edit import add_row, delete_row, move_row, replace_row
from roadmaps.document.merge import merge
from tests.scenarios.documents import contents, measure, milestone, road_map

# sections 900 and 901 hold measures 10, 20 and 30, and 40; these hold milestones 11, 12, 21, 22 and so on
BASE = road_map(
    tuple(measure(n, n, milestone(n + 1, 1), milestone(n + 2, 2)) for n in (10, 20, 30)),
    (measure(40, 40, milestone(41, 1)),),
)


def uid(number: int) -> UUID:
    return UUID(int=number)


def merged(mine: RoadMapContent, theirs: RoadMapContent) -> RoadMapContent:
    """Merge what must be without conflict, whoever comes first."""
    result, other = merge(BASE, mine, theirs), merge(BASE, theirs, mine)
    assert result.conflicts == other.conflicts == ()
    assert {row.uid for _path, row in result.content.rows()} == {row.uid for _path, row in other.content.rows()}
    return result.content


def conflicts(mine: RoadMapContent, theirs: RoadMapContent) -> list[tuple[int | None, str, Any, Any, Any]]:
    """Merge, and see that mine stands."""
    result = merge(BASE, mine, theirs)
    assert result.content == mine
    return [(c.uid.int if c.uid else None, c.field, c.base, c.mine, c.theirs) for c in result.conflicts]


@st.composite
def edited(draw: st.DrawFn, base: RoadMapContent) -> RoadMapContent:
    """A content after a few edits."""
    for _ in range(draw(st.integers(0, 4))):
        rows = [row for _path, row in base.rows()]
        if not rows:
            break
        row = draw(st.sampled_from(rows))
        title = Text.of(draw(st.sampled_from(["one", "two"])))
        match draw(st.integers(0, 3)):
            case 0:
                name = "title" if hasattr(row, "title") else "mechanism"
                base = replace_row(base, row.uid, **{name: title})
            case 1:
                base = move_row(base, row.uid, up=draw(st.booleans()))
            case 2:
                base = delete_row(base, row.uid)
            case _:
                new = measure(draw(st.integers(1000, 10**9)), 1, milestone(draw(st.integers(10**9, 10**10))))
                base = add_row(base, row.uid, new) if isinstance(row, SectionContent) else base
    return base


pairs = st.tuples(contents(), contents()) | contents().flatmap(lambda base: st.tuples(st.just(base), edited(base)))
threes = st.tuples(contents(), contents(), contents()) | contents().flatmap(
    lambda base: st.tuples(st.just(base), edited(base), edited(base))
)


@given(pairs)
def test_what_only_one_side_changed_is_what_comes_out(both: tuple[RoadMapContent, RoadMapContent]) -> None:
    base, other = both
    for mine, theirs in ((other, base), (base, other), (other, other)):
        result = merge(base, mine, theirs)
        assert (result.content, result.conflicts) == (other, ())


@given(threes)
def test_any_three_contents_merge_and_a_conflict_has_two_sides(
    three: tuple[RoadMapContent, RoadMapContent, RoadMapContent],
) -> None:
    base, mine, theirs = three
    result = merge(base, mine, theirs)
    known = {row.uid for content in three for _path, row in content.rows()}
    assert {row.uid for _path, row in result.content.rows()} <= known
    for conflict in result.conflicts:
        assert conflict.theirs != conflict.mine, conflict


@given(threes)
def test_no_row_that_either_added_or_changed_is_lost_without_a_word(
    three: tuple[RoadMapContent, RoadMapContent, RoadMapContent],
) -> None:
    base, mine, theirs = ({row.uid: row for _path, row in content.rows()} for content in three)
    result = merge(*three)
    kept = {row.uid for _path, row in result.content.rows()}
    told = [c.theirs for c in result.conflicts if c.field == "row" and c.theirs is not None]
    said = {row.uid for top in told for _path, row in _all_of(top)}
    assert {key for key in mine if key not in base} <= kept
    assert {key for key in theirs if key not in base} <= kept | said


def _all_of(row: Any) -> list[tuple[str, Any]]:
    if isinstance(row, SectionContent):
        return list(RoadMapContent((row,)).rows())
    return [("", row), *(("", step) for step in getattr(row, "milestones", ()))]


def test_each_changes_another_field_of_one_row() -> None:
    due = Deadline(last_day(Precision.MONTH, 2026, 5), Precision.MONTH)
    mine = replace_row(BASE, uid(11), mechanism=Text.of("better"))
    theirs = replace_row(BASE, uid(11), deadline=due, number=7)
    assert merged(mine, theirs) == replace_row(theirs, uid(11), mechanism=Text.of("better"))


def test_one_field_that_both_changed_is_a_conflict_with_three_values() -> None:
    mine, theirs = (replace_row(BASE, uid(11), number=number) for number in (5, 6))
    assert conflicts(mine, theirs) == [(11, "number", 1, 5, 6)]
    executors = [(ExecutorContent(code, ExecutorRole.LEAD),) for code in ("motie", "koica")]
    mine, theirs = (replace_row(BASE, uid(11), executors=value) for value in executors)
    assert conflicts(mine, theirs) == [(11, "executors", (), *executors)]
    mine, theirs = (replace(BASE, note=Text.of(note)) for note in ("mine", "theirs"))
    assert conflicts(mine, theirs) == [(None, "note", None, Text.of("mine"), Text.of("theirs"))]
    assert merged(mine, mine) == mine


def test_two_sources_of_funding_exclude_each_other() -> None:
    mine = replace_row(BASE, uid(10), funding_organisation="koica")
    theirs = replace_row(BASE, uid(10), funding_text=Text.of("own funds"))
    assert conflicts(mine, theirs) == [(10, "funding_text", None, None, Text.of("own funds"))]
    assert conflicts(theirs, mine) == [(10, "funding_organisation", None, None, "koica")]


def test_rows_that_come_go_and_move_on_both_sides() -> None:
    mine = delete_row(add_row(BASE, uid(10), milestone(13, 3)), uid(21))
    theirs = move_row(move_row(add_row(BASE, uid(10), milestone(14, 4)), uid(30), up=True), uid(41), up=True)
    result = merged(mine, theirs)
    first, second = ([row.uid.int for row in section.measures] for section in result.sections)
    assert (first, second) == ([10, 30, 20], [40])
    steps = {row.uid.int: [step.uid.int for step in row.milestones] for _section, row in result.measures()}
    assert steps == {10: [11, 12, 14, 13], 30: [31, 32], 20: [22, 41], 40: []}


def test_both_move_one_row() -> None:
    mine, theirs = move_row(BASE, uid(22), up=False), move_row(BASE, uid(21), up=True)
    assert merged(mine, theirs) == move_row(mine, uid(21), up=True)
    mine, theirs = move_row(BASE, uid(21), up=True), move_row(move_row(BASE, uid(21), up=False), uid(21), up=False)
    assert conflicts(mine, theirs) == [(21, "parent", uid(20), uid(10), uid(30))]
    mine, theirs = move_row(BASE, uid(10), up=False), move_row(BASE, uid(30), up=True)
    orders = [tuple(uid(n) for n in order) for order in ((10, 20, 30), (20, 10, 30), (10, 30, 20))]
    assert conflicts(mine, theirs) == [(900, "order", *orders)]


def test_one_deletes_what_the_other_changed() -> None:
    deleted, changed = delete_row(BASE, uid(11)), replace_row(BASE, uid(11), number=9)
    was, now = BASE.row(uid(11)), changed.row(uid(11))
    assert conflicts(deleted, changed) == [(11, "row", was, None, now)]
    assert conflicts(changed, deleted) == [(11, "row", was, now, None)]


def test_one_deletes_a_row_below_which_the_other_works() -> None:
    deleted, added = delete_row(BASE, uid(901)), add_row(BASE, uid(40), milestone(42, 2))
    was, now = BASE.row(uid(901)), added.row(uid(901))
    assert conflicts(deleted, added) == [(901, "row", was, None, now)]
    assert conflicts(added, deleted) == [(901, "row", was, now, None)]
    moved = move_row(BASE, uid(12), up=False)  # into a measure that the other deletes
    assert conflicts(delete_row(BASE, uid(20)), moved) == [(12, "parent", uid(10), uid(10), uid(20))]


def test_a_row_that_becomes_another_kind_of_row_is_another_row() -> None:
    theirs = add_row(delete_row(BASE, uid(11)), uid(901), measure(11, 50))
    assert merge(BASE, BASE, theirs).content == theirs
    mine = replace_row(BASE, uid(11), number=9)
    result = merge(BASE, mine, theirs)
    assert result.content == mine
    assert [(conflict.kind, conflict.field) for conflict in result.conflicts] == [
        ("milestone", "row"),
        ("measure", "row"),
    ]
