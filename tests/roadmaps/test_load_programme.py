"""Loading the real programme: all of it once, what changed afterwards, and never over what people have done."""

from collections import Counter
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organisation, OrganisationName, WorkingGroup
from accounts.policy.actors import Actor
from accounts.policy.questions import can_on
from accounts.services import save_record
from audit.acting import acting
from common.deadlines import TO_BE_AGREED, Precision
from common.text import Text
from programme.loading import DATA
from programme.models import (
    Decision,
    DecisionParty,
    Indicator,
    Meeting,
    Observation,
    PriorityArea,
    Project,
    ProjectParticipant,
)
from roadmaps.document.checks import problems
from roadmaps.document.content import ExecutorRole, MilestoneContent
from roadmaps.document.identity import identity
from roadmaps.models import Proposal, RoadMap
from tests.scenarios.people import actor_for, person
from tests.scenarios.programme import edited

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

COUNTS = {
    Organisation: 45,
    OrganisationName: 47,
    WorkingGroup: 17,
    PriorityArea: 17,
    Meeting: 1,
    Decision: 38,
    DecisionParty: 17,
    Project: 21,
    ProjectParticipant: 55,
    Indicator: 6,
    Observation: 6,
    RoadMap: 17,
    Proposal: 17,
}


def load(folder: Path = DATA) -> list[str]:
    """What the command prints, line by line."""
    out = StringIO()
    call_command("load_programme", data=folder, stdout=out)
    return out.getvalue().splitlines()


def history() -> dict[str, int]:
    models: list[Any] = list(COUNTS)
    return {model.__name__: model.history.count() for model in models}


def actor(role: str, code: str) -> Actor:
    return actor_for(person(role, code))


def parts(project: str) -> dict[str, tuple[str, bool]]:
    rows = ProjectParticipant.objects.filter(project__code=project)
    return {code: (role, doubt) for code, role, doubt in rows.values_list("organisation__code", "role", "unconfirmed")}


def milestone(area: str, decision: str) -> MilestoneContent:
    """The milestone that an area's draft has for a decision."""
    document = Proposal.objects.get(road_map__group__code=area).document
    return next(step for _, _, step in document.milestones() if step.uid == identity("milestone", decision))


def test_all_of_the_programme_is_there() -> None:
    assert {model: model._default_manager.count() for model in COUNTS} == COUNTS
    summit = Meeting.objects.get()
    assert summit.record == (DATA / "press-release-2024-06-14.txt").read_text(encoding="utf-8")
    assert all(decision.source for decision in Decision.objects.select_related("meeting"))
    assert Organisation.objects.get(code="koica").parent == Organisation.objects.get(code="mofa")


def test_a_name_is_the_one_in_force_that_day() -> None:
    names = OrganisationName.objects.filter(organisation__code="motie").order_by("short")
    assert [(row.short, str(row.valid_from), row.unconfirmed) for row in names] == [
        ("MOTIE", "None", False),
        ("MOTIR", "2025-10-01", True),
    ]


def test_figures_are_as_the_release_puts_them() -> None:
    trade = Observation.objects.get(indicator__code="F3")
    assert (trade.value, trade.comparison, trade.year, trade.as_of) == (Decimal(2_500_000_000), "reached", 2023, None)
    assert "US $2,5 billion" in Meeting.objects.get().paragraph(trade.paragraph or 0)


def test_a_body_has_one_part_in_a_project_and_what_is_not_in_the_release_is_marked() -> None:
    assert parts("D14") == {
        "mef": ("lead", True), "moef": ("lead", True), "edcf": ("funding", False), "mintrans": ("participant", True),
    }  # fmt: skip
    assert parts("D28") == {"moemployment": ("lead", True), "koica": ("lead", True)}
    assert (Project.objects.get(code="D15").regions, Project.objects.get(code="D15").regions_inferred) == (
        ["UZ-TO"],
        True,
    )


def test_the_leads_of_the_chemical_industry_may_edit_its_project() -> None:
    project = Project.objects.get(code="D05")
    assert can_on(actor("officer", "uzkimyosanoat"), "project.edit", project)
    assert not can_on(actor("officer", "minenergy"), "project.edit", project)


