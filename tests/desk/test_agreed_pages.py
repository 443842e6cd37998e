"""What is in force, live: the table, a milestone, the desk; each as far as it shows to the reader."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.policy.actors import system_actor
from audit.acting import acting
from common.deadlines import Deadline, Precision
from common.text import Text
from programme.models import Decision
from roadmaps.document.content import ExecutorContent, ExecutorRole, MeasureContent, RoadMapContent
from roadmaps.document.content import MilestoneContent as Step
from roadmaps.document.outline import outline_of
from roadmaps.models import Assignment, Milestone, Proposal, ProposalParty, RoadMapVersion
from roadmaps.services import set_forecast
from tests.scenarios.pages import html_of
from tests.scenarios.people import actor_for, person, put_in_force, seat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

LEADS = (ExecutorContent("uzkimyosanoat", ExecutorRole.LEAD), ExecutorContent("motie", ExecutorRole.LEAD))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def steps(*days: int, also: str = "") -> tuple[Step, ...]:
    """One milestone a number of days from today; the first has another executor too."""
    today = timezone.localdate()
    return tuple(
        Step(
            uid=uuid4(),
            number=place,
            mechanism=Text.of(f"Step {place}"),
            deadline=Deadline(today + timedelta(days=left), Precision.DAY),
            executors=(*LEADS, ExecutorContent(also, ExecutorRole.CO_EXECUTOR)) if also and place == 1 else LEADS,
        )
        for place, left in enumerate(days, start=1)
    )


def in_force(change: Callable[[RoadMapContent], RoadMapContent]) -> RoadMapVersion:
    """Chemistry's draft, changed and put in force."""
    proposal = Proposal.objects.get(road_map__reference="RM-03")
    content = change(proposal.document).to_json()
    Proposal.objects.filter(pk=proposal.pk).update(content=content)
    return put_in_force("RM-03", party="kia")


def with_steps(*days: int, also: str = "") -> Callable[[RoadMapContent], RoadMapContent]:
    def change(content: RoadMapContent) -> RoadMapContent:
        section = content.sections[0]
        measure = replace(section.measures[0], milestones=steps(*days, also=also))
        return replace(content, sections=(replace(section, measures=(measure,)),))

    return change


def test_a_lead_forecasts_and_the_risk_shows_on_the_road_map_and_the_desk() -> None:
    in_force(with_steps(90))
    officer = signed_in(person("officer", "uzkimyosanoat"))
    milestone = Milestone.objects.get()
    lead = Assignment.objects.get(side="UZ")
    address = f"/milestones/{milestone.uid}/"
    late = str(timezone.localdate() + timedelta(days=100))
    given = {"assignment": lead.pk, "based_on": lead.row_version, "forecast_on": late, "reason": ""}
    refused = officer.post(address, given)
    assert refused.status_code == 400 and late in refused.content.decode()
    assert officer.post(address, {**given, "reason": "The ground is frozen."}).status_code == 302
    page = officer.get(address).content.decode()
    assert "At risk" in page and "The ground is frozen." in page and "10 days late" in page
    milestone.refresh_from_db()
    assert milestone.due_on == timezone.localdate() + timedelta(days=90)
    assert "At risk" in officer.get("/road-maps/RM-03/").content.decode()
    desk = officer.get("/")
    assert [task.shape for task in desk.context["todo"]] == ["risk"]
    stale = officer.post(address, {**given, "reason": "Once more."})
    assert stale.status_code == 400 and "Someone else changed this forecast" in stale.content.decode()


def test_a_forecast_is_for_today_or_later_and_one_that_has_passed_may_keep_its_day() -> None:
    in_force(with_steps(-3))
    lead = Assignment.objects.get(side="UZ", role="lead")
    by = actor_for(person("officer", "uzkimyosanoat"))
    today = by.today

    def forecast(day: date, reason: str) -> Assignment:
        row = Assignment.objects.get(pk=lead.pk)
        return set_forecast(assignment=row, forecast_on=day, reason=reason, based_on=row.row_version, by=by)

    with pytest.raises(ValidationError, match="This day is past"):
        forecast(today - timedelta(days=1), "Done.")
    forecast(today, "Today.")
    by = replace(by, today=today + timedelta(days=9))
    forecast(today, "It was finished, the report follows.")
    with pytest.raises(ValidationError, match="This day is past"):
        forecast(today + timedelta(days=8), "Later.")


def test_nobody_forecasts_for_another_lead() -> None:
    in_force(with_steps(90, also="minenergy"))
    lead = Assignment.objects.get(side="UZ", role="lead")
    given = {"assignment": lead.pk, "based_on": 1, "forecast_on": "2030-01-01", "reason": "Mine."}
    address = f"/milestones/{lead.milestone.uid}/"
    assert signed_in(person("officer", "minenergy")).post(address, given).status_code == 403
    assert signed_in(person("officer", "motie")).post(address, given).status_code == 403
    assert signed_in(person("officer", "kia")).post(address, given).status_code == 404
    lead.refresh_from_db()
    assert lead.forecast_on is None


def test_a_co_executor_sees_the_rows_that_name_it_and_no_count_of_others() -> None:
    in_force(with_steps(5, -3, 200, also="minenergy"))
    insider = signed_in(person("officer", "uzkimyosanoat")).get("/road-maps/RM-03/")
    part = signed_in(person("officer", "minenergy")).get("/road-maps/RM-03/")
    assert (insider.context["page"].counts.total, part.context["page"].counts.total) == (3, 1)
    text = html_of(part)
    assert "Step 1" in text and "Step 2" not in text and "Extract:" in text
    assert part.context["page"].counts.overdue == 0
    hidden = Milestone.objects.get(number=2)
    assert signed_in(person("officer", "minenergy")).get(f"/milestones/{hidden.uid}/").status_code == 404
    rows = signed_in(person("officer", "minenergy")).get("/road-maps/").context["rows"]
    assert [row.milestones for row in rows if row.road_map.reference == "RM-03"] == [1]


