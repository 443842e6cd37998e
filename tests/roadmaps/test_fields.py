"""The table of fields is the only list of them: a field that is added to it reaches every reader."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.template.loader import render_to_string

from accounts.models import Organisation
from accounts.policy.actors import system_actor
from common.api.columns import TextColumn
from common.deadlines import TO_BE_AGREED
from common.text import MultilingualFormField, Text
from desk.editor.forms import RowForm
from desk.editor.inputs import CodeField
from desk.proposals.difference import Difference
from desk.roadmaps.selectors.table import OfficialTable
from roadmaps.api import ExecutorSerializer, MeasureSerializer, MilestoneSerializer
from roadmaps.document import read
from roadmaps.document.content import ContentError, MilestoneContent, RoadMapContent
from roadmaps.document.diff import compare
from roadmaps.document.edit import delete_row, replace_row
from roadmaps.document.extract import extract
from roadmaps.document.fields import FIELDS, DocumentField, FieldKind, RowKind, edited_fields, signed_fields
from roadmaps.document.hashing import content_hash
from roadmaps.document.merge import merge
from roadmaps.document.tree import CHILDREN, CLASSES, codes_of, nodes
from roadmaps.models import Assignment, Measure, Milestone, RoadMap, Section
from roadmaps.row_mapping import RecordKeys, columns_of, relations_of, values_of
from tests.scenarios.documents import changed, measure, road_map
from tests.scenarios.people import actor_for, loner

MODELS: dict[RowKind, Any] = {
    RowKind.SECTION: Section,
    RowKind.MEASURE: Measure,
    RowKind.MILESTONE: Milestone,
    RowKind.EXECUTOR: Assignment,
}
REMARK = DocumentField(name="remark", kind=FieldKind.TEXT, label="Remark", longest=200, exported="remark")
AUDITOR = DocumentField(name="auditor", kind=FieldKind.ORGANISATION, label="Auditor", exported="auditor")


STEP = UUID(int=2)


@dataclass(frozen=True, slots=True)
class WiderMilestone(MilestoneContent):
    """A milestone with the two fields that the test adds to the table."""

    remark: Text | None = None
    auditor: str | None = None


@pytest.fixture(name="before")
def before_fixture(monkeypatch: pytest.MonkeyPatch) -> Iterator[RoadMapContent]:
    """A content of the wider kind, while the table has the two fields."""
    monkeypatch.setitem(FIELDS, RowKind.MILESTONE, (*FIELDS[RowKind.MILESTONE], REMARK, AUDITOR))
    monkeypatch.setitem(CLASSES, RowKind.MILESTONE, WiderMilestone)
    read.schema.cache_clear()
    yield road_map((measure(1, 1, WiderMilestone(STEP, 1, Text.of("step"), TO_BE_AGREED)),))
    read.schema.cache_clear()


def test_a_new_field_is_read_strictly_and_is_signed(before: RoadMapContent) -> None:
    content = replace_row(before, STEP, remark=Text.of("Check"), auditor="koica")
    written = content.to_json()
    assert read.read_content(written) == content
    for name, wrong in (("remark", "Check"), ("auditor", "no code"), ("auditor", 1)):
        step = {**written["sections"][0]["measures"][0]["milestones"][0], name: wrong}
        with pytest.raises(ContentError) as caught:
            read.read_content(changed(written, ("sections", 0, "measures", 0, "milestones", 0), step))
        assert caught.value.path == f"sections[0].measures[0].milestones[0].{name}"
    assert content_hash("RM-07", None, content, None) != content_hash("RM-07", None, before, None)


def test_a_new_field_is_compared_and_merged(before: RoadMapContent) -> None:
    after = replace_row(before, STEP, remark=Text.of("Check"))
    (change,) = compare(before, after)
    assert (change.field, change.before, change.after) == ("remark", None, Text.of("Check"))
    other = replace_row(before, STEP, auditor="koica")
    assert merge(before, after, other).content == replace_row(after, STEP, auditor="koica")
    (conflict,) = merge(before, after, replace_row(before, STEP, remark=Text.of("Another"))).conflicts
    assert (conflict.field, conflict.theirs) == ("remark", Text.of("Another"))


def test_a_new_field_is_written_to_the_rows_and_read_from_them(before: RoadMapContent) -> None:
    step = replace_row(before, STEP, remark=Text.of("Check"), auditor="koica").row(STEP)
    keys = RecordKeys({FieldKind.ORGANISATION: {"koica": 7}, FieldKind.PROJECT: {}, FieldKind.DECISION: {}}, {})
    columns = columns_of(RowKind.MILESTONE, step, keys)
    assert (columns["remark"], columns["auditor_id"]) == (Text.of("Check"), 7)
    row = SimpleNamespace(**columns, deadline=TO_BE_AGREED, project=None, auditor=SimpleNamespace(code="koica"))
    assert WiderMilestone(uid=STEP, **values_of(RowKind.MILESTONE, row)) == step
    assert "auditor" in relations_of(RowKind.MILESTONE)


def test_an_organisation_in_a_new_field_is_named_by_the_row(before: RoadMapContent) -> None:
    content = replace_row(before, STEP, auditor="koica")
    assert codes_of(list(nodes(content))[-1])[FieldKind.ORGANISATION] == {"koica"}
    assert extract(content, {"koica"}) == content
    assert extract(content, {"motie"}) == RoadMapContent()


@pytest.mark.django_db
def test_a_new_field_is_printed_among_the_differences(before: RoadMapContent) -> None:
    after = replace_row(before, STEP, remark=Text.of("Check"), auditor="koica")
    actor = actor_for(loner())
    remark, auditor = Difference(actor, before, after, lambda content: content).rows
    assert (remark.what, remark.diff.after[0].spans[0].text) == ("Remark", "Check")
    assert (auditor.what, auditor.diff.after[0].spans[0].text) == ("Auditor", "koica")
    (new,) = Difference(actor, delete_row(after, STEP), after, lambda content: content).rows
    assert [line.label for line in new.diff.after][-2:] == ["Remark", "Auditor"]


@pytest.mark.django_db
def test_a_new_field_is_printed_in_the_official_table(before: RoadMapContent) -> None:
    content = replace_row(before, STEP, remark=Text.of("Check"), auditor="koica")
    table = OfficialTable(system_actor("test"), RoadMap.objects.get(reference="RM-07"), content, agreed=True)
    (step,) = table.sections[0].measures[0].steps
    assert [(detail.label, str(detail.value)) for detail in step.details][-2:] == [
        ("Remark", "Check"),
        ("Auditor", str(Organisation.objects.get(code="koica"))),
    ]
    page = render_to_string("roadmaps/details.html", {"details": step.details})
    assert "Remark:" in page and "Check" in page and 'href="/organisations/koica/"' in page


def test_a_new_field_reaches_the_api_and_the_editor(before: RoadMapContent) -> None:
    columns = MilestoneSerializer().fields
    assert isinstance(columns["remark"], TextColumn) and columns["remark"].allow_null
    assert columns["auditor"].source == "auditor.code"
    assert {REMARK, AUDITOR} <= set(edited_fields(RowKind.MILESTONE))
    form = RowForm(RowKind.MILESTONE, "row", {})
    assert isinstance(form.fields["remark"], MultilingualFormField) and isinstance(form.fields["auditor"], CodeField)


def test_the_table_and_the_classes_have_the_same_fields() -> None:
    for kind, of in CLASSES.items():
        own = {field.name for field in fields(of)} - {"uid", CHILDREN.get(kind)}
        assert {field.name for field in signed_fields(kind)} == own
        for field in signed_fields(kind):
            assert (field.longest is not None) == (field.kind == FieldKind.TEXT), field


def test_each_row_has_one_title() -> None:
    for kind in MODELS.keys() - {RowKind.EXECUTOR}:
        assert [field.required for field in FIELDS[kind] if field.is_title] == [True]


def test_every_field_has_its_column_and_its_place_in_the_api() -> None:
    resources: dict[RowKind, Any] = {
        RowKind.MEASURE: MeasureSerializer,
        RowKind.MILESTONE: MilestoneSerializer,
        RowKind.EXECUTOR: ExecutorSerializer,
    }
    for kind, model in MODELS.items():
        for field in FIELDS[kind]:
            if field.kind not in (FieldKind.DEADLINE, FieldKind.EXECUTORS):
                column = model._meta.get_field(field.name)
                assert field.required or column.null, field
            assert kind not in resources or field.exported in resources[kind]().fields
