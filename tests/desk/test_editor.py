"""A draft is edited row by row: Save stores one row at once, nothing wrong is stored, nothing typed is lost."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.services import choose_language
from audit.services import save_audited
from common.deadlines import TO_BE_AGREED, Deadline, Precision, last_day
from common.language import LANGUAGES
from common.text import Text
from desk.editor.forms import RowForm
from desk.editor.targets import RowTarget, values_of
from roadmaps.document.content import (
    ExecutorContent,
    ExecutorRole,
    MeasureContent,
    MilestoneContent,
    RoadMapContent,
    SectionContent,
)
from roadmaps.document.fields import FieldKind
from roadmaps.document.tree import codes_of, kind_of
from roadmaps.models import Proposal, ProposalState, Revision, RoadMap
from tests.scenarios.documents import contents
from tests.scenarios.editor import ENERGY, HTMX, Editor, LinkReader, stored
from tests.scenarios.people import actor_for, person, seat
from tests.scenarios.signing import Group, due

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(programme: None) -> Group:
    return Group()


def section() -> SectionContent:
    return stored().document.sections[0]


def measure() -> MeasureContent:
    return section().measures[0]


def milestones() -> list[MilestoneContent]:
    return [step for _section, _measure, step in stored().document.milestones()]


def edit_at(row: object, **query: str) -> str:
    return ENERGY + "?" + "&".join(f"{key}={value}" for key, value in {"at": row, **query}.items())


# ---------- What is typed is what is read ----------

days = st.dates(date(2024, 6, 14), date(2100, 12, 31))
periods = st.builds(
    lambda precision, year, part: Deadline(
        last_day(precision, year, None if precision is Precision.YEAR else part), precision
    ),
    st.sampled_from([Precision.MONTH, Precision.QUARTER, Precision.HALF, Precision.YEAR]),
    st.integers(2024, 2100),
    st.integers(1, 2),
)
deadlines = st.one_of(
    st.just(TO_BE_AGREED),
    periods,
    st.builds(Deadline, days, st.sampled_from([Precision.DAY, Precision.ANNUAL])),
    st.builds(Deadline, days, st.just(Precision.CONTINUOUS), st.integers(1, 120)),
)
CODES = ("minenergy", "motie", "koica", "mofa-kr")
NO_CHOICES = {FieldKind.ORGANISATION: [(code, code) for code in CODES]}


def as_sent(form: RowForm) -> QueryDict:
    """The form as its page sends it."""
    data = QueryDict(mutable=True)
    forms = [form, *(form.executors.forms if form.executors is not None else ())]
    for bound in (field for one in forms for field in one):
        widget, value = bound.field.widget, bound.value()
        suffixes = getattr(widget, "widgets_names", [""])
        values = value if isinstance(value, list) else [value]
        if len(suffixes) > 1 and not isinstance(value, list):
            values = widget.decompress(value)
        for suffix, part in zip(suffixes, values, strict=True):
            data[f"{bound.html_name}{suffix}"] = "" if part is None else str(part).replace("\n", "\r\n")
    if form.executors is not None:
        for name in ("TOTAL", "INITIAL"):
            data[f"executors-{name}_FORMS"] = str(len(form.executors.forms))
    return QueryDict(data.urlencode())


@given(content=contents(), deadline=deadlines)
@hypothesis_settings(max_examples=100, deadline=None)
def test_every_row_typed_out_sent_and_read_is_the_same_row(content: RoadMapContent, deadline: Deadline) -> None:
    part = Text.of("a\nb", ru="б")
    step = MilestoneContent(
        UUID(int=99), 1, Text.of("Study"), deadline, (ExecutorContent("motie", ExecutorRole.LEAD, part),)
    )
    last = SectionContent(UUID(int=97), part, (MeasureContent(UUID(int=98), 9, part, milestones=(step,)),))
    for _path, row in replace(content, sections=(*content.sections, last)).rows():
        kind = kind_of(row)
        values = values_of(
            RowTarget(str(row.uid), kind, row.uid), replace(content, sections=(*content.sections, last)), None
        )
        shown = RowForm(kind, "row", NO_CHOICES, stored=codes_of(row), values=values)
        sent = RowForm(kind, "row", NO_CHOICES, stored=codes_of(row), data=as_sent(shown))
        assert sent.is_valid(), sent.errors
        assert sent.values == values


# ---------- One row after the other, without a script ----------


def test_a_row_is_edited_in_place_and_saved_at_once(group: Group) -> None:
    editor = Editor(group.secretary)
    (step,) = milestones()
    editor.open(step.uid)
    typed = {
        "mechanism_en": "Hold the dialogue",
        "mechanism_ru": "Провести диалог",
        "deadline_precision": "quarter",
        "deadline_quarter": "3",
        "deadline_year": "2027",
    }
    assert editor.save(typed)["Location"] == edit_at(step.uid)
    editor.follow()
    assert "Saved: milestone 1.1." in editor.text
    # the focus goes back to where the row was opened
    assert re.search(rf'row={step.uid}"[^>]*aria-label="Edit milestone 1.1" autofocus', editor.html)
    (milestone,) = milestones()
    assert milestone.mechanism.texts | {"en": "Hold the dialogue", "ru": "Провести диалог"} == milestone.mechanism.texts
    assert milestone.deadline == Deadline(date(2027, 9, 30), Precision.QUARTER)
    assert stored().row_version == 2 and stored().history.count() == 2
    editor.open(measure().uid)
    editor.save({"expected_result_en": "Minutes", "funding_organisation": "keximbank"})
    assert (measure().expected_result, measure().funding_organisation) == (Text.of("Minutes"), "keximbank")
    editor.open("head")
    editor.save({"reason_en": "First draft"})
    assert stored().reason == Text.of("First draft") and stored().row_version == 4
    # what stands there is what was stored, and storing it again changes nothing
    for key in ("head", step.uid, measure().uid, section().uid):
        editor.open(key)
        assert editor.save().status_code == 302
    assert stored().row_version == 4 and stored().history.count() == 4


def test_rows_are_added_moved_deleted_and_renumbered(group: Group) -> None:
    editor = Editor(group.secretary)
    (first,) = milestones()
    editor.open(f"add-{measure().uid}")
    assert "Add a milestone" in editor.text and editor.value("number") == "2"
    # a form that is only opened leaves nothing behind
    assert stored().row_version == 1
    editor.save({"mechanism_en": "Prepare it"})
    second = milestones()[1]
    assert editor.response["Location"] == edit_at(second.uid)
    # a new milestone begins with the group's leads
    assert [executor.organisation for executor in second.executors] == ["minenergy", "motie"]
    assert editor.act(f"up:{second.uid}")["Location"] == f"{ENERGY}?row={second.uid}&focus=up"
    editor.follow()
    # it stays open, so that the next press moves it on
    assert re.search(rf'value="up:{second.uid}" autofocus', editor.html)
    assert [step.uid for step in milestones()] == [second.uid, first.uid]
    editor.act("renumber")
    assert [(step.uid, step.number) for step in milestones()] == [(second.uid, 1), (first.uid, 2)]
    editor.open(f"add-{section().uid}")
    editor.save({"title_en": "Another"})
    # over the edge of its measure into the next one
    editor.act(f"down:{first.uid}")
    one, two = section().measures
    assert [step.uid for step in one.milestones] == [second.uid]
    assert [step.uid for step in two.milestones] == [first.uid] and str(two.title) == "Another"
    version = stored().row_version
    editor.act(f"down:{first.uid}")
    assert stored().row_version == version
    editor.open("add")
    editor.save({"title_en": "Second section"})
    assert [str(section.title) for section in stored().document.sections][1] == "Second section"
    # in no version yet: it is gone
    editor.act(f"delete:{second.uid}")
    assert [step.uid for step in milestones()] == [first.uid]
    editor.open()
    assert str(second.uid) not in editor.html


def test_executors_are_added_and_removed_and_only_save_stores_them(group: Group) -> None:
    editor = Editor(group.secretary)
    (step,) = milestones()
    editor.open(step.uid)
    editor.save({"mechanism_en": "Typed before"}, executors="add")
    assert editor.response.status_code == 200 and editor.value("mechanism_en") == "Typed before"
    assert re.search(r'name="executors-2-organisation"[^>]*autofocus', editor.html)
    editor.save({"executors-2-organisation": "keximbank", "executors-2-part_en": "Financing"}, executors="remove-1")
    assert editor.value("executors-1-organisation") == "keximbank" and editor.value("mechanism_en") == "Typed before"
    assert stored().row_version == 1
    # a row in which nothing is chosen says nothing
    editor.save(executors="add")
    editor.save()
    assert milestones()[0].executors == (
        ExecutorContent("minenergy", ExecutorRole.LEAD),
        ExecutorContent("keximbank", ExecutorRole.CO_EXECUTOR, Text.of("Financing")),
    )
    for button in ("remove-7", "remove-", "remove-x", "remove-\u0662", "nonsense"):
        editor.open(step.uid)
        editor.save(executors=button)
        assert editor.value("executors-TOTAL_FORMS") == "2"


def test_what_differs_from_the_version_in_force_is_marked_and_what_is_deleted_can_be_restored(group: Group) -> None:
    group.edit(due(date(2027, 6, 30)))
    group.adopt()
    road_map = RoadMap.objects.get(reference="RM-07")
    proposed = Client()
    proposed.force_login(group.secretary)
    started = proposed.post("/road-maps/RM-07/propose/", {"layer": "shared"})
    assert started["Location"] == "/proposals/RM-07.P2/edit/" and road_map.proposals.count() == 2
    editor = Editor(group.secretary, started["Location"])
    editor.open()
    assert "0 changes from version 1." in editor.text
    (step,) = milestones()
    editor.open(step.uid)
    editor.save({"deadline_precision": "month", "deadline_month": "12", "deadline_year": "2027"})
    editor.follow()
    assert "1 change from version 1." in editor.text and "<del>30 June 2027</del>" in editor.html
    measure_uid = measure().uid
    editor.act(f"delete:{measure_uid}")
    assert milestones() == []
    # deleted in the draft, it stands there still, with the focus on the way back
    editor.follow()
    assert re.search(rf'value="restore:{measure_uid}" autofocus', editor.html) and "with 1 milestone" in editor.text
    assert f"row={measure_uid}" not in editor.html and "nothing to sign yet" in editor.text
    editor.act(f"restore:{measure_uid}")
    assert [row.uid for row in milestones()] == [step.uid] and stored().document == stored().base.revision.document  # type: ignore[union-attr]
    # restored with its section too, where that is what was deleted
    editor.act(f"delete:{section().uid}")
    editor.open()
    assert f"restore:{measure_uid}" not in editor.html
    editor.act(f"restore:{stored().base.revision.document.sections[0].uid}")  # type: ignore[union-attr]
    assert [row.uid for row in milestones()] == [step.uid]


# ---------- With htmx: only what changes ----------


def test_htmx_is_answered_with_the_row_that_changes(group: Group) -> None:
    editor = Editor(group.secretary, htmx=True)
    (step,) = milestones()
    editor.open(step.uid)
    assert editor.html.strip().startswith("<tr") and editor.html.count('id="row-') == 1
    editor.save({"mechanism_en": ""})
    assert editor.response.status_code == 200 and "Not saved: 1 error to fix." in editor.text
    assert re.search(r'name="mechanism_en"[^>]*autofocus', editor.html)
    editor.save({"mechanism_en": "Hold the dialogue"})
    assert editor.response.status_code == 200 and editor.html.count('id="row-') == 1
    assert "Saved: milestone 1.1." in editor.text and 'id="state"' in editor.html and 'id="hindrances"' in editor.html
    assert f'id="acts-version" value="{stored().row_version}"' in editor.html
    # cancelled, the row reads as it is stored
    editor.open(at=str(step.uid))
    assert "row-form" not in editor.html and "autofocus" in editor.html
    # of two rows only one is open
    editor.open(measure().uid, open=str(step.uid))
    assert editor.html.count('id="row-') == 2 and editor.html.count("row-form") == 1
    # a measure's number stands in the numbers of its milestones: it is answered with the table
    editor.save({"number": "4"})
    assert editor.response["HX-Retarget"] == "#table" and "4.1" in editor.text and "autofocus" in editor.html
    # and so is what changes the order of rows
    editor.open(f"add-{measure().uid}")
    editor.save({"mechanism_en": "Prepare it"})
    assert editor.response["HX-Retarget"] == "#table" and editor.html.strip().startswith('<div class="table-box')
    editor.act(f"up:{milestones()[1].uid}")
    assert editor.response["HX-Retarget"] == "#table" and "Moved up: milestone 4.2." in editor.text
    editor.act(f"up:{uuid4()}")
    assert editor.response["HX-Redirect"] == ENERGY


def test_htmx_takes_no_page_but_the_editor_into_the_table(group: Group) -> None:
    editor = Editor(group.secretary)
    editor.open(measure().uid)
    editor.save({"funding_organisation": "edcf"})
    editor.follow()
    found = LinkReader(editor.html)
    assert {link for link in found.boosted if not link.startswith((ENERGY, "?"))} == set()
    assert {"/organisations/edcf/", "/organisations/minenergy/"} <= found.plain


def test_whose_session_has_ended_keeps_the_page_and_what_was_typed(group: Group) -> None:
    editor = Editor(group.secretary, htmx=True)
    editor.open(milestones()[0].uid)
    editor.client.logout()
    assert editor.save().status_code == 401 and editor.open().status_code == 401
    assert Client().get(ENERGY)["Location"].startswith("/accounts/login/")


# ---------- Bad input ----------

BAD: list[tuple[str, dict[str, str], str, str]] = [
    ("30 February", {"deadline_precision": "day", "deadline_day": "30", "deadline_month": "2", "deadline_year": "2027"},
     "deadline", "no day 30 in month 2 of 2027"),
    ("no such month", {"deadline_precision": "month", "deadline_month": "13", "deadline_year": "2027"},
     "deadline", "Choose the month"),
    ("fifth quarter", {"deadline_precision": "quarter", "deadline_quarter": "5", "deadline_year": "2027"},
     "deadline", "Choose the quarter"),
    ("no year", {"deadline_precision": "year", "deadline_year": ""}, "deadline", "year in four digits"),
    ("the year 0", {"deadline_precision": "half", "deadline_half": "1", "deadline_year": "0"},
     "deadline", "year in four digits"),
    ("a year beyond", {"deadline_precision": "year", "deadline_year": "10000"}, "deadline", "year in four digits"),
    ("Arabic digits", {"deadline_precision": "year", "deadline_year": "٢٠٢٧"}, "deadline", "year in four digits"),
    ("no review",
     {"deadline_precision": "continuous", "deadline_day": "1", "deadline_month": "9", "deadline_year": "2027"},
     "deadline", "after how many months"),
    ("unknown precision", {"deadline_precision": "soon"}, "deadline", "how exactly"),
    ("before the summit",
     {"deadline_precision": "day", "deadline_day": "13", "deadline_month": "6", "deadline_year": "2024"},
     "deadline", "before the summit"),
    ("long text", {"mechanism_en": "x" * 10_000}, "mechanism", "at most 2000 characters; this has 10000"),
    ("NUL", {"mechanism_en": "a\x00b"}, "mechanism", "hidden character after “a”: U+0000"),
    ("no text", {f"mechanism_{language}": "" for language in LANGUAGES}, "mechanism", "Write what this is"),
    ("original without text", {"mechanism_original": "ko", "mechanism_ko": ""}, "mechanism", "chosen as the original"),
    ("unknown language", {"mechanism_original": "xx"}, "mechanism", "xx"),
    ("number 0", {"number": "0"}, "number", "whole number from 1"),
    ("an absurd number", {"number": "9" * 400}, "number", "whole number from 1"),
    ("number in words", {"number": "1a\x00"}, "number", "whole number from 1"),
    ("one organisation twice", {"executors-1-organisation": "minenergy"}, "executors-1-organisation", "named twice"),
    ("unknown organisation", {"executors-0-organisation": "nobody"}, "executors-0-organisation",
     "no organisation with the code nobody"),
    ("a part without an organisation", {"executors-0-organisation": "", "executors-0-part_en": "Design"},
     "executors-0-organisation", "whose part this is"),
    ("unknown role", {"executors-0-role": "boss"}, "executors-0-role", "lead or co-executor"),
    ("unknown project", {"project": "D99"}, "project", "no project with the code D99"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "field", "sentence"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input_is_a_sentence_at_its_field_and_nothing_is_stored_or_lost(
    group: Group, typed: dict[str, str], field: str, sentence: str
) -> None:
    (step,) = milestones()
    for htmx in (False, True):
        editor = Editor(group.secretary, htmx=htmx)
        editor.open(step.uid)
        editor.save({"mechanism_uz": "Mening matnim", **typed})
        assert editor.response.status_code == 200 and stored().row_version == 1
        errors = rf'<ul class="errorlist" id="f-{step.uid}-{field}_error">(.*?)</ul>'
        at_field = re.search(errors, editor.html, re.DOTALL)
        assert at_field and sentence in at_field[1]
        # the focus is on a control of that field
        focused = re.search(r"<(?:input|select|textarea)[^>]*autofocus[^>]*>", editor.html)
        assert focused and f'name="{field}' in focused[0] and 'aria-invalid="true"' in focused[0]
        assert htmx or "Error:" in editor.html.split("</title>")[0]
        # what was typed stands there still
        for key, value in {"mechanism_uz": "Mening matnim", **typed}.items():
            assert value.replace("\x00", "") in editor.value(key).replace("\x00", "")


def test_titles_have_a_limit_of_their_own_and_a_funding_source_is_one_or_the_other(group: Group) -> None:
    editor = Editor(group.secretary)
    editor.open(section().uid)
    editor.save({"title_en": "x" * 1001})
    assert "at most 1000 characters" in editor.text
    editor.open(measure().uid)
    editor.save({"funding_text_en": "Own funds", "funding_organisation": "keximbank", "decision": "D99"})
    assert "not both" in editor.text and "no decision with the code D99" in editor.text
    assert "Not saved: 2 errors to fix." in editor.text and stored().row_version == 1


def test_two_leads_of_a_side_and_a_number_twice_are_refused_and_what_is_only_unfinished_is_saved(group: Group) -> None:
    editor = Editor(group.secretary)
    (step,) = milestones()
    editor.open(step.uid)
    editor.save({"executors-1-organisation": "miit"})
    assert "one lead from each side" in editor.text and stored().row_version == 1
    assert re.search(r'name="executors-0-organisation"[^>]*autofocus', editor.html)
    editor.open(f"add-{measure().uid}")
    editor.save({"mechanism_en": "Twice", "number": "1"})
    assert "used twice" in editor.text and stored().row_version == 1
    # no lead yet, and then no milestone at all: a draft may be so, and the page says what is missing and where
    editor.open(step.uid)
    assert editor.save({"executors-0-role": "co_executor", "executors-1-role": "co_executor"}).status_code == 302
    editor.follow()
    assert "Before this can be published:" in editor.text and "Milestone 1.1 : A milestone needs a lead." in editor.text
    editor.act(f"delete:{section().uid}")
    editor.open()
    assert "nothing to sign yet" in editor.text and stored().document.sections == ()


def test_what_was_contradictory_before_does_not_keep_another_field_from_being_saved(group: Group) -> None:
    editor = Editor(group.secretary)
    editor.open(f"add-{section().uid}")
    editor.save({"title_en": "Another"})
    editor.open(f"add-{section().measures[1].uid}")
    editor.save({"mechanism_en": "The first of the other"})
    moved = milestones()[1]
    editor.act(f"up:{moved.uid}")
    assert [step.number for step in measure().milestones] == [1, 1]
    editor.open(moved.uid)
    assert editor.save({"mechanism_en": "Reads otherwise"}).status_code == 302
    editor.open()
    assert "is used twice" in editor.text


def test_what_our_page_could_not_have_sent_is_told_and_nothing_is_stored(group: Group) -> None:
    editor = Editor(group.secretary)
    (step,), before = milestones(), stored().document
    chemistry = Proposal.objects.get(road_map__group__code="chemistry", number=1).document.sections[0].uid
    editor.open(step.uid)
    fields = editor.fields

    def without(*names: str) -> list[tuple[str, str]]:
        return [pair for pair in fields if pair[0] not in names]

    def named(key: object) -> list[tuple[str, str]]:
        return [("row", str(key)), *without("row")]

    tampered: list[tuple[list[tuple[str, str]], int, str]] = [
        (without("mechanism_en"), 200, "did not arrive"),
        (without("deadline_year"), 200, "did not arrive"),
        (without("project"), 200, "did not arrive"),
        (without("executors-1-part_ko"), 200, "did not arrive whole"),
        (without("executors-TOTAL_FORMS"), 200, "did not arrive whole"),
        ([("executors-TOTAL_FORMS", "41"), *without("executors-TOTAL_FORMS")], 200, "at most 40 executors"),
        ([("executors-TOTAL_FORMS", "9" * 30), *without("executors-TOTAL_FORMS")], 200, "at most 40 executors"),
        (named(chemistry), 409, "not in the draft"),
        (named(uuid4()), 409, "not in the draft"),
        (named(f"add-{uuid4()}"), 200, "no place for this row"),
        ([("kind", "section"), *without("kind")], 302, ""),  # what the draft says it is counts
    ]
    for sent, status, sentence in tampered[:-1]:
        editor.send(sent)
        assert editor.response.status_code == status and sentence in editor.text, sentence
        assert (stored().document, stored().row_version) == (before, 1)
    assert editor.send(tampered[-1][0]).status_code == 302 and stored().row_version == 1
    for key in ("", "nonsense", "add-", "add-nonsense", f"add-{step.uid}", "\x00", f"{step.uid}\x00", "9" * 5000):
        # a kind that is none, or a key that is none, leads back to the draft
        editor.send([("row", key), ("kind", "nonsense"), *without("row", "kind")])
        assert editor.response["Location"] == ENERGY
        assert editor.open(key or "x").get("Location") == ENERGY
    editor.send([("row", str(uuid4())), ("kind", "road_map"), *without("row", "kind")])
    assert editor.response["Location"] == ENERGY
    for act in (
        "",
        "up",
        "up:",
        "nonsense:x",
        f"delete:{uuid4()}",
        f"restore:{step.uid}",
        f"nonsense:{step.uid}",
        "up:head",
    ):
        assert editor.act(act).get("Location") == ENERGY
    assert (stored().document, stored().row_version) == (before, 1)


def test_too_much_at_once_is_a_sentence(group: Group) -> None:
    editor = Editor(group.secretary)
    editor.open(milestones()[0].uid)
    fields = editor.fields
    for more in ([("mechanism_en", "x" * 10_000_000)], [(f"x{n}", "") for n in range(12_000)]):
        editor.send([*fields, *more])
        assert editor.response.status_code == 400 and "send less data at once" in editor.text
    assert stored().row_version == 1


def test_forged_forms_and_other_methods_are_refused(group: Group) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(group.secretary)
    for address in (f"{ENERGY}save/", f"{ENERGY}act/", "/proposals/RM-07.P1/reopen/", "/road-maps/RM-07/propose/"):
        assert client.post(address, {"row": "head", "version": "1"}).status_code == 403
    # who signs in again after the session ended under a form comes here, and is shown the page of the form
    for address, shown in ((f"{ENERGY}save/", ENERGY), ("/road-maps/RM-07/propose/", "/road-maps/RM-07/")):
        assert client.get(address)["Location"] == shown
        assert client.put(address).status_code == 403
    editor = Editor(group.secretary)
    assert editor.client.post(ENERGY).status_code == 405


# ---------- Two people at once ----------


def two_editors(group: Group) -> tuple[Editor, Editor]:
    return Editor(group.secretary), Editor(seat("secretary", "KR", "energy"))


def test_of_one_row_what_only_one_changed_is_merged_and_saved(group: Group) -> None:
    mine, theirs = two_editors(group)
    (step,) = milestones()
    mine.open(step.uid)
    theirs.open(step.uid)
    theirs.save({"number": "7", "executors-1-organisation": "koica"})
    theirs.open(measure().uid)
    theirs.save({"title_en": "Their title"})
    assert mine.save({"mechanism_en": "Mine", "deadline_precision": "year", "deadline_year": "2028"}).status_code == 302
    (milestone,) = milestones()
    assert (milestone.number, milestone.mechanism.texts["en"]) == (7, "Mine")
    assert milestone.deadline == Deadline(date(2028, 12, 31), Precision.YEAR)
    assert {executor.organisation for executor in milestone.executors} == {"minenergy", "koica"}
    assert measure().title.texts["en"] == "Their title" and stored().row_version == 4


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_what_both_changed_shows_both_texts_and_the_person_chooses(group: Group, htmx: bool) -> None:
    _mine, theirs = two_editors(group)
    mine = Editor(group.secretary, htmx=htmx)
    (step,) = milestones()
    mine.open(step.uid)
    theirs.open(step.uid)
    theirs.save({"mechanism_en": "Theirs", "number": "7", "deadline_precision": "year", "deadline_year": "2030"})
    # a later save of another row does not make somebody else the author
    late = Editor(person("officer", "motie"))
    late.open(measure().uid)
    late.save({"title_en": "Later"})
    mine.save({"mechanism_en": "Mine", "deadline_precision": "year", "deadline_year": "2028"})
    assert mine.response.status_code == 409 and stored().row_version == 3
    assert "Changed by KR Nobody" in mine.text
    assert "Theirs: Theirs" in mine.text and "Theirs: 2030" in mine.text
    # mine stands in the inputs, and what only they changed beside it
    assert (mine.value("mechanism_en"), mine.value("deadline_year"), mine.value("number")) == ("Mine", "2028", "7")
    assert milestones()[0].mechanism.texts["en"] == "Theirs"
    mine.save({"keep-deadline": "theirs"})
    (milestone,) = milestones()
    assert (milestone.mechanism.texts["en"], milestone.number) == ("Mine", 7)
    assert milestone.deadline == Deadline(date(2030, 12, 31), Precision.YEAR) and stored().row_version == 4


def test_a_text_from_the_history_that_is_not_theirs_to_read_is_no_base_and_is_not_shown(group: Group) -> None:
    """Written on the other side's layer: the edit counts as based on an unknown text."""
    editor = Editor(group.secretary)
    (step,) = milestones()
    editor.open(step.uid)
    fields = editor.fields
    proposal = stored()
    korean = actor_for(seat("secretary", "KR", "energy"))
    for proposal.layer, text in (("KR", "Their secret"), ("shared", "Shared since")):
        proposal.content = replace_mechanism(proposal.document, text).to_json()
        save_audited(proposal, act=korean.act)
    secret = proposal.history.get(row_version=2)
    assert (secret.history_layer, stored().row_version) == ("KR", 3)
    sent = [(key, {"version": "2", "mechanism_en": "Mine"}.get(key, value)) for key, value in fields]
    assert editor.send(sent).status_code == 409 and "Their secret" not in editor.html
    assert "Theirs: Shared since" in editor.text and editor.value("mechanism_en") == "Mine"
    # nor is it a base of which nothing differs: mine reads as the secret did
    assert (
        editor.send([(k, {"version": "2", "mechanism_en": "Their secret"}.get(k, v)) for k, v in fields]).status_code
        == 409
    )