def test_the_tabs_hold_what_they_say() -> None:
    in_force(with_steps(5, -3, 200))
    client = signed_in(person("officer", "uzkimyosanoat"))
    page = client.get("/road-maps/RM-03/").context["page"]
    assert page.tabs == {"late": 1, "pending": 0, "mine": 3}
    late = html_of(client.get("/road-maps/RM-03/?only=late"))
    assert "Step 2" in late and "Step 1" not in late
    assert client.get("/road-maps/RM-03/?version=9").status_code == 404
    assert client.get("/road-maps/RM-03/?only=%00").status_code == 200


def test_the_desk_lists_the_most_urgent_first() -> None:
    in_force(with_steps(5, -3, 200))
    tasks = signed_in(person("head", "uzkimyosanoat")).get("/").context["todo"]
    assert [task.shape for task in tasks] == ["overdue", "soon"]
    assert signed_in(person("officer", "kia")).get("/").context["todo"] == []
    secretary = signed_in(seat("secretary", "UZ", "energy")).get("/").context["todo"]
    assert [task.verb for task in secretary] == ["publish"]


def test_three_hundred_milestones_cost_few_queries_and_little_paper() -> None:
    def many(content: RoadMapContent) -> RoadMapContent:
        section = content.sections[0]
        measures = tuple(
            MeasureContent(uuid4(), number, Text.of(f"Measure {number}"), milestones=steps(*range(number, number + 3)))
            for number in range(1, 101)
        )
        return replace(content, sections=(replace(section, measures=measures),))

    in_force(many)
    client = signed_in(person("officer", "uzkimyosanoat"))
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/road-maps/RM-03/")
    assert page.context["page"].counts.total == 300
    assert len(queries) <= 25, "\n".join(query["sql"][:180] for query in queries)
    assert len(page.content) <= 250_000, len(page.content)
    assert isinstance(page.context["page"].version.in_force_at.date(), date)


# nothing false is said of what is not the reader's


def test_the_desk_says_why_a_co_executor_sees_an_area() -> None:
    in_force(with_steps(5, -3, also="minenergy"))
    areas = signed_in(person("officer", "minenergy")).get("/").context["areas"]
    assert {mine.row.area.code: mine.reasons for mine in areas}["chemistry"] == ("A part in 1 milestone",)
    control = signed_in(person("controller", "presidential-administration")).get("/").context["areas"]
    assert {mine.reasons for mine in control if mine.row.area.code == "chemistry"} == {
        ("Your organisation follows the whole programme",)
    }


def test_a_decision_outside_an_extract_is_not_said_to_be_without_a_measure() -> None:
    in_force(with_steps(5, also="minenergy"))
    others = Decision.objects.filter(area__code="chemistry", measures=None)
    decision = next(decision for decision in others if decision.to_carry_out)
    address = f"/decisions/{decision.code}/"
    assert "No measure yet" in signed_in(person("officer", "uzkimyosanoat")).get(address).content.decode()
    assert "No measure yet" not in signed_in(person("officer", "minenergy")).get(address).content.decode()


def test_the_totals_count_road_maps_in_force_and_drafts() -> None:
    in_force(with_steps(5))
    page = signed_in(person("officer", "miit")).get("/programme/")
    totals = page.context["totals"]
    assert (totals.in_force, totals.drafts, totals.road_maps) == (1, 16, 17)
    assert '<td><a href="/road-maps/">17</a></td>' in page.content.decode()
    abilities = signed_in(person("officer", "uzkimyosanoat")).get("/").context["abilities"]
    assert "See 1 road map." in [ability.words for ability in abilities]


def test_a_milestone_shows_the_project_of_its_decision() -> None:
    in_force(with_steps(5))
    milestone = Milestone.objects.get()
    assert milestone.project_id is None
    page = signed_in(person("officer", "uzkimyosanoat")).get(f"/milestones/{milestone.uid}/").context["page"]
    assert page.project == page.decision.project


def test_a_draft_of_a_change_says_what_is_in_force_and_shows_an_extract_to_a_party() -> None:
    version = in_force(with_steps(5, 9, also="minenergy"))
    proposal = Proposal(
        road_map=version.road_map, number=2, base=version, state="published", content=version.revision.content
    )
    with acting(system_actor("tests").act):
        proposal.save()
        ProposalParty.objects.create(proposal=proposal, organisation=Organisation.objects.get(code="minenergy"))
    lead = signed_in(person("officer", "uzkimyosanoat")).get("/road-maps/RM-03/?draft=2")
    text = lead.content.decode()
    assert "Version 1 is in force." in text and "Nothing in it is agreed" not in text
    assert "was made from the press release" not in text and "Step 2" in text
    party = signed_in(person("officer", "minenergy")).get("/road-maps/RM-03/?draft=2").content.decode()
    assert "An extract" in party and "Step 1" in party and "Step 2" not in party


def test_an_outline_is_saved_with_the_content() -> None:
    proposal = Proposal.objects.get(road_map__reference="RM-03")
    assert proposal.outline == outline_of(proposal.document) != []
    assert {field.name for field in Proposal.history.model.tracked_fields} >= {"content"}
    assert "outline" not in {field.name for field in Proposal.history.model.tracked_fields}
    proposal.content = RoadMapContent().to_json()
    with acting(system_actor("tests").act):
        proposal.save()
    assert Proposal.objects.defer("content").get(pk=proposal.pk).outline == []