def test_each_draft_can_be_read_and_lacks_nothing_but_what_the_release_lacks() -> None:
    sides = dict(Organisation.objects.values_list("code", "side"))
    empty = set()
    for proposal in Proposal.objects.select_related("road_map__group__area", "road_map__group"):
        document, area = proposal.document, proposal.road_map.group.area
        assert (proposal.number, proposal.layer, proposal.author) == (1, "shared", None)
        assert proposal.road_map.reference == f"RM-{area.order:02d}"
        if not any(document.milestones()):
            empty.add(area.code)
            assert document.note is not None
            assert "only that proposals were considered (paragraph 36)" in str(document.note)
            assert set(document.note.texts) == {"en", "uz", "ru", "ko"}
            continue
        assert problems(document, sides) == ()
        assert [section.title for section in document.sections] == [area.name]
        to_carry_out = [d.code for d in area.decisions.order_by("pk") if d.to_carry_out]
        assert [measure.decision for _, measure in document.measures()] == to_carry_out
    assert empty == {"anticorruption", "environment", "migration"}


def test_a_measure_says_what_its_decision_says() -> None:
    sedan, trains = milestone("engineering", "D08"), milestone("finance", "D14")
    assert (str(sedan.deadline.due_on), sedan.deadline.precision) == ("2025-12-31", Precision.YEAR)
    assert sedan.project == "D08"
    assert trains.deadline == TO_BE_AGREED
    executors = [(executor.organisation, executor.role) for executor in trains.executors]
    lead, co_executor = ExecutorRole.LEAD, ExecutorRole.CO_EXECUTOR
    assert executors == [("mef", lead), ("moef", lead), ("edcf", co_executor), ("mintrans", co_executor)]
    [funding] = {
        measure.funding_organisation
        for _, measure in Proposal.objects.get(road_map__group__code="finance").document.measures()
    }
    assert funding == "edcf"


def test_every_history_row_says_that_the_loader_wrote_it() -> None:
    for model in COUNTS:
        rows: Any = model.history.values_list("act_kind", "act_name", "act_door")
        assert Counter(rows) == {("system", "load_programme", "command"): COUNTS[model]}