def replace_mechanism(content: RoadMapContent, text: str) -> RoadMapContent:
    (section,) = content.sections
    (measure,) = section.measures
    (step,) = measure.milestones
    measure = replace(measure, milestones=(replace(step, mechanism=Text.of(text)),))
    return replace(content, sections=(replace(section, measures=(measure,)),))


def test_a_row_that_somebody_deleted_meanwhile_is_put_back_with_what_was_typed(group: Group) -> None:
    mine, theirs = two_editors(group)
    (step,) = milestones()
    mine.open(step.uid)
    theirs.act(f"delete:{step.uid}")
    mine.save({"mechanism_en": "Mine"})
    assert mine.response.status_code == 409 and "Deleted by" in mine.text and milestones() == []
    assert mine.value("mechanism_en") == "Mine"
    mine.save()
    assert [(row.uid, row.mechanism.texts["en"]) for row in milestones()] == [(step.uid, "Mine")]
    # put back with the row above it, where that is gone too
    mine.open(step.uid)
    theirs.act(f"delete:{section().uid}")
    mine.save({"mechanism_en": "Again"})
    assert mine.response.status_code == 409
    mine.save()
    assert [(row.uid, row.mechanism.texts["en"]) for row in milestones()] == [(step.uid, "Again")]
    # a row whose parent is gone has no place; what was typed stays
    mine.open(f"add-{measure().uid}")
    theirs.act(f"delete:{section().uid}")
    mine.save({"mechanism_en": "New"})
    assert "no place for this row" in mine.text and mine.value("mechanism_en") == "New"


