"""Two sample road maps in force: by the ordinary services, near today, marked as sample, and once."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.calendars import calendar_of
from accounts.demo.people import DemoReport
from accounts.models import Organisation, User
from common.deadlines import Precision
from common.sides import Side
from common.text import Text
from roadmaps.demo.samples import REASON, REMINDED, SAMPLES, Today, with_samples
from roadmaps.document.checks import problems
from roadmaps.document.read import read_content
from roadmaps.models import Assignment, Milestone, Proposal, ProposalState, Revision, RoadMapVersion, Signature
from roadmaps.services import save_content
from tests.scenarios.demo import command, demo_fixture, directory_fixture, energy, history, person  # noqa: F401
from tests.scenarios.people import actor_for, draft_of, seat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

ADOPTED = [
    "RM-03 chemistry: in force as version 1, signed with sample keys",
    "RM-03 chemistry: uzkimyosanoat expects milestone 2.2 after its date",
    "RM-11 skills: in force as version 1, signed with sample keys",
]


def test_two_road_maps_come_into_force_and_energy_is_left_to_the_visitor(demo: list[str]) -> None:
    assert demo[1:] == [*ADOPTED, "291 changes"]
    versions = RoadMapVersion.objects.order_by("road_map").select_related("road_map__group", "revision")
    assert [(v.road_map.group.code, v.number, v.illustrative) for v in versions] == [
        ("chemistry", 1, True),
        ("skills", 1, True),
    ]
    assert all(version.revision.reason == REASON for version in versions)
    assert Signature.objects.filter(illustrative=True).count() == Signature.objects.count() == 4
    untouched = energy()
    assert (untouched.state, untouched.row_version, untouched.reason) == (ProposalState.DRAFT, 1, None)
    assert not Revision.objects.filter(proposal__road_map__reference="RM-07").exists()


def test_its_deadlines_are_near_today_and_one_lead_is_late(demo: list[str]) -> None:
    today = timezone.localdate()
    for area in SAMPLES:
        milestones = list(Milestone.objects.filter(road_map__group__code=area))
        dues = {row.due_on for row in milestones if row.precision == Precision.DAY and row.due_on}
        assert any(today - timedelta(days=8) < day < today for day in dues)
        assert any(today < day < today + timedelta(days=13) for day in dues)
        precisions = {row.precision for row in milestones}
        assert precisions >= {Precision.DAY, Precision.MONTH, Precision.QUARTER, Precision.CONTINUOUS}
    late = Assignment.objects.select_related("milestone", "organisation").exclude(forecast_on=None).get()
    assert late.organisation.code == "uzkimyosanoat"
    assert late.forecast_on and late.milestone.due_on and late.forecast_on > late.milestone.due_on
    assert "(sample)" in late.forecast_reason


def test_what_the_release_does_not_say_is_marked_in_every_language(demo: list[str]) -> None:
    marks = {"en": "(sample)", "uz": "(namuna)", "ru": "(образец)", "ko": "(예시)"}
    for proposal in Proposal.objects.filter(state=ProposalState.IN_FORCE):
        before = {row.uid for _path, row in read_content(proposal.history.earliest("history_id").content).rows()}
        added = [row for _path, row in proposal.document.rows() if row.uid not in before]
        texts = [getattr(row, "mechanism", None) or getattr(row, "title", None) for row in added]
        parts = [e.part for _s, _m, step in proposal.document.milestones() for e in step.executors if e.part]
        assert len(texts) >= 3
        for text in (*texts, *parts):
            assert text is not None
            assert all(text.texts[language].endswith(mark) for language, mark in marks.items())
    part = Assignment.objects.get(organisation__code="minenergy")
    assert (part.milestone.road_map.group.code, part.role) == ("chemistry", "co_executor")
    assert str(part.part).endswith("(sample)")


def test_they_were_made_by_the_people_whose_part_it_is(demo: list[str]) -> None:
    proposal = Proposal.objects.get(road_map__group__code="chemistry")
    secretary = person("secretary.uz.chemistry@demo.invalid").name
    rows = proposal.history.order_by("history_id").values_list("act_name", "act_door")
    second = person("co_chair.kr.chemistry@demo.invalid").name
    assert list(rows)[1:] == [(secretary, "command"), (secretary, "command"), (second, "command")]
    assert set(Milestone.history.values_list("act_name", flat=True)) == {
        person(f"co_chair.kr.{area}@demo.invalid").name for area in SAMPLES
    }


@pytest.mark.parametrize("start", [date(2026, 1, 1), date(2027, 10, 1)])
def test_the_sample_content_can_be_signed_on_every_day_of_the_year(start: date) -> None:
    sides = dict(Organisation.objects.values_list("code", "side"))
    drafts = {area: Proposal.objects.get(road_map__group__code=area).document for area in SAMPLES}
    calendar = calendar_of(Side.UZ)
    for days in range(0, 370):
        today = start + timedelta(days=days)
        reminded = calendar.shift(calendar.shift(today, 0), REMINDED)
        for area, sample in SAMPLES.items():
            content = with_samples(drafts[area], sample, Today(today, reminded))
            assert problems(content, sides) == ()
            soon = [step.deadline.due_on for _s, _m, step in content.milestones() if step.deadline.precision == "day"]
            workdays = [day for day in soon if day and day > today and day.weekday() < 5]
            assert workdays
            between = (workdays[0] - today).days
            assert sum((today + timedelta(days=n)).weekday() < 5 for n in range(1, between + 1)) <= 10
            later = [step.deadline for _s, _m, step in content.milestones() if step.deadline.precision == "quarter"]
            assert all(deadline.due_on and today < deadline.due_on for deadline in later)


def test_a_second_run_changes_nothing_and_the_loader_keeps_what_was_agreed(demo: list[str], directory: Path) -> None:
    before = history()
    keys = (directory / "demo-passkeys.json").read_bytes()
    assert command("load_demo") == ["0 changes"]
    assert command("load_programme") == ["proposals: 2 kept, edited since: chemistry, skills", "0 changes"]
    assert history() == before
    assert (directory / "demo-passkeys.json").read_bytes() == keys


def test_a_draft_that_somebody_has_begun_with_is_left_alone() -> None:
    proposal = Proposal.objects.get(road_map__group__code="chemistry")
    secretary = actor_for(seat("secretary", "UZ", "chemistry"))
    begun = replace(proposal.document, note=Text.of("Ours."))
    save_content(proposal=proposal, content=begun, reason=None, based_on=1, by=secretary)
    assert command("load_demo")[1:] == [ADOPTED[2], "289 changes"]
    proposal.refresh_from_db()
    assert (proposal.state, proposal.document) == (ProposalState.DRAFT, begun)


def test_a_draft_with_another_beside_it_is_left_alone() -> None:
    """Which of them the group wants is not ours to say."""
    draft_of("uzkimyosanoat", "chemistry")
    assert command("load_demo")[1:] == [ADOPTED[2], "289 changes"]


def test_where_a_seat_is_empty_the_draft_stays_one_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("roadmaps.demo.agreements.SAMPLES", {})
        assert command("load_demo")[1:] == ["288 changes"]
    User.objects.filter(email="co_chair.kr.chemistry@demo.invalid").update(is_active=False)
    User.objects.filter(email="secretary.uz.skills@demo.invalid").update(email="gone@example.org")
    monkeypatch.setattr(
        "partnership.management.commands.load_demo.load_demo", lambda **_: DemoReport(Path(), 0, 0, 0, ())
    )
    before = history()
    for _run in range(2):
        assert command("load_demo") == [
            "RM-03 chemistry: left as a draft: its sample accounts no longer hold their seats.",
            "RM-11 skills: left as a draft: there is no sample account secretary.uz.skills@demo.invalid.",
            "0 changes",
        ]
    assert history() == before