def test_a_second_run_changes_nothing(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    before = history()
    with django_assert_max_num_queries(2 * len(COUNTS) + 4):
        assert load() == ["0 changes"]
    assert history() == before


def test_an_edited_file_says_what_it_changed(tmp_path: Path) -> None:
    folder = edited(
        tmp_path,
        ("organisations.yaml", "short: MOTIE", "short: MOTI"),
        ("organisations.yaml", "ko: 기아", "ko: 기아 주식회사"),
        ("areas.yaml", "order: 16", "order: 21"),
        ("organisations.yaml", "parent: mofa", "parent: moef"),
    )
    assert load(folder) == [
        "Organisation koica, parent: mofa -> moef",
        "Organisation motie, short: MOTIE -> MOTI",
        "Organisation kia, name (ko): 기아 -> 기아 주식회사",
        "Area migration, order: 16 -> 21",
        "4 changes",
    ]
    name = OrganisationName.objects.get(organisation__code="motie", valid_from=None)
    assert (name.short, name.row_version, name.history.count()) == ("MOTI", 2, 2)
    # printed and signed: it stays what it was
    assert RoadMap.objects.get(group__code="migration").reference == "RM-16"
    assert load(folder) == ["0 changes"]
    assert load()[-1] == "4 changes"


def test_what_the_files_add_is_named(tmp_path: Path) -> None:
    body = "- {code: kt, side: KR, kind: company, named_in: null, name: {en: KT}}\n- {code: kia,"
    folder = edited(
        tmp_path,
        ("organisations.yaml", "- {code: kia,", body),
        ("decisions.yaml", "[apa, kipa, nhi]", "[apa, kipa, nhi, kt]"),
    )
    assert load(folder) == [
        "Organisation kt: created",
        "Organisation kt: created",
        "Party D25 kt: created",
        "Participant D25 kt: created",
        "4 changes",
    ]


def test_what_people_edited_is_kept_and_counted(tmp_path: Path) -> None:
    name = OrganisationName.objects.get(organisation__code="minenergy")
    name.short = "ME"
    save_record(name, by=actor("administrator", "minenergy"))
    project = Project.objects.get(code="D05")
    project.summary = Text.of("A plant in Navoiy")
    save_record(project, by=actor("officer", "uzkimyosanoat"))
    before = history()
    kept = ["names: 1 kept, edited since: minenergy", "projects: 1 kept, edited since: D05", "0 changes"]
    assert load() == kept
    title = "Production of green hydrogen and ammonia"
    folder = edited(
        tmp_path,
        ("decisions.yaml", title, "Green ammonia"),
        ("organisations.yaml", "en: Ministry of Energy,", "en: Energy,"),
    )
    assert load(folder) == [
        f"Decision D05, title (en): {title} -> Green ammonia",
        "Proposal chemistry, content: rewritten",
        *kept[:2],
        "2 changes",
    ]
    assert str(OrganisationName.objects.get(pk=name.pk).name) == "Ministry of Energy"
    assert str(Project.objects.get(code="D05").title) == title
    assert history() == before | {"Decision": before["Decision"] + 1, "Proposal": before["Proposal"] + 1}


def test_a_name_whose_day_a_person_corrected_does_not_come_a_second_time() -> None:
    name = OrganisationName.objects.get(organisation__code="motie", short="MOTIR")
    name.valid_from = timezone.localdate()
    save_record(name, by=actor("administrator", "motie"))
    assert load() == ["names: 1 kept, edited since: motie from 2025-10-01", "0 changes"]
    assert OrganisationName.objects.filter(organisation__code="motie").count() == 2


def test_a_part_that_a_person_removed_does_not_come_back_but_the_loaders_own_removal_does(tmp_path: Path) -> None:
    with acting(actor("officer", "minenergy").act):
        ProjectParticipant.objects.get(project__code="D25", organisation__code="nhi").delete()
    assert load() == ["participants: 1 kept, edited since: D25 nhi", "0 changes"]
    without = edited(tmp_path, ("decisions.yaml", "[apa, kipa, nhi]", "[apa, nhi]"))
    assert "Participant D25: Korea Institute of Public Administration: removed" in load(without)
    assert "kipa" not in parts("D25")
    assert "Participant D25 kipa: created" in load()


def test_another_lead_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    folder = edited(tmp_path, ("areas.yaml", "{UZ: uzkimyosanoat, KR: motie}", "{UZ: miit, KR: motie}"))
    lines = load(folder)
    assert "Working group chemistry, lead_uz: uzkimyosanoat -> miit" in lines
    assert "Proposal chemistry, content: rewritten" in lines
    assert parts("D05") == {"miit": ("lead", True), "motie": ("lead", True)}
    assert WorkingGroup.objects.get(code="chemistry").lead_uz.code == "miit"


def test_what_the_files_no_longer_name_is_left_and_said(tmp_path: Path) -> None:
    text = (DATA / "decisions.yaml").read_text(encoding="utf-8")
    [line] = [line for line in text.splitlines(keepends=True) if "code: F6" in line]
    lines = load(edited(tmp_path, ("decisions.yaml", line, "")))
    assert "Indicator New portfolio of projects formed for the summit: left, no longer in the files" in lines
    assert Indicator.objects.filter(code="F6").exists()


def test_what_stands_once_can_be_handed_over(tmp_path: Path) -> None:
    """The later coordinator stands first in the file, so that it is refused until the earlier one has given it up."""
    folder = edited(
        tmp_path,
        ("organisations.yaml", "control,   control_body: true", "control, control_body: true, coordinator: true"),
        ("organisations.yaml", "coordinator: true, named_in: null, short: MIIT", "named_in: null, short: MIIT"),
    )
    assert load(folder)[-1] == "2 changes"
    assert Organisation.objects.get(side="UZ", coordinator=True).code == "presidential-administration"


def test_what_cannot_be_handed_over_is_a_sentence_and_nothing_is_changed(tmp_path: Path) -> None:
    before = history()
    folder = edited(
        tmp_path,
        ("areas.yaml", "order: 15", "order: 99"),
        ("areas.yaml", "order: 16", "order: 15"),
        ("areas.yaml", "order: 99", "order: 16"),
        ("organisations.yaml", "short: KIPA", "short: KI"),
    )
    with pytest.raises(CommandError, match="^Area environment: This cannot be written: another record holds"):
        load(folder)
    assert history() == before
    assert OrganisationName.objects.filter(short="KIPA").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        (
            "decisions.yaml",
            "D30, paragraph: 32",
            "D30, paragraph: 320",
            "decisions.yaml, D30, paragraph: The release has no",
        ),
        (
            "areas.yaml",
            "{UZ: aca, KR: acrc}",
            "{UZ: aca, KR: acrcc}",
            "areas.yaml, anticorruption, leads.KR: There is no",
        ),
        ("iati.yaml", "recipient_country: UZ", "recipient_country: [", "iati.yaml, line [0-9]+: This is no YAML"),
    ],
)
def test_a_malformed_file_is_refused_at_the_door_and_nothing_is_changed(
    tmp_path: Path, file: str, old: str, new: str, sentence: str
) -> None:
    before = history()
    folder = edited(tmp_path, ("organisations.yaml", "short: KIPA", "short: KI"), (file, old, new))
    with pytest.raises(CommandError, match=sentence):
        load(folder)
    assert history() == before
    assert load() == ["0 changes"]


def test_a_folder_without_the_files_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="decisions.yaml: The file cannot be read in .*: No such file or directory"):
        load(tmp_path / "nowhere")