def test_a_measure_in_force_that_somebody_deleted_meanwhile_shows_what_was_typed(group: Group) -> None:
    group.edit(due(date(2027, 6, 30)))
    group.adopt()
    mine = Editor(group.secretary, "/proposals/RM-07.P2/edit/")
    mine.client.post("/road-maps/RM-07/propose/", {"layer": "shared"})
    row = measure()
    mine.open(row.uid)
    Editor(group.secretary, mine.address).act(f"delete:{row.uid}")
    mine.save({"title_en": "Mine"})
    assert mine.response.status_code == 409 and mine.value("title_en") == "Mine"
    mine.save()
    assert measure().title.texts["en"] == "Mine"


def test_what_each_may_say_alone_and_not_together_is_a_conflict(group: Group) -> None:
    mine, theirs = two_editors(group)
    mine.open(measure().uid)
    theirs.open(measure().uid)
    theirs.save({"funding_organisation": "keximbank"})
    mine.save({"funding_text_en": "Own funds"})
    assert mine.response.status_code == 409 and "Theirs: KR" in mine.text
    mine.save({"funding_text_en": "", "keep-funding_organisation": "theirs"})
    assert (measure().funding_organisation, measure().funding_text) == ("keximbank", None)


def test_a_row_that_somebody_changed_meanwhile_is_not_deleted_unseen(group: Group) -> None:
    mine, theirs = two_editors(group)
    (step,), opened_on = milestones(), stored().row_version
    theirs.open(step.uid)
    theirs.save({"mechanism_en": "Theirs"})
    for act in (f"delete:{step.uid}", f"delete:{section().uid}"):
        mine.act(act, version=opened_on)
        mine.follow()
        assert "It was changed while this page was open" in mine.text and len(milestones()) == 1
    # another row's change does not matter
    opened_on = stored().row_version
    theirs.open("head")
    theirs.save({"reason_en": "Theirs"})
    mine.act(f"delete:{step.uid}", version=opened_on)
    assert milestones() == []


def test_somebody_publishes_or_closes_it_meanwhile(group: Group) -> None:
    editor = Editor(group.secretary)
    editor.open(milestones()[0].uid)
    revision = group.publish()
    editor.save({"mechanism_en": "Mine"})
    assert editor.response.status_code == 409 and "reopen it" in editor.text
    assert editor.value("mechanism_en") == "Mine"
    group.sign(revision, "UZ")
    group.sign(revision, "KR")
    editor.save()
    assert editor.response.status_code == 409 and "closed" in editor.text and editor.value("mechanism_en") == "Mine"
    assert editor.open()["Location"] == "/proposals/RM-07.P1/"
    assert editor.act("renumber")["Location"] == "/proposals/RM-07.P1/"
    editor.follow()
    assert "closed" in editor.text


# ---------- A published proposal is reopened first ----------


def test_a_published_proposal_is_reopened_after_reading_whose_signatures_become_void(group: Group) -> None:
    revision = group.publish()
    group.sign(revision, "UZ")
    editor = Editor(group.secretary)
    assert editor.open()["Location"] == "/proposals/RM-07.P1/reopen/"
    editor.follow()
    assert "This signature becomes void" in editor.text and "Nobody" in editor.text
    revision.refresh_from_db()
    assert revision.void_at is None and stored().state == ProposalState.PUBLISHED
    reopen = "/proposals/RM-07.P1/reopen/"
    # somebody has done something since: read again
    editor.response = editor.client.post(reopen, {"version": "1"})
    assert editor.response["Location"] == reopen and stored().state == ProposalState.PUBLISHED
    editor.response = editor.client.post(reopen, {"version": str(stored().row_version)})
    assert editor.response["Location"] == ENERGY
    editor.follow()
    assert "These signatures are void: UZ Nobody." in editor.text
    assert Revision.objects.get(pk=revision.pk).void_at and stored().state == ProposalState.REWORKED
    assert editor.client.get(reopen)["Location"] == ENERGY
    editor.open(milestones()[0].uid)
    assert editor.save({"mechanism_en": "Reworked"}).status_code == 302


# ---------- Who ----------


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (lambda group: seat("secretary", "KR", "energy"), 200),
        (lambda group: person("officer", "minenergy"), 200),
        (lambda group: person("reader", "minenergy"), 403),
        (lambda group: group.chairs["UZ"], 403),
        (lambda group: person("officer", "kia"), 404),
    ],
    ids=["secretary", "officer of a lead", "reader", "co-chair", "stranger"],
)
def test_only_who_may_draft_edits(group: Group, who: Callable[[Group], User], status: int) -> None:
    client = Client()
    client.force_login(who(group))
    assert client.get(ENERGY).status_code == status
    assert client.get(ENERGY, headers=HTMX).status_code == status
    changed = 302 if status == 200 else status
    assert client.post(f"{ENERGY}act/", {"act": "renumber", "version": "1"}).status_code == changed
    saved = client.post(f"{ENERGY}save/", {"row": "head", "version": "1", "reason_en": "Mine"})
    assert saved.status_code == status and stored().row_version == 1


def test_once_published_only_the_secretaries_edit(group: Group) -> None:
    officer = person("officer", "minenergy")
    group.publish()
    client = Client()
    client.force_login(officer)
    for address in (ENERGY, "/proposals/RM-07.P1/reopen/"):
        assert client.get(address).status_code == 403
    assert client.post("/proposals/RM-07.P1/reopen/", {"version": "2"}).status_code == 403
    client.logout()
    assert client.get(ENERGY)["Location"].startswith("/accounts/login/")


def test_a_private_draft_is_started_on_the_own_side_only_and_shows_to_it_alone(group: Group) -> None:
    client, korean = Client(), Client()
    client.force_login(group.secretary)
    korean.force_login(seat("secretary", "KR", "energy"))
    assert client.get("/road-maps/RM-07/propose/").status_code == 302
    refused = client.post("/road-maps/RM-07/propose/", {"layer": "KR"})
    assert refused["Location"] == "/road-maps/RM-07/" and Proposal.objects.filter(layer="KR").count() == 0
    started = client.post("/road-maps/RM-07/propose/", {"layer": "UZ"})
    assert (stored().layer, str(stored().author)) == ("UZ", "Ministry of Energy")
    assert client.get(started["Location"]).status_code == 200
    assert korean.get(started["Location"]).status_code == 404
    assert korean.post(f"{started['Location']}save/").status_code == 404
    assert korean.get("/proposals/RM-07.P99/edit/").status_code == 404
    assert korean.get("/proposals/nonsense/edit/").status_code == 404


# ---------- Size ----------


def large(rows: int) -> RoadMapContent:
    """So many milestones, in measures of ten."""
    steps = iter(range(rows))
    measures = tuple(
        MeasureContent(
            uuid4(),
            number,
            Text.of(f"Measure {number} of the road map", ru=f"Мероприятие {number} дорожной карты"),
            milestones=tuple(
                MilestoneContent(
                    uuid4(),
                    place,
                    Text.of("Agree the technical specification of the works", ru="Согласовать техническое задание"),
                    Deadline(date(2027, 6, 30), Precision.QUARTER),
                    (ExecutorContent("minenergy", ExecutorRole.LEAD), ExecutorContent("motie", ExecutorRole.LEAD)),
                )
                for place, _ in zip(range(1, 11), steps, strict=False)
            ),
        )
        for number in range(1, rows // 10 + 1)
    )
    return RoadMapContent((SectionContent(uuid4(), Text.of("All"), measures),))


def test_300_milestones_are_a_light_page_and_a_row_of_them_a_light_answer(
    group: Group, django_assert_max_num_queries: Any
) -> None:
    editor = Editor(group.secretary)
    for rows in (30, 300):
        whole = large(rows)
        group.edit(lambda _content, whole=whole: whole)  # type: ignore[misc]
        with django_assert_max_num_queries(40):
            editor.open()
    assert len(editor.response.content) < 500_000
    row = Editor(group.secretary, htmx=True)
    step = milestones()[150]
    with django_assert_max_num_queries(40):
        row.open(step.uid)
    assert len(row.response.content) < 60_000
    with django_assert_max_num_queries(60):
        row.save({"mechanism_en": "Row 151"})
    assert len(row.response.content) < 6_000
    assert str(milestones()[150].mechanism) == "Row 151" and len(milestones()) == 300


def test_a_reader_of_russian_sees_and_writes_russian_and_the_original_stays_beside(group: Group) -> None:
    editor = Editor(group.secretary)
    choose_language(user=group.secretary, language="ru", by=actor_for(group.secretary))
    (step,) = milestones()
    editor.open(step.uid)
    before_details = editor.html.split('class="languages"')[0]
    assert 'name="mechanism_ru"' in before_details and 'name="mechanism_en"' not in before_details
    assert f"EN: {step.mechanism.texts['en']}" in editor.text
    editor.open(f"add-{measure().uid}")
    assert editor.save({"mechanism_ru": "Подписать протокол"}).status_code == 302
    before, after = milestones()
    assert after.mechanism == Text.of("Подписать протокол", "ru") and before.mechanism.original == "en"
